//! The write path: from a batch to stored objects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering as MemoryOrdering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use connect::Exception;
use connect::config::Tolerance;
use function::{
    Batch, Deadline, Environment, OpenError, Ordering, Outcomes, PartitionBatch, PartitionOutcome, PutError,
    RetryClass, Sink, each_partition,
};
use futures_util::StreamExt;

use crate::S3SinkConfig;
use crate::encode::{Encoded, EncodedObject, Encoder};
use crate::ledger::{Ledger, Records, Refusal};
use crate::plan::PartitionRecords;
use crate::upload::{Likely, Stored, Upload, Uploader};

/// How many objects of one topic-partition are under way at once.
const OBJECTS_AT_ONCE: usize = 8;

/// How many names are tried for an object's records where other objects that hold other records of the same range are there.
const MOST_NAMES: usize = 8;

/// Kafka to Amazon S3.
///
/// Each topic-partition's records of a batch become one object per directory, or more by `flush.size`, named by its first
/// record's offset and put only where no object has that name. An object that is there is compared by its ledger.
pub struct S3Sink {
    connector: String,
    encoder: Mutex<Encoder>,
    uploader: Uploader,
}

impl Sink for S3Sink {
    type Config = S3SinkConfig;

    /// Objects are named by their own records and never replaced by less: the order in which batches come does not count.
    const ORDERING: Ordering = Ordering::Unordered;

    async fn open(config: S3SinkConfig, environment: &Environment) -> Result<Self, OpenError> {
        let uploader = Uploader::new(&config).await;
        let encoder = Encoder::new(config.layout, config.format, config.compression);
        let encoder = encoder.map_err(|error| OpenError(format!("the compressor cannot be set up: {error}")))?;
        Ok(Self { connector: environment.connector.clone(), encoder: Mutex::new(encoder), uploader })
    }

    async fn put(&self, batch: &Batch<'_>, deadline: Deadline) -> Outcomes {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        let is_done = AtomicBool::new(true);
        let attempt = Attempt { batch, now, deadline, is_done: &is_done };
        let outcomes = each_partition(batch, |partition| self.put_partition(partition, attempt)).await;
        if is_done.into_inner() {
            self.uploader.batch_is_done();
        }
        outcomes
    }
}

/// One try at a batch.
#[derive(Clone, Copy)]
struct Attempt<'a, 'r> {
    batch: &'a Batch<'r>,
    /// The wall clock's time, in milliseconds since 1970.
    now: i64,
    deadline: Deadline,
    /// Whether every object is stored so far.
    is_done: &'a AtomicBool,
}

impl S3Sink {
    async fn put_partition(&self, partition: &PartitionBatch<'_>, attempt: Attempt<'_, '_>) -> PartitionOutcome {
        let mut outcome = PartitionOutcome::pending(partition);
        let encoded = self.encode(partition, &BTreeMap::new(), partition.tolerance, attempt);
        let Encoded { objects, filtered, bad } = match encoded {
            Ok(encoded) => encoded,
            Err(error) => {
                attempt.is_done.store(false, MemoryOrdering::Relaxed);
                outcome.stop(error);
                return outcome;
            }
        };
        for index in filtered {
            outcome.filtered(index);
        }
        for (index, exception) in bad {
            outcome.rejected(index, exception);
        }
        self.store(objects, partition, attempt, &mut outcome).await;
        outcome
    }

    /// Formatting and compressing are work for the one vCPU that there is: nothing is gained by another thread.
    fn encode(
        &self,
        partition: &PartitionBatch<'_>,
        bad: &BTreeMap<usize, Exception>,
        tolerance: Tolerance,
        attempt: Attempt<'_, '_>,
    ) -> Result<Encoded, PutError> {
        let records = PartitionRecords {
            topic: partition.topic,
            partition: partition.partition,
            records: &partition.records,
            bad,
            tolerance,
            now: attempt.now,
            replay: attempt.batch.replay,
        };
        // A poisoned encoder starts every file anew: it holds nothing of the batch that it failed on.
        let mut encoder = self.encoder.lock().unwrap_or_else(PoisonError::into_inner);
        encoder.encode(&records).map_err(|error| PutError {
            message: format!("the compressor failed: {error}"),
            retry_class: RetryClass::Transient,
        })
    }

    /// Puts the objects. After the first that fails no further one is begun; what has been begun is finished.
    async fn store(
        &self,
        objects: Vec<EncodedObject>,
        partition: &PartitionBatch<'_>,
        attempt: Attempt<'_, '_>,
        outcome: &mut PartitionOutcome,
    ) {
        let (all, mut done) = (objects.len(), 0_usize);
        let likely = Likely::default();
        let mut waiting = objects.into_iter();
        let put = |object| self.store_object(object, partition, attempt, &likely);
        let mut running = futures_util::stream::FuturesUnordered::new();
        running.extend(waiting.by_ref().take(OBJECTS_AT_ONCE).map(put));
        let mut failed = None;
        while let Some((indexes, stored, retries)) = running.next().await {
            outcome.retried(retries);
            match stored {
                Ok(()) => {
                    done += 1;
                    indexes.into_iter().for_each(|index| outcome.stored(index));
                }
                Err(error) => {
                    failed.get_or_insert(error);
                }
            }
            if failed.is_none() {
                running.extend(waiting.next().map(put));
            }
        }
        if let Some(error) = failed {
            attempt.is_done.store(false, MemoryOrdering::Relaxed);
            outcome.stop(with_progress(error, done, all));
        }
    }

    /// Stores the records of one object: in an object of its name, and where one is there that lacks some of them, the others
    /// in objects of the next names. Answers which records these are, and how many tries were made again.
    async fn store_object(
        &self,
        object: EncodedObject,
        partition: &PartitionBatch<'_>,
        attempt: Attempt<'_, '_>,
        likely: &Likely,
    ) -> (Vec<usize>, Result<(), PutError>, u64) {
        let indexes = object.records.clone();
        let mut all_retries = 0;
        let mut waiting = vec![object];
        let mut names = 0;
        while let Some(object) = waiting.pop() {
            let upload = self.upload(object, partition, attempt.batch.cluster);
            let (stored, retries) = self.uploader.store(&upload, likely, attempt.deadline).await;
            all_retries += retries;
            names += 1;
            let others = match stored {
                Ok(Stored::Whole) => continue,
                Ok(Stored::UpTo(_)) if names >= MOST_NAMES => Err(self.uploader.refused(&upload, &Refusal::Diverged)),
                Ok(Stored::UpTo(from)) => self.encode_from(from, &upload.indexes, partition, attempt),
                Err(error) => Err(error),
            };
            match others {
                Ok(others) => waiting.extend(others),
                Err(error) => return (indexes, Err(error), all_retries),
            }
        }
        (indexes, Ok(()), all_retries)
    }

    /// Those of an object's records that are not before an offset, as objects named by their own first records.
    fn encode_from(
        &self,
        from: i64,
        indexes: &[usize],
        partition: &PartitionBatch<'_>,
        attempt: Attempt<'_, '_>,
    ) -> Result<Vec<EncodedObject>, PutError> {
        let is_wanted = |index: &usize| partition.records.get(*index).is_some_and(|record| record.offset >= from);
        let wanted: BTreeSet<usize> = indexes.iter().copied().filter(is_wanted).collect();
        let left_out = |index| (index, Exception::data("written elsewhere"));
        let others = (0..partition.records.len()).filter(|index| !wanted.contains(index)).map(left_out).collect();
        let encoded = self.encode(partition, &others, Tolerance::All, attempt)?;
        let found = encoded.objects.iter().map(|object| object.records.len()).sum::<usize>();
        if found == wanted.len() {
            return Ok(encoded.objects);
        }
        // The same records were encoded a moment ago.
        let message = format!("{found} of {} records from offset {from} were encoded anew", wanted.len());
        Err(PutError { message, retry_class: RetryClass::Permanent })
    }

    fn upload<'b, 'r>(
        &self,
        object: EncodedObject,
        partition: &'b PartitionBatch<'r>,
        cluster: &str,
    ) -> Upload<'b, 'r> {
        let EncodedObject { name, identity, bytes, records: indexes } = object;
        let mut ledger = Ledger {
            connector: self.connector.clone(),
            cluster: cluster.to_owned(),
            topic: partition.topic.to_owned(),
            partition: partition.partition,
            first_offset: i64::MAX,
            last_offset: i64::MIN,
            records: Records::default(),
        };
        for record in indexes.iter().filter_map(|index| partition.records.get(*index)) {
            ledger.first_offset = ledger.first_offset.min(record.offset);
            ledger.last_offset = ledger.last_offset.max(record.offset);
            ledger.records.add(record.offset, record.timestamp);
        }
        Upload { name, identity, bytes: Bytes::from(bytes), ledger, indexes, records: &partition.records }
    }
}

/// The error that ended a topic-partition's work, with how far it came. Passing errors are tried again until the deadline, so
/// that is what one of them means here.
fn with_progress(error: PutError, done: usize, all: usize) -> PutError {
    let PutError { message, retry_class } = error;
    let remedy = match retry_class {
        RetryClass::Transient if all > 1 => {
            "; the next attempt goes on from there; raise the function's timeout or flush.size (file.max.records in Aiven's \
             configuration), or lower BatchSize of the event source mapping"
        }
        _ => "",
    };
    let message = if all > 1 { format!("{done} of {all} objects are stored; {message}{remedy}") } else { message };
    PutError { message, retry_class }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_how_far_the_work_came() {
        let error = |retry_class| PutError { message: "no answer".to_owned(), retry_class };
        let message = |retry_class, all| with_progress(error(retry_class), 3, all).message;
        assert_eq!(message(RetryClass::Permanent, 8), "3 of 8 objects are stored; no answer");
        assert_eq!(message(RetryClass::Transient, 1), "no answer");
        let passing = message(RetryClass::Transient, 8);
        for part in ["3 of 8 objects are stored; no answer", "goes on from there", "timeout or flush.size", "BatchSize"]
        {
            assert!(passing.contains(part), "{part} is not in: {passing}");
        }
    }
}
