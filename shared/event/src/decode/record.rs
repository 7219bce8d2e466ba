//! One record of the event.

use std::borrow::Cow;

use base64_simd::STANDARD;
use connect::TimestampType;
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};

use super::header::HeadersShape;
use crate::arena::{DecodedRecord, Span, StoredRecord};
use crate::shape::{Read, Scalar, Shape};
use crate::{Buffers, JsonType, Reason};

/// A record's place under `records`, which says topic and partition where the record itself does not.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) topic: Span,
    pub(super) partition: Option<i32>,
}

impl Place {
    /// Splits a name like `my-orders-3` at its last dash. Without a number there, all of it is the topic.
    pub(super) fn of(topic_partition: &str, buffers: &mut Buffers) -> Self {
        let split = topic_partition.rsplit_once('-').and_then(|(topic, partition)| {
            let partition = partition.parse().ok().filter(|partition: &i32| *partition >= 0)?;
            Some((topic, partition))
        });
        match split {
            Some((topic, partition)) => Self { topic: buffers.keep_text(topic), partition: Some(partition) },
            None => Self { topic: buffers.keep_text(topic_partition), partition: None },
        }
    }
}

/// Takes up a record into the buffers, as one that is decoded or as one that cannot be.
pub(super) struct RecordShape<'b> {
    pub(super) buffers: &'b mut Buffers,
    pub(super) place: Place,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum RecordMember {
    Topic,
    Partition,
    Offset,
    Timestamp,
    TimestampType,
    Key,
    Value,
    Headers,
    KeySchemaMetadata,
    ValueSchemaMetadata,
    #[serde(other)]
    Unknown,
}

impl<'de> Shape<'de> for RecordShape<'_> {
    type Value = ();

    fn other(self, found: JsonType) {
        let Self { buffers, place } = self;
        Draft { reason: Some(Reason::NotAnObject { found }), ..Draft::default() }.finish(place, buffers);
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Self { buffers, place } = self;
        let mut draft = Draft::default();
        while let Some(member) = members.next_key()? {
            match member {
                RecordMember::Topic => {
                    let topic = text("topic", members.next_value()?);
                    draft.topic = draft.keep(topic);
                }
                RecordMember::Partition => {
                    let partition = partition_number(&members.next_value()?);
                    draft.partition = draft.keep(partition);
                }
                RecordMember::Offset => {
                    let offset = offset(&members.next_value()?);
                    draft.offset = draft.keep(offset);
                }
                RecordMember::Timestamp => {
                    let timestamp = timestamp(&members.next_value()?);
                    draft.timestamp = draft.keep(timestamp);
                }
                RecordMember::TimestampType => draft.timestamp_type = timestamp_type(&members.next_value()?),
                RecordMember::Key => {
                    let key = base64("key", members.next_value()?, &mut buffers.bytes);
                    draft.key = draft.keep(key);
                }
                RecordMember::Value => {
                    let value = base64("value", members.next_value()?, &mut buffers.bytes);
                    draft.value = draft.keep(value);
                }
                RecordMember::Headers => {
                    let headers = members.next_value_seed(Read(HeadersShape { buffers: &mut *buffers }))?;
                    draft.headers = draft.keep(headers.map(Some));
                }
                RecordMember::KeySchemaMetadata => {
                    let schema = SchemaShape { buffers: &mut *buffers, member: "keySchemaMetadata" };
                    let schema = members.next_value_seed(Read(schema))?;
                    draft.key_schema = draft.keep(schema);
                }
                RecordMember::ValueSchemaMetadata => {
                    let schema = SchemaShape { buffers: &mut *buffers, member: "valueSchemaMetadata" };
                    let schema = members.next_value_seed(Read(schema))?;
                    draft.value_schema = draft.keep(schema);
                }
                RecordMember::Unknown => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        draft.finish(place, buffers);
        Ok(())
    }
}

/// A record as far as it has been read.
#[derive(Default)]
struct Draft<'de> {
    topic: Option<Cow<'de, str>>,
    partition: Option<i32>,
    offset: Option<i64>,
    timestamp: Option<i64>,
    timestamp_type: Option<TimestampType>,
    key: Option<Span>,
    value: Option<Span>,
    headers: Option<Span>,
    key_schema: Option<u32>,
    value_schema: Option<u32>,
    /// The first thing that was wrong with it.
    reason: Option<Reason>,
}

impl Draft<'_> {
    fn keep<T>(&mut self, member: Result<Option<T>, Reason>) -> Option<T> {
        member.unwrap_or_else(|reason| {
            self.reason.get_or_insert(reason);
            None
        })
    }

    fn finish(self, place: Place, buffers: &mut Buffers) {
        let topic = match self.topic.as_deref() {
            Some(topic) => same_topic(topic, place, buffers).unwrap_or_else(|| buffers.keep_text(topic)),
            None => place.topic,
        };
        let partition = self.partition.or(place.partition);
        let record = match (self.reason, self.offset, partition) {
            (Some(reason), offset, _) => StoredRecord::Undecodable { offset, reason },
            (None, None, _) => StoredRecord::Undecodable { offset: None, reason: Reason::Missing { member: "offset" } },
            (None, offset, None) => {
                StoredRecord::Undecodable { offset, reason: Reason::Missing { member: "partition" } }
            }
            (None, Some(offset), Some(_)) => StoredRecord::Decoded(DecodedRecord {
                offset,
                timestamp: self.timestamp,
                timestamp_type: match self.timestamp {
                    Some(_) => self.timestamp_type.unwrap_or(TimestampType::CreateTime),
                    None => TimestampType::None,
                },
                key: self.key,
                value: self.value,
                headers: self.headers.unwrap_or(Span::new(0..0)),
                key_schema: self.key_schema,
                value_schema: self.value_schema,
            }),
        };
        // Kafka's own number for an unknown partition.
        buffers.push(topic, partition.unwrap_or(-1), record);
    }
}

/// The topic of the record before, or of the place, if this is the same: an event repeats it with every record.
fn same_topic(topic: &str, place: Place, buffers: &Buffers) -> Option<Span> {
    let before = buffers.partitions.last().map(|partition| partition.topic);
    [before, Some(place.topic)].into_iter().flatten().find(|span| buffers.text(*span) == topic)
}

fn text<'de>(member: &'static str, value: Scalar<'de>) -> Result<Option<Cow<'de, str>>, Reason> {
    match value {
        Scalar::Text(text) => Ok(Some(text)),
        Scalar::Null => Ok(None),
        other => Err(Reason::Unexpected { member, expected: "a string", found: other.json_type() }),
    }
}

/// Decodes a key or a value to the end of `bytes`. Null and the empty string are different things.
fn base64(member: &'static str, value: Scalar<'_>, bytes: &mut Vec<u8>) -> Result<Option<Span>, Reason> {
    match value {
        Scalar::Text(text) => {
            let start = bytes.len();
            STANDARD.decode_append(text.as_bytes(), bytes).map_err(|_| Reason::NotBase64 { member })?;
            Ok(Some(Span::new(start..bytes.len())))
        }
        Scalar::Null => Ok(None),
        other => Err(Reason::Unexpected { member, expected: "a string of base64", found: other.json_type() }),
    }
}

fn partition_number(value: &Scalar<'_>) -> Result<Option<i32>, Reason> {
    const EXPECTED: &str = "an integer from 0 to 2147483647";
    number("partition", value, EXPECTED, |number| i32::try_from(number).ok().filter(|partition| *partition >= 0))
}

fn offset(value: &Scalar<'_>) -> Result<Option<i64>, Reason> {
    const EXPECTED: &str = "an integer from 0 to 9223372036854775807";
    number("offset", value, EXPECTED, |number| Some(number).filter(|offset| *offset >= 0))
}

/// Kafka's -1 means that the record has none. Other times before 1970 are times.
fn timestamp(value: &Scalar<'_>) -> Result<Option<i64>, Reason> {
    const NO_TIMESTAMP: i64 = -1;
    let timestamp = number("timestamp", value, "an integer of milliseconds", Some)?;
    Ok(timestamp.filter(|timestamp| *timestamp != NO_TIMESTAMP))
}

fn number<T>(
    member: &'static str,
    value: &Scalar<'_>,
    expected: &'static str,
    accept: impl FnOnce(i64) -> Option<T>,
) -> Result<Option<T>, Reason> {
    if matches!(value, Scalar::Null) {
        return Ok(None);
    }
    match value.integer().and_then(accept) {
        Some(number) => Ok(Some(number)),
        None => Err(Reason::Unexpected { member, expected, found: value.json_type() }),
    }
}

/// Kafka's names. Anything else is as good as absent: a record with a timestamp then has the producer's, Kafka's default.
fn timestamp_type(value: &Scalar<'_>) -> Option<TimestampType> {
    match value {
        Scalar::Text(name) if name == "CREATE_TIME" => Some(TimestampType::CreateTime),
        Scalar::Text(name) if name == "LOG_APPEND_TIME" => Some(TimestampType::LogAppendTime),
        Scalar::Text(name) if name == "NO_TIMESTAMP_TYPE" => Some(TimestampType::None),
        _ => None,
    }
}

/// `keySchemaMetadata` or `valueSchemaMetadata`: where it is kept.
struct SchemaShape<'b> {
    buffers: &'b mut Buffers,
    member: &'static str,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum SchemaMember {
    DataFormat,
    SchemaId,
    #[serde(other)]
    Unknown,
}

impl<'de> Shape<'de> for SchemaShape<'_> {
    type Value = Result<Option<u32>, Reason>;

    fn other(self, _found: JsonType) -> Self::Value {
        Err(Reason::SchemaMetadata { member: self.member })
    }

    fn null(self) -> Self::Value {
        Ok(None)
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut data_format = Scalar::Null;
        let mut schema_id = Scalar::Null;
        while let Some(member) = members.next_key()? {
            match member {
                SchemaMember::DataFormat => data_format = members.next_value()?,
                SchemaMember::SchemaId => schema_id = members.next_value()?,
                SchemaMember::Unknown => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        let Scalar::Text(data_format) = data_format else {
            return Ok(self.other(JsonType::Object));
        };
        let schema_id = match schema_id {
            Scalar::Text(id) => Some(id),
            Scalar::Integer(id) => Some(Cow::Owned(id.to_string())),
            Scalar::Null => None,
            _ => return Ok(self.other(JsonType::Object)),
        };
        Ok(Ok(Some(self.buffers.keep_schema(&data_format, schema_id.as_deref()))))
    }
}
