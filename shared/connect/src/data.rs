//! A schema and a value that may not have been looked into yet.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::{Exception, Schema, Value};

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
    /// A value, with its schema where it has one. A schemaless null is a null.
    Built(Option<Arc<Schema>>, Value),
}

/// One JSON text: valid by RFC 8259, UTF-8, without a raw line break, its integers within 64 bits.
#[derive(Debug, Clone)]
pub struct JsonText<'a> {
    text: &'a str,
    built: OnceLock<Box<Value>>,
}

impl<'a> JsonText<'a> {
    /// Takes a text that has been checked.
    pub(crate) fn checked(text: &'a str) -> Self {
        Self { text, built: OnceLock::new() }
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }
}

impl Data<'_> {
    /// A null without a schema.
    pub const NULL: Data<'static> = Data::Built(None, Value::Null);
}

#[allow(unused_imports)]
use Exception as _;
