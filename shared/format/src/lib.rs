//! Records to files: formats and compression.
