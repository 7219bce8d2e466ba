//! The event source mapping: a topic's records to a function's invocations, offsets committed after success.
//!
//! It promises what AWS's mapping does. Every record is delivered at least once, in the order of its partition; a batch that
//! fails is delivered again, for ever unless a limit is set, and its partitions wait for it; an offset is committed once all
//! records before it are delivered. Where AWS drops a batch after its last retry, this one stops with an error.

mod assignment;
mod delivery;
mod error;
mod failures;
mod poller;
mod progress;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

pub use error::MappingError;
pub use progress::{Counts, Progress};

use crate::batcher::Limits;
use crate::consumer::StartingPosition;
use crate::kafka::Kafka;
use crate::runtime::Functions;
use event::SourceKind;
use poller::Poller;

/// The settings of a mapping, named as on AWS where AWS has them.
#[derive(Clone)]
pub struct Settings {
    /// The cluster.
    pub kafka: Kafka,
    /// The one topic that the mapping consumes.
    pub topic: String,
    /// `ConsumerGroupId`. Several mappings may share a group; each then has a part of the partitions.
    pub group: String,
    /// `StartingPosition`, for a group that has no offsets yet.
    pub starting_position: StartingPosition,
    /// `BatchSize`, `MaximumBatchingWindowInSeconds` and the payload limit.
    pub limits: Limits,
    /// Which of AWS's two event forms the function gets.
    pub source: SourceKind,
    /// What happens to a batch that fails.
    pub retry: Retry,
    /// `ReportBatchItemFailures`: the function's answer names the records to deliver again. Otherwise its answer means
    /// nothing, and only an error fails the batch.
    pub report_batch_item_failures: bool,
    /// When to end.
    pub until: Until,
}

impl Settings {
    /// AWS's defaults for a topic, from its oldest record on.
    pub fn new(kafka: Kafka, topic: impl Into<String>, group: impl Into<String>) -> Self {
        Self {
            kafka,
            topic: topic.into(),
            group: group.into(),
            starting_position: StartingPosition::TrimHorizon,
            limits: Limits::default(),
            source: SourceKind::SelfManaged,
            retry: Retry::default(),
            report_batch_item_failures: false,
            until: Until::Stopped,
        }
    }
}

/// How a failed batch is delivered again. The pause doubles with each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The pause before the second attempt.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// `MaximumRetryAttempts`: how often a batch is tried again before the mapping stops. None: for ever.
    pub attempts: Option<u32>,
}

impl Default for Retry {
    fn default() -> Self {
        Self { first_pause: Duration::from_millis(250), longest_pause: Duration::from_secs(30), attempts: None }
    }
}

/// When a mapping ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Never.
    Stopped,
    /// When all that its partitions held at its start is delivered.
    CaughtUp,
    /// When nothing has come, and nothing been in flight, for so long.
    Idle(Duration),
}

/// A mapping that is about to run.
pub struct Mapping {
    settings: Settings,
    functions: Arc<Functions>,
    progress: Arc<Progress>,
}

impl Mapping {
    /// A mapping of a topic to a function, whose concurrency is that of `functions`.
    pub fn new(settings: Settings, functions: Arc<Functions>) -> Self {
        Self { settings, functions, progress: Arc::default() }
    }

    /// The mapping's counts, to be read while it runs.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Runs until it ends by itself, `stop` resolves, or it fails.
    ///
    /// The function is started before the first record is consumed: one that cannot start is an error, not a batch that is
    /// tried for ever. At the end no new batch is sent, batches in flight get their present attempt, what was delivered is
    /// committed, and the group is left; everything else stays in the topic for the group's next member.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<Counts, MappingError> {
        self.functions.warm_up().await?;
        let Self { settings, functions, progress } = self;
        let poller = Poller::connect(settings, functions, Arc::clone(&progress)).await?;
        poller.run(stop).await?;
        Ok(progress.counts())
    }
}
