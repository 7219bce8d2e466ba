//! The writing side: records in, the event that AWS would have sent out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base64_simd::STANDARD;
use connect::{RawHeader, RawRecord, SchemaMetadata, TimestampType};

use crate::Source;

/// The largest event that Lambda passes to a function: 6 MB, base64 and names included (a quota of synchronous
/// invocations: AWS Lambda Developer Guide, "Lambda quotas").
pub const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

const RECORDS_END: &[u8] = b"}}";

/// Writes the event of a Kafka event source mapping, record by record.
///
/// Compact and with its members in AWS's order. A null key or value is left out, as AWS does; a header's bytes are signed;
/// a null header is `null` (AWS documents no form for it); a record without a timestamp has -1. Topic-partitions come out
/// sorted, the records of each in the order in which they were pushed, however they were interleaved.
///
/// ```
/// # use event::{Source, SourceKind, write::{EventWriter, MAX_EVENT_BYTES}};
/// # let source = Source { kind: SourceKind::SelfManaged, event_source_arn: None, bootstrap_servers: Some("localhost:9092".to_owned()) };
/// # let records: Vec<connect::RawRecord> = Vec::new();
/// let mut writer = EventWriter::new(&source);
/// for record in &records {
///     if writer.payload_len() + writer.added_len(record) > MAX_EVENT_BYTES {
///         break; // the rest goes into the next event
///     }
///     writer.push(record);
/// }
/// let event: Vec<u8> = writer.finish();
/// ```
#[derive(Clone)]
pub struct EventWriter {
    head: Vec<u8>,
    /// By topic and partition: the member of `records`, without the closing bracket of its array.
    partitions: BTreeMap<String, BTreeMap<i32, Vec<u8>>>,
    record_count: usize,
    /// The event's length if it ended here.
    payload_len: usize,
}

impl EventWriter {
    /// An event without records.
    pub fn new(source: &Source) -> Self {
        let mut head = Vec::new();
        head.raw(b"{\"eventSource\":");
        head.string(source.kind.event_source());
        let places = [("eventSourceArn", &source.event_source_arn), ("bootstrapServers", &source.bootstrap_servers)];
        for (name, value) in places {
            if let Some(value) = value {
                head.raw(b",");
                head.string(name);
                head.raw(b":");
                head.string(value);
            }
        }
        head.raw(b",\"records\":{");
        let payload_len = head.len() + RECORDS_END.len();
        Self { head, partitions: BTreeMap::new(), record_count: 0, payload_len }
    }

    /// Adds a record behind those that its topic-partition has already.
    pub fn push(&mut self, record: &RawRecord<'_>) {
        let first_of_all = self.record_count == 0;
        let topic = match self.partitions.get_mut(record.topic) {
            Some(topic) => topic,
            None => self.partitions.entry(record.topic.to_owned()).or_default(),
        };
        match topic.entry(record.partition) {
            Entry::Occupied(entry) => {
                let json = entry.into_mut();
                let before = json.len();
                json.raw(b",");
                write_record(json, record);
                self.payload_len += json.len() - before;
            }
            Entry::Vacant(entry) => {
                let json = entry.insert(Vec::new());
                write_name(json, record);
                write_record(json, record);
                self.payload_len += json.len() + closing_len(first_of_all);
            }
        }
        self.record_count += 1;
    }

    /// The exact number of bytes by which [`EventWriter::push`] of this record would lengthen the event.
    pub fn added_len(&self, record: &RawRecord<'_>) -> usize {
        let mut length = Length(0);
        let known = self.partitions.get(record.topic).is_some_and(|topic| topic.contains_key(&record.partition));
        if known {
            length.raw(b",");
        } else {
            write_name(&mut length, record);
            length.0 += closing_len(self.record_count == 0);
        }
        write_record(&mut length, record);
        length.0
    }

    /// The exact length in bytes of the event if it were finished now.
    pub fn payload_len(&self) -> usize {
        self.payload_len
    }

    /// How many records have been pushed.
    pub fn record_count(&self) -> usize {
        self.record_count
    }

    /// The event's JSON.
    pub fn finish(self) -> Vec<u8> {
        let mut event = self.head;
        event.reserve_exact(self.payload_len - event.len());
        let mut separator: &[u8] = b"";
        for partition in self.partitions.values().flat_map(BTreeMap::values) {
            event.raw(separator);
            event.raw(partition);
            event.raw(b"]");
            separator = b",";
        }
        event.raw(RECORDS_END);
        event
    }
}

/// A topic-partition's closing bracket, and the comma between it and another one.
fn closing_len(first_of_all: bool) -> usize {
    if first_of_all { 1 } else { 2 }
}

fn write_name(out: &mut impl Output, record: &RawRecord<'_>) {
    out.raw(b"\"");
    out.escaped(record.topic);
    out.raw(b"-");
    out.integer(record.partition);
    out.raw(b"\":[");
}

fn write_record(out: &mut impl Output, record: &RawRecord<'_>) {
    out.raw(b"{\"topic\":");
    out.string(record.topic);
    out.raw(b",\"partition\":");
    out.integer(record.partition);
    out.raw(b",\"offset\":");
    out.integer(record.offset);
    out.raw(b",\"timestamp\":");
    out.integer(record.timestamp.unwrap_or(-1));
    out.raw(b",\"timestampType\":");
    out.raw(match record.timestamp_type {
        TimestampType::None => b"\"NO_TIMESTAMP_TYPE\"",
        TimestampType::CreateTime => b"\"CREATE_TIME\"",
        TimestampType::LogAppendTime => b"\"LOG_APPEND_TIME\"",
    });
    for (name, bytes) in [(&b",\"key\":\""[..], record.key), (b",\"value\":\"", record.value)] {
        if let Some(bytes) = bytes {
            out.raw(name);
            out.base64(bytes);
            out.raw(b"\"");
        }
    }
    out.raw(b",\"headers\":[");
    let mut separator: &[u8] = b"";
    for header in &record.headers {
        out.raw(separator);
        write_header(out, header);
        separator = b",";
    }
    out.raw(b"]");
    write_schema(out, b",\"keySchemaMetadata\":", record.key_schema);
    write_schema(out, b",\"valueSchemaMetadata\":", record.value_schema);
    out.raw(b"}");
}

fn write_header(out: &mut impl Output, header: &RawHeader<'_>) {
    out.raw(b"{");
    out.string(header.name);
    match header.value {
        Some(bytes) => {
            out.raw(b":[");
            let mut separator: &[u8] = b"";
            for byte in bytes {
                out.raw(separator);
                out.integer(byte.cast_signed());
                separator = b",";
            }
            out.raw(b"]");
        }
        None => out.raw(b":null"),
    }
    out.raw(b"}");
}

fn write_schema(out: &mut impl Output, name: &[u8], schema: Option<&SchemaMetadata>) {
    let Some(schema) = schema else {
        return;
    };
    out.raw(name);
    out.raw(b"{\"dataFormat\":");
    out.string(&schema.data_format);
    if let Some(id) = &schema.schema_id {
        out.raw(b",\"schemaId\":");
        out.string(id);
    }
    out.raw(b"}");
}

/// Takes JSON, or only its length: one way to write a record serves both.
trait Output {
    fn raw(&mut self, bytes: &[u8]);

    fn base64(&mut self, bytes: &[u8]);

    fn integer(&mut self, value: impl itoa::Integer) {
        self.raw(itoa::Buffer::new().format(value).as_bytes());
    }

    fn string(&mut self, text: &str) {
        self.raw(b"\"");
        self.escaped(text);
        self.raw(b"\"");
    }

    /// What stands between a string's quotation marks.
    fn escaped(&mut self, text: &str) {
        let needs_escape = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        for piece in text.as_bytes().split_inclusive(needs_escape) {
            match piece.split_last() {
                Some((last, plain)) if needs_escape(last) => {
                    self.raw(plain);
                    match last {
                        b'"' => self.raw(b"\\\""),
                        b'\\' => self.raw(b"\\\\"),
                        control => self.raw(format!("\\u{control:04x}").as_bytes()),
                    }
                }
                _ => self.raw(piece),
            }
        }
    }
}

impl Output for Vec<u8> {
    fn raw(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn base64(&mut self, bytes: &[u8]) {
        // The encoder reserves exactly what it needs; without room to grow, each record would move all those before it.
        self.reserve(STANDARD.encoded_length(bytes.len()));
        STANDARD.encode_append(bytes, self);
    }
}

struct Length(usize);

impl Output for Length {
    fn raw(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    fn base64(&mut self, bytes: &[u8]) {
        self.0 += STANDARD.encoded_length(bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceKind;

    fn source() -> Source {
        Source {
            kind: SourceKind::Msk,
            event_source_arn: Some("arn:aws:kafka:eu-west-1:123456789012:cluster/shop/c-1".to_owned()),
            bootstrap_servers: Some("b-1:9098,b-2:9098".to_owned()),
        }
    }

    fn record(topic: &str, partition: i32, offset: i64) -> RawRecord<'_> {
        RawRecord {
            topic,
            partition,
            offset,
            timestamp: Some(1_545_084_650_987),
            timestamp_type: TimestampType::CreateTime,
            key: None,
            value: None,
            headers: Vec::new(),
            key_schema: None,
            value_schema: None,
        }
    }

    fn text(writer: EventWriter) -> String {
        String::from_utf8(writer.finish()).unwrap()
    }

    #[test]
    fn an_event_is_written_as_aws_writes_it() {
        let schema = SchemaMetadata { data_format: "AVRO".to_owned(), schema_id: Some("7".to_owned()) };
        let mut writer = EventWriter::new(&source());
        writer.push(&RawRecord {
            key: Some(b"recordKey"),
            value: Some(b"Hello, this is a test."),
            headers: vec![
                RawHeader { name: "headerKey", value: Some(&[104, 200]) },
                RawHeader { name: "none", value: None },
            ],
            value_schema: Some(&schema),
            ..record("mytopic", 0, 15)
        });
        let expected = concat!(
            r#"{"eventSource":"aws:kafka","eventSourceArn":"arn:aws:kafka:eu-west-1:123456789012:cluster/shop/c-1","#,
            r#""bootstrapServers":"b-1:9098,b-2:9098","records":{"mytopic-0":[{"topic":"mytopic","partition":0,"#,
            r#""offset":15,"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"cmVjb3JkS2V5","#,
            r#""value":"SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==","headers":[{"headerKey":[104,-56]},{"none":null}],"#,
            r#""valueSchemaMetadata":{"dataFormat":"AVRO","schemaId":"7"}}]}}"#
        );
        assert_eq!(text(writer), expected);
    }

    #[test]
    fn an_event_without_records_is_complete() {
        let source = Source { kind: SourceKind::SelfManaged, event_source_arn: None, bootstrap_servers: None };
        let writer = EventWriter::new(&source);
        assert_eq!(writer.payload_len(), r#"{"eventSource":"SelfManagedKafka","records":{}}"#.len());
        assert_eq!(text(writer), r#"{"eventSource":"SelfManagedKafka","records":{}}"#);
    }

    #[test]
    fn null_is_left_out_and_empty_is_not() {
        let mut writer = EventWriter::new(&source());
        writer.push(&RawRecord { timestamp: None, timestamp_type: TimestampType::None, ..record("t", 0, 1) });
        writer.push(&RawRecord { key: Some(b""), value: Some(b""), ..record("t", 0, 2) });
        let event = text(writer);
        assert!(event.contains(r#""timestamp":-1,"timestampType":"NO_TIMESTAMP_TYPE","headers":[]}"#), "{event}");
        assert!(event.contains(r#""timestampType":"CREATE_TIME","key":"","value":"","headers":[]}"#), "{event}");
    }

    #[test]
    fn records_of_a_partition_need_not_come_together() {
        let mut writer = EventWriter::new(&source());
        for (topic, partition, offset) in [("t", 10, 5), ("t", 2, 8), ("t", 10, 6), ("a", 0, 1), ("t", 2, 9)] {
            writer.push(&record(topic, partition, offset));
        }
        assert_eq!(writer.record_count(), 5);
        let event: serde_json::Value = serde_json::from_slice(&writer.finish()).unwrap();
        let offsets = |name: &str| -> Vec<i64> {
            event["records"][name].as_array().unwrap().iter().map(|record| record["offset"].as_i64().unwrap()).collect()
        };
        assert_eq!(offsets("a-0"), [1]);
        assert_eq!(offsets("t-2"), [8, 9]);
        assert_eq!(offsets("t-10"), [5, 6]);
    }

    #[test]
    fn a_batch_can_be_cut_exactly_at_the_limit() {
        let value = vec![b'x'; 1000];
        let mut writer = EventWriter::new(&source());
        let mut offset = 0;
        let mut next = RawRecord { value: Some(&value), ..record("orders", 0, offset) };
        while writer.payload_len() + writer.added_len(&next) <= MAX_EVENT_BYTES {
            writer.push(&next);
            offset += 1;
            next.offset = offset;
        }
        let with_one_more = writer.payload_len() + writer.added_len(&next);
        let event = writer.clone().finish();
        assert_eq!(event.len(), writer.payload_len());
        assert!(event.len() <= MAX_EVENT_BYTES && with_one_more > MAX_EVENT_BYTES);
        writer.push(&next);
        assert_eq!(writer.finish().len(), with_one_more);
    }
}
