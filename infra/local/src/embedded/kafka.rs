//! A Kafka broker in this process, over the real wire protocol.
//!
//! It is krafka's broker for tests: one node, everything in memory, one consumer group member at a time (a second one that
//! joins takes the place of the first). Good for a demonstration and for tests; claims about Kafka are tested against the
//! real one.

use krafka::error::KrafkaError;
use krafka::testing::FakeBroker;

/// A broker on a free port of the loopback interface. Dropping it ends it, with all its records.
pub struct EmbeddedKafka {
    broker: FakeBroker,
}

impl EmbeddedKafka {
    /// Starts a broker without topics.
    pub async fn start() -> Result<Self, KrafkaError> {
        Ok(Self { broker: FakeBroker::start().await? })
    }

    /// Where it listens: `host:port`.
    pub fn bootstrap_servers(&self) -> String {
        self.broker.bootstrap_servers()
    }

    /// Makes a topic, unless it exists.
    pub fn create_topic(&self, topic: &str, partitions: i32) {
        self.broker.create_topic(topic, partitions);
    }

    /// The offset that a consumer group has committed for a partition.
    pub fn committed_offset(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        self.broker.committed_offset(group, topic, partition)
    }
}
