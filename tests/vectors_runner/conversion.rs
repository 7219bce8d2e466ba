//! One vector: its configuration's converters on its records.

use std::collections::BTreeMap;

use connect::convert::{configured, configured_header};
use connect::{Exception, Pipeline, RawHeader, RawRecord, RecordError, SinkRecord, TimestampType};
use serde_json::Value;

use crate::compare::{check_error, check_output};
use crate::verdict::{Check, Verdict};

/// What came out for one record.
type Outcome<'a> = Result<Option<SinkRecord<'a>>, RecordError>;

/// Runs the vector's records through its converters and compares all that was recorded.
pub(crate) fn run(vector: &Value) -> Verdict {
    let pipeline = match pipeline(&vector["config"]) {
        Ok(pipeline) => pipeline,
        Err(exception) => {
            let checked = check_error(&vector["error"], "CONFIG", None, &exception);
            return checked.err().unwrap_or(Verdict::Passed);
        }
    };
    let check = |input: &Value, result: &Value| {
        let input = Input::new(input);
        check_result(vector, result, &pipeline.process(input.raw()))
    };
    let checked = match (vector["inputs"].as_array(), vector["results"].as_array()) {
        (Some(inputs), Some(results)) => {
            inputs.iter().zip(results).try_for_each(|(input, result)| check(input, result))
        }
        _ => check(&vector["input"], vector),
    };
    checked.err().unwrap_or(Verdict::Passed)
}

fn check_result(vector: &Value, result: &Value, outcome: &Outcome<'_>) -> Check {
    match outcome {
        Err(error) => {
            let class = Some(error.executing_class.as_ref());
            check_error(&result["error"], error.stage.name(), class, &error.exception)
        }
        Ok(_) if result.get("error").is_some() => Err(Verdict::failed("result", &result["error"], "no error")),
        Ok(None) if result["dropped"] == true => Ok(()),
        Ok(None) => Err(Verdict::failed("result", result, "dropped")),
        Ok(Some(_)) if result["ok"] == true => Ok(()),
        Ok(Some(_)) if result.get("output").is_none() => Err(Verdict::failed("result", result, "a record")),
        Ok(Some(record)) => check_output(&result["output"], vector.get("emit_text"), record),
    }
}

/// The converters as the worker configures them.
fn pipeline(config: &Value) -> Result<Pipeline, Exception> {
    let class = |name: &str, default| config[name].as_str().unwrap_or(default);
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let simple = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
    Ok(Pipeline::new(
        configured(class("key.converter", json), true, &settings(config, "key.converter."))?,
        configured(class("value.converter", json), false, &settings(config, "value.converter."))?,
        configured_header(class("header.converter", simple), &settings(config, "header.converter."))?,
    ))
}

fn settings(config: &Value, prefix: &str) -> BTreeMap<String, String> {
    let config = config.as_object().into_iter().flatten();
    let of_prefix = config.filter_map(|(key, value)| Some((key.strip_prefix(prefix)?, value.as_str()?)));
    of_prefix.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A record's bytes, decoded.
pub(crate) struct Input {
    topic: String,
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    timestamp_type: TimestampType,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Input {
    pub(crate) fn new(input: &Value) -> Self {
        let number = |name: &str| input[name].as_i64().expect("a number");
        let headers = input["headers"].as_array().expect("a list of headers").iter();
        Self {
            topic: input["topic"].as_str().expect("a topic").to_owned(),
            partition: number("partition").try_into().expect("32 bits"),
            offset: number("offset"),
            timestamp: input["timestamp"].as_i64(),
            timestamp_type: match input["timestampType"].as_str() {
                Some("CreateTime") => TimestampType::CreateTime,
                Some("LogAppendTime") => TimestampType::LogAppendTime,
                _ => TimestampType::None,
            },
            key: bytes(&input["key"]),
            value: bytes(&input["value"]),
            headers: headers
                .map(|header| (header[0].as_str().expect("a name").to_owned(), bytes(&header[1])))
                .collect(),
        }
    }

    pub(crate) fn raw(&self) -> RawRecord<'_> {
        let headers = self.headers.iter();
        RawRecord {
            topic: &self.topic,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.timestamp,
            timestamp_type: self.timestamp_type,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: headers.map(|(name, value)| RawHeader { name, value: value.as_deref() }).collect(),
            key_schema: None,
            value_schema: None,
        }
    }
}

fn bytes(base64: &Value) -> Option<Vec<u8>> {
    base64.as_str().map(|text| base64_simd::STANDARD.decode_to_vec(text).expect("base64"))
}
