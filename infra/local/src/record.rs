//! A record on its way from the consumer to an event.

use std::collections::BTreeMap;

use connect::{RawHeader, RawRecord, TimestampType};
use event::Source;
use event::write::EventWriter;
use rdkafka::message::{BorrowedMessage, Headers, Message, Timestamp};

/// A record as consumed, owning its bytes. Its topic is the mapping's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its partition.
    pub(crate) partition: i32,
    /// Its offset.
    pub(crate) offset: i64,
    /// Milliseconds since 1970, or none.
    pub(crate) timestamp: Option<i64>,
    /// What the timestamp means.
    pub(crate) timestamp_type: TimestampType,
    /// The key, or a null.
    pub(crate) key: Option<Box<[u8]>>,
    /// The value, or a null (a tombstone).
    pub(crate) value: Option<Box<[u8]>>,
    /// The headers in their order: name, and bytes or a null.
    pub(crate) headers: Vec<(String, Option<Box<[u8]>>)>,
}

impl Record {
    fn raw<'a>(&'a self, topic: &'a str) -> RawRecord<'a> {
        RawRecord {
            topic,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.timestamp,
            timestamp_type: self.timestamp_type,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: self.headers.iter().map(|(name, value)| RawHeader { name, value: value.as_deref() }).collect(),
            key_schema: None,
            value_schema: None,
        }
    }
}

impl From<&BorrowedMessage<'_>> for Record {
    fn from(message: &BorrowedMessage<'_>) -> Self {
        let (timestamp, timestamp_type) = match message.timestamp() {
            Timestamp::NotAvailable => (None, TimestampType::None),
            Timestamp::CreateTime(milliseconds) => (Some(milliseconds), TimestampType::CreateTime),
            Timestamp::LogAppendTime(milliseconds) => (Some(milliseconds), TimestampType::LogAppendTime),
        };
        let headers = message.headers().map(|headers| {
            headers.iter().map(|header| (header.key.to_owned(), header.value.map(Into::into))).collect()
        });
        Self {
            partition: message.partition(),
            offset: message.offset(),
            timestamp,
            timestamp_type,
            key: message.key().map(Into::into),
            value: message.payload().map(Into::into),
            headers: headers.unwrap_or_default(),
        }
    }
}

/// Writes the events of one topic, and says beforehand how long they will be.
#[derive(Clone)]
pub(crate) struct Events {
    topic: String,
    source: Source,
    /// An event with one record of each partition: against it, a record weighs what it weighs behind another one.
    begun: EventWriter,
}

impl Events {
    /// Events of `topic`, of which `partitions` exist, as the mapping of `source` sends them.
    pub(crate) fn new(source: Source, topic: &str, partitions: impl IntoIterator<Item = i32>) -> Self {
        let mut begun = EventWriter::new(&source);
        for partition in partitions {
            begun.push(&smallest_record(topic, partition));
        }
        Self { topic: topic.to_owned(), source, begun }
    }

    /// The length in bytes of an event without records.
    pub(crate) fn empty_event(&self) -> usize {
        EventWriter::new(&self.source).payload_len()
    }

    /// What a partition costs in an event beyond its records: its name and brackets, and the comma before it.
    pub(crate) fn partition_overhead(&self, partition: i32) -> usize {
        let smallest = smallest_record(&self.topic, partition);
        let mut writer = EventWriter::new(&self.source);
        let first = writer.added_len(&smallest);
        writer.push(&smallest);
        // Behind another record it pays for a comma, and so does a second partition.
        (first + 1).saturating_sub(writer.added_len(&smallest))
    }

    /// The length in bytes of a record in an event, with the comma before it.
    pub(crate) fn record_bytes(&self, record: &Record) -> usize {
        self.begun.added_len(&record.raw(&self.topic))
    }

    /// The event with these records.
    pub(crate) fn write<'r>(&self, records: impl IntoIterator<Item = &'r Record>) -> Vec<u8> {
        let mut writer = EventWriter::new(&self.source);
        for record in records {
            writer.push(&record.raw(&self.topic));
        }
        writer.finish()
    }

    /// The name of a topic-partition in an event: `orders-0`.
    pub(crate) fn topic_partition(&self, partition: i32) -> String {
        format!("{}-{partition}", self.topic)
    }

    /// The records' offsets, for people: `orders-0 from 17 to 42, orders-3 from 5 to 5`.
    pub(crate) fn describe(&self, batch: &BTreeMap<i32, Vec<Record>>) -> String {
        let ranges = batch.iter().filter_map(|(&partition, records)| {
            let (first, last) = (records.first()?.offset, records.last()?.offset);
            Some(format!("{} from {first} to {last}", self.topic_partition(partition)))
        });
        ranges.collect::<Vec<_>>().join(", ")
    }
}

fn smallest_record(topic: &str, partition: i32) -> RawRecord<'_> {
    RawRecord {
        topic,
        partition,
        offset: 0,
        timestamp: None,
        timestamp_type: TimestampType::None,
        key: None,
        value: None,
        headers: Vec::new(),
        key_schema: None,
        value_schema: None,
    }
}

#[cfg(test)]
mod tests {
    use event::SourceKind;
    use proptest::prelude::*;

    use super::*;

    fn source() -> Source {
        let bootstrap_servers = Some("127.0.0.1:9092".to_owned());
        Source { kind: SourceKind::SelfManaged, event_source_arn: None, bootstrap_servers }
    }

    fn record() -> impl Strategy<Value = Record> {
        let bytes = || proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40).prop_map(Into::into));
        (
            prop_oneof![Just(0), Just(7), Just(11)],
            0..i64::MAX,
            proptest::option::of(0..i64::MAX),
            bytes(),
            bytes(),
            proptest::collection::vec((".*", bytes()), 0..3),
        )
            .prop_map(|(partition, offset, timestamp, key, value, headers)| Record {
                partition,
                offset,
                timestamp,
                timestamp_type: TimestampType::CreateTime,
                key,
                value,
                headers,
            })
    }

    proptest! {
        #[test]
        fn an_event_is_as_long_as_its_parts_were_said_to_be(records in proptest::collection::vec(record(), 0..12)) {
            let events = Events::new(source(), "orders \"quoted\"", [0, 7, 11]);
            let partitions: std::collections::BTreeSet<i32> = records.iter().map(|record| record.partition).collect();
            let expected = events.empty_event()
                + records.iter().map(|record| events.record_bytes(record)).sum::<usize>()
                + partitions.iter().map(|&partition| events.partition_overhead(partition)).sum::<usize>()
                - usize::from(!partitions.is_empty());
            prop_assert_eq!(events.write(&records).len(), expected);
        }
    }

    #[test]
    fn a_batch_is_described_by_its_offsets() {
        let at = |partition, offset| Record {
            partition,
            offset,
            timestamp: None,
            timestamp_type: TimestampType::None,
            key: None,
            value: None,
            headers: Vec::new(),
        };
        let events = Events::new(source(), "orders", 0..4);
        let batch = BTreeMap::from([(0, vec![at(0, 17), at(0, 42)]), (3, vec![at(3, 5)])]);
        assert_eq!(events.describe(&batch), "orders-0 from 17 to 42, orders-3 from 5 to 5");
    }
}
