//! Vectors of kind `files`: what Aiven's connector writes.

use std::collections::BTreeMap;

use connect::config::{self, Invalid, Problem, RawConfig, Tolerance};
use connect::{Exception, SinkRecord, class};
use format::Format;
use s3_sink::S3SinkConfig;
use s3_sink::aiven::template::NameTemplate;
use s3_sink::plan::{PartitionRecords, PlannedObject};
use serde_json::Value;

use crate::compare::{check_error, same_text};
use crate::conversion::Input;
use crate::verdict::{Check, Verdict, equal};

/// Writes the vector's records as its configuration says, and compares names, offsets and contents.
pub(crate) fn run_files(vector: &Value) -> Verdict {
    check_files(vector).err().unwrap_or(Verdict::Passed)
}

fn check_files(vector: &Value) -> Check {
    let connector = match load(&vector["config"]) {
        Ok(connector) => connector,
        Err(problems) => return check_problems(&vector["error"], &problems),
    };
    let inputs: Vec<Input> = vector["inputs"].as_array().into_iter().flatten().map(Input::new).collect();
    let mut records = Vec::with_capacity(inputs.len());
    for input in &inputs {
        match connector.framework.pipeline.process(input.raw()) {
            Ok(record) => records.extend(record),
            Err(error) => {
                let class = Some(error.executing_class.as_ref());
                return check_error(&vector["error"], error.stage.name(), class, &error.exception);
            }
        }
    }
    let plan = connector.own.layout.plan(&PartitionRecords {
        topic: "several",
        partition: 0,
        records: &records,
        bad: &BTreeMap::new(),
        tolerance: Tolerance::None,
        now: 0,
        replay: false,
    });
    if let Some(exception) = plan.bad.values().next() {
        return check_error(&vector["error"], "GROUPER", None, exception);
    }
    if vector.get("files").is_none() {
        return Err(Verdict::failed("result", &vector["error"], "files"));
    }
    let mut objects = plan.objects;
    objects.sort_by(|a, b| a.name.cmp(&b.name));
    let files = vector["files"].as_array().map_or(&[][..], Vec::as_slice);
    let names = |names: Vec<&str>| names.join(", ");
    let expected = names(files.iter().filter_map(|file| file["name"].as_str()).collect());
    equal("names", &expected, &names(objects.iter().map(|object| &*object.name).collect()))?;
    files.iter().zip(&objects).try_for_each(|(file, object)| check_file(file, object, &connector.own.format, &records))
}

/// The vectors come from the commons of Aiven's connectors, which know no bucket and compress only where they are asked to.
fn load(vector: &Value) -> Result<config::Connector<S3SinkConfig>, Vec<Problem>> {
    let defaults = [
        ("name", "vector"),
        ("topics", "t"),
        ("connector.class", "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector"),
        ("aws.s3.bucket.name", "bucket"),
        ("file.compression.type", "none"),
    ];
    let mut raw: RawConfig = defaults.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    let given = vector.as_object().into_iter().flatten();
    raw.extend(given.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))));
    // Aiven's S3 connector mends such a template before the commons see it.
    if let Some(name) = raw.get("file.name.template").filter(|name| name.contains("=YYYY")) {
        NameTemplate::parse("", name).map_err(|message| {
            vec![Problem { key: "file.name.template".to_owned(), value: Some(name.clone()), message }]
        })?;
    }
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let worker = ["key.converter", "value.converter"].map(|key| (key.to_owned(), json.to_owned()));
    config::load(&raw, &worker.into_iter().collect()).map_err(|invalid: Box<Invalid>| invalid.problems.all().to_vec())
}

/// Kafka Connect stops at the first problem, which may be any of ours.
fn check_problems(expected: &Value, problems: &[Problem]) -> Check {
    let verdicts = problems.iter().map(|problem| {
        let message = match &problem.value {
            Some(value) if problem.key == "format.output.fields" => {
                invalid(&problem.key, &format!("[{value}]"), problem)
            }
            Some(value) => invalid(&problem.key, value, problem),
            None => problem.message.clone(),
        };
        check_error(expected, "CONFIG", None, &Exception::new(class::CONFIG, message))
    });
    verdicts.reduce(Check::or).unwrap_or(Ok(()))
}

fn invalid(key: &str, value: &str, problem: &Problem) -> String {
    format!("Invalid value {value} for configuration {key}: {}", problem.message)
}

fn check_file(file: &Value, object: &PlannedObject, format: &Format, records: &[SinkRecord<'_>]) -> Check {
    let expected: Vec<_> = file["offsets"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    let offsets = object.records.iter().map(|index| records[*index].offset).collect();
    equal(&format!("offsets of {}", object.name), &expected, &offsets)?;
    let mut writer = format.start(Vec::new());
    for index in &object.records {
        if let Err(exception) = writer.write(&records[*index]) {
            return check_error(&file["error"], "WRITER", None, &exception);
        }
    }
    let got = String::from_utf8(writer.finish()).map_err(|error| Verdict::failed("content", "UTF-8", error))?;
    let expected = file["content"].as_str().unwrap_or("an error");
    if expected == got || same_lines(expected, &got) {
        return Ok(());
    }
    Err(Verdict::failed(&format!("content of {}", object.name), expected, got))
}

/// Line by line the same JSON; a comma at the end belongs to the array around.
fn same_lines(expected: &str, got: &str) -> bool {
    let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
    let (expected, got) = (lines(expected), lines(got));
    expected.len() == got.len()
        && expected.iter().zip(&got).all(|(expected, got)| match (expected.strip_suffix(','), got.strip_suffix(',')) {
            (Some(expected), Some(got)) => same_text(expected, got),
            (None, None) => expected == got || same_text(expected, got),
            _ => false,
        })
}
