//! Values as bytes, as `ByteArrayConverter` writes them.

use std::borrow::Cow;

use connect::{Data, Exception, SchemaKind, Value};

/// Appends the bytes of a value.
///
/// # Errors
/// A `DataException` for a value that is not bytes, and for a null.
pub(crate) fn write(data: &Data<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
    match of(data)? {
        Some(bytes) => out.extend_from_slice(&bytes),
        None => return Err(Exception::data("A null cannot be written as bytes")),
    }
    Ok(())
}

/// The bytes of a value, none of a null (`ByteArrayConverter.fromConnectData`).
pub(crate) fn of<'d>(data: &'d Data<'_>) -> Result<Option<Cow<'d, [u8]>>, Exception> {
    if let Data::Bytes(bytes) = data {
        return Ok(Some(Cow::Borrowed(bytes)));
    }
    if let Some(schema) = data.schema()
        && schema.kind != SchemaKind::Bytes
    {
        let kind = kind_name(&schema.kind);
        return Err(Exception::data(format!("Invalid schema type for ByteArrayConverter: {kind}")));
    }
    match data.value()? {
        Cow::Borrowed(Value::Null) | Cow::Owned(Value::Null) => Ok(None),
        Cow::Borrowed(Value::Bytes(bytes)) => Ok(Some(Cow::Borrowed(bytes))),
        Cow::Owned(Value::Bytes(bytes)) => Ok(Some(Cow::Owned(bytes))),
        other => {
            let class = java_class(&other);
            Err(Exception::data(format!("ByteArrayConverter is not compatible with objects of type class {class}")))
        }
    }
}

/// The name of a type in messages (`Schema.Type`).
pub(crate) fn kind_name(kind: &SchemaKind) -> &'static str {
    match kind {
        SchemaKind::Int8 => "INT8",
        SchemaKind::Int16 => "INT16",
        SchemaKind::Int32 => "INT32",
        SchemaKind::Int64 => "INT64",
        SchemaKind::Float32 => "FLOAT32",
        SchemaKind::Float64 => "FLOAT64",
        SchemaKind::Boolean => "BOOLEAN",
        SchemaKind::String => "STRING",
        SchemaKind::Bytes => "BYTES",
        SchemaKind::Array(_) => "ARRAY",
        SchemaKind::Map(..) => "MAP",
        SchemaKind::Struct(_) => "STRUCT",
    }
}

/// The class of a value's Java object.
fn java_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Boolean(_) => "java.lang.Boolean",
        Value::Int8(_) => "java.lang.Byte",
        Value::Int16(_) => "java.lang.Short",
        Value::Int32(_) => "java.lang.Integer",
        Value::Int64(_) => "java.lang.Long",
        Value::Float32(_) => "java.lang.Float",
        Value::Float64(_) => "java.lang.Double",
        Value::String(_) => "java.lang.String",
        Value::Bytes(_) => "[B",
        Value::Decimal(_) => "java.math.BigDecimal",
        Value::Date(_) => "java.util.Date",
        Value::Array(_) => "java.util.ArrayList",
        Value::Map(_) => "java.util.HashMap",
        Value::Struct(_) => "org.apache.kafka.connect.data.Struct",
    }
}
