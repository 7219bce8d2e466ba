//! The delivery of one batch: invoked until it is done, its retries are used up, or it is abandoned.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

use super::failures::{Remainder, remainder};
use super::{Progress, Retry};
use crate::record::{Events, Record};
use crate::runtime::Functions;

/// What deliveries share.
pub(super) struct Courier {
    pub(super) functions: Arc<Functions>,
    pub(super) progress: Arc<Progress>,
    pub(super) retry: Retry,
    pub(super) topic: String,
    pub(super) report_batch_item_failures: bool,
}

/// What became of a batch.
pub(super) enum Outcome {
    /// All its records are delivered: the next offset of each partition.
    Delivered(BTreeMap<i32, i64>),
    /// It was given up between two attempts.
    Abandoned,
    /// It failed once more than it may.
    Exhausted { attempts: u32, records: String, reason: String },
}

impl Courier {
    /// Delivers a batch. When `abandon` becomes true, or its sender is gone, no further attempt is made.
    pub(super) async fn deliver(
        self: Arc<Self>,
        events: Arc<Events>,
        batch: BTreeMap<i32, Vec<Record>>,
        mut abandon: watch::Receiver<bool>,
    ) -> Outcome {
        let next_offsets = next_offsets(&batch);
        let mut left = batch;
        let mut event = Bytes::from(events.write(left.values().flatten()));
        let mut pause = self.retry.first_pause;
        let mut attempts: u32 = 0;
        loop {
            attempts = attempts.saturating_add(1);
            let records: usize = left.values().map(Vec::len).sum();
            let reason = match self.attempt(event.clone(), left).await {
                Ok(()) => {
                    self.progress.delivered(records);
                    return Outcome::Delivered(next_offsets);
                }
                Err(Failed { batch, reason }) => {
                    left = batch;
                    reason
                }
            };
            self.progress.failed();
            let still_left: usize = left.values().map(Vec::len).sum();
            if still_left < records {
                self.progress.delivered(records - still_left);
                event = Bytes::from(events.write(left.values().flatten()));
            }
            let described = events.describe(&left);
            if self.retry.attempts.is_some_and(|retries| attempts > retries) {
                return Outcome::Exhausted { attempts, records: described, reason };
            }
            let seconds = pause.as_secs_f64();
            tracing::warn!("{described}: attempt {attempts} failed, the next one comes in {seconds} s: {reason}");
            if is_abandoned(&mut abandon, pause).await {
                return Outcome::Abandoned;
            }
            pause = (pause * 2).min(self.retry.longest_pause);
        }
    }

    async fn attempt(&self, event: Bytes, batch: BTreeMap<i32, Vec<Record>>) -> Result<(), Failed> {
        self.progress.invoked();
        let invoked = match self.functions.invoke(event).await {
            Ok(invoked) => invoked,
            Err(error) => return Err(Failed { batch, reason: with_causes(&error) }),
        };
        let answer = match invoked.answer {
            Ok(answer) => answer,
            Err(error) => return Err(Failed { batch, reason: format!("invocation {}: {error}", invoked.request_id) }),
        };
        if !self.report_batch_item_failures {
            return Ok(());
        }
        match remainder(&answer, &self.topic, batch) {
            Remainder::Nothing => Ok(()),
            Remainder::Listed(batch) => {
                Err(Failed { batch, reason: format!("invocation {} handed them back", invoked.request_id) })
            }
            Remainder::Everything(batch, reason) => Err(Failed { batch, reason }),
        }
    }
}

/// An attempt failed, and these records are left to deliver.
struct Failed {
    batch: BTreeMap<i32, Vec<Record>>,
    reason: String,
}

fn next_offsets(batch: &BTreeMap<i32, Vec<Record>>) -> BTreeMap<i32, i64> {
    let next = |(&partition, records): (&i32, &Vec<Record>)| Some((partition, records.last()?.offset + 1));
    batch.iter().filter_map(next).collect()
}

/// Waits for the pause to pass. True if the batch is abandoned before.
async fn is_abandoned(abandon: &mut watch::Receiver<bool>, pause: Duration) -> bool {
    tokio::time::timeout(pause, abandon.wait_for(|abandoned| *abandoned)).await.is_ok()
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
