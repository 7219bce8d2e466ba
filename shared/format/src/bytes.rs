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
        let kind = schema.kind.type_name();
        return Err(Exception::data(format!("Invalid schema type for ByteArrayConverter: {kind}")));
    }
    match data.value()? {
        Cow::Borrowed(Value::Null) | Cow::Owned(Value::Null) => Ok(None),
        Cow::Borrowed(Value::Bytes(bytes)) => Ok(Some(Cow::Borrowed(bytes))),
        Cow::Owned(Value::Bytes(bytes)) => Ok(Some(Cow::Owned(bytes))),
        other => {
            let class = other.java_class();
            Err(Exception::data(format!("ByteArrayConverter is not compatible with objects of type {class}")))
        }
    }
}
