//! From one topic-partition's records to the objects that will hold them. Pure: nothing is encoded or sent yet.

use std::collections::BTreeMap;

use connect::config::Tolerance;
use connect::{Exception, SinkRecord};

/// One topic-partition's records, in offset order, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub struct PartitionRecords<'b, 'r> {
    /// The topic that they were consumed from.
    pub topic: &'b str,
    /// Its partition.
    pub partition: i32,
    /// The records.
    pub records: &'b [SinkRecord<'r>],
    /// Records that are known to be bad, by index: they go into no object.
    pub bad: &'b BTreeMap<usize, Exception>,
    /// What to do after a bad record: with [`Tolerance::None`] nothing that comes later goes into an object.
    pub tolerance: Tolerance,
    /// The wall clock's time, in milliseconds since 1970, for names that ask for it.
    pub now: i64,
    /// Whether these records were sent again on purpose: then each goes into an object of its own, so that its name says
    /// whether it is there already.
    pub replay: bool,
}

/// The objects of one topic-partition. Every record is in exactly one object, or filtered, or bad, or it comes after a bad one
/// under [`Tolerance::None`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The objects, by their first records.
    pub objects: Vec<PlannedObject>,
    /// Records that the configuration leaves out, by index.
    pub filtered: Vec<usize>,
    /// Bad records by index: those known before, and those that have no place.
    pub bad: BTreeMap<usize, Exception>,
}

/// An object to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedObject {
    /// Its name in the bucket (S3's "key").
    pub name: String,
    /// What the name identifies.
    pub identity: Identity,
    /// Its records, by index, in offset order; at least one.
    pub records: Vec<usize>,
}

/// What an object's name identifies, and so what another object of that name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The name carries the offset of the first record: two objects of one name begin with the same record.
    StartOffset,
    /// The name carries a record's key and no offset: the object holds the latest record of that key.
    RecordKey,
}

impl<'b, 'r> PartitionRecords<'b, 'r> {
    /// The records that may go into objects, by index: without the bad ones, and under [`Tolerance::None`] without what
    /// comes after the first of them.
    pub fn good(&self) -> impl Iterator<Item = (usize, &'b SinkRecord<'r>)> {
        let bad = self.bad;
        let end = match self.tolerance {
            Tolerance::None => bad.keys().next().copied().unwrap_or(usize::MAX),
            Tolerance::All => usize::MAX,
        };
        self.records.iter().enumerate().take(end).filter(move |(index, _)| !bad.contains_key(index))
    }
}
