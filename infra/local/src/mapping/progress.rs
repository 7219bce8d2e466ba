//! The mapping's counts.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The counts of a running mapping. Each may be read at any time.
#[derive(Debug, Default)]
pub struct Progress {
    consumed: AtomicU64,
    delivered: AtomicU64,
    invocations: AtomicU64,
    failed_invocations: AtomicU64,
    partitions: AtomicUsize,
}

/// What a mapping has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records taken from Kafka: `PolledEventCount`. Those taken again after a rebalance count again.
    pub consumed: u64,
    /// Records that an invocation was successful for.
    pub delivered: u64,
    /// Invocations begun.
    pub invocations: u64,
    /// Invocations that failed, and those whose answer named records to deliver again.
    pub failed_invocations: u64,
    /// How many partitions the group has given this mapping at the moment.
    pub partitions: usize,
}

impl Progress {
    /// The counts now.
    pub fn counts(&self) -> Counts {
        Counts {
            consumed: self.consumed.load(Ordering::Relaxed),
            delivered: self.delivered.load(Ordering::Relaxed),
            invocations: self.invocations.load(Ordering::Relaxed),
            failed_invocations: self.failed_invocations.load(Ordering::Relaxed),
            partitions: self.partitions.load(Ordering::Relaxed),
        }
    }

    pub(super) fn assigned(&self, partitions: usize) {
        self.partitions.store(partitions, Ordering::Relaxed);
    }

    pub(super) fn consumed(&self) {
        self.consumed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn delivered(&self, records: usize) {
        self.delivered.fetch_add(records as u64, Ordering::Relaxed);
    }

    pub(super) fn invoked(&self) {
        self.invocations.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn failed(&self) {
        self.failed_invocations.fetch_add(1, Ordering::Relaxed);
    }
}
