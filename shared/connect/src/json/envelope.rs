//! Schema and payload in one object (`JsonConverter` with `schemas.enable=true`).

use std::sync::{Arc, Mutex, PoisonError};

use super::encoding::to_utf8;
use super::node::Node;
use super::read::{read, read_last_member};
use super::scan::{skip_blanks, value_end};
use super::schema::read_schema;
use super::to_connect::{schemaless, with_schema};
use super::unreadable;
use crate::{Exception, Schema, Value};

/// Reads envelopes, and keeps the schemas that it has read: mostly one schema comes with all records of a topic.
#[derive(Debug)]
pub(crate) struct EnvelopeReader {
    fill_defaults: bool,
    /// The latest first.
    known: Mutex<Vec<KnownSchema>>,
    most_known: usize,
}

#[derive(Debug)]
struct KnownSchema {
    text: Box<[u8]>,
    schema: Arc<Schema>,
}

impl EnvelopeReader {
    /// A reader that keeps so many schemas. `fill_defaults` is `replace.null.with.default`.
    pub(crate) fn new(fill_defaults: bool, most_known: usize) -> Self {
        Self { fill_defaults, known: Mutex::default(), most_known }
    }

    /// Reads an object of exactly `schema` and `payload`.
    ///
    /// # Errors
    /// A `DataException`, or a `SchemaBuilderException` for a schema that cannot be built.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<(Option<Arc<Schema>>, Value), Exception> {
        let bytes = to_utf8(bytes).map_err(unreadable)?;
        if let Some((schema, payload)) = self.usual(&bytes)? {
            let value = with_schema(&schema, Some(&payload), self.fill_defaults)?;
            return Ok((Some(schema), value));
        }
        let envelope = read(&bytes).map_err(unreadable)?;
        let (Some(schema), Some(payload), true) = (envelope.get("schema"), envelope.get("payload"), is_pair(&envelope))
        else {
            return Err(Exception::data(
                "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields and may not contain \
                 additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your \
                 converter configuration.",
            ));
        };
        match read_schema(schema, self.fill_defaults)? {
            Some(schema) => {
                let value = with_schema(&schema, Some(payload), self.fill_defaults)?;
                Ok((Some(schema), value))
            }
            None => Ok((None, schemaless(payload))),
        }
    }

    /// An envelope as serializers write it: first the schema, then the payload, nothing else. The schema is not even
    /// looked into when it is known.
    fn usual<'a>(&self, bytes: &'a [u8]) -> Result<Option<(Arc<Schema>, Node<'a>)>, Exception> {
        let Some(start) = member(bytes, skip_blanks(bytes, 0), b'{', b"\"schema\"") else { return Ok(None) };
        let rest = bytes.get(start..).unwrap_or_default();
        let known = self.known(rest);
        let end = known.as_ref().map_or_else(|| value_end(bytes, start), |(length, _)| Some(start + length));
        let payload = end.and_then(|end| member(bytes, skip_blanks(bytes, end), b',', b"\"payload\""));
        let (Some(end), Some(payload)) = (end, payload.and_then(|at| read_last_member(bytes, at))) else {
            return Ok(None);
        };
        let schema = match (known, bytes.get(start..end)) {
            (Some((_, schema)), _) => schema,
            (None, Some(text @ [b'{', ..])) => {
                let Some(schema) = self.learn(text)? else { return Ok(None) };
                schema
            }
            _ => return Ok(None),
        };
        Ok(Some((schema, payload)))
    }

    /// A known schema that the text begins with, and the length of its text. A JSON object is never the beginning of
    /// another.
    fn known(&self, text: &[u8]) -> Option<(usize, Arc<Schema>)> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let position = known.iter().position(|known| text.starts_with(&known.text))?;
        known.get_mut(..=position)?.rotate_right(1);
        known.first().map(|known| (known.text.len(), Arc::clone(&known.schema)))
    }

    fn learn(&self, text: &[u8]) -> Result<Option<Arc<Schema>>, Exception> {
        let Ok(node) = read(text) else { return Ok(None) };
        let Some(schema) = read_schema(&node, self.fill_defaults)? else { return Ok(None) };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(0, KnownSchema { text: text.into(), schema: Arc::clone(&schema) });
        known.truncate(self.most_known);
        Ok(Some(schema))
    }
}

/// Where a member's value begins that stands behind `separator`.
fn member(bytes: &[u8], at: usize, separator: u8, name: &[u8]) -> Option<usize> {
    if *bytes.get(at)? != separator {
        return None;
    }
    let at = skip_blanks(bytes, at + 1);
    let after = skip_blanks(bytes, at + bytes.get(at..)?.strip_prefix(name).map(|_| name.len())?);
    (*bytes.get(after)? == b':').then(|| skip_blanks(bytes, after + 1))
}

/// Whether an object has just two members, whose names may come more than once.
fn is_pair(envelope: &Node<'_>) -> bool {
    match envelope {
        Node::Object(members) => members.iter().all(|(name, _)| matches!(&**name, "schema" | "payload")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> EnvelopeReader {
        EnvelopeReader::new(true, 2)
    }

    #[test]
    fn a_known_schema_is_the_same_one() {
        let reader = reader();
        let read = |text: &str| reader.read(text.as_bytes()).unwrap();
        let first = read(r#"{"schema":{"type":"int32"},"payload":1}"#);
        let second = read(r#" { "schema" : {"type":"int32"} , "payload" : 2 } "#);
        assert!(Arc::ptr_eq(first.0.as_ref().unwrap(), second.0.as_ref().unwrap()));
        assert_eq!((first.1, second.1), (Value::Int32(1), Value::Int32(2)));
    }

    #[test]
    fn only_the_latest_schemas_are_kept() {
        let reader = reader();
        for kind in ["int8", "int16", "int32", "int64"] {
            reader.read(format!(r#"{{"schema":{{"type":"{kind}"}},"payload":1}}"#).as_bytes()).unwrap();
        }
        assert_eq!(reader.known.lock().unwrap().len(), 2);
    }

    #[test]
    fn the_usual_way_and_the_other_read_the_same() {
        let reader = reader();
        for (usual, unusual) in [
            (r#"{"schema":{"type":"int32"},"payload":1}"#, r#"{"payload":1,"schema":{"type":"int32"}}"#),
            (r#"{"schema":{"type":"string"},"payload":"a"}"#, "{\"schema\":{\"type\":\n\"string\"},\"payload\":\"a\"}"),
            (r#"{"schema":{"type":"int32"},"payload":2}"#, r#"{"schema":{"type":"int32"},"payload":1,"payload":2}"#),
        ] {
            assert_eq!(reader.read(usual.as_bytes()), reader.read(unusual.as_bytes()));
        }
        assert_eq!(reader.read(br#"{"schema":null,"payload":5}"#), Ok((None, Value::Int64(5))));
    }

    #[test]
    fn schemas_and_payloads_may_be_nested_to_the_limit() {
        let nested = || {
            let depth = 990;
            let schema =
                format!(r#"{}{{"type":"int8"}}{}"#, r#"{"type":"array","items":"#.repeat(depth), "}".repeat(depth));
            let payload = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let text = format!(r#"{{"schema":{schema},"payload":{payload}}}"#);
            let (schema, value) = reader().read(text.as_bytes()).unwrap();
            assert_eq!(schema.as_ref().unwrap().validate(&value), Ok(()));
            let mut out = Vec::new();
            crate::json::JsonWriter::default().write(schema.as_deref(), &value, &mut out).unwrap();
            assert_eq!(out, payload.as_bytes());
        };
        // Optimised, less than half of a thread's usual stack of 2 MiB is enough.
        std::thread::Builder::new().stack_size(8 << 20).spawn(nested).unwrap().join().unwrap();
    }

    #[test]
    fn anything_but_schema_and_payload_is_refused() {
        for text in ["", "null", "1", "{}", r#"{"schema":{"type":"int32"},"payload":1,"x":1}"#, r#"{"payload":1}"#] {
            let exception = reader().read(text.as_bytes()).unwrap_err();
            assert!(exception.message.starts_with("JsonConverter with schemas.enable requires"), "{text}: {exception}");
        }
    }
}
