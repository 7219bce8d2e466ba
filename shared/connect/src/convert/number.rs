//! Numbers and booleans in their binary form.

use std::sync::Arc;

use super::Converter;
use crate::{Data, Exception, Schema, SchemaKind, Value, class};

/// Which of the number converters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// `ShortConverter`: two bytes.
    Short,
    /// `IntegerConverter`: four bytes.
    Integer,
    /// `LongConverter`: eight bytes.
    Long,
    /// `FloatConverter`: four bytes.
    Float,
    /// `DoubleConverter`: eight bytes.
    Double,
}

/// `org.apache.kafka.connect.converters.ShortConverter` and its kin: big-endian numbers of a fixed length.
#[derive(Debug, Clone)]
pub struct NumberConverter {
    number: Number,
    schema: Arc<Schema>,
}

impl NumberConverter {
    /// The converter of a kind of numbers.
    #[must_use]
    pub fn new(number: Number) -> Self {
        let kind = match number {
            Number::Short => SchemaKind::Int16,
            Number::Integer => SchemaKind::Int32,
            Number::Long => SchemaKind::Int64,
            Number::Float => SchemaKind::Float32,
            Number::Double => SchemaKind::Float64,
        };
        Self { number, schema: Arc::new(Schema::new(kind).optional()) }
    }

    fn read(&self, bytes: &[u8]) -> Option<Value> {
        Some(match self.number {
            Number::Short => Value::Int16(i16::from_be_bytes(bytes.try_into().ok()?)),
            Number::Integer => Value::Int32(i32::from_be_bytes(bytes.try_into().ok()?)),
            Number::Long => Value::Int64(i64::from_be_bytes(bytes.try_into().ok()?)),
            Number::Float => Value::Float32(f32::from_be_bytes(bytes.try_into().ok()?)),
            Number::Double => Value::Float64(f64::from_be_bytes(bytes.try_into().ok()?)),
        })
    }

    fn wrong_length(&self) -> Exception {
        let (name, deserializer, length) = match self.number {
            Number::Short => ("short", "ShortDeserializer", 2),
            Number::Integer => ("integer", "IntegerDeserializer", 4),
            Number::Long => ("long", "LongDeserializer", 8),
            Number::Float => ("float", "Deserializer", 4),
            Number::Double => ("double", "Deserializer", 8),
        };
        undeserializable(name, format!("Size of data received by {deserializer} is not {length}"))
    }
}

impl Converter for NumberConverter {
    fn class(&self) -> &'static str {
        match self.number {
            Number::Short => "org.apache.kafka.connect.converters.ShortConverter",
            Number::Integer => "org.apache.kafka.connect.converters.IntegerConverter",
            Number::Long => "org.apache.kafka.connect.converters.LongConverter",
            Number::Float => "org.apache.kafka.connect.converters.FloatConverter",
            Number::Double => "org.apache.kafka.connect.converters.DoubleConverter",
        }
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        let value = match bytes {
            Some(bytes) => self.read(bytes).ok_or_else(|| self.wrong_length())?,
            None => Value::Null,
        };
        Ok(Data::Built(Some(Arc::clone(&self.schema)), value))
    }
}

/// `org.apache.kafka.connect.converters.BooleanConverter`: one byte, 0 or 1.
#[derive(Debug, Clone)]
pub struct BooleanConverter {
    schema: Arc<Schema>,
}

impl Default for BooleanConverter {
    fn default() -> Self {
        Self { schema: Arc::new(Schema::new(SchemaKind::Boolean).optional()) }
    }
}

impl Converter for BooleanConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.converters.BooleanConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        let value = match bytes {
            None => Value::Null,
            Some([0]) => Value::Boolean(false),
            Some([1]) => Value::Boolean(true),
            Some([_]) => {
                return Err(undeserializable("boolean", "Unexpected byte received by BooleanDeserializer".to_owned()));
            }
            Some(_) => {
                let cause = "Size of data received by BooleanDeserializer is not 1".to_owned();
                return Err(undeserializable("boolean", cause));
            }
        };
        Ok(Data::Built(Some(Arc::clone(&self.schema)), value))
    }
}

fn undeserializable(name: &str, cause: String) -> Exception {
    Exception::data(format!("Failed to deserialize {name}: ")).caused_by(Exception::new(class::SERIALIZATION, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(converter: &dyn Converter, bytes: &[u8]) -> Value {
        converter.to_connect("orders", Some(bytes)).unwrap().value().unwrap().into_owned()
    }

    #[test]
    fn numbers_are_big_endian() {
        assert_eq!(value(&NumberConverter::new(Number::Short), &[0xff, 0xfe]), Value::Int16(-2));
        assert_eq!(value(&NumberConverter::new(Number::Integer), &[0, 0, 1, 0]), Value::Int32(256));
        assert_eq!(value(&NumberConverter::new(Number::Long), b"12345678"), Value::Int64(3_544_952_156_018_063_160));
        assert_eq!(value(&NumberConverter::new(Number::Float), &[0x3f, 0xc0, 0, 0]), Value::Float32(1.5));
        assert_eq!(value(&NumberConverter::new(Number::Double), &1.5_f64.to_be_bytes()), Value::Float64(1.5));
        assert_eq!(value(&BooleanConverter::default(), &[1]), Value::Boolean(true));
    }

    #[test]
    fn a_null_keeps_its_schema() {
        let null = NumberConverter::new(Number::Long).to_connect("orders", None).unwrap();
        assert!(null.is_null());
        assert_eq!(null.schema().unwrap().kind, SchemaKind::Int64);
    }

    #[test]
    fn another_length_is_an_error() {
        let exception = NumberConverter::new(Number::Integer).to_connect("orders", Some(b"123")).unwrap_err();
        assert_eq!(exception.message, "Failed to deserialize integer: ");
        assert_eq!(exception.cause.unwrap().message, "Size of data received by IntegerDeserializer is not 4");
        assert!(BooleanConverter::default().to_connect("orders", Some(&[2])).is_err());
        assert!(BooleanConverter::default().to_connect("orders", Some(&[])).is_err());
    }
}
