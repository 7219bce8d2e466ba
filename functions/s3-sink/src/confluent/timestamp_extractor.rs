//! Which time places a record (`timestamp.extractor`, `TimeBasedPartitioner.*TimestampExtractor`).

use connect::{Exception, Schema, SchemaKind, SinkRecord, Value, class};

use super::field::{FieldName, FieldValue};
use super::iso8601;

/// Where a record's time comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimestampExtractor {
    /// The time at which the record is written. Redelivered records may land elsewhere.
    Wallclock,
    /// The record's own timestamp.
    Record,
    /// A field of the record's value.
    RecordField(FieldName),
}

impl TimestampExtractor {
    /// A record's time in milliseconds since 1970; `now` is the wall clock's.
    ///
    /// # Errors
    /// A `PartitionException` where there is no time or it has another type than int32, int64, Timestamp or string; a
    /// `DataException` where the value's schema has no such field.
    pub fn extract(&self, record: &SinkRecord<'_>, now: i64) -> Result<i64, Exception> {
        match self {
            Self::Wallclock => Ok(now),
            Self::Record => record.timestamp.ok_or_else(|| without_place("the record has no timestamp".to_owned())),
            Self::RecordField(field) => field.read(record, |found| of_field(field, found)),
        }
    }
}

fn of_field(field: &FieldName, found: FieldValue<'_>) -> Result<i64, Exception> {
    let name = field.as_str();
    let logical = found.schema.and_then(|schema| schema.name.as_deref());
    match found.value {
        Value::Null => Err(without_place(format!("the timestamp field {name} is null or missing"))),
        Value::Int32(milliseconds) => Ok(i64::from(*milliseconds)),
        Value::Int64(milliseconds) => Ok(*milliseconds),
        Value::Date(milliseconds) if logical.is_none_or(|logical| logical == Schema::TIMESTAMP) => Ok(*milliseconds),
        Value::String(text) => of_text(text).ok_or_else(|| {
            without_place(format!(
                "the timestamp field {name} holds a string that is neither a whole number of milliseconds nor a date in \
                 ISO 8601"
            ))
        }),
        _ => Err(without_place(format!(
            "the timestamp field {name} is neither int32, int64, a Timestamp nor a string{}",
            found.schema.map(|schema| format!(" but {}", type_name(schema))).unwrap_or_default()
        ))),
    }
}

/// Digits, with a minus or without, are milliseconds; everything else is ISO 8601.
fn of_text(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = (1..=19).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { iso8601::parse_milliseconds(text) }
}

/// How Kafka Connect spells a schema's type, with its name where it is a logical one.
pub(super) fn type_name(schema: &Schema) -> String {
    let kind = match &schema.kind {
        SchemaKind::Int8 => "int8",
        SchemaKind::Int16 => "int16",
        SchemaKind::Int32 => "int32",
        SchemaKind::Int64 => "int64",
        SchemaKind::Float32 => "float32",
        SchemaKind::Float64 => "float64",
        SchemaKind::Boolean => "boolean",
        SchemaKind::String => "string",
        SchemaKind::Bytes => "bytes",
        SchemaKind::Array(_) => "array",
        SchemaKind::Map(..) => "map",
        SchemaKind::Struct(_) => "struct",
    };
    match &schema.name {
        Some(name) => format!("{kind} ({name})"),
        None => kind.to_owned(),
    }
}

/// A record that the partitioner cannot place.
pub(super) fn without_place(message: String) -> Exception {
    Exception::new(class::PARTITION, message)
}
