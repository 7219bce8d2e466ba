//! The partitions that a mapping has at the moment, and where each of them is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use event::{Source, SourceKind};
use tokio::sync::watch;

use super::Settings;
use crate::batcher::Batcher;
use crate::consumer::Consumer;
use crate::record::{Events, Record};

/// How many bytes of events may wait in all, and in one partition: beyond it, the partition is not fetched.
const WAITING_BYTES: usize = 256 * 1024 * 1024;
const WAITING_BYTES_PER_PARTITION: usize = 2 * event::write::MAX_EVENT_BYTES;
/// The ARN of no cluster, in the form of one.
const CLUSTER_ARN: &str = "arn:aws:kafka:us-east-1:123456789012:cluster/local/00000000-0000-0000-0000-000000000000-1";

/// The partitions that the group gave this member, until it takes them back.
pub(super) struct Assignment {
    pub(super) events: Arc<Events>,
    pub(super) batcher: Batcher<Record>,
    /// False while the group's next assignment is waited for.
    pub(super) is_given: bool,
    pub(super) partitions: BTreeSet<i32>,
    /// Of each partition with a delivered batch: the offset to go on from.
    pub(super) next_offsets: BTreeMap<i32, i64>,
    /// Whose last record at some moment was consumed.
    pub(super) ended: BTreeSet<i32>,
    paused: BTreeSet<i32>,
    /// Tells the deliveries of this assignment to make no further attempt.
    pub(super) abandon: watch::Sender<bool>,
}

impl Assignment {
    /// While the group has given none, at the start and in a rebalance.
    pub(super) fn none(settings: &Settings) -> Self {
        Self { is_given: false, ..Self::of(settings, Vec::new()) }
    }

    pub(super) fn of(settings: &Settings, partitions: Vec<i32>) -> Self {
        let source = Source {
            kind: settings.source,
            event_source_arn: (settings.source == SourceKind::Msk).then(|| CLUSTER_ARN.to_owned()),
            bootstrap_servers: Some(settings.kafka.servers().to_owned()),
        };
        let events = Events::new(source, &settings.topic, partitions.iter().copied());
        let mut batcher = Batcher::new(settings.limits, events.empty_event());
        for &partition in &partitions {
            batcher.assign(partition, events.partition_overhead(partition));
        }
        Self {
            events: Arc::new(events),
            batcher,
            is_given: true,
            partitions: partitions.into_iter().collect(),
            next_offsets: BTreeMap::new(),
            ended: BTreeSet::new(),
            paused: BTreeSet::new(),
            abandon: watch::Sender::new(false),
        }
    }

    pub(super) fn push(&mut self, record: Record, now: Instant, consumer: &Consumer) {
        let partition = record.partition;
        let bytes = self.events.record_bytes(&record);
        self.batcher.push(partition, record, bytes, now);
        if self.batcher.waiting_bytes(partition) > self.most_waiting_bytes() && self.paused.insert(partition) {
            consumer.pause(partition);
        }
    }

    /// Fetches partitions again whose records have gone into a batch.
    pub(super) fn resume(&mut self, consumer: &Consumer, partitions: impl Iterator<Item = i32>) {
        let low = self.most_waiting_bytes() / 2;
        let drained = |partition: &i32| self.batcher.waiting_bytes(*partition) <= low && self.paused.remove(partition);
        let drained: Vec<i32> = partitions.filter(drained).collect();
        if !drained.is_empty() {
            consumer.resume(drained);
        }
    }

    fn most_waiting_bytes(&self) -> usize {
        WAITING_BYTES_PER_PARTITION.min(WAITING_BYTES / self.partitions.len().max(1))
    }

    pub(super) fn complete(&mut self, next_offsets: BTreeMap<i32, i64>) {
        for (partition, next) in next_offsets {
            self.batcher.complete(partition);
            self.next_offsets.insert(partition, next);
        }
    }

    pub(super) fn abandon(&self) {
        self.abandon.send_replace(true);
    }
}
