//! `partitioner.class` and its keys (`PartitionerConfig`).

use connect::config::{Problems, Settings};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use super::{class_in, keys};
use crate::confluent::joda::Pattern;
use crate::confluent::{FieldName, Partitioner, SchemaAffix, Scheme, TimeScheme, TimestampExtractor};

const HOUR: i64 = 3_600_000;

pub(super) fn build(settings: &Settings, problems: &mut Problems) -> Option<Partitioner> {
    let class = settings.get(&keys::PARTITIONER)?;
    let delimiter = settings.get(&keys::DIRECTORY_DELIMITER)?;
    let scheme = match class_in(&class, &["io.confluent.connect.storage.partitioner."]) {
        Some("DefaultPartitioner") => Some(Scheme::KafkaPartition),
        Some("FieldPartitioner") => fields(settings, problems),
        Some("TimeBasedPartitioner") => time_based(settings, &delimiter, problems),
        Some("HourlyPartitioner") => time(settings, &calendar(&["YYYY", "MM", "dd", "HH"], &delimiter), HOUR, problems),
        Some("DailyPartitioner") => time(settings, &calendar(&["YYYY", "MM", "dd"], &delimiter), 24 * HOUR, problems),
        _ => {
            problems.wrong(
                keys::PARTITIONER.spec.name,
                &class,
                "Java classes cannot be loaded here: give DefaultPartitioner, FieldPartitioner, TimeBasedPartitioner, \
                 HourlyPartitioner or DailyPartitioner of io.confluent.connect.storage.partitioner",
            );
            None
        }
    };
    let schema_affix = match settings.get(&keys::SCHEMA_AFFIX)?.to_ascii_uppercase().as_str() {
        "PREFIX" => SchemaAffix::Prefix,
        "SUFFIX" => SchemaAffix::Suffix,
        _ => SchemaAffix::None,
    };
    Some(Partitioner { scheme: scheme?, delimiter, schema_affix })
}

fn fields(settings: &Settings, problems: &mut Problems) -> Option<Scheme> {
    let names = settings.get(&keys::PARTITION_FIELDS)?;
    let key = keys::PARTITION_FIELDS.spec.name;
    if names.is_empty() {
        problems.about(key, "is missing and needed by FieldPartitioner: name at least one field");
        return None;
    }
    if names.iter().any(|name| name.split('.').any(str::is_empty)) {
        problems.wrong(key, &names.join(","), "a field's name is empty: give names, with a dot before a nested one");
        return None;
    }
    Some(Scheme::Fields(names.iter().map(|name| FieldName::new(name)).collect()))
}

fn time_based(settings: &Settings, delimiter: &str, problems: &mut Problems) -> Option<Scheme> {
    let duration = settings.get(&keys::PARTITION_DURATION);
    if let Some(duration) = duration.filter(|duration| *duration < 1) {
        let message = "TimeBasedPartitioner needs the length of a period in milliseconds, such as 3600000 for an hour";
        problems.wrong(keys::PARTITION_DURATION.spec.name, &duration.to_string(), message);
    }
    if settings.get(&keys::LOCALE)?.is_empty() {
        problems.about(keys::LOCALE.spec.name, "is missing and needed by TimeBasedPartitioner: give en, for example");
    }
    let path_format = settings.get(&keys::PATH_FORMAT)?;
    if path_format.is_empty() {
        let message = "is missing and needed by TimeBasedPartitioner: give a pattern, such as \
                       'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH";
        problems.about(keys::PATH_FORMAT.spec.name, message);
    }
    let pattern = path_format.strip_suffix(delimiter).filter(|_| !delimiter.is_empty()).unwrap_or(&path_format);
    let scheme = time(settings, pattern, duration?, problems);
    if path_format.is_empty() { None } else { scheme }
}

fn time(settings: &Settings, pattern: &str, duration: i64, problems: &mut Problems) -> Option<Scheme> {
    let zone = zone(settings, problems);
    let extractor = extractor(settings, problems);
    let pattern = match Pattern::compile(pattern) {
        Ok(compiled) => Some(compiled),
        Err(unknown) => {
            problems.wrong(keys::PATH_FORMAT.spec.name, pattern, unknown.to_string());
            None
        }
    };
    let (pattern, zone) = (pattern?, zone?);
    check_words(settings, &pattern, &zone, problems)?;
    Some(Scheme::Time(TimeScheme { pattern, duration, zone, extractor: extractor? }))
}

/// Words are printed in English only, and zones by the abbreviations that the time zone database has.
fn check_words(settings: &Settings, pattern: &Pattern, zone: &TimeZone, problems: &mut Problems) -> Option<()> {
    let locale = settings.get(&keys::LOCALE)?;
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    let english = ["", "en", "root"].iter().any(|known| language.eq_ignore_ascii_case(known));
    if pattern.prints_words() && !english {
        let message = "path.format prints words (the name of a month or day, an era, AM or PM), and only English ones are \
                       known here: give en, or print numbers, such as MM instead of MMM";
        problems.wrong(keys::LOCALE.spec.name, &locale, message);
        return None;
    }
    let abbreviated = |timestamp| {
        let abbreviation = zone.to_offset_info(timestamp).abbreviation().to_owned();
        abbreviation.starts_with(|first: char| first.is_ascii_alphabetic())
    };
    let year = jiff::SignedDuration::from_hours(365 * 24 / 2);
    let named = abbreviated(jiff::Timestamp::UNIX_EPOCH) && abbreviated(jiff::Timestamp::UNIX_EPOCH + year);
    if pattern.prints_zone_abbreviation() && !named {
        let message = "path.format prints the zone's abbreviation (z), and this zone has none: print its offset (Z) or its \
                       name (ZZZ)";
        problems.wrong(keys::TIMEZONE.spec.name, &settings.get(&keys::TIMEZONE)?, message);
        return None;
    }
    Some(())
}

/// A zone by name or offset, as `DateTimeZone.forID` takes them.
fn zone(settings: &Settings, problems: &mut Problems) -> Option<TimeZone> {
    let name = settings.get(&keys::TIMEZONE)?;
    let key = keys::TIMEZONE.spec.name;
    if name.is_empty() {
        problems
            .about(key, "is missing and needed by time-based partitioners: give UTC, or a name such as Europe/Berlin");
        return None;
    }
    let zone =
        if name.starts_with(['+', '-']) { DateTimeParser::new().parse_time_zone(&name) } else { TimeZone::get(&name) };
    if zone.is_err() {
        problems.wrong(
            key,
            &name,
            "is no time zone: give a name such as UTC or Europe/Berlin, or an offset such as +02:00",
        );
    }
    zone.ok()
}

fn extractor(settings: &Settings, problems: &mut Problems) -> Option<TimestampExtractor> {
    let given = settings.get(&keys::EXTRACTOR)?;
    let full = given.strip_prefix("io.confluent.connect.storage.partitioner.TimeBasedPartitioner$");
    let name = full.and_then(|class| class.strip_suffix("TimestampExtractor")).unwrap_or(&given);
    match name {
        "Wallclock" => Some(TimestampExtractor::Wallclock),
        "Record" => Some(TimestampExtractor::Record),
        "RecordField" => {
            let field = settings.get(&keys::TIMESTAMP_FIELD)?;
            if field.split('.').any(str::is_empty) {
                problems.wrong(
                    keys::TIMESTAMP_FIELD.spec.name,
                    &field,
                    "a field's name is empty: give the name of a field",
                );
                return None;
            }
            Some(TimestampExtractor::RecordField(FieldName::new(&field)))
        }
        _ => {
            let message = "Java classes cannot be loaded here: give Wallclock, Record or RecordField";
            problems.wrong(keys::EXTRACTOR.spec.name, &given, message);
            None
        }
    }
}

/// The pattern of `year=2024/month=05/day=08/hour=23`, as far as there are letters for it.
fn calendar(letters: &[&str], delimiter: &str) -> String {
    let delimiter = delimiter.replace('\'', "''");
    let delimiters = std::iter::once("").chain(std::iter::repeat(delimiter.as_str()));
    let named = ["year", "month", "day", "hour"].iter().zip(letters).zip(delimiters);
    named.map(|((name, letters), delimiter)| format!("'{delimiter}{name}='{letters}")).collect()
}
