//! A local event source mapping: Kafka in, real function processes out.
