//! Values to text.

use crate::java::{date_text, write_f32, write_f64};
use crate::{Struct, Value};

/// The text of a value (`Values.convertToString`), none for a null: texts as they are, bytes as base64, lists and maps like
/// JSON, and dates before the second day of 1970 as a time only.
#[must_use]
pub fn convert_to_string(value: &Value) -> Option<String> {
    if value.is_null() {
        return None;
    }
    let mut out = String::new();
    append(&mut out, value, false);
    Some(out)
}

/// Appends a value; one that stands in a list, a map or a struct is quoted where it is a text.
fn append(out: &mut String, value: &Value, embedded: bool) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int8(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Int16(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Int32(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Int64(value) => out.push_str(itoa::Buffer::new().format(*value)),
        Value::Float32(value) => append_ascii(out, |text| write_f32(*value, text)),
        Value::Float64(value) => append_ascii(out, |text| write_f64(*value, text)),
        Value::Decimal(value) => out.push_str(&value.to_string()),
        Value::Date(milliseconds) => out.push_str(&date_text(*milliseconds)),
        Value::String(text) if embedded => append_quoted(out, text),
        Value::String(text) => out.push_str(text),
        Value::Bytes(bytes) => {
            let text = base64_simd::STANDARD.encode_to_string(bytes);
            if embedded { append_quoted(out, &text) } else { out.push_str(&text) }
        }
        Value::Array(items) => append_list(out, ('[', ']'), items, |out, item| append(out, item, true)),
        Value::Map(entries) => append_list(out, ('{', '}'), entries.iter(), |out, (key, value)| {
            append(out, key, true);
            out.push(':');
            append(out, value, true);
        }),
        Value::Struct(fields) => append_struct(out, fields),
    }
}

fn append_struct(out: &mut String, value: &Struct) {
    let fields = value.schema.fields().map_or(&[][..], |fields| fields.all());
    append_list(out, ('{', '}'), fields.iter().zip(&value.values), |out, (field, value)| {
        append_quoted(out, &field.name);
        out.push(':');
        let default = field.schema.default.as_ref().filter(|_| value.is_null());
        append(out, default.unwrap_or(value), true);
    });
}

fn append_list<T>(
    out: &mut String,
    (begin, end): (char, char),
    items: impl IntoIterator<Item = T>,
    mut append_item: impl FnMut(&mut String, T),
) {
    out.push(begin);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        append_item(out, item);
    }
    out.push(end);
}

fn append_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '\\' | '"') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

fn append_ascii(out: &mut String, write: impl FnOnce(&mut Vec<u8>)) {
    let mut text = Vec::new();
    write(&mut text);
    out.extend(text.into_iter().map(char::from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decimal, Map};

    #[test]
    fn texts_are_quoted_only_inside() {
        let text = || Value::String("a\"b\\".to_owned());
        assert_eq!(convert_to_string(&text()).as_deref(), Some("a\"b\\"));
        assert_eq!(convert_to_string(&Value::Array(vec![text(), Value::Null])).as_deref(), Some(r#"["a\"b\\",null]"#));
    }

    #[test]
    fn values_read_as_java_writes_them() {
        let map =
            Map::from_iter([(Value::Int8(1), Value::Float32(1.5)), (Value::String("x".to_owned()), Value::Date(0))]);
        assert_eq!(convert_to_string(&Value::Map(Box::new(map))).as_deref(), Some("{1:1.5,\"x\":00:00:00.000Z}"));
        assert_eq!(convert_to_string(&Value::Bytes(vec![0xff, 0])).as_deref(), Some("/wA="));
        let decimal = Decimal { unscaled: 150.into(), scale: 2 };
        assert_eq!(convert_to_string(&Value::Decimal(decimal)).as_deref(), Some("1.50"));
        assert_eq!(convert_to_string(&Value::Null), None);
    }
}
