//! Schemas in JSON (`JsonConverter.asConnectSchema` and `asJsonSchema`).

use std::sync::Arc;

use super::node::{Node, Number};
use super::string::{write_integer, write_text};
use super::to_connect::with_schema;
use super::write::{JsonWriter, write_list};
use crate::{Exception, Fields, Schema, SchemaKind, Value, class};

/// Reads a schema; a null is none. Wrong types of `optional`, `name`, `version` and `doc` are passed over.
///
/// # Errors
/// A `DataException`, or a `SchemaBuilderException` for duplicate fields and unfit defaults.
pub(super) fn read_schema(node: &Node<'_>, fill_defaults: bool) -> Result<Option<Arc<Schema>>, Exception> {
    if matches!(node, Node::Null) {
        return Ok(None);
    }
    let schema = describe(kind(node, fill_defaults)?, node)?;
    match node.get("default") {
        Some(default) => with_default(schema, default, fill_defaults).map(Some),
        None => Ok(Some(schema)),
    }
}

impl JsonWriter {
    /// Appends a schema to `out` as `schemas.enable=true` has it in its envelope, on one line; `null` for none.
    ///
    /// # Errors
    /// As [`JsonWriter::write`], for a default.
    pub fn write_schema(&self, schema: Option<&Schema>, out: &mut Vec<u8>) -> Result<(), Exception> {
        let start = out.len();
        self.schema(schema, None, out).inspect_err(|_| out.truncate(start))
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

fn kind(node: &Node<'_>, fill_defaults: bool) -> Result<SchemaKind, Exception> {
    let Some(name) = node.get("type").and_then(Node::as_text) else {
        return Err(Exception::data("Schema must contain 'type' field"));
    };
    Ok(match name {
        "boolean" => SchemaKind::Boolean,
        "int8" => SchemaKind::Int8,
        "int16" => SchemaKind::Int16,
        "int32" => SchemaKind::Int32,
        "int64" => SchemaKind::Int64,
        "float" => SchemaKind::Float32,
        "double" => SchemaKind::Float64,
        "bytes" => SchemaKind::Bytes,
        "string" => SchemaKind::String,
        "array" => match node.get("items") {
            None | Some(Node::Null) => return Err(Exception::data("Array schema did not specify the element type")),
            Some(items) => SchemaKind::Array(read_schema(items, fill_defaults)?),
        },
        "map" => map(node, fill_defaults)?,
        "struct" => SchemaKind::Struct(fields(node, fill_defaults)?),
        _ => return Err(Exception::data(format!("Unknown schema type: {name}"))),
    })
}

/// The schema of a kind with all that describes it, but its default.
fn describe(kind: SchemaKind, node: &Node<'_>) -> Result<Arc<Schema>, Exception> {
    let mut schema = Schema::new(kind);
    schema.optional = node.get("optional") == Some(&Node::Boolean(true));
    schema.name = node.get("name").and_then(Node::as_text).map(Into::into);
    schema.doc = node.get("doc").and_then(Node::as_text).map(Into::into);
    #[expect(clippy::cast_possible_truncation, reason = "JsonNode.intValue keeps the lowest 32 bits")]
    let version = |number: Number<'_>| number.to_i64() as i32;
    schema.version = node.get("version").and_then(Node::as_number).filter(|number| number.is_integral()).map(version);
    if let Some(parameters @ Node::Object(members)) = node.get("parameters") {
        for (name, _) in members {
            let Some(value) = parameters.get(name).and_then(Node::as_text) else {
                return Err(Exception::data("Schema parameters must have string values."));
            };
            schema.parameters.insert(name.clone().into_owned(), value.to_owned());
        }
    }
    Ok(Arc::new(schema))
}

fn with_default(schema: Arc<Schema>, default: &Node<'_>, fill_defaults: bool) -> Result<Arc<Schema>, Exception> {
    let value = with_schema(&schema, Some(default), fill_defaults)?;
    let unfit = |cause| Exception::new(class::SCHEMA_BUILDER, "Invalid default value").caused_by(cause);
    // A struct is never equal to the unfinished schema that the default is checked against.
    if matches!((&schema.kind, &value), (SchemaKind::Struct(_), Value::Struct(_))) {
        return Err(unfit(Exception::data("Struct schemas do not match.")));
    }
    schema.validate(&value).map_err(unfit)?;
    let default = Some(value).filter(|value| !value.is_null());
    Ok(Arc::new(Schema { default, ..Arc::unwrap_or_clone(schema) }))
}

fn map(node: &Node<'_>, fill_defaults: bool) -> Result<SchemaKind, Exception> {
    let Some(keys) = node.get("keys") else {
        return Err(Exception::data("Map schema did not specify the key type"));
    };
    let Some(values) = node.get("values") else {
        return Err(Exception::data("Map schema did not specify the value type"));
    };
    let part = |node, name| {
        let missing = || Exception::new(class::SCHEMA_BUILDER, format!("{name} cannot be null."));
        read_schema(node, fill_defaults).map(|schema| schema.ok_or_else(missing))
    };
    let (keys, values) = (part(keys, "keySchema")?, part(values, "valueSchema")?);
    Ok(SchemaKind::Map(Some(keys?), Some(values?)))
}

fn fields(node: &Node<'_>, fill_defaults: bool) -> Result<Fields, Exception> {
    let Some(Node::Array(nodes)) = node.get("fields") else {
        return Err(Exception::data("Struct schema's \"fields\" argument is not an array."));
    };
    let mut fields = Fields::default();
    for node in nodes {
        let Some(name) = node.get("field").and_then(Node::as_text) else {
            return Err(Exception::data("Struct schema's field name not specified properly"));
        };
        let Some(schema) = read_schema(node, fill_defaults)? else { continue };
        if name.is_empty() {
            return Err(Exception::new(class::SCHEMA_BUILDER, "fieldName cannot be null."));
        }
        fields.push(name, schema).map_err(|name| {
            Exception::new(
                class::SCHEMA_BUILDER,
                format!("Cannot create field because of field name duplication {name}"),
            )
        })?;
    }
    Ok(fields)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_written_with_all_it_has() {
        let mut fields = Fields::default();
        fields.push("price", Arc::new(Schema::decimal(2).optional())).unwrap();
        let map = SchemaKind::Map(Some(Arc::new(Schema::new(SchemaKind::String))), None);
        fields.push("tags", Arc::new(Schema { default: None, doc: Some("any".into()), ..Schema::new(map) })).unwrap();
        let mut out = Vec::new();
        JsonWriter::default().write_schema(Some(&Schema::new(SchemaKind::Struct(fields))), &mut out).unwrap();
        let written: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let expected = serde_json::json!({"type": "struct", "optional": false, "fields": [
            {"type": "bytes", "optional": true, "name": Schema::DECIMAL, "version": 1, "parameters": {"scale": "2"},
                "field": "price"},
            {"type": "map", "keys": {"type": "string", "optional": false}, "values": null, "optional": false,
                "doc": "any", "field": "tags"},
        ]});
        assert_eq!(written, expected);
    }
}
