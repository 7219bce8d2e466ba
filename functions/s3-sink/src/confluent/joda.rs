//! Patterns of dates and times as Joda-Time writes them (`org.joda.time.format.DateTimeFormat`), which `path.format` uses.
//!
//! They look like Java's `SimpleDateFormat` and differ from it: here `YYYY` is the year of era, and `xxxx` the week-year.
//! A pattern is compiled once, at start; printing it allocates nothing.

use std::fmt::{self, Write};

use jiff::Zoned;
use jiff::tz::Offset;
use thiserror::Error;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Item>);

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{letter:?} is no letter of a Joda pattern; quote text that is meant as it stands: '{letter}'")]
pub struct UnknownLetter {
    /// The letter.
    pub letter: char,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Literal(String),
    /// At least so many digits.
    Number(Field, usize),
    /// The last two digits.
    TwoDigits(Field),
    /// So many digits of the second's fraction.
    Fraction(usize),
    /// A word, by the conversion of `jiff::fmt::strtime` that prints it in English.
    Word(&'static str),
    /// `AD` or `BC`.
    Era,
    /// `CET`.
    ZoneAbbreviation,
    /// `America/Santiago`, or the offset of a zone without a name.
    ZoneName,
    /// `+0200`, or with the colon `+02:00`.
    Offset {
        colon: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    CenturyOfEra,
    YearOfEra,
    WeekYear,
    Week,
    DayOfWeek,
    Year,
    DayOfYear,
    Month,
    DayOfMonth,
    HourOfHalfday,
    ClockHourOfHalfday,
    HourOfDay,
    ClockHourOfDay,
    Minute,
    Second,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A letter outside quotes that means nothing to Joda-Time.
    pub fn compile(pattern: &str) -> Result<Self, UnknownLetter> {
        let mut items = Vec::new();
        let mut literal = String::new();
        let mut rest = pattern.chars().peekable();
        let mut quoted = false;
        while let Some(character) = rest.next() {
            if character == '\'' {
                if rest.next_if_eq(&'\'').is_some() {
                    literal.push('\'');
                } else {
                    quoted = !quoted;
                }
            } else if quoted || !character.is_ascii_alphabetic() {
                literal.push(character);
            } else {
                let mut count = 1;
                while rest.next_if_eq(&character).is_some() {
                    count += 1;
                }
                if !literal.is_empty() {
                    items.push(Item::Literal(std::mem::take(&mut literal)));
                }
                items.push(Item::of(character, count).ok_or(UnknownLetter { letter: character })?);
            }
        }
        if !literal.is_empty() {
            items.push(Item::Literal(literal));
        }
        Ok(Self(items))
    }

    /// Whether it prints words, such as the name of a month: they depend on the language.
    #[must_use]
    pub fn prints_words(&self) -> bool {
        self.0.iter().any(|item| matches!(item, Item::Word(_) | Item::Era))
    }

    /// Whether it prints a time zone's abbreviation.
    #[must_use]
    pub fn prints_zone_abbreviation(&self) -> bool {
        self.0.contains(&Item::ZoneAbbreviation)
    }

    /// Appends what the pattern makes of a moment, in English where it prints words.
    pub fn print(&self, moment: &Zoned, out: &mut String) {
        for item in &self.0 {
            match item {
                Item::Literal(text) => out.push_str(text),
                Item::Number(field, digits) => push_number(field.of(moment), *digits, out),
                Item::TwoDigits(field) => push_number(field.of(moment).abs() % 100, 2, out),
                Item::Fraction(digits) => push_fraction(moment.millisecond(), *digits, out),
                Item::Word(conversion) => push(format_args!("{}", moment.strftime(conversion)), out),
                Item::Era => out.push_str(if moment.year() > 0 { "AD" } else { "BC" }),
                Item::ZoneAbbreviation => push(format_args!("{}", moment.strftime("%Z")), out),
                Item::ZoneName => push(format_args!("{}", moment.strftime("%:Q")), out),
                Item::Offset { colon } => push_offset(moment.offset(), *colon, out),
            }
        }
    }
}

impl Item {
    /// What a letter means that stands so many times.
    fn of(letter: char, count: usize) -> Option<Self> {
        let year = |field| if count == 2 { Self::TwoDigits(field) } else { Self::Number(field, count) };
        Some(match letter {
            'G' => Self::Era,
            'C' => Self::Number(Field::CenturyOfEra, count),
            'Y' => year(Field::YearOfEra),
            'x' => year(Field::WeekYear),
            'y' => year(Field::Year),
            'w' => Self::Number(Field::Week, count),
            'e' => Self::Number(Field::DayOfWeek, count),
            'E' => Self::Word(if count >= 4 { "%A" } else { "%a" }),
            'D' => Self::Number(Field::DayOfYear, count),
            'M' if count >= 3 => Self::Word(if count >= 4 { "%B" } else { "%b" }),
            'M' => Self::Number(Field::Month, count),
            'd' => Self::Number(Field::DayOfMonth, count),
            'a' => Self::Word("%p"),
            'K' => Self::Number(Field::HourOfHalfday, count),
            'h' => Self::Number(Field::ClockHourOfHalfday, count),
            'H' => Self::Number(Field::HourOfDay, count),
            'k' => Self::Number(Field::ClockHourOfDay, count),
            'm' => Self::Number(Field::Minute, count),
            's' => Self::Number(Field::Second, count),
            'S' => Self::Fraction(count),
            'z' if count < 4 => Self::ZoneAbbreviation,
            'Z' if count >= 3 => Self::ZoneName,
            'Z' => Self::Offset { colon: count == 2 },
            _ => return None,
        })
    }
}

impl Field {
    fn of(self, moment: &Zoned) -> i32 {
        let hour = i32::from(moment.hour());
        let year = i32::from(moment.year());
        let year_of_era = if year > 0 { year } else { 1 - year };
        match self {
            Self::CenturyOfEra => year_of_era / 100,
            Self::YearOfEra => year_of_era,
            Self::Year => year,
            Self::WeekYear => i32::from(moment.date().iso_week_date().year()),
            Self::Week => i32::from(moment.date().iso_week_date().week()),
            Self::DayOfWeek => i32::from(moment.weekday().to_monday_one_offset()),
            Self::DayOfYear => i32::from(moment.day_of_year()),
            Self::Month => i32::from(moment.month()),
            Self::DayOfMonth => i32::from(moment.day()),
            Self::HourOfHalfday => hour % 12,
            Self::ClockHourOfHalfday => (hour + 11) % 12 + 1,
            Self::HourOfDay => hour,
            Self::ClockHourOfDay => (hour + 23) % 24 + 1,
            Self::Minute => i32::from(moment.minute()),
            Self::Second => i32::from(moment.second()),
        }
    }
}

fn push_number(number: i32, digits: usize, out: &mut String) {
    let sign = if number < 0 { "-" } else { "" };
    push(format_args!("{sign}{:0digits$}", number.unsigned_abs()), out);
}

/// Joda-Time knows milliseconds; further digits are zeros.
fn push_fraction(millisecond: i16, digits: usize, out: &mut String) {
    let known = [millisecond / 100 % 10, millisecond / 10 % 10, millisecond % 10];
    for digit in known.iter().chain(std::iter::repeat(&0)).take(digits) {
        push(format_args!("{digit}"), out);
    }
}

fn push_offset(offset: Offset, colon: bool, out: &mut String) {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let colon = if colon { ":" } else { "" };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    push(format_args!("{sign}{hours:02}{colon}{minutes:02}"), out);
}

fn push(printed: fmt::Arguments<'_>, out: &mut String) {
    // Writing to a String fails only where what is written fails, and all of it is known to print.
    out.write_fmt(printed).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    fn print(pattern: &str, moment: &Zoned) -> String {
        let mut out = String::new();
        Pattern::compile(pattern).unwrap().print(moment, &mut out);
        out
    }

    fn moment() -> Zoned {
        date(2024, 12, 30).at(0, 5, 9, 87_000_000).in_tz("America/Santiago").unwrap()
    }

    #[test]
    fn every_letter_prints_as_joda_time_does() {
        for (pattern, printed) in [
            ("G", "AD"),
            ("C", "20"),
            ("YYYY", "2024"),
            ("Y", "2024"),
            ("YY", "24"),
            ("yyyy", "2024"),
            ("yyyyy", "02024"),
            ("xxxx", "2025"),
            ("xx", "25"),
            ("w", "1"),
            ("ww", "01"),
            ("e", "1"),
            ("E", "Mon"),
            ("EEEE", "Monday"),
            ("D", "365"),
            ("DDDD", "0365"),
            ("M", "12"),
            ("MMM", "Dec"),
            ("MMMM", "December"),
            ("d", "30"),
            ("a", "AM"),
            ("K", "0"),
            ("h", "12"),
            ("hh", "12"),
            ("H", "0"),
            ("HH", "00"),
            ("k", "24"),
            ("m", "5"),
            ("ss", "09"),
            ("S", "0"),
            ("SS", "08"),
            ("SSS", "087"),
            ("SSSSSS", "087000"),
            ("Z", "-0300"),
            ("ZZ", "-03:00"),
            ("ZZZ", "America/Santiago"),
        ] {
            assert_eq!(print(pattern, &moment()), printed, "{pattern}");
        }
    }

    #[test]
    fn quotes_keep_letters_and_two_of_them_are_one() {
        assert_eq!(print("'year'=YYYY/'month'=MM/'o''clock'=HH", &moment()), "year=2024/month=12/o'clock=00");
        assert_eq!(print("''YYYY'", &moment()), "'2024");
        assert_eq!(print("'at'YYYY", &moment()), "at2024");
        assert_eq!(print("YYYY/'dt", &moment()), "2024/dt");
    }

    #[test]
    fn what_is_no_letter_stands_for_itself() {
        assert_eq!(print("YYYY|MM+dd 7é", &moment()), "2024|12+30 7é");
        assert_eq!(print("", &moment()), "");
    }

    #[test]
    fn a_letter_without_a_meaning_is_named() {
        assert_eq!(Pattern::compile("YYYY-bb"), Err(UnknownLetter { letter: 'b' }));
        assert_eq!(Pattern::compile("zzzz"), Err(UnknownLetter { letter: 'z' }));
        assert!(Pattern::compile("year=YYYY").is_err());
    }

    #[test]
    fn halves_of_a_day_count_from_zero_and_from_one() {
        let afternoon = date(2024, 5, 8).at(13, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        assert_eq!(print("a K h k H", &afternoon), "PM 1 1 13 13");
        let noon = date(2024, 5, 8).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        assert_eq!(print("a K h k H z Z ZZZ", &noon), "PM 0 12 12 12 UTC +0000 UTC");
    }

    #[test]
    fn years_before_christ_have_an_era() {
        let old = date(-43, 3, 15).at(0, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        assert_eq!(print("G Y y YY yy", &old), "BC 44 -43 44 43");
    }

    #[test]
    fn words_and_abbreviations_are_told() {
        let compiled = |pattern| Pattern::compile(pattern).unwrap();
        assert!(compiled("MMM").prints_words() && compiled("a").prints_words() && compiled("G").prints_words());
        assert!(!compiled("'MMM'=MM/ZZZ").prints_words());
        assert!(compiled("z").prints_zone_abbreviation());
    }
}
