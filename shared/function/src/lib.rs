//! What every function is, whatever it writes to: it boots, reads its configuration, turns each invocation's event into
//! records, gives them to a [`Sink`], and answers Lambda so that no record is lost.
//!
//! A connector's whole `main` is [`run::<ItsSink>()`](run). The way of a record, top to bottom:
//!
//! 1. `runtime`: the invocation's raw body, before anybody has parsed it;
//! 2. [`event::decode`]: records by topic-partition;
//! 3. `delivery`: converters, record by record, into a [`Batch`]; bad records by `errors.tolerance`;
//! 4. [`Sink::put`]: the connector's own work; it says in [`Outcomes`] what became of each record;
//! 5. `answer`: success, a partial batch response, or an error for the whole batch.

mod answer;
mod batch;
mod boot;
mod configuration;
mod deadline;
mod delivery;
mod invocation;
mod logging;
mod metrics;
mod outcome;
mod partitions;
mod retry;
mod runtime;
mod sink;

pub use batch::{Batch, PartitionBatch};
pub use boot::run;
pub use deadline::Deadline;
pub use outcome::{Outcomes, PartitionOutcome, PutError, RetryClass};
pub use partitions::each_partition;
pub use retry::{Backoff, retry};
pub use sink::{Environment, OpenError, Ordering, Sink, TickError};
