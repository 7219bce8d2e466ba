//! Values to JSON (`JsonConverter.fromConnectData` with `schemas.enable=false`).

use crate::{Exception, Schema, Value};

/// How decimals are written (`org.apache.kafka.connect.json.DecimalFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalFormat {
    /// Base64 of the unscaled number's bytes, big-endian two's complement.
    #[default]
    Base64,
    /// A JSON number with all its digits.
    Numeric,
}

/// Writes values as JSON; its options are those of the writing `JsonConverter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonWriter {
    /// How decimals are written (`decimal.format`).
    pub decimal_format: DecimalFormat,
    /// Whether a null is written as its schema's default (`replace.null.with.default`).
    pub replace_null_with_default: bool,
}

impl Default for JsonWriter {
    fn default() -> Self {
        Self { decimal_format: DecimalFormat::Base64, replace_null_with_default: true }
    }
}

impl JsonWriter {
    /// Appends a value to `out`, on one line.
    ///
    /// # Errors
    /// A `DataException` where `JsonConverter` cannot write the value; `out` is then as it was.
    pub fn write(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        let _ = (schema, value, out);
        Err(Exception::data("Values cannot be written yet"))
    }

    /// Appends bytes with an optional schema: base64 in quotes.
    pub fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
        out.push(b'"');
        base64_simd::STANDARD.encode_append(bytes, out);
        out.push(b'"');
    }

    /// Appends a text in quotes, escaped.
    pub fn write_text(text: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}
