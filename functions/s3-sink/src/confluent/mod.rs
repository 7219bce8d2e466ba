//! Confluent's way: a partitioner gives each record a directory, and objects are cut by counting records
//! (`TopicPartitionWriter`).

mod field;
mod iso8601;
pub mod joda;
mod object_name;
mod partitioner;
#[cfg(test)]
mod tests;
mod timestamp_extractor;

use std::collections::HashMap;

use connect::config::Tolerance;
use connect::{Exception, SinkRecord};

pub use field::FieldName;
pub use object_name::ObjectNaming;
pub use partitioner::{Directories, Partitioner, SchemaAffix, Scheme, TimeScheme};
pub use timestamp_extractor::TimestampExtractor;

use crate::plan::{Identity, PartitionRecords, Plan, PlannedObject};

/// Which records go into which object, by directory.
#[derive(Debug, Clone)]
pub struct ConfluentLayout {
    /// From a record to its directory.
    pub partitioner: Partitioner,
    /// From a directory and an offset to a name.
    pub naming: ObjectNaming,
    /// After how many records of a topic-partition all its objects end; at least 1 (`flush.size`).
    pub flush_size: u64,
    /// What becomes of tombstones (`behavior.on.null.values`).
    pub null_values: NullValues,
}

/// What becomes of records without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullValues {
    /// They are bad records.
    Fail,
    /// They are left out.
    Ignore,
}

impl ConfluentLayout {
    /// Plans the objects of one topic-partition.
    ///
    /// Kafka Connect fails where a transform has renamed the topic; here the new topic is part of the name.
    #[must_use]
    pub fn plan(&self, partition: &PartitionRecords<'_, '_>) -> Plan {
        let mut bad = partition.bad.clone();
        let mut filtered = Vec::new();
        let mut open = OpenObjects::new(self, partition);
        for (index, record) in partition.good() {
            let placed = match self.null_values {
                NullValues::Ignore if record.value.is_null() => {
                    filtered.push(index);
                    continue;
                }
                NullValues::Fail if record.value.is_null() => {
                    Err(Exception::data("the value is null, and behavior.on.null.values=fail"))
                }
                _ => open.add(index, record),
            };
            if let Err(exception) = placed {
                bad.insert(index, exception);
                if partition.tolerance == Tolerance::None {
                    break;
                }
            }
        }
        Plan { objects: open.objects, filtered, bad }
    }
}

/// Objects and which of them still take records: they all end together, whenever the topic-partition has had `flush.size`
/// records.
struct OpenObjects<'b> {
    naming: &'b ObjectNaming,
    directories: Directories<'b>,
    flush_size: u64,
    records: u64,
    objects: Vec<PlannedObject>,
    /// Positions of the objects that take records, by topic and directory.
    positions: HashMap<String, usize>,
    /// Topic and directory of the record that is looked at.
    path: String,
    /// The topic of the record before, and its object's position.
    before: Option<(&'b str, usize)>,
}

impl<'b> OpenObjects<'b> {
    fn new(layout: &'b ConfluentLayout, partition: &PartitionRecords<'b, '_>) -> Self {
        Self {
            naming: &layout.naming,
            directories: layout.partitioner.directories(partition.now),
            flush_size: if partition.replay { 1 } else { layout.flush_size },
            records: 0,
            objects: Vec::new(),
            positions: HashMap::new(),
            path: String::new(),
            before: None,
        }
    }

    fn add(&mut self, index: usize, record: &'b SinkRecord<'_>) -> Result<(), Exception> {
        let directory_differs = self.directories.advance(record)?;
        let position = match self.before {
            Some((topic, position)) if !directory_differs && topic == record.topic => position,
            _ => self.position(record),
        };
        self.before = Some((&record.topic, position));
        if let Some(object) = self.objects.get_mut(position) {
            object.records.push(index);
        }
        self.records += 1;
        if self.records >= self.flush_size {
            self.records = 0;
            self.positions.clear();
            self.before = None;
        }
        Ok(())
    }

    /// The position of the record's object, which is opened where there is none.
    fn position(&mut self, record: &SinkRecord<'_>) -> usize {
        let directory = self.directories.current();
        self.path.clear();
        self.path.extend([&record.topic, "/", directory]);
        if let Some(position) = self.positions.get(&self.path) {
            return *position;
        }
        let position = self.objects.len();
        let name = self.naming.name(&record.topic, directory, record.partition, record.offset);
        self.objects.push(PlannedObject { name, identity: Identity::StartOffset, records: Vec::new() });
        self.positions.insert(self.path.clone(), position);
        position
    }
}
