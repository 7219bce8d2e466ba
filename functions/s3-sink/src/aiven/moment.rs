//! The time in a name: whose it is, and what a calendar on the wall says then.

use connect::{Exception, SinkRecord, class};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whose time it is (`file.name.timestamp.source`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampSource {
    /// The wall clock's, when the object is written.
    WallClock,
    /// The record's own.
    Event,
}

impl TimestampSource {
    /// The time of a record, in milliseconds since 1970.
    ///
    /// # Errors
    /// The record has no timestamp and it is the one that counts: Java stumbles over the null.
    pub(super) fn of(self, record: &SinkRecord<'_>, now: i64) -> Result<i64, Exception> {
        match self {
            Self::WallClock => Ok(now),
            Self::Event => record.timestamp.ok_or_else(|| {
                Exception::new(
                    class::NULL_POINTER,
                    "the record has no timestamp, and file.name.timestamp.source=EVENT asks for it",
                )
            }),
        }
    }
}

/// A point in time on the calendar of some zone, to the hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) year: i64,
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
}

impl Moment {
    /// Milliseconds since 1970 in a zone.
    pub(super) fn new(milliseconds: i64, zone: &TimeZone) -> Self {
        // jiff ends with the year 9999. The calendar repeats every 400 years, so later (and much earlier) times have their
        // dates too.
        let (cycles, timestamp) = match Timestamp::from_millisecond(milliseconds) {
            Ok(timestamp) => (0, timestamp),
            Err(_) => {
                let within = Timestamp::from_millisecond(milliseconds.rem_euclid(CYCLE)).unwrap_or_default();
                (milliseconds.div_euclid(CYCLE), within)
            }
        };
        let civil = zone.to_datetime(timestamp);
        let year = i64::from(civil.year()) + 400 * cycles;
        Self { year, month: civil.month(), day: civil.day(), hour: civil.hour() }
    }
}

/// Milliseconds in 400 years of the Gregorian calendar.
const CYCLE: i64 = 146_097 * 86_400_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_that_of_its_zone() {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        assert_eq!(Moment::new(0, &zone), Moment { year: 1969, month: 12, day: 31, hour: 16 });
        assert_eq!(Moment::new(1_700_000_000_123, &zone), Moment { year: 2023, month: 11, day: 14, hour: 14 });
    }

    #[test]
    fn microseconds_taken_for_milliseconds_have_a_date() {
        let moment = Moment::new(1_700_000_000_123_456, &TimeZone::UTC);
        assert_eq!(moment, Moment { year: 55840, month: 11, day: 8, hour: 22 });
    }
}
