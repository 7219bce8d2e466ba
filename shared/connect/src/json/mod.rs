//! JSON as Kafka Connect's `JsonConverter` reads and writes it.

mod write;

pub use write::{DecimalFormat, JsonWriter};
