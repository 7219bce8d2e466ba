//! What a sink is given.

use connect::SinkRecord;
use connect::config::Tolerance;

/// The records of one invocation that are to be written.
#[derive(Debug)]
pub struct Batch<'a> {
    /// By topic-partition.
    pub partitions: Vec<PartitionBatch<'a>>,
    /// Names the Kafka cluster: the event source's ARN, or its bootstrap servers.
    pub cluster: &'a str,
    /// Whether these records were sent again on purpose, and so are judged one by one.
    pub replay: bool,
}

/// One topic-partition's records, in offset order.
#[derive(Debug)]
pub struct PartitionBatch<'a> {
    /// The topic that they were consumed from.
    pub topic: &'a str,
    /// Its partition.
    pub partition: i32,
    /// The records. Those that a converter rejected or a transform dropped are not among them.
    pub records: Vec<SinkRecord<'a>>,
    /// What to do after a record that cannot be written: with [`Tolerance::None`] nothing that comes later is written,
    /// with [`Tolerance::All`] the others are.
    pub tolerance: Tolerance,
}
