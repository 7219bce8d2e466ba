//! Why a mapping stopped.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::kafka::ConnectError;
use crate::runtime::StartError;

/// A mapping stopped, and did not lose a record: what was not delivered is not committed.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// The function does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The cluster cannot be reached, or lacks the topic.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Consuming cannot go on.
    #[error("cannot consume the topic {topic} any longer: {code}")]
    Consume {
        /// The topic.
        topic: String,
        /// Kafka's error.
        code: RDKafkaErrorCode,
    },
    /// The consumer ended without a word.
    #[error("the consumer of the topic {topic} ended unexpectedly")]
    ConsumerEnded {
        /// The topic.
        topic: String,
    },
    /// No event can hold the record.
    #[error(
        "{topic}, partition {partition}, offset {offset}: the record alone makes an event of {event_bytes} bytes, and Lambda \
         takes {limit} (AWS would send it to the mapping's on-failure destination, or drop it); move the group beyond it, \
         or keep such records out of the topic"
    )]
    TooLarge {
        /// The record's topic.
        topic: String,
        /// Its partition.
        partition: i32,
        /// Its offset.
        offset: i64,
        /// The event's length in bytes.
        event_bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A batch failed as often as it may.
    #[error("a batch failed {attempts} times, and no retry is left: {records}; at last: {reason}")]
    Exhausted {
        /// How often it was tried.
        attempts: u32,
        /// Its records, by topic-partition and offset.
        records: String,
        /// The last failure.
        reason: String,
    },
    /// What was delivered could not be committed at the end.
    #[error("delivered records could not be committed at the end: they will be delivered again")]
    Commit(#[source] KafkaError),
    /// A delivery ended with a panic: an error of this program.
    #[error("the delivery of a batch ended with a panic")]
    Panicked,
}
