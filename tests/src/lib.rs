//! What crosses crates: end to end, vectors, benchmarks.

pub mod servers;
