//! Dates and times in ISO 8601, as Joda-Time's `ISODateTimeFormat.dateTimeParser` takes them.
//!
//! ```text
//! date-time = date ['T' [time] [offset]] | 'T' time [offset]
//! date      = year ['-' month ['-' day]] | year '-' day-of-year | week-year '-W' week ['-' day-of-week]
//! time      = hour [':' minute [':' second]], and a fraction of the last of them after '.' or ','
//! offset    = 'Z' | ('+' | '-') hours [[':'] minutes [[':'] seconds]]
//! ```

use jiff::civil::{Date, ISOWeekDate, Time};
use jiff::tz::Offset;

/// Milliseconds since 1970. A text without an offset is taken as UTC. None where the text is no date.
#[must_use]
pub(super) fn parse_milliseconds(text: &str) -> Option<i64> {
    let mut rest = Cursor(text.as_bytes());
    let starts_with_time = rest.take(b"Tt").is_some();
    let date = if starts_with_time { Date::new(1970, 1, 1).ok()? } else { date(&mut rest)? };
    let mut milliseconds = Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()?.as_millisecond();
    if starts_with_time || rest.take(b"Tt").is_some() {
        if starts_with_time || rest.next_is_digit() {
            milliseconds = milliseconds.checked_add(time(&mut rest)?)?;
        }
        milliseconds = milliseconds.checked_sub(offset(&mut rest)?)?;
    }
    rest.0.is_empty().then_some(milliseconds)
}

/// What has not been read yet.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    /// The next byte, where it is one of these.
    fn take(&mut self, any_of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        let found = any_of.contains(first).then_some(*first);
        if found.is_some() {
            self.0 = rest;
        }
        found
    }

    fn next_is_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    fn count_digits(&self) -> usize {
        self.0.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// At least one digit and at most so many.
    fn number(&mut self, most: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(self.count_digits().min(most))?;
        self.0 = rest;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }
}

fn date(rest: &mut Cursor<'_>) -> Option<Date> {
    let sign = if rest.take(b"-+") == Some(b'-') { -1 } else { 1 };
    let year = i16::try_from(sign * rest.number(9)?).ok()?;
    let small = |number: i64| i8::try_from(number).ok();
    if rest.take(b"-").is_none() {
        return Date::new(year, 1, 1).ok();
    }
    if rest.take(b"Ww").is_some() {
        let week = small(rest.number(2)?)?;
        let day = if rest.take(b"-").is_some() { small(rest.number(1)?)? } else { 1 };
        let day = jiff::civil::Weekday::from_monday_one_offset(day).ok()?;
        return Some(ISOWeekDate::new(year, week, day).ok()?.date());
    }
    if rest.count_digits() == 3 {
        let day_of_year = i16::try_from(rest.number(3)?).ok()?;
        return Date::new(year, 1, 1).ok()?.with().day_of_year(day_of_year).build().ok();
    }
    let month = small(rest.number(2)?)?;
    let day = if rest.take(b"-").is_some() { small(rest.number(2)?)? } else { 1 };
    Date::new(year, month, day).ok()
}

/// Milliseconds since midnight.
fn time(rest: &mut Cursor<'_>) -> Option<i64> {
    let mut milliseconds = 0;
    for (most, unit) in [(23, 3_600_000), (59, 60_000), (59, 1000)] {
        milliseconds += Some(rest.number(2)?).filter(|number| *number <= most)? * unit;
        if rest.take(b".,").is_some() {
            return Some(milliseconds + fraction(rest, unit)?);
        }
        if rest.take(b":").is_none() {
            return Some(milliseconds);
        }
    }
    None
}

/// The fraction of a unit of so many milliseconds, cut off at the millisecond.
fn fraction(rest: &mut Cursor<'_>, unit: i64) -> Option<i64> {
    let digits = rest.count_digits();
    let counted = digits.min(9);
    let numerator = rest.number(counted)?;
    rest.0 = rest.0.get(digits - counted..)?;
    Some(numerator * unit / 10_i64.pow(u32::try_from(counted).ok()?))
}

/// Milliseconds east of Greenwich.
fn offset(rest: &mut Cursor<'_>) -> Option<i64> {
    if rest.take(b"Zz").is_some() {
        return Some(0);
    }
    let Some(sign) = rest.take(b"+-") else { return Some(0) };
    let mut milliseconds = 0;
    for (most, unit) in [(23, 3_600_000), (59, 60_000), (59, 1000)] {
        milliseconds += Some(rest.number(2)?).filter(|number| *number <= most)? * unit;
        if rest.take(b":").is_none() && !rest.next_is_digit() {
            break;
        }
    }
    Some(if sign == b'-' { -milliseconds } else { milliseconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        parse_milliseconds(text)
            .map(|milliseconds| format!("{:.3}", jiff::Timestamp::from_millisecond(milliseconds).unwrap()))
    }

    #[test]
    fn dates_come_with_and_without_time_and_offset() {
        for (text, instant) in [
            ("2024-05-08T10:20:30.456Z", "2024-05-08T10:20:30.456Z"),
            ("2024-05-08T10:20:30.4567891234+02:00", "2024-05-08T08:20:30.456Z"),
            ("2024-05-08T10:20:30,5-0330", "2024-05-08T13:50:30.500Z"),
            ("2024-05-08T10:20:30", "2024-05-08T10:20:30.000Z"),
            ("2024-05-08T10:20", "2024-05-08T10:20:00.000Z"),
            ("2024-05-08T10.25", "2024-05-08T10:15:00.000Z"),
            ("2024-05-08T10+01", "2024-05-08T09:00:00.000Z"),
            ("2024-05-08T", "2024-05-08T00:00:00.000Z"),
            ("2024-05-08", "2024-05-08T00:00:00.000Z"),
            ("2024-5-8", "2024-05-08T00:00:00.000Z"),
            ("2024-05", "2024-05-01T00:00:00.000Z"),
            ("2024-129", "2024-05-08T00:00:00.000Z"),
            ("2024-W19-3", "2024-05-08T00:00:00.000Z"),
            ("2024-W19", "2024-05-06T00:00:00.000Z"),
            ("T10:00", "1970-01-01T10:00:00.000Z"),
            ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(of(text).as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "yesterday",
            "2024-05-08 10:20:30",
            "2024-05-08Z",
            "2024-13-01",
            "2024-02-30",
            "2024-366x",
            "2023-366",
            "2024-W54",
            "2024-W19-8",
            "2024-05-08T24:00",
            "2024-05-08T10:60",
            "2024-05-08T10:20:30:40",
            "2024-05-08T10:20:30.",
            "2024-05-08T10:20:30+",
            "2024-05-08T10:20:30+25:00",
            "2024-05-08T10:20:30Zz",
            "T",
            "99999999-01-01",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
