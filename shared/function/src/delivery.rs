//! From a decoded event to a batch, and from the sink's outcomes to a full account of every record.

use connect::config::{Framework, Tolerance};
use connect::{Exception, RawRecord, RecordError, SinkRecord, Stage, class};
use event::{Event, UndecodableRecord};

use crate::outcome::Fate;
use crate::{Batch, Outcomes, PartitionBatch, PutError};

/// One topic-partition on its way: what has become of its records so far.
#[derive(Debug)]
pub(crate) struct PartitionDelivery<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) counts: Counts,
    /// The records that are handed back, in order; none where an offset could not be read.
    pub(crate) handed_back: Vec<Option<i64>>,
    /// The first record that `errors.tolerance=all` has passed over, where not each is logged.
    pub(crate) first_skipped: Option<(Option<i64>, RecordError)>,
    /// Why the partition stopped.
    pub(crate) stop: Option<Stop>,
}

/// How many records came to which end. Their sum is the number of records in the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) stored: u64,
    pub(crate) filtered: u64,
    /// Bad records that `errors.tolerance=all` passes over.
    pub(crate) skipped: u64,
    pub(crate) handed_back: u64,
}

impl Counts {
    pub(crate) fn total(self) -> u64 {
        self.stored.saturating_add(self.filtered).saturating_add(self.skipped).saturating_add(self.handed_back)
    }

    pub(crate) fn add(&mut self, other: Counts) {
        self.stored = self.stored.saturating_add(other.stored);
        self.filtered = self.filtered.saturating_add(other.filtered);
        self.skipped = self.skipped.saturating_add(other.skipped);
        self.handed_back = self.handed_back.saturating_add(other.handed_back);
    }
}

/// Why a partition's records are handed back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A record that cannot be processed, under `errors.tolerance=none`.
    BadRecord { offset: Option<i64>, error: RecordError },
    /// The target.
    Target(PutError),
    /// The sink said nothing of some records.
    Unaccounted,
}

/// Converts an event's records. Gives the batch for the sink, and the account of what did not get into it; both in the same
/// order of topic-partitions.
pub(crate) fn convert<'a>(
    event: &'a Event,
    cluster: &'a str,
    framework: &Framework,
    replay: bool,
) -> (Batch<'a>, Vec<PartitionDelivery<'a>>) {
    let mut partitions = Vec::new();
    let mut deliveries = Vec::new();
    for partition in event.partitions() {
        let mut delivery = PartitionDelivery {
            topic: partition.topic(),
            partition: partition.partition(),
            counts: Counts::default(),
            handed_back: Vec::new(),
            first_skipped: None,
            stop: None,
        };
        let mut records: Vec<SinkRecord<'a>> = Vec::with_capacity(partition.len());
        for decoded in partition.records() {
            let decoded = decoded.map_err(|undecodable| (undecodable.offset, unreadable(&undecodable)));
            let offset = match &decoded {
                Ok(raw) => Some(raw.offset),
                Err((offset, _)) => *offset,
            };
            if delivery.stop.is_some() {
                delivery.hand_back(offset);
                continue;
            }
            let timestamp = decoded.as_ref().ok().and_then(|raw: &RawRecord<'_>| raw.timestamp);
            let converted = decoded.and_then(|raw| framework.pipeline.process(raw).map_err(|error| (offset, error)));
            match converted {
                Ok(Some(record)) => records.push(record),
                Ok(None) => delivery.counts.filtered = delivery.counts.filtered.saturating_add(1),
                Err((_, error)) => delivery.bad_record(offset, timestamp, error, framework),
            }
        }
        let tolerance = framework.errors.tolerance;
        partitions.push(PartitionBatch { topic: delivery.topic, partition: delivery.partition, records, tolerance });
        deliveries.push(delivery);
    }
    (Batch { partitions, cluster, replay }, deliveries)
}

/// Adds what the sink says to the account.
pub(crate) fn settle(
    batch: &Batch<'_>,
    outcomes: Outcomes,
    deliveries: &mut [PartitionDelivery<'_>],
    framework: &Framework,
) -> u64 {
    let mut retries = 0_u64;
    let mut outcomes = outcomes.0.into_iter();
    for (partition, delivery) in batch.partitions.iter().zip(deliveries) {
        let outcome = outcomes.next();
        let (fates, stopped) = match outcome {
            Some(outcome) => {
                retries = retries.saturating_add(outcome.retries);
                (outcome.fates, outcome.stopped)
            }
            None => (Vec::new(), None),
        };
        delivery.settle(partition, fates, stopped, framework);
    }
    retries
}

impl PartitionDelivery<'_> {
    fn settle(
        &mut self,
        partition: &PartitionBatch<'_>,
        fates: Vec<Fate>,
        stopped: Option<PutError>,
        framework: &Framework,
    ) {
        // What the converters handed back comes after all records of the batch.
        let handed_back_before = std::mem::take(&mut self.handed_back);
        let stop_before = self.stop.take();
        let mut fates = fates.into_iter();
        for record in &partition.records {
            match fates.next().unwrap_or(Fate::Pending) {
                Fate::Stored => self.counts.stored = self.counts.stored.saturating_add(1),
                Fate::Filtered => self.counts.filtered = self.counts.filtered.saturating_add(1),
                Fate::Rejected(error) => self.bad_record(Some(record.offset), record.timestamp, *error, framework),
                Fate::Pending => self.hand_back(Some(record.offset)),
            }
        }
        if !self.handed_back.is_empty() && self.stop.is_none() {
            self.stop = Some(stopped.map_or(Stop::Unaccounted, Stop::Target));
        }
        self.stop = self.stop.take().or(stop_before);
        self.handed_back.extend(handed_back_before);
    }

    fn hand_back(&mut self, offset: Option<i64>) {
        self.counts.handed_back = self.counts.handed_back.saturating_add(1);
        self.handed_back.push(offset);
    }

    fn bad_record(&mut self, offset: Option<i64>, timestamp: Option<i64>, error: RecordError, framework: &Framework) {
        if framework.errors.tolerance == Tolerance::None {
            self.hand_back(offset);
            self.stop.get_or_insert(Stop::BadRecord { offset, error });
            return;
        }
        self.counts.skipped = self.counts.skipped.saturating_add(1);
        if !framework.errors.log {
            self.first_skipped.get_or_insert((offset, error));
            return;
        }
        let timestamp = timestamp.filter(|_| framework.errors.log_messages);
        tracing::error!(
            connector = framework.name,
            topic = self.topic,
            partition = self.partition,
            offset,
            timestamp,
            stage = error.stage.name(),
            executing_class = &*error.executing_class,
            "skipped a bad record: {}",
            error.exception
        );
    }
}

/// A record that the event itself does not give whole. Kafka Connect has no such case; its nearest is a consumer that cannot
/// deserialize.
fn unreadable(record: &UndecodableRecord<'_>) -> RecordError {
    RecordError {
        stage: Stage::KafkaConsume,
        executing_class: "org.apache.kafka.clients.consumer.KafkaConsumer".into(),
        exception: Exception::new(class::SERIALIZATION, record.reason.to_string()),
    }
}
