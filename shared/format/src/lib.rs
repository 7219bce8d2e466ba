//! Records to files: formats and compression. Pure: no I/O, no clock.
//!
//! A [`Format`] says what a file looks like, a [`FileWriter`] puts records into one, and a [`Compressor`] makes it small:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use connect::json::JsonWriter;
//! use format::{Compression, Compressor, Format, GzipLevel};
//!
//! let format = Format::JsonLines(JsonWriter::default());
//! let file = format.start(Vec::new());
//! // for each record: file.write(&record)?;
//! let object = Compressor::new(Compression::Gzip(GzipLevel::DEFAULT))?.compress(file.finish())?;
//! # assert!(!object.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Formats with a schema (Avro, Parquet) belong here as further variants of [`Format`], each with a module of its own.

mod bytes;
mod compression;
mod file;
mod gzip;
mod instant;
mod rows;
#[cfg(test)]
mod sample;
mod snappy;

pub use compression::{CompressError, Compression, Compressor};
pub use file::{FileWriter, Format};
pub use gzip::GzipLevel;
pub use rows::{Encoding, Field, Members, Row};
