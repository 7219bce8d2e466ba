//! Topic-partitions side by side.

use std::future::Future;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::{Batch, Outcomes, PartitionBatch, PartitionOutcome};

/// Treats each topic-partition for itself: while one waits for the target, the next one computes.
///
/// Each partition's work starts in the batch's order. Between two starts the runtime gets a turn, so that a request that
/// one partition has just begun goes out before the next partition's computing.
pub async fn each_partition<'batch, 'record, Put, Putting>(batch: &'batch Batch<'record>, put: Put) -> Outcomes
where
    Put: Fn(&'batch PartitionBatch<'record>) -> Putting,
    Putting: Future<Output = PartitionOutcome>,
{
    let mut outcomes: Vec<PartitionOutcome> = batch.partitions.iter().map(PartitionOutcome::pending).collect();
    let mut running = FuturesUnordered::new();
    let mut keep = |(index, outcome): (usize, PartitionOutcome)| {
        if let Some(slot) = outcomes.get_mut(index) {
            *slot = outcome;
        }
    };
    for (index, partition) in batch.partitions.iter().enumerate() {
        let putting = put(partition);
        running.push(async move { (index, putting.await) });
        if let Some(Some(finished)) = futures_util::FutureExt::now_or_never(running.next()) {
            keep(finished);
        }
        tokio::task::yield_now().await;
    }
    while let Some(finished) = running.next().await {
        keep(finished);
    }
    Outcomes::of(outcomes)
}
