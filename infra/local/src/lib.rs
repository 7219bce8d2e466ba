//! A local event source mapping: Kafka in, real function processes out.
//!
//! What AWS runs between a Kafka topic and a Lambda function, on a laptop.

pub mod batcher;
mod consumer;
pub mod embedded;
pub mod kafka;
pub mod mapping;
pub mod orders;
mod record;
pub mod runtime;

pub use consumer::StartingPosition;
