//! Kafka to Amazon S3.
//!
//! A batch's records go topic-partition by topic-partition through these rooms:
//!
//! 1. [`layout`]: which records go into which object, by dialect: [`confluent`] or [`aiven`];
//! 2. [`encode`]: each object's bytes, formatted and compressed;
//! 3. `upload`: each object put once, conditionally, with the range of offsets that it covers in its metadata;
//! 4. [`ledger`]: what an object that is there already means for one that is to be written.
//!
//! All but the upload is pure. Without the feature `sink` the crate is its configuration and the pure rooms, and links no AWS
//! client.

pub mod aiven;
pub mod config;
pub mod confluent;
pub mod encode;
pub mod layout;
pub mod ledger;
mod percent;
pub mod plan;

#[cfg(feature = "sink")]
mod client;
#[cfg(feature = "sink")]
mod failure;
#[cfg(feature = "sink")]
mod known;
#[cfg(feature = "sink")]
mod sink;
#[cfg(feature = "sink")]
mod upload;

pub use config::S3SinkConfig;
#[cfg(feature = "sink")]
pub use sink::S3Sink;
