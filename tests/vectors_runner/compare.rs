//! Compares what came out with what was recorded, as the vectors' README says.

use connect::convert::{Converter, JsonConverter};
use connect::json::{DecimalFormat, JsonWriter};
use connect::values::convert_to_string;
use connect::{Data, Exception, SinkRecord, TimestampType};
use serde_json::Value;

use crate::value::{canon, same_canon};
use crate::verdict::{Check, Verdict, equal};

/// Errors are the same when stage, executing class and class are, and for some classes the message.
pub(crate) fn check_error(expected: &Value, stage: &str, executing_class: Option<&str>, got: &Exception) -> Check {
    if expected.is_null() {
        return Err(Verdict::failed("result", "no error", format!("{stage}: {got}")));
    }
    equal("error.stage", &expected["stage"].as_str(), &Some(stage))?;
    if expected.get("executingClass").is_some() {
        equal("error.executingClass", &expected["executingClass"].as_str(), &executing_class)?;
    }
    check_exception(expected, got)
}

fn check_exception(expected: &Value, got: &Exception) -> Check {
    equal("error.class", &expected["class"].as_str(), &Some(&*got.class))?;
    let message = expected["message"].as_str().unwrap_or_default();
    match got.simple_class() {
        "DataException" => equal("error.message", &message, &&*got.message)?,
        // Ours goes on with what to do.
        "ConfigException" if !got.message.starts_with(message) => {
            return Err(Verdict::failed("error.message", message, &got.message));
        }
        _ => {}
    }
    let cause = got.cause.as_ref().map(|cause| &*cause.class);
    equal("error.cause", &expected["cause"]["class"].as_str(), &cause)
}

/// Everything that a transform may change, and the exact values.
pub(crate) fn check_output(expected: &Value, emit_text: Option<&Value>, got: &SinkRecord<'_>) -> Check {
    equal("topic", &expected["topic"].as_str(), &Some(&*got.topic))?;
    equal("partition", &expected["partition"].as_i64(), &Some(got.partition.into()))?;
    equal("timestamp", &expected["timestamp"].as_i64(), &got.timestamp)?;
    let timestamp_type = match got.timestamp_type {
        TimestampType::None => "NoTimestampType",
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    };
    equal("timestampType", &expected["timestampType"].as_str().unwrap_or(timestamp_type), &timestamp_type)?;
    check_data("key", &expected["key"], emit_text, &got.key)?;
    check_data("value", &expected["value"], emit_text, &got.value)?;
    let headers = expected["headers"].as_array().map_or(&[][..], Vec::as_slice);
    equal("number of headers", &headers.len(), &got.headers.len())?;
    for (expected, got) in headers.iter().zip(&got.headers) {
        equal("header name", &expected["key"].as_str(), &Some(&*got.name))?;
        check_typed(&format!("header {}", got.name), expected, &got.value)?;
        let string = convert_to_string(&*got.value.value().map_err(unexpected)?);
        check_string(&format!("header {} as string", got.name), expected, string.as_deref())?;
    }
    Ok(())
}

fn check_data(what: &str, expected: &Value, emit_text: Option<&Value>, got: &Data<'_>) -> Check {
    check_typed(what, expected, got)?;
    if let Some(emit_text) = emit_text {
        let writer = JsonWriter {
            decimal_format: match emit_text["decimal.format"].as_str() {
                Some("NUMERIC") => DecimalFormat::Numeric,
                _ => DecimalFormat::Base64,
            },
            replace_null_with_default: emit_text["replace.null.with.default"].as_str() != Some("false"),
        };
        let (text, error) = (expected["json_text"].as_str(), &expected["json_text_error"]);
        check_json(&format!("{what}.json_text"), text, error, &writer, got, same_text)?;
    }
    let payload = expected.get("payload").filter(|payload| !is_schemaless_null(payload, got)).map(Value::to_string);
    check_json(
        &format!("{what}.payload"),
        payload.as_deref(),
        &expected["payload_error"],
        &JsonWriter::default(),
        got,
        same_parsed,
    )
}

/// Schema and exact value.
fn check_typed(what: &str, expected: &Value, got: &Data<'_>) -> Check {
    let mut text = Vec::new();
    JsonWriter::default().write_schema(got.schema().map(|schema| &**schema), &mut text).map_err(unexpected)?;
    let schema: Value = serde_json::from_slice(&text).expect("a schema is written as JSON");
    if !same_json(&expected["schema"], &schema) {
        return Err(Verdict::failed(&format!("{what}.schema"), &expected["schema"], schema));
    }
    let canon = canon(&*got.value().map_err(unexpected)?);
    if !same_canon(&expected["canon"], &canon) {
        return Err(Verdict::failed(&format!("{what}.canon"), &expected["canon"], canon));
    }
    Ok(())
}

/// The JSON text through the way that sinks take, on one line, compared as JSON. No text: `JsonConverter` gives no bytes.
fn check_json(
    what: &str,
    expected: Option<&str>,
    error: &Value,
    writer: &JsonWriter,
    got: &Data<'_>,
    same: fn(&str, &str) -> bool,
) -> Check {
    let mut text = b"before".to_vec();
    match got.write_json(writer, &mut text) {
        Err(exception) => {
            equal(&format!("{what}, after an error"), &"before".as_bytes(), &text.as_slice())?;
            if error.is_null() {
                return Err(Verdict::failed(what, expected.unwrap_or("no text"), exception));
            }
            check_exception(error, &exception)
        }
        Ok(()) if !error.is_null() => Err(Verdict::failed(what, error, String::from_utf8_lossy(&text))),
        Ok(()) => {
            let text = String::from_utf8(text).map_err(|_| Verdict::failed(what, "UTF-8", "something else"))?;
            let text = text.strip_prefix("before").unwrap_or("what was there is gone");
            let none = is_schemaless_null(&Value::Null, got);
            let same = match expected {
                Some(expected) => !none && same(expected, text) && !text.contains(['\r', '\n']),
                None => none,
            };
            if same { Ok(()) } else { Err(Verdict::failed(what, expected.unwrap_or("no text"), text)) }
        }
    }
}

/// A null without a schema, for which `JsonConverter` gives no bytes, and therefore no text.
fn is_schemaless_null(payload: &Value, got: &Data<'_>) -> bool {
    payload.is_null() && got.is_null() && got.schema().is_none()
}

/// The same value for a strict JSON parser, and for ours to the last bit.
pub(crate) fn same_text(expected: &str, got: &str) -> bool {
    let read = |text: &str| {
        let converter = JsonConverter::without_schemas();
        let value = converter.to_connect("", Some(text.as_bytes())).and_then(Data::into_built);
        value.map(|(_, value)| canon(&value)).unwrap_or_default()
    };
    same_parsed(expected, got) && same_canon(&read(expected), &read(got))
}

/// The same value for a strict JSON parser.
fn same_parsed(expected: &str, got: &str) -> bool {
    let parse = |text: &str| serde_json::from_str::<Value>(text);
    matches!((parse(expected), parse(got)), (Ok(expected), Ok(got)) if same_json(&expected, &got))
}

/// Members in any order, numbers by their value; serde_json may be wrong in a double's last bit.
fn same_json(expected: &Value, got: &Value) -> bool {
    match (expected, got) {
        (Value::Number(a), Value::Number(b)) => {
            let is_close = |a: f64, b: f64| a == b || ((a - b) / b).abs() < 1e-15;
            a == b
                || (a.as_i64().is_none() || b.as_i64().is_none())
                    && a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| is_close(a, b))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same_json(a, b)))
        }
        _ => expected == got,
    }
}

/// Entries of a map in any order, because `JsonConverter` keeps them in a HashMap, and floats with the same value, because
/// Java 17 does not always write the shortest text.
fn check_string(what: &str, expected: &Value, got: Option<&str>) -> Check {
    let string = expected["string"].as_str();
    let has_map = expected["canon"].to_string().contains("\"map\"");
    let parts = |text: &str| {
        let is_number = |character: char| character.is_ascii_digit() || "+-.E".contains(character);
        let mut parts: Vec<String> = text.split_inclusive(|character| !is_number(character)).map(part).collect();
        if has_map {
            parts.sort_unstable();
        }
        parts
    };
    if string.map(parts) == got.map(parts) { Ok(()) } else { equal(what, &string, &got) }
}

/// A number with the character that ends it; a float as its bits.
fn part(text: &str) -> String {
    let number = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    match number.parse::<f32>() {
        Ok(float) if number.contains('.') => {
            format!("{:08x}{}", float.to_bits(), text.strip_prefix(number).unwrap_or_default())
        }
        _ => text.to_owned(),
    }
}

fn unexpected(exception: Exception) -> Verdict {
    Verdict::failed("value", "no error", exception)
}
