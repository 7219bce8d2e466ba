//! From a JSON tree to values (`JsonConverter.convertToConnect`).

use std::sync::Arc;

use super::base64::decode_base64;
use super::node::{Node, Number};
use crate::java::MILLISECONDS_PER_DAY;
use crate::{Decimal, Exception, Fields, Map, Schema, SchemaKind, Struct, Value, class};

/// A value without a schema: integers are int64 and wrap, other numbers are float64, objects are maps.
pub(super) fn schemaless(node: &Node<'_>) -> Value {
    match node {
        Node::Missing | Node::Null => Value::Null,
        Node::Boolean(value) => Value::Boolean(*value),
        Node::Number(number) if number.is_integral() => Value::Int64(number.to_i64()),
        Node::Number(number) => Value::Float64(number.to_f64()),
        Node::Text(text) => Value::String(text.clone().into_owned()),
        Node::Array(items) => Value::Array(items.iter().map(schemaless).collect()),
        Node::Object(members) => {
            let entries =
                members.iter().map(|(name, node)| (Value::String(name.clone().into_owned()), schemaless(node)));
            Value::Map(Box::new(entries.collect()))
        }
    }
}

/// A value of a schema. No node: a missing member, which is as good as a null.
///
/// Few nodes are of a wrong type for a schema: most give a zero, a false or a null.
///
/// # Errors
/// A `DataException`.
pub(super) fn with_schema(
    schema: &Arc<Schema>,
    node: Option<&Node<'_>>,
    fill_defaults: bool,
) -> Result<Value, Exception> {
    let Some(node) = node.filter(|node| !matches!(node, Node::Null | Node::Missing)) else {
        return absent(schema, fill_defaults);
    };
    if let Some(value) = logical(schema, node) {
        return value;
    }
    match &schema.kind {
        SchemaKind::Array(items) => array(items.as_ref(), node, fill_defaults),
        SchemaKind::Map(keys, values) => map(keys.as_ref(), values.as_ref(), node, fill_defaults),
        SchemaKind::Struct(fields) => structure(schema, fields, node, fill_defaults),
        kind => scalar(kind, node),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "Java's casts: 300 is 44 as a byte")]
fn scalar(kind: &SchemaKind, node: &Node<'_>) -> Result<Value, Exception> {
    let number = node.as_number();
    let integer = || number.map_or(0, Number::to_i64);
    Ok(match kind {
        SchemaKind::Boolean => Value::Boolean(matches!(node, Node::Boolean(true))),
        SchemaKind::Int8 => Value::Int8(integer() as i8),
        SchemaKind::Int16 => Value::Int16(integer() as i16),
        SchemaKind::Int32 => Value::Int32(integer() as i32),
        SchemaKind::Int64 => Value::Int64(integer()),
        SchemaKind::Float32 => Value::Float32(number.map_or(0.0, Number::to_f32)),
        SchemaKind::Float64 => Value::Float64(number.map_or(0.0, Number::to_f64)),
        SchemaKind::String => node.as_text().map_or(Value::Null, |text| Value::String(text.to_owned())),
        SchemaKind::Bytes => match node.as_text() {
            Some(text) => Value::Bytes(decode_base64(text).map_err(|cause| {
                Exception::data("Invalid bytes field").caused_by(Exception::new(class::INVALID_FORMAT, cause))
            })?),
            None => Value::Null,
        },
        // No scalars: their nodes are read elsewhere.
        SchemaKind::Array(_) | SchemaKind::Map(..) | SchemaKind::Struct(_) => Value::Null,
    })
}

/// A list; Jackson walks an object's values too, and finds nothing in anything else.
fn array(items: Option<&Arc<Schema>>, node: &Node<'_>, fill_defaults: bool) -> Result<Value, Exception> {
    let mut values = Vec::new();
    match node {
        Node::Array(nodes) => {
            values.reserve_exact(nodes.len());
            for node in nodes {
                values.push(part(items, node, fill_defaults)?);
            }
        }
        Node::Object(members) => {
            for (_, node) in distinct(members) {
                values.push(part(items, node, fill_defaults)?);
            }
        }
        _ => {}
    }
    Ok(Value::Array(values))
}

fn structure(schema: &Arc<Schema>, fields: &Fields, node: &Node<'_>, fill_defaults: bool) -> Result<Value, Exception> {
    if !matches!(node, Node::Object(_)) {
        let found = node.type_name();
        return Err(Exception::data(format!("Structs should be encoded as JSON objects, but found {found}")));
    }
    let mut values = Vec::with_capacity(fields.all().len());
    for (field, node) in fields.all().iter().zip(members_of(node, fields)) {
        let value = with_schema(&field.schema, node, fill_defaults)?;
        // A struct was checked when it was built.
        if !matches!((&value, &field.schema.kind), (Value::Struct(_), SchemaKind::Struct(_))) {
            field.schema.validate_field(&field.name, &value)?;
        }
        values.push(value);
    }
    Ok(Value::Struct(Box::new(Struct { schema: Arc::clone(schema), values })))
}

fn absent(schema: &Schema, fill_defaults: bool) -> Result<Value, Exception> {
    match &schema.default {
        Some(default) if fill_defaults => Ok(default.clone()),
        _ if schema.optional => Ok(Value::Null),
        _ => Err(Exception::data(format!("Invalid null value for required {} field", schema.kind.type_name()))),
    }
}

/// An item or an entry, whose schema a schema that was read always has.
fn part(schema: Option<&Arc<Schema>>, node: &Node<'_>, fill_defaults: bool) -> Result<Value, Exception> {
    match schema {
        Some(schema) => with_schema(schema, Some(node), fill_defaults),
        None => Ok(schemaless(node)),
    }
}

fn map(
    keys: Option<&Arc<Schema>>,
    values: Option<&Arc<Schema>>,
    node: &Node<'_>,
    fill_defaults: bool,
) -> Result<Value, Exception> {
    let mut entries = Map::new();
    match (keys, node) {
        (Some(keys), Node::Array(nodes)) if keys.kind != SchemaKind::String => {
            for node in nodes {
                let Node::Array(pair) = node else {
                    let found = node.type_name();
                    return Err(Exception::data(format!("Found invalid map entry instead of array tuple: {found}")));
                };
                let [key, value] = pair.as_slice() else {
                    let length = pair.len();
                    return Err(Exception::data(format!(
                        "Found invalid map entry, expected length 2 but found :{length}"
                    )));
                };
                let key = with_schema(keys, Some(key), fill_defaults)?;
                entries.insert(key, part(values, value, fill_defaults)?);
            }
        }
        (Some(keys), _) if keys.kind != SchemaKind::String => {
            let found = node.type_name();
            return Err(Exception::data(format!(
                "Maps with non-string fields should be encoded as JSON array of tuples, but found {found}"
            )));
        }
        (_, Node::Object(members)) => {
            for (name, node) in distinct(members) {
                entries.insert(Value::String(name.to_owned()), part(values, node, fill_defaults)?);
            }
        }
        _ => {
            let found = node.type_name();
            return Err(Exception::data(format!(
                "Maps with string fields should be encoded as JSON objects, but found {found}"
            )));
        }
    }
    Ok(Value::Map(Box::new(entries)))
}

/// The member of each field. Mostly they come in the fields' order, and none has to be searched for.
fn members_of<'n, 'a>(node: &'n Node<'a>, fields: &Fields) -> Vec<Option<&'n Node<'a>>> {
    if let Node::Object(members) = node
        && members.len() == fields.all().len()
        && members.iter().zip(fields.all()).all(|((name, _), field)| **name == *field.name)
    {
        return members.iter().map(|(_, node)| Some(node)).collect();
    }
    fields.all().iter().map(|field| node.get(&field.name)).collect()
}

/// Members, of several with one name only the last.
fn distinct<'n>(members: &'n [(std::borrow::Cow<'_, str>, Node<'n>)]) -> impl Iterator<Item = (&'n str, &'n Node<'n>)> {
    let by_name: indexmap::IndexMap<&str, &Node<'_>> = members.iter().map(|(name, node)| (&**name, node)).collect();
    by_name.into_iter()
}

/// A value of a logical type, told by the schema's name whatever its kind.
fn logical(schema: &Schema, node: &Node<'_>) -> Option<Result<Value, Exception>> {
    match schema.name.as_deref()? {
        Schema::DECIMAL => Some(decimal(schema, node)),
        Schema::DATE => Some(match int32(node) {
            Some(days) => Ok(Value::Date(days * MILLISECONDS_PER_DAY)),
            None => Err(wrong_type("Date", "integer", node)),
        }),
        Schema::TIME => Some(match int32(node) {
            Some(time @ 0..=MILLISECONDS_PER_DAY) => Ok(Value::Date(time)),
            Some(_) => Err(Exception::data(
                "Time values must use number of milliseconds greater than 0 and less than 86400000",
            )),
            None => Err(wrong_type("Time", "integer", node)),
        }),
        Schema::TIMESTAMP => Some(match node.as_number() {
            Some(number) if number.is_integral() => Ok(Value::Date(number.to_i64())),
            _ => Err(wrong_type("Timestamp", "integral", node)),
        }),
        _ => None,
    }
}

fn int32(node: &Node<'_>) -> Option<i64> {
    match node.as_number()? {
        Number::Integer(value) => i32::try_from(value).ok().map(i64::from),
        _ => None,
    }
}

fn decimal(schema: &Schema, node: &Node<'_>) -> Result<Value, Exception> {
    if let Some(number) = node.as_number() {
        return Ok(Value::Decimal(number.to_decimal()));
    }
    let Some(text) = node.as_text() else { return Err(wrong_type("Decimal", "numeric or bytes", node)) };
    let unscaled =
        decode_base64(text).map_err(|cause| Exception::new(class::INVALID_FORMAT, cause)).and_then(|bytes| {
            if bytes.is_empty() {
                return Err(Exception::new(class::NUMBER_FORMAT, "Zero length BigInteger"));
            }
            let scale = schema.decimal_scale()?;
            Ok(Decimal { unscaled: num_bigint::BigInt::from_signed_bytes_be(&bytes), scale })
        });
    unscaled.map(Value::Decimal).map_err(|cause| Exception::data("Invalid bytes for Decimal field").caused_by(cause))
}

fn wrong_type(name: &str, expected: &str, node: &Node<'_>) -> Exception {
    let found = node.type_name();
    Exception::data(format!("Invalid type for {name}, underlying representation should be {expected} but was {found}"))
}
