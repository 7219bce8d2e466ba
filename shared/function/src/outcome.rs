//! What became of the records of a batch.

use connect::{Exception, RecordError};
use thiserror::Error;

use crate::{Batch, PartitionBatch};

/// Whether another try may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryClass {
    /// Throttling, a timeout, a server's error, a dropped connection: later it may work.
    Transient,
    /// Denied, missing, malformed: somebody has to change something first.
    Permanent,
}

/// Why records could not be written although nothing is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PutError {
    /// Target, action, reason and remedy; no payload.
    pub message: String,
    /// Whether another try may succeed.
    pub retry_class: RetryClass,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nobody has said: it is handed back.
    Pending,
    /// Written, durably; or a repeat of what had been.
    Stored,
    /// Left out because the configuration says so.
    Filtered,
    /// It cannot be written, now or later.
    Rejected(Box<RecordError>),
}

/// What became of one topic-partition's records.
#[derive(Debug)]
pub struct PartitionOutcome {
    pub(crate) fates: Vec<Fate>,
    pub(crate) stopped: Option<PutError>,
    pub(crate) retries: u64,
}

impl PartitionOutcome {
    /// Nothing has been done with the partition's records yet.
    #[must_use]
    pub fn pending(partition: &PartitionBatch<'_>) -> Self {
        Self { fates: vec![Fate::Pending; partition.records.len()], stopped: None, retries: 0 }
    }

    /// The record at this index is stored durably.
    pub fn stored(&mut self, index: usize) {
        self.set(index, Fate::Stored);
    }

    /// The configuration leaves the record at this index out.
    pub fn filtered(&mut self, index: usize) {
        self.set(index, Fate::Filtered);
    }

    /// The record at this index can never be written.
    pub fn rejected(&mut self, index: usize, exception: Exception) {
        self.set(index, Fate::Rejected(Box::new(RecordError::put(exception))));
    }

    /// The target failed: what has no outcome yet is handed back for this reason. The first reason stays.
    pub fn stop(&mut self, error: PutError) {
        self.stopped.get_or_insert(error);
    }

    /// Counts tries that were made again.
    pub fn retried(&mut self, times: u64) {
        self.retries = self.retries.saturating_add(times);
    }

    fn set(&mut self, index: usize, fate: Fate) {
        debug_assert!(index < self.fates.len(), "a sink speaks only of the records that it was given");
        if let Some(slot) = self.fates.get_mut(index) {
            *slot = fate;
        }
    }
}

/// What became of a batch's records: an outcome for each of its topic-partitions, in the batch's order.
#[derive(Debug)]
pub struct Outcomes(pub(crate) Vec<PartitionOutcome>);

impl Outcomes {
    /// The outcomes of a batch's topic-partitions, in the batch's order.
    #[must_use]
    pub fn of(partitions: Vec<PartitionOutcome>) -> Self {
        Self(partitions)
    }

    /// The target failed before anything was written: the whole batch is handed back.
    #[must_use]
    pub fn stopped(batch: &Batch<'_>, error: &PutError) -> Self {
        let stopped = |partition| {
            let mut outcome = PartitionOutcome::pending(partition);
            outcome.stop(error.clone());
            outcome
        };
        Self(batch.partitions.iter().map(stopped).collect())
    }
}
