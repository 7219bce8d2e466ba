//! Schemas (`org.apache.kafka.connect.data.Schema`).

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::{Exception, Value, class};

/// The types that a schema can have (`org.apache.kafka.connect.data.Schema.Type`).
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaKind {
    /// One byte, signed.
    Int8,
    /// Two bytes, signed.
    Int16,
    /// Four bytes, signed.
    Int32,
    /// Eight bytes, signed.
    Int64,
    /// Single precision; `float` in JSON schemas.
    Float32,
    /// Double precision; `double` in JSON schemas.
    Float64,
    /// True or false.
    Boolean,
    /// Text.
    String,
    /// Bytes.
    Bytes,
    /// A list whose items have one schema; none where `Values.parseString` found no common one.
    Array(Option<Arc<Schema>>),
    /// Keys and values, each with one schema; none where `Values.parseString` found no common one.
    Map(Option<Arc<Schema>>, Option<Arc<Schema>>),
    /// Named fields in order.
    Struct(Fields),
}

impl SchemaKind {
    /// The type's name in exceptions: the constant of `Schema.Type`, such as `INT32`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Int8 => "INT8",
            Self::Int16 => "INT16",
            Self::Int32 => "INT32",
            Self::Int64 => "INT64",
            Self::Float32 => "FLOAT32",
            Self::Float64 => "FLOAT64",
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Array(_) => "ARRAY",
            Self::Map(..) => "MAP",
            Self::Struct(_) => "STRUCT",
        }
    }
}

/// A struct's field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The field's name, unique in its struct.
    pub name: Arc<str>,
    /// The field's schema.
    pub schema: Arc<Schema>,
}

/// A struct's fields, in order and by name.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    list: Vec<Field>,
    positions: HashMap<Arc<str>, usize>,
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Fields {
    /// Adds a field at the end.
    ///
    /// # Errors
    /// Gives the name back where the struct has that field already.
    pub fn push(&mut self, name: &str, schema: Arc<Schema>) -> Result<(), String> {
        if self.positions.contains_key(name) {
            return Err(name.to_owned());
        }
        let name: Arc<str> = name.into();
        self.positions.insert(Arc::clone(&name), self.list.len());
        self.list.push(Field { name, schema });
        Ok(())
    }

    /// The position and the schema of a field.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(usize, &Field)> {
        let position = *self.positions.get(name)?;
        Some((position, self.list.get(position)?))
    }

    /// All fields in order.
    #[must_use]
    pub fn all(&self) -> &[Field] {
        &self.list
    }
}

/// What a value looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The type, with the schemas of what it contains.
    pub kind: SchemaKind,
    /// Whether a null is allowed.
    pub optional: bool,
    /// The name; logical types are told by it.
    pub name: Option<Arc<str>>,
    /// The version.
    pub version: Option<i32>,
    /// What it documents.
    pub doc: Option<Arc<str>>,
    /// Parameters, such as a Decimal's scale.
    pub parameters: IndexMap<String, String>,
    /// The value that stands in for a missing one.
    pub default: Option<Value>,
}

impl Schema {
    /// Name of the logical type of `java.math.BigDecimal` on bytes, with parameter `scale`.
    pub const DECIMAL: &'static str = "org.apache.kafka.connect.data.Decimal";
    /// Name of the logical type of days on int32.
    pub const DATE: &'static str = "org.apache.kafka.connect.data.Date";
    /// Name of the logical type of milliseconds of a day on int32.
    pub const TIME: &'static str = "org.apache.kafka.connect.data.Time";
    /// Name of the logical type of milliseconds since 1970 on int64.
    pub const TIMESTAMP: &'static str = "org.apache.kafka.connect.data.Timestamp";

    /// A required schema without a name.
    #[must_use]
    pub fn new(kind: SchemaKind) -> Self {
        let parameters = IndexMap::new();
        Self { kind, optional: false, name: None, version: None, doc: None, parameters, default: None }
    }

    /// The same schema, optional.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same schema with a name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The schema of the logical type Decimal: bytes with the parameter `scale`.
    #[must_use]
    pub fn decimal(scale: i32) -> Self {
        let mut schema = Self::logical(SchemaKind::Bytes, Self::DECIMAL);
        schema.parameters.insert("scale".to_owned(), scale.to_string());
        schema
    }

    /// The schema of the logical type Date: days on int32.
    #[must_use]
    pub fn date() -> Self {
        Self::logical(SchemaKind::Int32, Self::DATE)
    }

    /// The schema of the logical type Time: milliseconds of a day on int32.
    #[must_use]
    pub fn time() -> Self {
        Self::logical(SchemaKind::Int32, Self::TIME)
    }

    /// The schema of the logical type Timestamp: milliseconds since 1970 on int64.
    #[must_use]
    pub fn timestamp() -> Self {
        Self::logical(SchemaKind::Int64, Self::TIMESTAMP)
    }

    fn logical(kind: SchemaKind, name: &str) -> Self {
        Self { version: Some(1), ..Self::new(kind).named(name) }
    }

    /// A Decimal's scale (`Decimal.scale`).
    ///
    /// # Errors
    /// Where the schema has no parameter `scale`, or one that is not an integer of 32 bits.
    pub fn decimal_scale(&self) -> Result<i32, Exception> {
        if self.parameters.is_empty() {
            return Err(Exception::new(class::NULL_POINTER, "a Decimal's schema without parameters"));
        }
        let scale = self.parameters.get("scale");
        let scale = scale.ok_or_else(|| Exception::data("Invalid Decimal schema: scale parameter not found."))?;
        scale.parse().map_err(|_| Exception::data("Invalid scale parameter found in Decimal schema: "))
    }

    /// The fields, where this is a struct's schema.
    #[must_use]
    pub fn fields(&self) -> Option<&Fields> {
        match &self.kind {
            SchemaKind::Struct(fields) => Some(fields),
            _ => None,
        }
    }
}
