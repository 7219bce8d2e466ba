//! Values to JSON (`JsonConverter.fromConnectData`).

use std::borrow::Cow;
use std::sync::Arc;

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

    /// Appends a schema to `out` as `schemas.enable=true` has it in its envelope, on one line; `null` for none.
    ///
    /// # Errors
    /// As [`JsonWriter::write`], for a default.
    pub fn write_schema(&self, schema: Option<&Schema>, out: &mut Vec<u8>) -> Result<(), Exception> {
        let start = out.len();
        self.schema(schema, None, out).inspect_err(|_| out.truncate(start))
    }

    fn value(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<(), Exception> {
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

    /// A schema; `field` is the name of the struct's field that it stands for.
    fn schema(&self, schema: Option<&Schema>, field: Option<&str>, out: &mut Vec<u8>) -> Result<(), Exception> {
        let Some(schema) = schema else {
            out.extend_from_slice(b"null");
            return Ok(());
        };
        out.extend_from_slice(b"{\"type\":");
        write_text(json_type(&schema.kind), out);
        match &schema.kind {
            SchemaKind::Array(items) => {
                out.extend_from_slice(b",\"items\":");
                self.schema(items.as_deref(), None, out)?;
            }
            SchemaKind::Map(keys, values) => {
                out.extend_from_slice(b",\"keys\":");
                self.schema(keys.as_deref(), None, out)?;
                out.extend_from_slice(b",\"values\":");
                self.schema(values.as_deref(), None, out)?;
            }
            SchemaKind::Struct(fields) => {
                out.extend_from_slice(b",\"fields\":");
                write_list(b"[]", fields.all(), out, |field, out| {
                    self.schema(Some(&field.schema), Some(&field.name), out)
                })?;
            }
            _ => {}
        }
        out.extend_from_slice(if schema.optional { b",\"optional\":true" } else { b",\"optional\":false" });
        for (name, text) in [("name", &schema.name), ("doc", &schema.doc), ("field", &field.map(Into::into))] {
            if let Some(text) = text {
                out.push(b',');
                write_text(name, out);
                out.push(b':');
                write_text(text, out);
            }
        }
        if let Some(version) = schema.version {
            out.extend_from_slice(b",\"version\":");
            write_integer(version, out);
        }
        if !schema.parameters.is_empty() {
            out.extend_from_slice(b",\"parameters\":");
            write_list(b"{}", &schema.parameters, out, |(name, value), out| {
                write_text(name, out);
                out.push(b':');
                write_text(value, out);
                Ok(())
            })?;
        }
        if let Some(default) = &schema.default {
            out.extend_from_slice(b",\"default\":");
            self.value(Some(schema), default, out)?;
        }
        out.push(b'}');
        Ok(())
    }
}

/// Appends bytes as base64 in quotes.
pub(crate) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    base64_simd::STANDARD.encode_append(bytes, out);
    out.push(b'"');
}

/// Appends a text in quotes, escaped as Jackson does: characters beyond the basic plane as two `\uXXXX`, no other but
/// quotes, backslashes and control characters.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while let Some((at, character)) =
        rest.bytes().position(needs_escape).and_then(|at| Some((at, rest.get(at..)?.chars().next()?)))
    {
        let (plain, after) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        rest = after.strip_prefix(character).unwrap_or_default();
        let escape: Cow<'_, str> = match character {
            '"' => "\\\"".into(),
            '\\' => "\\\\".into(),
            '\u{8}' => "\\b".into(),
            '\t' => "\\t".into(),
            '\n' => "\\n".into(),
            '\u{c}' => "\\f".into(),
            '\r' => "\\r".into(),
            _ => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
        };
        out.extend_from_slice(escape.as_bytes());
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Whether a byte is a character that is escaped, or begins one.
fn needs_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20 | 0xF0..)
}

fn write_integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// JSON has no infinities: they are texts.
fn write_quoted_unless(finite: bool, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let quote: &[u8] = if finite { b"" } else { b"\"" };
    out.extend_from_slice(quote);
    write(out);
    out.extend_from_slice(quote);
}

fn write_list<T>(
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

fn json_type(kind: &SchemaKind) -> &'static str {
    match kind {
        SchemaKind::Int8 => "int8",
        SchemaKind::Int16 => "int16",
        SchemaKind::Int32 => "int32",
        SchemaKind::Int64 => "int64",
        SchemaKind::Float32 => "float",
        SchemaKind::Float64 => "double",
        SchemaKind::Boolean => "boolean",
        SchemaKind::String => "string",
        SchemaKind::Bytes => "bytes",
        SchemaKind::Array(_) => "array",
        SchemaKind::Map(..) => "map",
        SchemaKind::Struct(_) => "struct",
    }
}
