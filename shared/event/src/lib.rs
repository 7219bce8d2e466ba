//! The Lambda event of a Kafka event source mapping, decoded without copying, and written.
