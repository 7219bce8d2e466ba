//! A record's key as text, for names.

use std::borrow::Cow;

use connect::json::JsonWriter;
use connect::{Data, Exception, Value};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The key's text as Java's `toString` gives it; `null` for a null.
///
/// # Errors
/// A `DataException` for bytes that are no text: Java would name the object by the address of its memory.
pub(super) fn of<'k>(key: &'k Data<'_>) -> Result<Cow<'k, str>, Exception> {
    match key {
        Data::Text(text) => Ok(Cow::Borrowed(text)),
        Data::Bytes(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| no_text()),
        _ => match key.value()? {
            Cow::Borrowed(Value::String(text)) => Ok(Cow::Borrowed(text)),
            value => {
                let mut out = String::new();
                write(&value, &mut out)?;
                Ok(Cow::Owned(out))
            }
        },
    }
}

fn write(value: &Value, out: &mut String) -> Result<(), Exception> {
    match value {
        Value::Null => out.push_str("null"),
        Value::String(text) => out.push_str(text),
        Value::Bytes(bytes) => out.push_str(std::str::from_utf8(bytes).map_err(|_| no_text())?),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                out.push_str(if position == 0 { "" } else { ", " });
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (position, (name, item)) in entries.iter().enumerate() {
                out.push_str(if position == 0 { "" } else { ", " });
                write(name, out)?;
                out.push('=');
                write(item, out)?;
            }
            out.push('}');
        }
        Value::Struct(fields) => {
            out.push_str("Struct{");
            let declared = fields.schema.fields().map(connect::Fields::all).unwrap_or_default();
            let present = declared.iter().zip(&fields.values).filter(|(_, item)| !item.is_null());
            for (position, (field, item)) in present.enumerate() {
                out.push_str(if position == 0 { "" } else { "," });
                out.push_str(&field.name);
                out.push('=');
                write(item, out)?;
            }
            out.push('}');
        }
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int8(value) => write_integer(*value, out),
        Value::Int16(value) => write_integer(*value, out),
        Value::Int32(value) => write_integer(*value, out),
        Value::Int64(value) => write_integer(*value, out),
        Value::Decimal(value) => out.push_str(&value.to_string()),
        Value::Date(milliseconds) => write_date(*milliseconds, out)?,
        Value::Float32(_) | Value::Float64(_) => write_float(value, out)?,
    }
    Ok(())
}

fn write_integer(value: impl itoa::Integer, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// Floats have the same texts in JSON as in Java, but for the quotes around NaN and the infinities.
fn write_float(value: &Value, out: &mut String) -> Result<(), Exception> {
    let mut json = Vec::new();
    JsonWriter::default().write(None, value, &mut json)?;
    out.push_str(String::from_utf8_lossy(&json).trim_matches('"'));
    Ok(())
}

/// `java.util.Date.toString` in UTC.
fn write_date(milliseconds: i64, out: &mut String) -> Result<(), Exception> {
    let timestamp = Timestamp::from_millisecond(milliseconds).map_err(|_| {
        Exception::data("The record's key is a date beyond the year 9999, which has no place in a name")
    })?;
    let date = timestamp.to_zoned(TimeZone::UTC);
    out.push_str(&date.strftime("%a %b %d %H:%M:%S UTC %Y").to_string());
    Ok(())
}

fn no_text() -> Exception {
    Exception::data(
        "The record's key is to be a part of the object's name, and is bytes that are no UTF-8 text: give file.name.template \
         without {{key}}, or a key.converter that reads them",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use connect::{Fields, Schema, SchemaKind, Struct};

    use super::*;

    fn text(value: Value) -> String {
        of(&Data::Built(None, value)).unwrap().into_owned()
    }

    #[test]
    fn keys_have_the_texts_of_their_java_objects() {
        assert_eq!(of(&Data::NULL).unwrap(), "null");
        assert_eq!(text(Value::Int64(-5)), "-5");
        assert_eq!(text(Value::Float64(1e10)), "1.0E10");
        assert_eq!(text(Value::Float32(f32::NAN)), "NaN");
        assert_eq!(text(Value::Boolean(true)), "true");
        assert_eq!(text(Value::Date(1_700_000_000_123)), "Tue Nov 14 22:13:20 UTC 2023");
        let list = Value::Array(vec![Value::Int32(1), Value::Null, Value::String("a".to_owned())]);
        assert_eq!(text(list.clone()), "[1, null, a]");
        let map = [(Value::String("a".to_owned()), list), (Value::Int8(2), Value::Null)];
        assert_eq!(text(Value::Map(Box::new(map.into_iter().collect()))), "{a=[1, null, a], 2=null}");
    }

    #[test]
    fn a_struct_leaves_its_nulls_out() {
        let mut fields = Fields::default();
        for name in ["id", "none", "name"] {
            fields.push(name, Arc::new(Schema::new(SchemaKind::String).optional())).unwrap();
        }
        let schema = Arc::new(Schema::new(SchemaKind::Struct(fields)));
        let values = vec![Value::Int64(5), Value::Null, Value::String("x".to_owned())];
        assert_eq!(text(Value::Struct(Box::new(Struct { schema, values }))), "Struct{id=5,name=x}");
    }
}
