//! Values to JSON (`JsonConverter.fromConnectData`).

use std::sync::Arc;

use super::string::{write_bytes, write_integer, write_text};
use crate::java::{MILLISECONDS_PER_DAY, write_f32, write_f64};
use crate::{Decimal, Exception, Map, Schema, SchemaKind, Struct, Value, class};

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
    /// Appends a value to `out` as `schemas.enable=false` has it, on one line; `null` for a null.
    ///
    /// # Errors
    /// The exception, mostly a `DataException`, that `JsonConverter` throws for the value; `out` is then as it was.
    pub fn write(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        let start = out.len();
        self.value(schema, value, out).inspect_err(|_| out.truncate(start))
    }

    pub(super) fn value(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        let default = schema.and_then(|schema| schema.default.as_ref());
        match (value, default, schema) {
            (Value::Null, Some(default), _) if self.replace_null_with_default => {
                return self.value(schema, default, out);
            }
            (Value::Null, _, Some(schema)) if !schema.optional => {
                return Err(Exception::data(
                    "Conversion error: null value for field that is required and has no default value",
                ));
            }
            (Value::Null, ..) => {
                out.extend_from_slice(b"null");
                return Ok(());
            }
            _ => {}
        }
        match schema.and_then(|schema| Some((schema, schema.name.as_deref()?))) {
            Some((schema, Schema::DECIMAL)) => self.decimal(schema, value, out),
            Some((_, name @ (Schema::DATE | Schema::TIME | Schema::TIMESTAMP))) => date(name, value, out),
            _ => match schema {
                Some(schema) => self.of_schema(schema, value, out),
                None => self.schemaless(value, out),
            },
        }
    }

    fn of_schema(&self, schema: &Schema, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        match (&schema.kind, value) {
            (SchemaKind::Int8, Value::Int8(_))
            | (SchemaKind::Int16, Value::Int16(_))
            | (SchemaKind::Int32, Value::Int32(_))
            | (SchemaKind::Int64, Value::Int64(_))
            | (SchemaKind::Float32, Value::Float32(_))
            | (SchemaKind::Float64, Value::Float64(_))
            | (SchemaKind::Boolean, Value::Boolean(_))
            | (SchemaKind::String, Value::String(_))
            | (SchemaKind::Bytes, Value::Bytes(_)) => self.schemaless(value, out),
            (SchemaKind::Array(items), Value::Array(values)) => self.array(items.as_deref(), values, out),
            (SchemaKind::Map(keys, values), Value::Map(entries)) => {
                let Some(keys) = keys else {
                    return Err(Exception::new(class::NULL_POINTER, "a map's schema without a schema of its keys"));
                };
                self.map(Some(keys), values.as_deref(), keys.kind == SchemaKind::String, entries, out)
            }
            (SchemaKind::Struct(_), Value::Struct(value)) if *value.schema == *schema => self.fields(value, out),
            (SchemaKind::Struct(_), Value::Struct(_)) => Err(Exception::data("Mismatching schema.")),
            (SchemaKind::Bytes, _) => {
                Err(Exception::data(format!("Invalid type for bytes type: {}", value.java_class())))
            }
            (kind, _) => Err(Exception::data(format!("Invalid type for {}: {}", kind.type_name(), value.java_class()))),
        }
    }

    fn schemaless(&self, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Value::Int8(value) => write_integer(*value, out),
            Value::Int16(value) => write_integer(*value, out),
            Value::Int32(value) => write_integer(*value, out),
            Value::Int64(value) => write_integer(*value, out),
            Value::Float32(value) => write_quoted_unless(value.is_finite(), out, |out| write_f32(*value, out)),
            Value::Float64(value) => write_quoted_unless(value.is_finite(), out, |out| write_f64(*value, out)),
            Value::String(text) => write_text(text, out),
            Value::Bytes(bytes) => write_bytes(bytes, out),
            Value::Array(values) => return self.array(None, values, out),
            Value::Map(entries) => {
                let all_text = entries.keys().all(|key| matches!(key, Value::String(_)));
                return self.map(None, None, all_text, entries, out);
            }
            Value::Struct(_) => return Err(Exception::data("Mismatching schema.")),
            Value::Decimal(_) | Value::Date(_) => {
                let class = value.java_class();
                return Err(Exception::data(format!("Java class {class} does not have corresponding schema type.")));
            }
        }
        Ok(())
    }

    fn array(&self, items: Option<&Schema>, values: &[Value], out: &mut Vec<u8>) -> Result<(), Exception> {
        write_list(b"[]", values, out, |value, out| self.value(items, value, out))
    }

    /// Entries as an object where their keys are texts, else as a list of pairs.
    fn map(
        &self,
        keys: Option<&Arc<Schema>>,
        values: Option<&Schema>,
        as_object: bool,
        entries: &Map,
        out: &mut Vec<u8>,
    ) -> Result<(), Exception> {
        let keys = keys.map(|schema| &**schema);
        if as_object {
            return write_list(b"{}", entries, out, |(key, value), out| {
                self.name(keys, key, out)?;
                out.push(b':');
                self.value(values, value, out)
            });
        }
        write_list(b"[]", entries, out, |(key, value), out| {
            out.push(b'[');
            self.value(keys, key, out)?;
            out.push(b',');
            self.value(values, value, out)?;
            out.push(b']');
            Ok(())
        })
    }

    /// A key as a member's name: what is no text is put in quotes.
    fn name(&self, schema: Option<&Schema>, key: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        let start = out.len();
        self.value(schema, key, out)?;
        if out.get(start) != Some(&b'"') {
            out.insert(start, b'"');
            out.push(b'"');
        }
        Ok(())
    }

    fn fields(&self, value: &Struct, out: &mut Vec<u8>) -> Result<(), Exception> {
        let fields = value.schema.fields().map_or(&[][..], |fields| fields.all());
        write_list(b"{}", fields.iter().zip(&value.values), out, |(field, value), out| {
            write_text(&field.name, out);
            out.push(b':');
            self.value(Some(&field.schema), value, out)
        })
    }

    fn decimal(&self, schema: &Schema, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
        let Value::Decimal(decimal) = value else {
            let class = value.java_class();
            return Err(Exception::data(format!("Invalid type for Decimal, expected BigDecimal but was {class}")));
        };
        match self.decimal_format {
            DecimalFormat::Numeric => out.extend_from_slice(decimal.to_string().as_bytes()),
            DecimalFormat::Base64 => write_bytes(&unscaled_bytes(schema, decimal)?, out),
        }
        Ok(())
    }
}

/// JSON has no infinities: they are texts.
fn write_quoted_unless(finite: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let quote: &[u8] = if finite { b"" } else { b"\"" };
    out.extend_from_slice(quote);
    write(out);
    out.extend_from_slice(quote);
}

pub(super) fn write_list<T>(
    [begin, end]: &[u8; 2],
    items: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>) -> Result<(), Exception>,
) -> Result<(), Exception> {
    out.push(*begin);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(item, out)?;
    }
    out.push(*end);
    Ok(())
}

/// A Date as days, a Time or a Timestamp as milliseconds.
fn date(name: &str, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
    let short_name = name.rsplit('.').next().unwrap_or(name);
    let Value::Date(milliseconds) = *value else {
        let class = value.java_class();
        return Err(Exception::data(format!("Invalid type for {short_name}, expected Date but was {class}")));
    };
    match name {
        Schema::DATE if milliseconds % MILLISECONDS_PER_DAY != 0 => {
            return Err(Exception::data(
                "Kafka Connect Date type should not have any time fields set to non-zero values.",
            ));
        }
        #[expect(clippy::cast_possible_truncation, reason = "Date.fromLogical casts to an int")]
        Schema::DATE => write_integer((milliseconds / MILLISECONDS_PER_DAY) as i32, out),
        Schema::TIME if !(0..=MILLISECONDS_PER_DAY).contains(&milliseconds) => {
            return Err(Exception::data(
                "Kafka Connect Time type should not have any date fields set to non-zero values.",
            ));
        }
        _ => write_integer(milliseconds, out),
    }
    Ok(())
}

fn unscaled_bytes(schema: &Schema, decimal: &Decimal) -> Result<Vec<u8>, Exception> {
    let (scale, of_value) = (schema.decimal_scale()?, decimal.scale);
    if scale != of_value {
        return Err(Exception::data(format!(
            "Decimal value has mismatching scale for given Decimal schema. Schema has scale {scale}, value has scale {of_value}."
        )));
    }
    Ok(decimal.unscaled.to_signed_bytes_be())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(writer: JsonWriter, schema: Option<&Schema>, value: &Value) -> Result<String, String> {
        let mut out = b"before".to_vec();
        let result = writer.write(schema, value, &mut out);
        let text = String::from_utf8(out).unwrap();
        let text = text.strip_prefix("before").unwrap().to_owned();
        match result {
            Ok(()) => Ok(text),
            Err(exception) => {
                assert_eq!(text, "", "nothing is left of what failed");
                Err(exception.message)
            }
        }
    }

    fn json(schema: Option<&Schema>, value: &Value) -> Result<String, String> {
        written(JsonWriter::default(), schema, value)
    }

    #[test]
    fn values_are_written_by_their_type() {
        let map = |key| Value::Map(Box::new(Map::from_iter([(key, Value::Int8(1))])));
        for (value, expected) in [
            (Value::Null, "null"),
            (Value::Int64(i64::MIN), "-9223372036854775808"),
            (Value::Float32(0.1), "0.1"),
            (Value::Float64(f64::NAN), "\"NaN\""),
            (Value::Bytes(vec![0xff, 0xfe]), "\"//4=\""),
            (Value::Array(vec![Value::Null, Value::Boolean(true)]), "[null,true]"),
            (map(Value::String("a".to_owned())), r#"{"a":1}"#),
            (map(Value::Int32(5)), "[[5,1]]"),
        ] {
            assert_eq!(json(None, &value), Ok(expected.to_owned()));
        }
        assert!(json(None, &Value::Array(vec![Value::Date(0)])).unwrap_err().contains("java.util.Date"));
    }

    #[test]
    fn decimals_are_bytes_or_numbers() {
        let value = Value::Decimal(Decimal { unscaled: 12_345.into(), scale: 2 });
        let numeric = JsonWriter { decimal_format: DecimalFormat::Numeric, ..JsonWriter::default() };
        assert_eq!(json(Some(&Schema::decimal(2)), &value), Ok("\"MDk=\"".to_owned()));
        assert_eq!(written(numeric, Some(&Schema::decimal(2)), &value), Ok("123.45".to_owned()));
        assert!(json(Some(&Schema::decimal(3)), &value).unwrap_err().contains("Schema has scale 3, value has scale 2"));
    }

    #[test]
    fn dates_are_days_or_milliseconds() {
        let day = Value::Date(MILLISECONDS_PER_DAY);
        assert_eq!(json(Some(&Schema::date()), &day), Ok("1".to_owned()));
        assert_eq!(json(Some(&Schema::timestamp()), &day), Ok("86400000".to_owned()));
        assert!(json(Some(&Schema::date()), &Value::Date(1)).is_err());
        assert!(json(Some(&Schema::time()), &Value::Date(-1)).is_err());
    }

    #[test]
    fn defaults_stand_in_for_nulls_where_asked_for() {
        let schema = Schema { default: Some(Value::Int8(7)), ..Schema::new(SchemaKind::Int8) };
        let keep = JsonWriter { replace_null_with_default: false, ..JsonWriter::default() };
        assert_eq!(json(Some(&schema), &Value::Null), Ok("7".to_owned()));
        assert!(written(keep, Some(&schema), &Value::Null).is_err());
        assert_eq!(written(keep, Some(&schema.optional()), &Value::Null), Ok("null".to_owned()));
    }
}
