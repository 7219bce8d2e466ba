//! A schema and a value that may not have been looked into yet.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use crate::java::decode_utf8;
use crate::json::{JsonWriter, read_field, read_schemaless, write_bytes, write_text};
use crate::values::parse_string;
use crate::{Exception, Schema, SchemaKind, Value};

/// A key, a value or a header's value (`org.apache.kafka.connect.data.SchemaAndValue`), built only when somebody looks.
///
/// A record that is passed through is checked and copied, never built into a tree of [`Value`]s.
#[derive(Debug, Clone)]
pub enum Data<'a> {
    /// Bytes with the schema "optional bytes", as `ByteArrayConverter` gives them.
    Bytes(&'a [u8]),
    /// Text with the schema "optional string", as `StringConverter` gives it.
    Text(Cow<'a, str>),
    /// JSON without a schema: well-formed, on one line, not looked into.
    Json(JsonText<'a>),
    /// A header's bytes whose type `SimpleHeaderConverter` will guess, not looked into.
    Header(HeaderText<'a>),
    /// A value, with its schema where it has one. A schemaless null is a null.
    Built(Option<Arc<Schema>>, Value),
}

/// One JSON text: valid by RFC 8259, UTF-8, without a raw line break, its integers within 64 bits. Never the text `null`.
#[derive(Debug, Clone, Copy)]
pub struct JsonText<'a>(&'a str);

/// A header's bytes, read by `Values.parseString` at the first look.
#[derive(Debug, Clone)]
pub struct HeaderText<'a> {
    bytes: &'a [u8],
    parsed: OnceLock<Box<(Option<Arc<Schema>>, Value)>>,
}

/// "Optional bytes".
pub(crate) static OPTIONAL_BYTES: LazyLock<Arc<Schema>> =
    LazyLock::new(|| Arc::new(Schema::new(SchemaKind::Bytes).optional()));
/// "Optional string".
pub(crate) static OPTIONAL_STRING: LazyLock<Arc<Schema>> =
    LazyLock::new(|| Arc::new(Schema::new(SchemaKind::String).optional()));

impl Data<'_> {
    /// A null without a schema.
    pub const NULL: Data<'static> = Data::Built(None, Value::Null);

    /// The schema, where there is one.
    #[must_use]
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        match self {
            Self::Bytes(_) => Some(&OPTIONAL_BYTES),
            Self::Text(_) => Some(&OPTIONAL_STRING),
            Self::Json(_) => None,
            Self::Header(header) => header.parsed().0.as_ref(),
            Self::Built(schema, _) => schema.as_ref(),
        }
    }

    /// Whether the value is the null, with or without a schema: as a record's value, a tombstone.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Bytes(_) | Self::Text(_) | Self::Json(_) => false,
            Self::Header(header) => header.parsed().1.is_null(),
            Self::Built(_, value) => value.is_null(),
        }
    }

    /// The value. A JSON text is built anew at each look, for the looker alone: the tree takes many times the memory of the
    /// text. A header is read at the first look and kept. A default of the schema is not filled in.
    ///
    /// # Errors
    /// A `DataException` where the JSON text cannot be built, which its check at conversion rules out.
    pub fn value(&self) -> Result<Cow<'_, Value>, Exception> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Owned(Value::Bytes(bytes.to_vec()))),
            Self::Text(text) => Ok(Cow::Owned(Value::String(text.clone().into_owned()))),
            Self::Json(json) => json.build().map(Cow::Owned),
            Self::Header(header) => Ok(Cow::Borrowed(&header.parsed().1)),
            Self::Built(_, value) => Ok(Cow::Borrowed(value)),
        }
    }

    /// The value at a path of names, which leads through structs and maps alike; at an empty path the value itself. Of a
    /// JSON text nothing else is built.
    ///
    /// `None`: there is no such field, or a null stands on the way to it. A field that is null is `Some` null. Of members of
    /// one name in a JSON text the last counts. A default of the schema is not filled in.
    ///
    /// # Errors
    /// A `DataException` where the path leads into something that has no fields, such as a text or a list, as by Kafka
    /// Connect's `SingleFieldPath.valueFrom`; and as [`Data::value`].
    pub fn field(&self, path: &[impl AsRef<str>]) -> Result<Option<Cow<'_, Value>>, Exception> {
        if let Self::Json(json) = self {
            return Ok(read_field(json.0, path)?.map(Cow::Owned));
        }
        Ok(match self.value()? {
            Cow::Borrowed(value) => value.field(path)?.map(Cow::Borrowed),
            Cow::Owned(value) => value.field(path)?.cloned().map(Cow::Owned),
        })
    }

    /// The schema and the value, to be taken apart.
    ///
    /// # Errors
    /// As [`Data::value`].
    pub fn into_built(self) -> Result<(Option<Arc<Schema>>, Value), Exception> {
        match self {
            Self::Bytes(bytes) => Ok((Some(Arc::clone(&OPTIONAL_BYTES)), Value::Bytes(bytes.to_vec()))),
            Self::Text(text) => Ok((Some(Arc::clone(&OPTIONAL_STRING)), Value::String(text.into_owned()))),
            Self::Json(json) => Ok((None, json.build()?)),
            Self::Header(header) => Ok(header.into_parsed()),
            Self::Built(schema, value) => Ok((schema, value)),
        }
    }

    /// Appends what `JsonConverter` with `schemas.enable=false` writes for this, on one line; `null` for a null.
    ///
    /// # Errors
    /// A `DataException` where `JsonConverter` cannot write the value; `out` is then as it was.
    pub fn write_json(&self, writer: &JsonWriter, out: &mut Vec<u8>) -> Result<(), Exception> {
        match self {
            Self::Bytes(bytes) => write_bytes(bytes, out),
            Self::Text(text) => write_text(text, out),
            Self::Json(json) => out.extend_from_slice(json.as_str().as_bytes()),
            Self::Header(header) => {
                let (schema, value) = header.parsed();
                return writer.write(schema.as_deref(), value, out);
            }
            Self::Built(schema, value) => return writer.write(schema.as_deref(), value, out),
        }
        Ok(())
    }
}

impl<'a> JsonText<'a> {
    /// Takes a text that has been checked.
    pub(crate) fn checked(text: &'a str) -> Self {
        Self(text)
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    fn build(self) -> Result<Value, Exception> {
        read_schemaless(self.0.as_bytes())
    }
}

impl<'a> HeaderText<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, parsed: OnceLock::new() }
    }

    /// The bytes as they came.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    fn parsed(&self) -> &(Option<Arc<Schema>>, Value) {
        self.parsed.get_or_init(|| Box::new(self.parse()))
    }

    fn into_parsed(mut self) -> (Option<Arc<Schema>>, Value) {
        match self.parsed.take() {
            Some(parsed) => *parsed,
            None => self.parse(),
        }
    }

    /// What cannot be read for its depth stays bytes.
    fn parse(&self) -> (Option<Arc<Schema>>, Value) {
        parse_string(&decode_utf8(self.bytes))
            .unwrap_or_else(|| (Some(Arc::new(Schema::new(SchemaKind::Bytes))), Value::Bytes(self.bytes.to_vec())))
    }
}
