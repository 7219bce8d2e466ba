//! Kafka to Amazon S3.
