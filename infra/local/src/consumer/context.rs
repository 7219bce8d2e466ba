//! What librdkafka calls back: its complaints, and what the group decides.

use std::sync::{Mutex, PoisonError};

use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use tokio::sync::mpsc;

use super::Signal;

/// What librdkafka calls back.
pub(super) struct Context {
    signals: mpsc::Sender<Signal>,
    reason: Mutex<Option<String>>,
}

impl Context {
    pub(super) fn new(signals: mpsc::Sender<Signal>) -> Self {
        Self { signals, reason: Mutex::default() }
    }

    /// The client's latest complaint, once.
    pub(super) fn take_reason(&self) -> Option<String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        crate::kafka::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The end of a partition is no error, and that all brokers are down follows what says why.
        if matches!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::PartitionEOF | RDKafkaErrorCode::AllBrokersDown))
        {
            return;
        }
        let reason = without_timing(reason);
        let mut latest = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.as_deref() != Some(reason) {
            tracing::warn!("{reason}");
            *latest = Some(reason.to_owned());
        }
    }
}

/// A complaint without what differs each time it is made: `… (after 0ms in state CONNECT, 3 identical error(s) suppressed)`.
fn without_timing(reason: &str) -> &str {
    reason.rsplit_once(" (after ").map_or(reason, |(reason, _)| reason)
}

impl ConsumerContext for Context {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(_) => {}
            Rebalance::Revoke(_) => {
                let (released, release) = std::sync::mpsc::channel();
                // Without a receiver the mapping has ended, and has nothing in flight.
                if self.signals.blocking_send(Signal::Revoked(released)).is_ok() {
                    // An error says that the sender was dropped, which is what this waits for.
                    release.recv().ok();
                }
            }
            Rebalance::Error(error) => tracing::warn!(%error, "rebalance failed"),
        }
    }

    fn post_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        if let Rebalance::Assign(partitions) = rebalance {
            let partitions = partitions.elements().iter().map(TopicPartitionListElem::partition).collect();
            self.signals.blocking_send(Signal::Assigned(partitions)).ok();
        }
    }

    fn commit_callback(&self, result: Result<(), KafkaError>, _: &TopicPartitionList) {
        match result {
            // Nothing was there to commit.
            Ok(()) | Err(KafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) => {}
            Err(error) => {
                tracing::warn!(%error, "offsets not committed: their records will be delivered again");
            }
        }
    }
}
