//! Points in time as text.

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Appends milliseconds since 1970 as Java's `DateTimeFormatter.ISO_INSTANT` does: UTC, and no fraction or three digits.
pub(crate) fn write(milliseconds: i64, out: &mut Vec<u8>) {
    // The calendar repeats every 400 years. So any 64-bit number has its text, although jiff ends with the year 9999.
    let cycles = milliseconds.div_euclid(CYCLE);
    let within = Timestamp::from_millisecond(milliseconds.rem_euclid(CYCLE)).unwrap_or_default();
    let civil = TimeZone::UTC.to_datetime(within);
    let year = i64::from(civil.year()) + 400 * cycles;
    let sign = if year > 9999 { "+" } else { "" };
    let width = if year < 0 { 5 } else { 4 };
    let (month, day) = (civil.month(), civil.day());
    let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
    // Writing to a Vec never fails.
    drop(write!(out, "{sign}{year:0width$}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"));
    drop(match civil.millisecond() {
        0 => write!(out, "Z"),
        fraction => write!(out, ".{fraction:03}Z"),
    });
}

/// Milliseconds in 400 years of the Gregorian calendar.
const CYCLE: i64 = 146_097 * 86_400_000;

#[cfg(test)]
mod tests {
    fn text(milliseconds: i64) -> String {
        let mut out = Vec::new();
        super::write(milliseconds, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn instants_are_written_as_java_writes_them() {
        assert_eq!(text(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(text(1_700_000_000_120), "2023-11-14T22:13:20.120Z");
        assert_eq!(text(0), "1970-01-01T00:00:00Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn every_number_is_a_time_microseconds_taken_for_milliseconds_too() {
        assert_eq!(text(1_700_000_000_123_456), "+55840-11-08T22:15:23.456Z");
        assert_eq!(text(i64::MAX), "+292278994-08-17T07:12:55.807Z");
        assert_eq!(text(i64::MIN), "-292275055-05-16T16:47:04.192Z");
        assert_eq!(text(-62_198_755_200_000), "-0001-01-01T00:00:00Z");
    }
}
