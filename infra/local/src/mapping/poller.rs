//! The loop that connects consumer, batches and deliveries.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, mpsc as blocking};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};

use super::assignment::Assignment;
use super::delivery::{Courier, Outcome};
use super::{MappingError, Progress, Settings, Until};
use crate::batcher::TooLarge;
use crate::consumer::{Consumer, Signal, Subscribed, Subscription};
use crate::kafka::ConnectError;
use crate::record::Record;
use crate::runtime::Functions;

/// How many signals are taken before the batches are looked at.
const SIGNALS_AT_ONCE: usize = 256;

/// A mapping at work.
pub(super) struct Poller {
    settings: Settings,
    courier: Arc<Courier>,
    consumer: Consumer,
    signals: mpsc::Receiver<Signal>,
    assignment: Assignment,
    deliveries: JoinSet<Outcome>,
    /// Dropped to give the partitions up, once nothing is in flight.
    releasing: Option<blocking::Sender<()>>,
    /// What the topic held at the start, where that decides on the end.
    targets: BTreeMap<i32, i64>,
    last_activity: Instant,
    stopping: bool,
    failure: Option<MappingError>,
}

impl Poller {
    pub(super) async fn connect(
        settings: Settings,
        functions: Arc<Functions>,
        progress: Arc<Progress>,
    ) -> Result<Self, MappingError> {
        let longest_release = functions.function().invocation_timeout() * 2;
        let connect = {
            let settings = settings.clone();
            move || {
                Consumer::subscribe(&Subscription {
                    kafka: &settings.kafka,
                    topic: &settings.topic,
                    group: &settings.group,
                    starting_position: settings.starting_position,
                    longest_release,
                    with_high_watermarks: settings.until == Until::CaughtUp,
                })
            }
        };
        let connected = tokio::task::spawn_blocking(connect).await;
        let Subscribed { consumer, signals, high_watermarks } =
            connected.map_err(|error| ConnectError::Thread(std::io::Error::other(error)))??;
        let courier = Courier {
            functions,
            progress,
            retry: settings.retry,
            topic: settings.topic.clone(),
            report_batch_item_failures: settings.report_batch_item_failures,
        };
        Ok(Self {
            assignment: Assignment::none(&settings),
            settings,
            courier: Arc::new(courier),
            consumer,
            signals,
            deliveries: JoinSet::new(),
            releasing: None,
            targets: high_watermarks,
            last_activity: Instant::now(),
            stopping: false,
            failure: None,
        })
    }

    pub(super) async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), MappingError> {
        let mut stop = std::pin::pin!(stop);
        let mut received = Vec::with_capacity(SIGNALS_AT_ONCE);
        loop {
            self.send_batches();
            if !self.stopping && self.has_reached_its_end() {
                self.stop();
            }
            if self.deliveries.is_empty() {
                self.release().await;
                if self.stopping {
                    break;
                }
            }
            let wake_up = self.wake_up();
            tokio::select! {
                1.. = self.signals.recv_many(&mut received, SIGNALS_AT_ONCE) => {
                    for signal in received.drain(..) {
                        self.take(signal);
                    }
                }
                Some(finished) = self.deliveries.join_next() => self.finish(finished),
                () = sleep_until(wake_up), if wake_up.is_some() => {}
                () = &mut stop, if !self.stopping => self.stop(),
            }
        }
        self.end().await
    }

    /// Sends batches while the function has a slot free for them.
    fn send_batches(&mut self) {
        while !self.stopping && self.releasing.is_none() && self.deliveries.len() < self.courier.functions.concurrency()
        {
            let batch = match self.assignment.batcher.next_batch(Instant::now()) {
                Ok(Some(batch)) => batch,
                Ok(None) => return,
                Err(too_large) => return self.fail(self.too_large(&too_large)),
            };
            self.assignment.resume(&self.consumer, batch.partitions.keys().copied());
            let delivery = Arc::clone(&self.courier).deliver(
                Arc::clone(&self.assignment.events),
                batch.partitions,
                self.assignment.abandon.subscribe(),
            );
            self.deliveries.spawn(delivery);
        }
    }

    fn take(&mut self, signal: Signal) {
        match signal {
            Signal::Record(record) => {
                self.last_activity = Instant::now();
                self.courier.progress.consumed();
                if !self.stopping {
                    self.assignment.push(record, self.last_activity, &self.consumer);
                }
            }
            Signal::EndOfPartition(partition) => {
                self.assignment.ended.insert(partition);
            }
            Signal::Assigned(partitions) => {
                tracing::debug!(?partitions, "assigned");
                self.last_activity = Instant::now();
                self.courier.progress.assigned(partitions.len());
                self.assignment = Assignment::of(&self.settings, partitions);
                // A partition that was paused before it went away may come back paused.
                self.consumer.resume(self.assignment.partitions.iter().copied());
            }
            Signal::Revoked(released) => {
                tracing::debug!("revoked");
                self.assignment.abandon();
                self.releasing = Some(released);
            }
            Signal::Ended => self.fail(MappingError::ConsumerEnded { topic: self.settings.topic.clone() }),
            Signal::Failed(code) => self.fail(MappingError::Consume { topic: self.settings.topic.clone(), code }),
        }
    }

    fn finish(&mut self, finished: Result<Outcome, JoinError>) {
        self.last_activity = Instant::now();
        match finished {
            Ok(Outcome::Delivered(next_offsets)) => {
                self.consumer.commit(&next_offsets);
                self.assignment.complete(next_offsets);
            }
            // Its partitions stay in flight, so that nothing behind it is sent; they are given up now, or all ends.
            Ok(Outcome::Abandoned) => {}
            Ok(Outcome::Exhausted { attempts, records, reason }) => {
                self.fail(MappingError::Exhausted { attempts, records, reason });
            }
            Err(_) => self.fail(MappingError::Panicked),
        }
    }

    /// Gives the partitions up, if the group asked for them. Nothing of them is in flight any more.
    async fn release(&mut self) {
        let Some(released) = self.releasing.take() else { return };
        if let Err(error) = self.consumer.commit_now(&self.assignment.next_offsets).await {
            tracing::warn!(%error, "offsets not committed before a rebalance: their records will be delivered again");
        }
        self.courier.progress.assigned(0);
        // Until the next assignment it is not known what there is to do: this is not the end.
        self.assignment = Assignment::none(&self.settings);
        drop(released);
    }

    fn stop(&mut self) {
        self.stopping = true;
        self.assignment.abandon();
    }

    /// Stops because of an error: the first one counts.
    fn fail(&mut self, error: MappingError) {
        self.failure.get_or_insert(error);
        self.stop();
    }

    /// Commits what was delivered and leaves the group.
    async fn end(self) -> Result<(), MappingError> {
        let Self { consumer, assignment, signals, failure, .. } = self;
        // A rebalance that waits to be heard is let go on: nothing is in flight.
        drop(signals);
        let committed = consumer.commit_now(&assignment.next_offsets).await.map_err(MappingError::Commit);
        consumer.close().await;
        failure.map_or(committed, Err)
    }

    fn has_reached_its_end(&self) -> bool {
        match self.settings.until {
            Until::Stopped => false,
            Until::CaughtUp => {
                let mut partitions = self.assignment.partitions.iter();
                self.assignment.is_given && partitions.all(|partition| self.is_caught_up(*partition))
            }
            Until::Idle(time) => self.is_idle() && self.last_activity.elapsed() >= time,
        }
    }

    fn is_idle(&self) -> bool {
        self.assignment.is_given && self.deliveries.is_empty() && self.assignment.batcher.is_idle()
    }

    /// A partition may end below its high watermark: transaction markers have offsets, and are never consumed.
    fn is_caught_up(&self, partition: i32) -> bool {
        let assignment = &self.assignment;
        let next = assignment.next_offsets.get(&partition);
        next.zip(self.targets.get(&partition)).is_some_and(|(next, target)| next >= target)
            || (assignment.ended.contains(&partition) && assignment.batcher.is_done(partition))
    }

    /// When something is to be done even if nothing happens.
    fn wake_up(&self) -> Option<Instant> {
        let has_slot = self.deliveries.len() < self.courier.functions.concurrency() && self.releasing.is_none();
        let batch = self.assignment.batcher.due().filter(|_| has_slot && !self.stopping);
        let idle = match self.settings.until {
            Until::Idle(time) if self.is_idle() => self.last_activity.checked_add(time),
            _ => None,
        };
        batch.into_iter().chain(idle).min()
    }

    fn too_large(&self, too_large: &TooLarge<Record>) -> MappingError {
        MappingError::TooLarge {
            topic: self.settings.topic.clone(),
            partition: too_large.partition,
            offset: too_large.record.offset,
            event_bytes: too_large.event_bytes,
            limit: self.settings.limits.bytes,
        }
    }
}

async fn sleep_until(time: Option<Instant>) {
    let time = time.unwrap_or_else(|| Instant::now() + Duration::from_secs(3_600));
    tokio::time::sleep_until(time.into()).await;
}
