//! What crosses crates: end to end, vectors, benchmarks.
