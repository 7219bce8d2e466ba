//! The real `s3-sink` binary, invoked as Lambda invokes it, writing to a real S3 server.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, its helpers included"
)]

mod events;
mod golden;
mod kafka;
mod redelivery;
mod refusals;
mod s3_sink;
