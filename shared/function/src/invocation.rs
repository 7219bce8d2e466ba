//! One invocation: event in, answer out.

use std::sync::Mutex;
use std::time::Instant;

use bytes::Bytes;
use connect::config::Framework;
use event::{Buffers, Event, Invocation};
use lambda_runtime::{Context, Diagnostic};
use serde_json::{Value, json};

use crate::delivery::{self, Counts, PartitionDelivery};
use crate::metrics::BatchMetrics;
use crate::{Deadline, Sink, answer};

/// A started function.
#[derive(Debug)]
pub(crate) struct Function<S> {
    sink: S,
    framework: Framework,
    item_failures: bool,
    /// The last event's memory, for the next one.
    buffers: Mutex<Option<Buffers>>,
}

impl<S: Sink> Function<S> {
    pub(crate) fn new(sink: S, framework: Framework, item_failures: bool) -> Self {
        Self { sink, framework, item_failures, buffers: Mutex::new(None) }
    }

    /// Handles one invocation's raw body.
    pub(crate) async fn invoke(&self, body: Bytes, context: &Context) -> Result<Value, Diagnostic> {
        let deadline = Deadline::of_invocation(context.deadline());
        let mut buffers = self.take_buffers();
        let decoded = event::decode_into(&body, &mut buffers);
        drop(body);
        match decoded {
            Ok(Invocation::Kafka(event)) => self.deliver(event, false, deadline).await,
            Ok(Invocation::Replay(event)) => self.deliver(event, true, deadline).await,
            Ok(Invocation::Tick) => {
                self.keep_buffers(buffers);
                self.tick(deadline).await
            }
            Err(error) => {
                self.keep_buffers(buffers);
                let failure = Diagnostic { error_type: "Event.Unknown".to_owned(), error_message: error.to_string() };
                tracing::error!(connector = self.framework.name, "{error}");
                Err(failure)
            }
        }
    }

    async fn deliver(&self, event: Event, replay: bool, deadline: Deadline) -> Result<Value, Diagnostic> {
        let answer = self.put(&event, replay, deadline).await;
        self.keep_buffers(event.into_buffers());
        answer
    }

    async fn put(&self, event: &Event, replay: bool, deadline: Deadline) -> Result<Value, Diagnostic> {
        let started = Instant::now();
        let cluster = event.source().cluster();
        let (batch, mut deliveries) = delivery::convert(event, &cluster, &self.framework, replay);
        let oldest_timestamp = batch
            .partitions
            .iter()
            .flat_map(|partition| &partition.records)
            .filter_map(|record| record.timestamp)
            .min();
        let outcomes = self.sink.put(&batch, deadline).await;
        let retries = delivery::settle(&batch, outcomes, &mut deliveries, &self.framework);
        let counts = total(&deliveries);
        debug_assert_eq!(counts.total(), event.record_count() as u64, "every record has exactly one outcome");
        BatchMetrics { counts, retries, put_time: started.elapsed(), oldest_timestamp }.emit(&self.framework.name);
        self.log(&deliveries, counts);
        // Only an event source mapping reads item failures; whoever sends a replay sees success or an error.
        answer::answer(&deliveries, self.item_failures && !replay)
    }

    async fn tick(&self, deadline: Deadline) -> Result<Value, Diagnostic> {
        match self.sink.tick(deadline).await {
            Ok(()) => Ok(json!({})),
            Err(error) => {
                tracing::error!(connector = self.framework.name, %error, "the scheduled tick failed");
                Err(Diagnostic { error_type: "Tick.Failed".to_owned(), error_message: error.to_string() })
            }
        }
    }

    fn log(&self, deliveries: &[PartitionDelivery<'_>], counts: Counts) {
        for delivery in deliveries.iter().filter(|delivery| !delivery.handed_back.is_empty()) {
            tracing::error!(
                connector = self.framework.name,
                topic = delivery.topic,
                partition = delivery.partition,
                handed_back = delivery.handed_back.len(),
                "{}",
                answer::reason(delivery)
            );
        }
        for delivery in deliveries {
            let Some((offset, error)) = &delivery.first_skipped else { continue };
            tracing::warn!(
                connector = self.framework.name,
                topic = delivery.topic,
                partition = delivery.partition,
                skipped = delivery.counts.skipped,
                first_offset = offset,
                "bad records were skipped, first of all for {error} (errors.log.enable=true logs each)"
            );
        }
        tracing::debug!(
            connector = self.framework.name,
            stored = counts.stored,
            filtered = counts.filtered,
            skipped = counts.skipped,
            handed_back = counts.handed_back,
            "batch"
        );
    }

    fn take_buffers(&self) -> Buffers {
        self.buffers.lock().ok().and_then(|mut kept| kept.take()).unwrap_or_default()
    }

    fn keep_buffers(&self, buffers: Buffers) {
        if let Ok(mut kept) = self.buffers.lock() {
            *kept = Some(buffers);
        }
    }
}

#[cfg(test)]
mod tests;

fn total(deliveries: &[PartitionDelivery<'_>]) -> Counts {
    let mut counts = Counts::default();
    for delivery in deliveries {
        counts.add(delivery.counts);
    }
    counts
}
