//! Dates as `SimpleDateFormat` reads and writes them, leniently, in UTC.

use super::decimal::decimal_digit;

/// Milliseconds of a day.
pub(crate) const MILLISECONDS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// The first day of the Gregorian calendar, 1582-10-15, in days since 1970. Earlier dates are read in the Julian one.
const GREGORIAN_CUTOVER: i64 = -141_427;

/// The patterns that `org.apache.kafka.connect.data.Values` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// `yyyy-MM-dd`
    Date,
    /// `HH:mm:ss.SSS'Z'`
    Time,
    /// `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'`
    Timestamp,
}

impl Pattern {
    /// The number fields in order, each with the character that follows it.
    fn fields(self) -> &'static [(Field, Option<char>)] {
        use Field::{Day, Hour, Millisecond, Minute, Month, Second, Year};
        match self {
            Self::Date => &[(Year, Some('-')), (Month, Some('-')), (Day, None)],
            Self::Time => &[(Hour, Some(':')), (Minute, Some(':')), (Second, Some('.')), (Millisecond, Some('Z'))],
            Self::Timestamp => &[
                (Year, Some('-')),
                (Month, Some('-')),
                (Day, Some('T')),
                (Hour, Some(':')),
                (Minute, Some(':')),
                (Second, Some('.')),
                (Millisecond, Some('Z')),
            ],
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
}

/// Reads a date by a pattern: milliseconds since 1970. Fields may have any number of digits, with blanks before them; those
/// out of range roll over; what follows the pattern is ignored.
pub(crate) fn parse_date(text: &str, pattern: Pattern) -> Option<i64> {
    let (mut year, mut month, mut day, mut time) = (1970, 1, 1, 0_i64);
    let mut rest = text;
    for (field, separator) in pattern.fields() {
        let (number, after) = parse_number(rest)?;
        rest = after;
        match field {
            Field::Year => year = number,
            Field::Month => month = number,
            Field::Day => day = number,
            Field::Hour => time += number * 3_600_000,
            Field::Minute => time += number * 60_000,
            Field::Second => time += number * 1_000,
            Field::Millisecond => time += number,
        }
        if let Some(separator) = separator {
            rest = rest.strip_prefix(*separator)?;
        }
    }
    let gregorian = days_since_1970(year, month, day, true);
    let days = if gregorian >= GREGORIAN_CUTOVER { gregorian } else { days_since_1970(year, month, day, false) };
    Some(days.wrapping_mul(MILLISECONDS_PER_DAY).wrapping_add(time))
}

/// The text of a date (`Values.dateFormatFor`): a time before the second day of 1970, a date at midnight, else both.
pub(crate) fn date_text(milliseconds: i64) -> String {
    let (days, time) = (milliseconds.div_euclid(MILLISECONDS_PER_DAY), milliseconds.rem_euclid(MILLISECONDS_PER_DAY));
    let (hour, minute, second) = (time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60);
    let time_text = format!("{hour:02}:{minute:02}:{second:02}.{:03}Z", time % 1_000);
    if milliseconds < MILLISECONDS_PER_DAY {
        return time_text;
    }
    let (year, month, day) = civil_from_days(days);
    let day_text = format!("{year:04}-{month:02}-{day:02}");
    if time == 0 { day_text } else { format!("{day_text}T{time_text}") }
}

/// An integer of 32 bits after blanks, with a minus sign perhaps, and what follows it (`DecimalFormat.parse`).
fn parse_number(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut number = None;
    let mut rest = digits;
    while let Some(digit) = rest.chars().next().and_then(decimal_digit) {
        number = Some(number.unwrap_or(0_i64).saturating_mul(10).saturating_add(i64::from(digit)));
        let mut characters = rest.chars();
        characters.next();
        rest = characters.as_str();
    }
    let number = if negative { -number? } else { number? };
    #[expect(clippy::cast_possible_truncation, reason = "Number.intValue keeps the lowest 32 bits")]
    let number = i64::from(number as i32);
    Some((number, rest))
}

/// Days from 1970-01-01, Gregorian, to a date whose month and day may be out of range.
fn days_since_1970(year: i64, month: i64, day: i64, gregorian: bool) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    // Counted in years that begin in March, so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = if gregorian {
        year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)
    } else {
        // On 0000-03-01 the Julian calendar was two days behind.
        year.div_euclid(4) - 2
    };
    // 719468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// Year, month and day of a day of the Gregorian calendar, counted from 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year_of_era + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let cases = [
            ("1970-01-01", 0),
            ("1969-12-31", -86_400_000),
            ("2019-08-23", 1_566_518_400_000),
            ("2000-02-29", 951_782_400_000),
            ("2019-02-30", 1_551_484_800_000),
            ("2019- 8- 3", 1_564_790_400_000),
            ("2019-8-3xx", 1_564_790_400_000),
            ("2019-13-01", 1_577_836_800_000),
            ("1582-10-15", -12_219_292_800_000),
            ("1582-10-04", -12_219_379_200_000),
            ("0001-01-01", -62_135_769_600_000),
            ("２０１９-08-23", 1_566_518_400_000),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(parse_date(text, Pattern::Date), Some(milliseconds), "{text}");
        }
        assert_eq!(parse_date("2019/08/23", Pattern::Date), None);
        assert_eq!(parse_date("2019-08-", Pattern::Date), None);
    }

    #[test]
    fn times_and_timestamps_are_read() {
        assert_eq!(parse_date("14:34:54.346Z", Pattern::Time), Some(52_494_346));
        assert_eq!(parse_date("25:00:00.000Z", Pattern::Time), Some(90_000_000));
        assert_eq!(parse_date("14:34:54.346", Pattern::Time), None);
        assert_eq!(parse_date("2019-08-23T14:34:54.346Z", Pattern::Timestamp), Some(1_566_570_894_346));
        assert_eq!(parse_date("2019-08-23T24:00:00.000Z", Pattern::Timestamp), Some(1_566_604_800_000));
    }

    #[test]
    fn texts_are_times_until_the_second_day_of_1970() {
        assert_eq!(date_text(0), "00:00:00.000Z");
        assert_eq!(date_text(-86_400_000), "00:00:00.000Z");
        assert_eq!(date_text(-1), "23:59:59.999Z");
        assert_eq!(date_text(86_399_999), "23:59:59.999Z");
        assert_eq!(date_text(86_400_000), "1970-01-02");
        assert_eq!(date_text(1_566_570_894_346), "2019-08-23T14:34:54.346Z");
        assert_eq!(date_text(253_402_300_800_000), "10000-01-01");
    }

    #[test]
    fn no_date_is_too_large() {
        date_text(i64::MAX);
        date_text(i64::MIN);
        parse_date("2147483647-99999999999-1", Pattern::Date);
    }
}
