//! A function that writes down what it is invoked with: a line of JSON per invocation, offsets by topic-partition.
//!
//! Environment variables: `RECORD_TO` names the file. `FAULT` (`init-error`, `init-exit`, `error`, `crash` or `hang`) makes
//! it fail, before anything is written down; where `FAULT_ONCE` names a file, only until that file exists. `RESPONSE` is
//! the JSON that it answers with, where `RESPONSE_ONCE` names a file only until that file exists; else it answers null.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    match fault(&["init-error", "init-exit"]).as_deref() {
        Some("init-error") => return report_init_error().await,
        Some(_) => std::process::exit(3),
        None => {}
    }
    println!("recorder is ready");
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move { handle(&event.payload).await })).await
}

async fn handle(event: &Value) -> Result<Value, Error> {
    match fault(&["error", "crash", "hang"]).as_deref() {
        Some("crash") => std::process::exit(9),
        Some("hang") => std::future::pending().await,
        Some(_) => return Err("told to fail".into()),
        None => {}
    }
    let mut offsets: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (partition, records) in event["records"].as_object().into_iter().flatten() {
        offsets.insert(partition, records.as_array().into_iter().flatten().map(|record| &record["offset"]).collect());
    }
    if let Some(path) = std::env::var_os("RECORD_TO") {
        let line = format!("{}\n", serde_json::to_string(&offsets)?);
        OpenOptions::new().create(true).append(true).open(path)?.write_all(line.as_bytes())?;
    }
    match std::env::var("RESPONSE") {
        Ok(response) if is_due("RESPONSE_ONCE") => Ok(serde_json::from_str(&response)?),
        _ => Ok(Value::Null),
    }
}

/// The fault that is asked for, if it is one of these and has not happened yet.
fn fault(kinds: &[&str]) -> Option<String> {
    std::env::var("FAULT").ok().filter(|fault| kinds.contains(&fault.as_str())).filter(|_| is_due("FAULT_ONCE"))
}

/// True if the variable names no file, or one that did not exist until now.
fn is_due(variable: &str) -> bool {
    let Some(path) = std::env::var_os(variable) else { return true };
    OpenOptions::new().create_new(true).write(true).open(path).is_ok()
}

/// Answers the initialization with an error, as a function does whose configuration is wrong.
async fn report_init_error() -> Result<(), Error> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let address = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let body = r#"{"errorType":"ConfigException","errorMessage":"flush.size: \"many\" is not a number"}"#;
    let request = format!(
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = tokio::net::TcpStream::connect(address).await?;
    connection.write_all(request.as_bytes()).await?;
    connection.read_to_end(&mut Vec::new()).await?;
    Err(body.into())
}
