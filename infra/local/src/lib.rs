//! A local event source mapping: Kafka in, real function processes out.
//!
//! What AWS runs between a Kafka topic and a Lambda function, on a laptop.

pub mod batcher;
pub mod orders;
pub mod record;
pub mod runtime;
