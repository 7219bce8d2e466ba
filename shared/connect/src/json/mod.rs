//! JSON as Kafka Connect's `JsonConverter` reads and writes it.

mod base64;
mod encoding;
mod envelope;
mod field;
mod node;
mod read;
mod scan;
mod schema;
mod string;
mod to_connect;
mod write;

pub(crate) use envelope::EnvelopeReader;
pub(crate) use field::read_field;
pub(crate) use scan::is_passable;
pub(crate) use string::{write_bytes, write_text};
pub use write::{DecimalFormat, JsonWriter};

use crate::{Exception, Value, class};

/// Reads the first value of a JSON text without a schema; nothing but blanks is a null.
///
/// # Errors
/// A `DataException`, caused by a `SerializationException` that says where the text is malformed, and how.
pub(crate) fn read_schemaless(bytes: &[u8]) -> Result<Value, Exception> {
    let bytes = encoding::to_utf8(bytes).map_err(unreadable)?;
    let node = read::read(&bytes).map_err(unreadable)?;
    Ok(to_connect::schemaless(&node))
}

fn unreadable(malformed: read::Malformed) -> Exception {
    Exception::data("Converting byte[] to Kafka Connect data failed due to serialization error: ")
        .caused_by(Exception::new(class::SERIALIZATION, malformed.message()))
}
