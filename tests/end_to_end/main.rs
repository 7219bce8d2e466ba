//! The real `s3-sink` binary, invoked as Lambda invokes it, writing to a real S3 server.

mod events;
mod golden;
mod kafka;
mod redelivery;
mod refusals;
mod s3_sink;
