//! Values (`org.apache.kafka.connect.data`).

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};
use num_bigint::BigInt;

use crate::{Exception, Schema};

/// A decimal number: `unscaled * 10^-scale` (`java.math.BigDecimal`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// All digits, as an integer.
    pub unscaled: BigInt,
    /// How many of them stand behind the point; negative for trailing zeros.
    pub scale: i32,
}

/// Keys and values in the order of their insertion. A key that comes again replaces the value and keeps its place.
pub type Map = IndexMap<Value, Value>;

/// A struct: its schema and a value for each of its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// The schema, of kind `Struct`.
    pub schema: Arc<Schema>,
    /// One value a field, in the schema's order. A default is not filled in.
    pub values: Vec<Value>,
}

impl Struct {
    /// The value of a field: none where the schema has no such field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let (position, _) = self.schema.fields()?.find(name)?;
        self.values.get(position)
    }
}

/// A value, typed as Kafka Connect types it.
#[derive(Debug, Clone)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// One byte, signed.
    Int8(i8),
    /// Two bytes, signed.
    Int16(i16),
    /// Four bytes, signed.
    Int32(i32),
    /// Eight bytes, signed.
    Int64(i64),
    /// Single precision.
    Float32(f32),
    /// Double precision.
    Float64(f64),
    /// Text.
    String(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Logical type Decimal.
    Decimal(Decimal),
    /// Logical types Date, Time and Timestamp: milliseconds since 1970 (`java.util.Date`).
    Date(i64),
    /// A list.
    Array(Vec<Value>),
    /// Keys and values.
    Map(Box<Map>),
    /// Named fields with a schema.
    Struct(Box<Struct>),
}

impl Value {
    /// Whether this is the null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value of a field of a struct, or of a key of a map.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Struct(fields) => fields.get(name),
            Self::Map(entries) => entries.get(&TextKey(name)),
            _ => None,
        }
    }

    /// The value at a path of names; `None` where a struct or a map on the way lacks the name, or a null stands there.
    ///
    /// # Errors
    /// A `DataException` where something else stands on the way.
    pub(crate) fn field(&self, path: &[impl AsRef<str>]) -> Result<Option<&Value>, Exception> {
        let mut value = self;
        for name in path {
            if !matches!(value, Self::Struct(_) | Self::Map(_) | Self::Null) {
                return Err(without_fields(path));
            }
            let Some(inner) = value.get(name.as_ref()) else { return Ok(None) };
            value = inner;
        }
        Ok(Some(value))
    }
}

/// A path that leads into something that has no fields.
pub(crate) fn without_fields(path: &[impl AsRef<str>]) -> Exception {
    let name = path.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(".");
    Exception::data(format!("the field {name} cannot be read: the value is neither a struct nor a JSON object"))
}

/// Looks a text key up in a [`Map`] without building a [`Value`].
struct TextKey<'a>(&'a str);

impl Hash for TextKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        TEXT.hash(state);
        self.0.hash(state);
    }
}

impl Equivalent<Value> for TextKey<'_> {
    fn equivalent(&self, key: &Value) -> bool {
        matches!(key, Value::String(text) if text == self.0)
    }
}

/// Stands for the variant in the hash of a text.
const TEXT: u8 = 8;

/// Floats are equal when their bits are: what a map key needs.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Int8(a), Self::Int8(b)) => a == b,
            (Self::Int16(a), Self::Int16(b)) => a == b,
            (Self::Int32(a), Self::Int32(b)) => a == b,
            (Self::Int64(a), Self::Int64(b)) | (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Float32(a), Self::Float32(b)) => a.to_bits() == b.to_bits(),
            (Self::Float64(a), Self::Float64(b)) => a.to_bits() == b.to_bits(),
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Decimal(a), Self::Decimal(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Struct(a), Self::Struct(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Null => 0_u8.hash(state),
            Self::Boolean(value) => (1_u8, value).hash(state),
            Self::Int8(value) => (2_u8, value).hash(state),
            Self::Int16(value) => (3_u8, value).hash(state),
            Self::Int32(value) => (4_u8, value).hash(state),
            Self::Int64(value) => (5_u8, value).hash(state),
            Self::Float32(value) => (6_u8, value.to_bits()).hash(state),
            Self::Float64(value) => (7_u8, value.to_bits()).hash(state),
            Self::String(value) => {
                TEXT.hash(state);
                value.as_str().hash(state);
            }
            Self::Bytes(value) => (9_u8, value).hash(state),
            Self::Decimal(value) => (10_u8, value).hash(state),
            Self::Date(value) => (11_u8, value).hash(state),
            Self::Array(values) => (12_u8, values).hash(state),
            // Equal maps may differ in order: their hash must not depend on it.
            Self::Map(entries) => (13_u8, entries.len()).hash(state),
            Self::Struct(fields) => (14_u8, &fields.values).hash(state),
        }
    }
}
