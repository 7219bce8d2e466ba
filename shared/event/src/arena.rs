//! The store behind an event: decoded bytes end to end, and records that point into them.

use std::fmt;
use std::ops::Range;

use connect::{RawHeader, RawRecord, SchemaMetadata, TimestampType};

use crate::{Reason, UndecodableRecord};

/// The memory of a decoded event, to be used again for the next one: [`crate::decode_into`] takes it,
/// [`crate::Event::into_buffers`] gives it back. It grows to what the largest event needed and stays there.
#[derive(Default)]
pub struct Buffers {
    /// Keys, values and header values, decoded.
    pub(crate) bytes: Vec<u8>,
    /// Topics and header names, unescaped.
    pub(crate) text: String,
    pub(crate) headers: Vec<StoredHeader>,
    pub(crate) schemas: Vec<SchemaMetadata>,
    pub(crate) records: Vec<StoredRecord>,
    /// Runs of `records`: as they came while decoding; one per topic-partition, sorted, once [`Buffers::arrange`] is done.
    pub(crate) partitions: Vec<StoredPartition>,
}

/// A range of one of the buffers. 32 bits suffice: none of them can outgrow the body, which is checked to be shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy)]
pub(crate) struct StoredHeader {
    pub(crate) name: Span,
    pub(crate) value: Option<Span>,
}

#[derive(Clone, Copy)]
pub(crate) enum StoredRecord {
    Decoded(DecodedRecord),
    Undecodable { offset: Option<i64>, reason: Reason },
}

#[derive(Clone, Copy)]
pub(crate) struct DecodedRecord {
    pub(crate) offset: i64,
    pub(crate) timestamp: Option<i64>,
    pub(crate) timestamp_type: TimestampType,
    pub(crate) key: Option<Span>,
    pub(crate) value: Option<Span>,
    pub(crate) headers: Span,
    pub(crate) key_schema: Option<u32>,
    pub(crate) value_schema: Option<u32>,
}

#[derive(Clone, Copy)]
pub(crate) struct StoredPartition {
    pub(crate) topic: Span,
    pub(crate) partition: i32,
    pub(crate) records: Span,
}

impl Buffers {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.text.clear();
        self.headers.clear();
        self.schemas.clear();
        self.records.clear();
        self.partitions.clear();
    }

    /// Takes up a record of a topic-partition; `topic` is a span of `text`.
    pub(crate) fn push(&mut self, topic: Span, partition: i32, record: StoredRecord) {
        let start = self.records.len();
        self.records.push(record);
        let end = self.records.len();
        match self.partitions.last_mut() {
            Some(last) if last.topic == topic && last.partition == partition => last.records.end = end as u32,
            _ => self.partitions.push(StoredPartition { topic, partition, records: Span::new(start..end) }),
        }
    }

    /// The text of `span`, to compare with.
    pub(crate) fn text(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Keeps a text, and says where.
    pub(crate) fn keep_text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span::new(start..self.text.len())
    }

    /// Keeps a schema's metadata, once for the records that share it, and says where.
    pub(crate) fn keep_schema(&mut self, data_format: &str, schema_id: Option<&str>) -> u32 {
        // An event has one or two schemas. One with thousands costs memory, never a search through all of them.
        const SEARCHED: usize = 8;
        let known = self.schemas.iter().enumerate().rev().take(SEARCHED);
        let same =
            |schema: &SchemaMetadata| schema.data_format == data_format && schema.schema_id.as_deref() == schema_id;
        if let Some((index, _)) = known.into_iter().find(|(_, schema)| same(schema)) {
            return index as u32;
        }
        let schema = SchemaMetadata { data_format: data_format.to_owned(), schema_id: schema_id.map(str::to_owned) };
        self.schemas.push(schema);
        (self.schemas.len() - 1) as u32
    }

    /// Brings the topic-partitions into order (topic, partition), each with all its records, those in offset order.
    pub(crate) fn arrange(&mut self) {
        let Self { text, partitions, records, .. } = self;
        let topic = |entry: &StoredPartition| text.get(entry.topic.range()).unwrap_or_default();
        let order = |left: &StoredPartition, right: &StoredPartition| {
            topic(left).cmp(topic(right)).then(left.partition.cmp(&right.partition))
        };
        partitions.sort_by(order);
        // In the usual event every topic-partition is in one piece, and no record has to be moved.
        if !partitions.is_sorted_by(|left, right| order(left, right).is_lt()) {
            *records = gather(partitions, records);
            partitions.dedup_by(|later, earlier| {
                let same = order(later, earlier).is_eq();
                if same {
                    earlier.records.end = later.records.end;
                }
                same
            });
        }
        for entry in partitions.iter() {
            sort_by_offset(records.get_mut(entry.records.range()).unwrap_or_default());
        }
    }

    pub(crate) fn record<'a>(
        &'a self,
        topic: &'a str,
        partition: i32,
        stored: &StoredRecord,
    ) -> Result<RawRecord<'a>, UndecodableRecord<'a>> {
        let record = match stored {
            StoredRecord::Decoded(record) => record,
            &StoredRecord::Undecodable { offset, reason } => {
                return Err(UndecodableRecord { topic, partition, offset, reason });
            }
        };
        let headers = self.headers.get(record.headers.range()).unwrap_or_default();
        let schema = |index: Option<u32>| self.schemas.get(index? as usize);
        Ok(RawRecord {
            topic,
            partition,
            offset: record.offset,
            timestamp: record.timestamp,
            timestamp_type: record.timestamp_type,
            key: record.key.map(|span| self.slice(span)),
            value: record.value.map(|span| self.slice(span)),
            headers: headers.iter().map(|header| self.header(header)).collect(),
            key_schema: schema(record.key_schema),
            value_schema: schema(record.value_schema),
        })
    }

    fn header(&self, stored: &StoredHeader) -> RawHeader<'_> {
        RawHeader { name: self.text(stored.name), value: stored.value.map(|span| self.slice(span)) }
    }

    fn slice(&self, span: Span) -> &[u8] {
        self.bytes.get(span.range()).unwrap_or_default()
    }
}

/// Says how much memory there is, not what is in it.
impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffers").field("capacity", &self.bytes.capacity()).finish_non_exhaustive()
    }
}

impl Span {
    pub(crate) fn new(range: Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl StoredRecord {
    fn offset(&self) -> Option<i64> {
        match self {
            Self::Decoded(record) => Some(record.offset),
            Self::Undecodable { offset, .. } => *offset,
        }
    }
}

/// The records in the order of their partitions' entries, which are changed to point there.
fn gather(partitions: &mut [StoredPartition], records: &[StoredRecord]) -> Vec<StoredRecord> {
    let mut gathered = Vec::with_capacity(records.len());
    for entry in partitions {
        let start = gathered.len();
        gathered.extend_from_slice(records.get(entry.records.range()).unwrap_or_default());
        entry.records = Span::new(start..gathered.len());
    }
    gathered
}

/// Stable; a record without an offset stays behind the record that it came after.
fn sort_by_offset(records: &mut [StoredRecord]) {
    if records.iter().filter_map(StoredRecord::offset).is_sorted() {
        return;
    }
    let mut place = i64::MIN;
    let mut placed: Vec<(i64, StoredRecord)> = Vec::with_capacity(records.len());
    for record in records.iter() {
        place = record.offset().unwrap_or(place);
        placed.push((place, *record));
    }
    placed.sort_by_key(|(place, _)| *place);
    for (record, (_, sorted)) in records.iter_mut().zip(placed) {
        *record = sorted;
    }
}
