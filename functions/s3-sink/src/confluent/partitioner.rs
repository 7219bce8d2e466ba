//! Which directory a record belongs to (`io.confluent.connect.storage.partitioner.*`).

use connect::{Exception, SinkRecord, Value};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::field::{FieldName, FieldValue};
use super::joda::Pattern;
use super::timestamp_extractor::{TimestampExtractor, type_name, without_place};

/// From a record to its directory, which Confluent calls its encoded partition.
#[derive(Debug, Clone)]
pub struct Partitioner {
    /// What the directory is made of.
    pub scheme: Scheme,
    /// What stands between parts of a directory (`directory.delim`).
    pub delimiter: String,
    /// Whether the name of the value's schema is a part, and where (`s3.schema.partition.affix.type`).
    pub schema_affix: SchemaAffix,
}

/// What a directory is made of.
#[derive(Debug, Clone)]
pub enum Scheme {
    /// The Kafka partition (`DefaultPartitioner`).
    KafkaPartition,
    /// Fields of the value (`FieldPartitioner`).
    Fields(Vec<FieldName>),
    /// A period of time (`TimeBasedPartitioner`, `HourlyPartitioner`, `DailyPartitioner`).
    Time(TimeScheme),
}

/// Periods of local time.
#[derive(Debug, Clone)]
pub struct TimeScheme {
    /// What a period is called (`path.format`).
    pub pattern: Pattern,
    /// Its length in milliseconds, at least 1 (`partition.duration.ms`).
    pub duration: i64,
    /// Whose local time (`timezone`).
    pub zone: TimeZone,
    /// Which time places a record.
    pub extractor: TimestampExtractor,
}

/// Whether the name of the value's schema is a part of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaAffix {
    /// No.
    #[default]
    None,
    /// Before the other parts.
    Prefix,
    /// After the other parts.
    Suffix,
}

/// The directories of a topic-partition's records, one after the other. A directory is written anew only where it may differ
/// from the one before.
#[derive(Debug)]
pub struct Directories<'p> {
    partitioner: &'p Partitioner,
    now: i64,
    current: String,
    next: String,
    period: Option<i64>,
}

impl Partitioner {
    /// Directories of records that are written now, in milliseconds since 1970.
    #[must_use]
    pub fn directories(&self, now: i64) -> Directories<'_> {
        Directories { partitioner: self, now, current: String::new(), next: String::new(), period: None }
    }
}

impl Directories<'_> {
    /// The directory of the last record.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// Goes on to the next record. Says whether its directory is another than the last one's.
    ///
    /// # Errors
    /// A `PartitionException` or a `DataException` where the record has no time, or lacks a field, or a field's type makes
    /// no directory; the last directory is then as it was.
    pub fn advance(&mut self, record: &SinkRecord<'_>) -> Result<bool, Exception> {
        let Partitioner { scheme, delimiter, schema_affix } = self.partitioner;
        let period = match scheme {
            Scheme::Time(time) => Some(time.period(time.extractor.extract(record, self.now)?)?),
            Scheme::KafkaPartition | Scheme::Fields(_) => None,
        };
        let depends_on_the_period_alone = !matches!(scheme, Scheme::Fields(_)) && *schema_affix == SchemaAffix::None;
        if depends_on_the_period_alone && self.period == period && !self.current.is_empty() {
            return Ok(false);
        }
        self.next.clear();
        let schema_name = || record.value.schema().and_then(|schema| schema.name.as_deref()).unwrap_or("null");
        if *schema_affix == SchemaAffix::Prefix {
            self.next.extend(["schema_name=", schema_name(), delimiter]);
        }
        match scheme {
            Scheme::KafkaPartition => {
                self.next.extend(["partition=", itoa::Buffer::new().format(record.partition)]);
            }
            Scheme::Fields(fields) => push_fields(fields, delimiter, record, &mut self.next)?,
            Scheme::Time(time) => time.push(period.unwrap_or_default(), &mut self.next)?,
        }
        if *schema_affix == SchemaAffix::Suffix {
            self.next.extend([delimiter, "schema_name=", schema_name()]);
        }
        self.period = period;
        let differs = self.next != self.current;
        std::mem::swap(&mut self.current, &mut self.next);
        Ok(differs)
    }
}

impl TimeScheme {
    /// The start of the period that a moment lies in, both in milliseconds since 1970, the start in local time.
    fn period(&self, moment: i64) -> Result<i64, Exception> {
        let timestamp = Timestamp::from_millisecond(moment).map_err(|_| beyond_the_calendar(moment))?;
        let offset = i64::from(self.zone.to_offset(timestamp).seconds()) * 1000;
        let local = moment.checked_add(offset).ok_or_else(|| beyond_the_calendar(moment))?;
        Ok(local - local.rem_euclid(self.duration))
    }

    /// Appends what a period is called. Where its start falls into the gap of a change to summer time, it is called by the
    /// moment after the gap, as by Joda-Time's `DateTimeZone.convertLocalToUTC`.
    fn push(&self, period: i64, out: &mut String) -> Result<(), Exception> {
        let local = Timestamp::from_millisecond(period).map_err(|_| beyond_the_calendar(period))?;
        let start = self.zone.to_ambiguous_zoned(Offset::UTC.to_datetime(local)).compatible();
        self.pattern.print(&start.map_err(|_| beyond_the_calendar(period))?, out);
        Ok(())
    }
}

fn beyond_the_calendar(milliseconds: i64) -> Exception {
    without_place(format!("the time {milliseconds} ms since 1970 lies beyond the years -9999 to 9999"))
}

fn push_fields(
    fields: &[FieldName],
    delimiter: &str,
    record: &SinkRecord<'_>,
    out: &mut String,
) -> Result<(), Exception> {
    for (position, field) in fields.iter().enumerate() {
        let delimiter = if position == 0 { "" } else { delimiter };
        out.extend([delimiter, field.as_str(), "="]);
        field.read(record, |found| push_value(field, found, out))?;
    }
    Ok(())
}

/// Whole numbers, strings and booleans make directories; logical types and everything else do not.
fn push_value(field: &FieldName, found: FieldValue<'_>, out: &mut String) -> Result<(), Exception> {
    match found.value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int8(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Int16(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Int32(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Int64(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::String(text) => out.push_str(text),
        _ => {
            let name = field.as_str();
            let given = found.schema.map(|schema| format!(", not {}", type_name(schema))).unwrap_or_default();
            return Err(without_place(format!(
                "the partition field {name} must be a whole number, a string or a boolean{given}"
            )));
        }
    }
    Ok(())
}
