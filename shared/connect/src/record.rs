//! The record, as consumed and as a sink sees it.

use std::borrow::Cow;

use crate::Data;

/// What a record's timestamp means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimestampType {
    /// The record has none.
    None,
    /// Set by the producer.
    CreateTime,
    /// Set by the broker.
    LogAppendTime,
}

/// Which schema the event source mapping found for a key or a value, where it has a schema registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaMetadata {
    /// `JSON`, `AVRO` or `PROTOBUF`: the original format, not necessarily that of the bytes.
    pub data_format: String,
    /// The registry's identifier, absent for some JSON.
    pub schema_id: Option<String>,
}

/// A header as consumed. Names may repeat; their order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawHeader<'a> {
    /// The header's name.
    pub name: &'a str,
    /// The header's bytes, or a null.
    pub value: Option<&'a [u8]>,
}

/// A record as consumed: bytes, nothing interpreted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord<'a> {
    /// The topic it was consumed from.
    pub topic: &'a str,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Milliseconds since 1970, or none.
    pub timestamp: Option<i64>,
    /// What the timestamp means.
    pub timestamp_type: TimestampType,
    /// The key; a null and an empty key are different.
    pub key: Option<&'a [u8]>,
    /// The value; a null (a tombstone) and an empty value are different.
    pub value: Option<&'a [u8]>,
    /// The headers, in order.
    pub headers: Vec<RawHeader<'a>>,
    /// The key's schema, where the event source mapping validated it.
    pub key_schema: Option<&'a SchemaMetadata>,
    /// The value's schema, where the event source mapping validated it.
    pub value_schema: Option<&'a SchemaMetadata>,
}

/// A converted header.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// The header's name.
    pub name: Cow<'a, str>,
    /// The header's schema and value.
    pub value: Data<'a>,
}

/// A record as a sink sees it: converted and transformed.
///
/// `topic` is where transforms say that the record belongs; `original_topic`, `partition` and `offset` say where it came
/// from, and together they identify it.
#[derive(Debug, Clone)]
pub struct SinkRecord<'a> {
    /// The topic, perhaps renamed by a transform.
    pub topic: Cow<'a, str>,
    /// The topic that the record was consumed from.
    pub original_topic: &'a str,
    /// The partition that the record was consumed from.
    pub partition: i32,
    /// The record's offset.
    pub offset: i64,
    /// Milliseconds since 1970, or none.
    pub timestamp: Option<i64>,
    /// What the timestamp means.
    pub timestamp_type: TimestampType,
    /// The key.
    pub key: Data<'a>,
    /// The value.
    pub value: Data<'a>,
    /// The headers, in order.
    pub headers: Vec<Header<'a>>,
}
