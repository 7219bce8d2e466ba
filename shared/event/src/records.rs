//! A decoded event: its source, and its records by topic-partition.

use std::fmt;

use connect::RawRecord;

use crate::arena::StoredRecord;
use crate::{Buffers, Source, UndecodableRecord};

/// A decoded event. It owns its bytes (the body is not needed any more), and its records point into them.
pub struct Event {
    source: Source,
    buffers: Buffers,
}

impl Event {
    /// `buffers` hold the records, arranged.
    pub(crate) fn new(source: Source, buffers: Buffers) -> Self {
        Self { source, buffers }
    }

    /// The Kafka cluster that the records come from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The topic-partitions that have records, each once, by topic and then by partition number: the same event always
    /// gives the same order, whatever the order of its members.
    pub fn partitions(&self) -> impl ExactSizeIterator<Item = Partition<'_>> {
        self.buffers.partitions.iter().map(|entry| Partition {
            buffers: &self.buffers,
            topic: self.buffers.text(entry.topic),
            partition: entry.partition,
            records: self.buffers.records.get(entry.records.range()).unwrap_or_default(),
        })
    }

    /// How many records the event has, undecodable ones included.
    pub fn record_count(&self) -> usize {
        self.buffers.records.len()
    }

    /// Ends the event and hands back its memory for the next one.
    pub fn into_buffers(self) -> Buffers {
        self.buffers
    }
}

/// Without payloads.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("source", &self.source)
            .field("record_count", &self.record_count())
            .finish_non_exhaustive()
    }
}

/// One topic-partition's records in an event.
#[derive(Clone, Copy)]
pub struct Partition<'a> {
    buffers: &'a Buffers,
    topic: &'a str,
    partition: i32,
    records: &'a [StoredRecord],
}

impl<'a> Partition<'a> {
    /// The topic.
    pub fn topic(&self) -> &'a str {
        self.topic
    }

    /// The partition number; -1 where the event does not give it, which only undecodable records have.
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// How many records there are, undecodable ones included. Never 0.
    #[expect(clippy::len_without_is_empty, reason = "a topic-partition without records is not in the event")]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// The records in offset order. Records of the same offset are all there, in the event's order; one whose offset
    /// cannot be read stays behind the record that it came after.
    ///
    /// Allocates nothing but the list of headers of a record that has headers.
    pub fn records(
        &self,
    ) -> impl ExactSizeIterator<Item = Result<RawRecord<'a>, UndecodableRecord<'a>>> + DoubleEndedIterator + use<'a>
    {
        let Self { buffers, topic, partition, records } = *self;
        records.iter().map(move |stored| buffers.record(topic, partition, stored))
    }
}

/// Without payloads.
impl fmt::Debug for Partition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partition")
            .field("topic", &self.topic)
            .field("partition", &self.partition)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
