//! Converters, in the order of Kafka Connect's worker.

/// Turns consumed records into what a sink writes: key, value and header converter, one after the other.
#[derive(Debug)]
pub struct Pipeline {}
