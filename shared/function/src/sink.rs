//! The one trait that a connector implements.

use std::future::Future;

use connect::config::ConnectorConfig;
use thiserror::Error;

use crate::{Batch, Deadline, Outcomes};

/// Whether a sink minds the order in which a partition's records come.
///
/// The event source mapping promises no order between a retried record and later ones, nor between the halves of a
/// bisected batch, so an ordered sink always fails the whole batch and drops what it has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordering {
    /// Later records must not be written before earlier ones.
    Ordered,
    /// Records may be written in any order: a partial batch response is safe.
    Unordered,
}

/// Where the function runs.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The connector's name: its identity in logs, metrics and ledgers.
    pub connector: String,
}

/// Writes records to one external system.
pub trait Sink: Sized + Send + Sync + 'static {
    /// The connector's own keys, parsed and checked.
    type Config: ConnectorConfig;

    /// Whether a partial batch response is safe.
    const ORDERING: Ordering;

    /// Builds clients once per cold start. Checks what can be checked without a record and without waiting on the target.
    ///
    /// # Errors
    /// What stands in the way; the function then fails its start and consumes nothing.
    fn open(config: Self::Config, environment: &Environment) -> impl Future<Output = Result<Self, OpenError>> + Send;

    /// Writes a batch: topic-partitions, each with its records in offset order. Says what became of each record; what it
    /// says nothing of is handed back.
    ///
    /// Before the deadline is over it returns, with whatever is finished by then.
    fn put(&self, batch: &Batch<'_>, deadline: Deadline) -> impl Future<Output = Outcomes> + Send;

    /// A scheduled tick, for sinks that have something to close. Most do nothing.
    ///
    /// # Errors
    /// What could not be done; the invocation then fails.
    fn tick(&self, _deadline: Deadline) -> impl Future<Output = Result<(), TickError>> + Send {
        std::future::ready(Ok(()))
    }
}

/// Why a sink cannot start.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// Why a scheduled tick failed.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct TickError(pub String);
