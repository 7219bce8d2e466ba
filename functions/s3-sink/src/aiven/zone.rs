//! Time zones by the names that Java's `ZoneId.of` takes.

use jiff::tz::{Offset, TimeZone};

/// The zone of a name: `Z`, an offset (`+01:00`, `-5`, `UTC+3`), or a region (`Europe/Helsinki`).
///
/// # Errors
/// Says what is wrong, as Java does.
pub fn parse(name: &str) -> Result<TimeZone, String> {
    if name == "Z" {
        return Ok(TimeZone::UTC);
    }
    if name.len() <= 1 || name.starts_with(['+', '-']) {
        return offset(name).ok_or_else(|| format!("Invalid ID for ZoneOffset, invalid format: {name}"));
    }
    for utc in ["UTC", "GMT", "UT"] {
        match name.strip_prefix(utc) {
            Some("") => return Ok(TimeZone::UTC),
            Some(rest) if rest.starts_with(['+', '-']) => {
                return offset(rest).ok_or_else(|| format!("Invalid ID for offset-based ZoneId: {name}"));
            }
            _ => {}
        }
    }
    let region = |c: char| c.is_ascii_alphanumeric() || "~/._+-".contains(c);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(region) {
        return Err(format!("Invalid ID for region-based ZoneId, invalid format: {name}"));
    }
    TimeZone::get(name).map_err(|_| format!("Unknown time-zone ID: {name}"))
}

/// `±h`, `±hh`, `±hh:mm`, `±hhmm`, `±hh:mm:ss`, `±hhmmss`, of at most 18 hours.
fn offset(text: &str) -> Option<TimeZone> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['+', '-'])?;
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = if digits.contains(':') {
        digits.split(':').collect()
    } else {
        let cut = |from, to| digits.get(from..to).filter(|part| !part.is_empty());
        match digits.len() {
            1 => vec![digits],
            2 | 4 | 6 if digits.is_ascii() => [cut(0, 2), cut(2, 4), cut(4, 6)].into_iter().flatten().collect(),
            _ => return None,
        }
    };
    let with_colons_padded = digits.contains(':') && parts.iter().any(|part| part.len() != 2);
    if parts.len() > 3 || with_colons_padded || !parts.iter().all(|part| all_digits(part)) {
        return None;
    }
    let number = |at: usize| parts.get(at).map_or(Some(0), |part| part.parse::<i32>().ok());
    let (hours, minutes, seconds) = (number(0)?, number(1)?, number(2)?);
    let total = hours * 3600 + minutes * 60 + seconds;
    if minutes > 59 || seconds > 59 || total > 18 * 3600 {
        return None;
    }
    Offset::from_seconds(if negative { -total } else { total }).ok().map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(name: &str) -> i32 {
        parse(name).unwrap().to_offset(jiff::Timestamp::UNIX_EPOCH).seconds()
    }

    #[test]
    fn zones_have_the_names_that_java_takes() {
        assert_eq!(["Z", "UTC", "GMT", "UT"].map(seconds), [0; 4]);
        assert_eq!(["+1", "+01", "+01:00", "+0100", "+01:00:00", "UTC+1", "GMT+01:00"].map(seconds), [3600; 7]);
        assert_eq!(seconds("-05:30:15"), -(5 * 3600 + 30 * 60 + 15));
        assert_eq!(seconds("+18"), 18 * 3600);
        assert_eq!(seconds("Asia/Kolkata"), 19_800);
    }

    #[test]
    fn what_is_no_zone_is_told_as_java_tells_it() {
        assert_eq!(parse("Mars/Base").unwrap_err(), "Unknown time-zone ID: Mars/Base");
        assert_eq!(parse("").unwrap_err(), "Invalid ID for ZoneOffset, invalid format: ");
        assert_eq!(parse("+19").unwrap_err(), "Invalid ID for ZoneOffset, invalid format: +19");
        assert_eq!(parse("New York").unwrap_err(), "Invalid ID for region-based ZoneId, invalid format: New York");
        for name in ["+1:00", "+123", "+01:60", "+é1", "+", "UTC+x", "+01:00:00:00", "+01:"] {
            assert!(parse(name).is_err(), "{name}");
        }
    }
}
