//! The write path: from a batch to stored objects.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use function::{
    Batch, Deadline, Environment, OpenError, Ordering, Outcomes, PartitionBatch, PartitionOutcome, PutError,
    RetryClass, Sink, each_partition,
};
use futures_util::StreamExt;

use crate::S3SinkConfig;
use crate::encode::{Encoded, EncodedObject, Encoder};
use crate::ledger::{Ledger, Records};
use crate::plan::PartitionRecords;
use crate::upload::{Upload, Uploader};

/// How many objects of one topic-partition are under way at once.
const OBJECTS_AT_ONCE: usize = 8;

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
        each_partition(batch, |partition| self.put_partition(partition, batch, now, deadline)).await
    }
}

impl S3Sink {
    async fn put_partition(
        &self,
        partition: &PartitionBatch<'_>,
        batch: &Batch<'_>,
        now: i64,
        deadline: Deadline,
    ) -> PartitionOutcome {
        let mut outcome = PartitionOutcome::pending(partition);
        let Encoded { objects, filtered, bad } = match self.encode(partition, batch.replay, now) {
            Ok(encoded) => encoded,
            Err(error) => {
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
        self.store(objects, partition, batch.cluster, deadline, &mut outcome).await;
        outcome
    }

    /// Formatting and compressing are work for the one vCPU that there is: nothing is gained by another thread.
    fn encode(&self, partition: &PartitionBatch<'_>, replay: bool, now: i64) -> Result<Encoded, PutError> {
        let records = PartitionRecords {
            topic: partition.topic,
            partition: partition.partition,
            records: &partition.records,
            bad: &BTreeMap::new(),
            tolerance: partition.tolerance,
            now,
            replay,
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
        cluster: &str,
        deadline: Deadline,
        outcome: &mut PartitionOutcome,
    ) {
        let mut waiting = objects.into_iter().map(|object| self.upload(object, partition, cluster));
        let put = async |upload: Upload<'_, '_>| {
            let stored = self.uploader.store(&upload, deadline).await;
            (upload.indexes, stored)
        };
        let mut running = futures_util::stream::FuturesUnordered::new();
        running.extend(waiting.by_ref().take(OBJECTS_AT_ONCE).map(put));
        let mut failed = false;
        while let Some((indexes, (stored, retries))) = running.next().await {
            outcome.retried(retries);
            match stored {
                Ok(()) => indexes.into_iter().for_each(|index| outcome.stored(index)),
                Err(error) => {
                    failed = true;
                    outcome.stop(error);
                }
            }
            if !failed {
                running.extend(waiting.next().map(put));
            }
        }
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
            ledger.records.add(record.timestamp);
        }
        Upload { name, identity, bytes: Bytes::from(bytes), ledger, indexes, records: &partition.records }
    }
}
