//! Exact values in the vectors' notation, `canon`.

use connect::Value as Connect;
use serde_json::{Value, json};

/// A value with its type.
pub(crate) fn canon(value: &Connect) -> Value {
    match value {
        Connect::Null => Value::Null,
        Connect::Boolean(value) => json!({ "boolean": value }),
        Connect::Int8(value) => json!({ "int8": value }),
        Connect::Int16(value) => json!({ "int16": value }),
        Connect::Int32(value) => json!({ "int32": value }),
        Connect::Int64(value) => json!({ "int64": value }),
        Connect::Float32(value) => json!({ "float32": value.to_string(), "bits": format!("{:08x}", value.to_bits()) }),
        Connect::Float64(value) => json!({ "float64": value.to_string(), "bits": format!("{:016x}", value.to_bits()) }),
        Connect::String(value) => json!({ "string": value }),
        Connect::Bytes(value) => json!({ "bytes": base64_simd::STANDARD.encode_to_string(value) }),
        Connect::Decimal(value) => {
            json!({ "decimal": { "unscaled": value.unscaled.to_string(), "scale": value.scale } })
        }
        Connect::Date(milliseconds) => json!({ "date": milliseconds }),
        Connect::Array(items) => json!({ "array": items.iter().map(canon).collect::<Vec<_>>() }),
        Connect::Map(entries) => {
            json!({ "map": entries.iter().map(|(key, value)| json!([canon(key), canon(value)])).collect::<Vec<_>>() })
        }
        Connect::Struct(value) => {
            let fields = value.schema.fields().map_or(&[][..], |fields| fields.all());
            let fields = fields.iter().zip(&value.values).map(|(field, value)| json!([&*field.name, canon(value)]));
            json!({ "struct": fields.collect::<Vec<_>>() })
        }
    }
}

/// Whether both are the same: floats by their bits, maps in any order, all else exactly.
pub(crate) fn same_canon(expected: &Value, got: &Value) -> bool {
    normal(expected) == normal(got)
}

fn normal(canon: &Value) -> Value {
    let Some(object) = canon.as_object() else { return canon.clone() };
    let each = |items: &Value| items.as_array().map_or(&[][..], Vec::as_slice).iter().map(normal).collect::<Vec<_>>();
    let pairs = |pairs: &Value| pairs.as_array().map_or(&[][..], Vec::as_slice).iter().map(each).collect::<Vec<_>>();
    if let Some(items) = object.get("array") {
        return json!({ "array": each(items) });
    }
    if let Some(entries) = object.get("map") {
        let mut entries = pairs(entries);
        entries.sort_by_key(|entry| json!(entry).to_string());
        return json!({ "map": entries });
    }
    if let Some(fields) = object.get("struct") {
        return json!({ "struct": pairs(fields) });
    }
    if let Some(bits) = object.get("bits") {
        return json!({ "bits": bits });
    }
    canon.clone()
}
