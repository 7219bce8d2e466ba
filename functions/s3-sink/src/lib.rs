//! Kafka to Amazon S3.
//!
//! A batch's records go topic-partition by topic-partition through these rooms:
//!
//! 1. [`layout`]: which records go into which object, by dialect: [`confluent`] or [`aiven`];
//! 2. `encode`: each object's bytes, formatted and compressed;
//! 3. `upload`: each object put once, conditionally, with the range of offsets that it covers in its metadata;
//! 4. [`ledger`]: what an object that is there already means for one that is to be written.

pub mod aiven;
pub mod config;
pub mod confluent;
pub mod layout;
pub mod plan;

pub use config::S3SinkConfig;
