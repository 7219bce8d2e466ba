//! Rows of chosen fields, as Aiven's connectors write them (`jsonwriter` and `plainwriter` of their commons).

use std::borrow::Cow;

use connect::json::JsonWriter;
use connect::{Data, Exception, SchemaKind, SinkRecord, Value, class};

use crate::{bytes, instant};

/// A part of a record that a file can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The record's key.
    Key,
    /// The record's value.
    Value,
    /// The record's offset.
    Offset,
    /// The record's timestamp.
    Timestamp,
    /// The record's headers, all of them.
    Headers,
}

/// What one record is in a JSON file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// An object with a member for each field.
    Envelope(Members),
    /// The field alone.
    Bare(Field),
}

/// The members of an envelope, each once, in the order in which Java's hash map has them: headers, offset, value, key,
/// timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members(Vec<Field>);

/// How the value stands in a CSV file. The key is always base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As base64.
    Base64,
    /// As it is, without quotes: commas and line feeds of the value stay, and readers may stumble over them.
    None,
}

impl Members {
    /// The members for these fields.
    #[must_use]
    pub fn of(fields: &[Field]) -> Self {
        let order = [Field::Headers, Field::Offset, Field::Value, Field::Key, Field::Timestamp];
        Self(order.into_iter().filter(|field| fields.contains(field)).collect())
    }
}

impl Row {
    /// Appends a record's row.
    pub(crate) fn write(&self, record: &SinkRecord<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
        let members = match self {
            Self::Bare(field) => return field.write_json(record, out),
            Self::Envelope(members) => members,
        };
        out.push(b'{');
        for (position, field) in members.0.iter().enumerate() {
            out.extend_from_slice(if position == 0 { b"\"" } else { b",\"" });
            out.extend_from_slice(field.name().as_bytes());
            out.extend_from_slice(b"\":");
            field.write_json(record, out)?;
        }
        out.push(b'}');
        Ok(())
    }
}

/// Appends a record as fields apart by commas.
pub(crate) fn write_csv(
    fields: &[Field],
    encoding: Encoding,
    record: &SinkRecord<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Exception> {
    for (position, field) in fields.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        field.write_csv(encoding, record, out)?;
    }
    Ok(())
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Offset => "offset",
            Self::Timestamp => "timestamp",
            Self::Headers => "headers",
        }
    }

    fn write_json(self, record: &SinkRecord<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
        match (self, record.timestamp) {
            (Self::Key, _) => write_json(&record.key, out)?,
            (Self::Value, _) => write_json(&record.value, out)?,
            (Self::Headers, _) => write_json_headers(record, out)?,
            (Self::Offset, _) => out.extend_from_slice(itoa::Buffer::new().format(record.offset).as_bytes()),
            (Self::Timestamp, None) => out.extend_from_slice(b"null"),
            (Self::Timestamp, Some(milliseconds)) => {
                out.push(b'"');
                instant::write(milliseconds, out);
                out.push(b'"');
            }
        }
        Ok(())
    }

    fn write_csv(self, encoding: Encoding, record: &SinkRecord<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
        match self {
            Self::Key => write_csv_key(&record.key, out)?,
            Self::Value => write_csv_value(&record.value, encoding, out)?,
            Self::Offset => out.extend_from_slice(itoa::Buffer::new().format(record.offset).as_bytes()),
            Self::Timestamp => {
                if let Some(milliseconds) = record.timestamp {
                    out.extend_from_slice(itoa::Buffer::new().format(milliseconds).as_bytes());
                }
            }
            Self::Headers => write_csv_headers(record, out)?,
        }
        Ok(())
    }
}

/// The writer is not told of the connector's converters: it has `JsonConverter`'s defaults, and a null is a null.
fn write_json(data: &Data<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
    if data.is_null() {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    data.write_json(&JsonWriter::default(), out)
}

fn write_json_headers(record: &SinkRecord<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
    out.push(b'[');
    for (position, header) in record.headers.iter().enumerate() {
        out.extend_from_slice(if position == 0 { b"{\"key\":" } else { b",{\"key\":" });
        write_json(&Data::Text(Cow::Borrowed(&header.name)), out)?;
        out.extend_from_slice(b",\"value\":");
        // `JsonConverter` makes no bytes of a null without a schema, and Jackson cannot read none.
        if header.value.schema().is_none() && header.value.is_null() {
            return Err(Exception::new(ILLEGAL_ARGUMENT, "argument \"content\" is null"));
        }
        header.value.write_json(&JsonWriter::default(), out)?;
        out.push(b'}');
    }
    out.push(b']');
    Ok(())
}

fn write_csv_key(key: &Data<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
    match key {
        Data::Bytes(bytes) => base64_simd::STANDARD.encode_append(bytes, out),
        Data::Text(text) => base64_simd::STANDARD.encode_append(text.as_bytes(), out),
        _ => {
            let schema =
                key.schema().ok_or_else(|| Exception::new(class::NULL_POINTER, "key schema cannot be null"))?;
            if !matches!(schema.kind, SchemaKind::Bytes | SchemaKind::String) {
                let kind = schema.kind.type_name();
                return Err(Exception::data(format!("Record key schema type must be BYTES or STRING, {kind} given")));
            }
            match key.value()?.as_ref() {
                Value::Null => {}
                Value::Bytes(bytes) => base64_simd::STANDARD.encode_append(bytes, out),
                Value::String(text) => base64_simd::STANDARD.encode_append(text.as_bytes(), out),
                _ => return Err(Exception::data("Key is not byte[] or String")),
            }
        }
    }
    Ok(())
}

fn write_csv_value(value: &Data<'_>, encoding: Encoding, out: &mut Vec<u8>) -> Result<(), Exception> {
    if let Data::Bytes(bytes) = value {
        encoding.append(bytes, out);
        return Ok(());
    }
    let schema = value.schema().ok_or_else(|| Exception::new(class::NULL_POINTER, "value schema cannot be null"))?;
    if schema.kind != SchemaKind::Bytes {
        let kind = schema.kind.type_name();
        return Err(Exception::data(format!("Record value schema type must be BYTES, {kind} given")));
    }
    match value.value()?.as_ref() {
        Value::Null => {}
        Value::Bytes(bytes) => encoding.append(bytes, out),
        _ => return Err(Exception::data("Value is not a byte array")),
    }
    Ok(())
}

fn write_csv_headers(record: &SinkRecord<'_>, out: &mut Vec<u8>) -> Result<(), Exception> {
    for header in &record.headers {
        base64_simd::STANDARD.encode_append(header.name.as_bytes(), out);
        out.push(b':');
        let value = bytes::of(&header.value)?;
        let value = value.ok_or_else(|| Exception::new(class::NULL_POINTER, "header value cannot be null"))?;
        base64_simd::STANDARD.encode_append(&*value, out);
        out.push(b';');
    }
    Ok(())
}

impl Encoding {
    fn append(self, bytes: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Base64 => base64_simd::STANDARD.encode_append(bytes, out),
            Self::None => out.extend_from_slice(bytes),
        }
    }
}

const ILLEGAL_ARGUMENT: &str = "java.lang.IllegalArgumentException";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use connect::convert::{HeaderConverter, SimpleHeaderConverter};
    use connect::{Header, Schema};

    use super::*;
    use crate::sample::record;

    const ALL: [Field; 5] = [Field::Key, Field::Value, Field::Offset, Field::Timestamp, Field::Headers];

    fn with_headers(headers: &[(&'static str, Option<&'static [u8]>)]) -> SinkRecord<'static> {
        let mut record = record(Data::Bytes(b"v,\n"));
        record.key = Data::Text("k".into());
        for (name, bytes) in headers {
            let value = SimpleHeaderConverter.to_connect("orders", name, *bytes).unwrap();
            record.headers.push(Header { name: (*name).into(), value });
        }
        record
    }

    fn json(row: &Row, record: &SinkRecord<'_>) -> Result<String, Exception> {
        let mut out = Vec::new();
        row.write(record, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    fn csv(fields: &[Field], encoding: Encoding, record: &SinkRecord<'_>) -> Result<String, Exception> {
        let mut out = Vec::new();
        write_csv(fields, encoding, record, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn an_envelope_has_its_members_in_javas_order() {
        let record = with_headers(&[("h", Some(b"12")), ("h", Some(b"x"))]);
        assert_eq!(
            json(&Row::Envelope(Members::of(&ALL)), &record).unwrap(),
            r#"{"headers":[{"key":"h","value":12},{"key":"h","value":"x"}],"offset":7,"value":"diwK","key":"k","timestamp":"2023-11-14T22:13:20.123Z"}"#
        );
    }

    #[test]
    fn nulls_are_nulls() {
        let mut record = record(Data::NULL);
        record.timestamp = None;
        assert_eq!(
            json(&Row::Envelope(Members::of(&ALL)), &record).unwrap(),
            r#"{"headers":[],"offset":7,"value":null,"key":null,"timestamp":null}"#
        );
        assert_eq!(json(&Row::Bare(Field::Timestamp), &record).unwrap(), "null");
    }

    #[test]
    fn a_header_that_is_a_null_fails_as_in_java() {
        let error = json(&Row::Bare(Field::Headers), &with_headers(&[("h", None)])).unwrap_err();
        assert_eq!((&*error.class, &*error.message), (ILLEGAL_ARGUMENT, "argument \"content\" is null"));
    }

    #[test]
    fn csv_has_fields_as_asked_for_keys_and_perhaps_values_in_base64() {
        let record = with_headers(&[]);
        assert_eq!(csv(&ALL, Encoding::Base64, &record).unwrap(), "aw==,diwK,7,1700000000123,");
        assert_eq!(csv(&[Field::Value, Field::Key], Encoding::None, &record).unwrap(), "v,\n,aw==");
    }

    #[test]
    fn csv_writes_headers_of_bytes_and_no_others() {
        let mut record = with_headers(&[]);
        record.headers.push(Header { name: "h".into(), value: Data::Bytes(b"1") });
        record.headers.push(Header { name: "i".into(), value: Data::Bytes(b"") });
        assert_eq!(csv(&[Field::Headers], Encoding::None, &record).unwrap(), "aA==:MQ==;aQ==:;");
        let error = csv(&[Field::Headers], Encoding::None, &with_headers(&[("h", Some(b"x"))])).unwrap_err();
        assert_eq!(error.message, "Invalid schema type for ByteArrayConverter: STRING");
        let error = csv(&[Field::Headers], Encoding::None, &with_headers(&[("h", None)])).unwrap_err();
        assert_eq!(error.class, class::NULL_POINTER);
    }

    #[test]
    fn csv_takes_keys_of_bytes_or_text_and_values_of_bytes() {
        let told = |key: Data<'static>, value: Data<'static>| {
            let mut record = record(value);
            record.key = key;
            csv(&[Field::Key, Field::Value], Encoding::None, &record).unwrap_err().message
        };
        let bytes = || Data::Bytes(b"");
        let long = Data::Built(Some(Arc::new(Schema::new(SchemaKind::Int64))), Value::Int64(0));
        assert_eq!(told(long.clone(), bytes()), "Record key schema type must be BYTES or STRING, INT64 given");
        assert_eq!(told(bytes(), long), "Record value schema type must be BYTES, INT64 given");
        assert_eq!(told(Data::NULL, bytes()), "key schema cannot be null");
        assert_eq!(told(bytes(), Data::NULL), "value schema cannot be null");
        assert_eq!(told(bytes(), Data::Text("".into())), "Record value schema type must be BYTES, STRING given");
    }
}
