//! Wrong configurations, missing buckets, denied access, bad records: each says what is wrong and what to do.

use local::runtime::{InvokeError, StartError};
use serde_json::json;

use crate::events::{offsets, sample};
use crate::s3_sink::S3Sink;

/// The error with which the function refuses to start.
async fn refusal(sink: &S3Sink) -> String {
    match sink.invoke(&offsets(0..1)).await {
        Err(InvokeError::Start(StartError::Init(error))) => error.to_string(),
        other => panic!("expected a failed start, got {other:?}"),
    }
}

fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[tokio::test]
async fn a_wrong_configuration_names_all_problems_and_consumes_nothing() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({
        "flush.size": "many",
        "s3.compression.type": "brotli",
        "partitioner.class": "io.confluent.connect.storage.partitioner.TimeBasedPartitioner",
        "timezone": "Mars/Olympus",
        "errors.deadletterqueue.topic.name": "dead",
    }))
    .await?;
    let message = refusal(&sink).await;
    let problems = [
        "flush.size=many",
        "s3.compression.type=brotli",
        "path.format",
        "timezone",
        "Mars/Olympus",
        "errors.deadletterqueue.topic.name",
    ];
    assert_contains(&message, &problems);
    assert!(sink.objects().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_unknown_connector_class_names_those_that_are_known() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({ "connector.class": "org.example.Other" })).await?;
    assert_contains(&refusal(&sink).await, &["org.example.Other", "io.confluent.connect.s3.S3SinkConnector"]);
    Ok(())
}

#[tokio::test]
async fn a_missing_bucket_is_named() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({ "s3.bucket.name": "no-such-bucket" })).await?;
    let failure = sink.invoke(&offsets(0..3)).await?.answer.unwrap_err();
    assert_eq!(failure.error_type, "HandedBack.Target");
    assert_contains(&failure.error_message, &["no-such-bucket", "s3:PutObject", "topic orders partition 0"]);
    Ok(())
}

#[tokio::test]
async fn denied_access_names_bucket_and_action() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    let function = sink.function().variable("AWS_SECRET_ACCESS_KEY", "wrong");
    let invoked = crate::s3_sink::invoke(&function, &offsets(0..3)).await?;
    let failure = invoked.answer.unwrap_err();
    assert_contains(&failure.error_message, &[&sink.bucket, "s3:PutObject"]);
    assert!(sink.objects().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_bad_record_stops_its_partition_or_is_skipped_as_configured() -> anyhow::Result<()> {
    let event = sample("msk/bad-base64.json");
    let strict = S3Sink::confluent(&json!({})).await?;
    let failure = strict.invoke(&event).await?.answer.unwrap_err();
    assert_eq!(failure.error_type, "HandedBack.BadRecord");
    assert_contains(&failure.error_message, &["topic orders", "offset", "errors.tolerance=all"]);

    let tolerant = S3Sink::confluent(&json!({ "errors.tolerance": "all" })).await?;
    tolerant.write(&event).await?;
    assert!(!tolerant.objects().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_tombstone_fails_or_is_ignored_as_configured() -> anyhow::Result<()> {
    let event = sample("msk/tombstone.json");
    let failure = S3Sink::confluent(&json!({})).await?.invoke(&event).await?.answer.unwrap_err();
    assert_contains(&failure.error_message, &["behavior.on.null.values"]);
    S3Sink::confluent(&json!({ "behavior.on.null.values": "ignore" })).await?.write(&event).await
}

#[tokio::test]
async fn line_breaks_and_broken_json_never_break_a_json_lines_file() -> anyhow::Result<()> {
    let values: [&[u8]; 4] =
        [b"{\n  \"id\": 1\r\n}", b"{\"id\":2,\"note\":\"a\\nb\"}", b"{\"id\":", b"\"line\\u2028break\""];
    let event = crate::events::values(&values);
    let sink = S3Sink::confluent(&json!({ "errors.tolerance": "all" })).await?;
    sink.write(&event).await?;
    let objects = sink.objects().await?;
    let file = String::from_utf8(objects.values().next().unwrap().bytes.clone())?;
    let lines: Vec<serde_json::Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, [json!({ "id": 1 }), json!({ "id": 2, "note": "a\nb" }), json!("line\u{2028}break")]);
    Ok(())
}
