//! The same records again: retries, bisected batches, zombies, topics made anew.

use std::collections::BTreeMap;

use serde_json::json;

use crate::events::{lines, offsets, shifted};
use crate::s3_sink::{Object, S3Sink};

const KEY: &str = "topics/orders/partition=0/orders+0+0000000000.json";

fn text<'a>(objects: &'a BTreeMap<String, Object>, key: &str) -> &'a str {
    std::str::from_utf8(&objects[key].bytes).expect("JSON lines are UTF-8")
}

#[tokio::test]
async fn the_same_batch_again_changes_nothing() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    sink.write(&offsets(0..100)).await?;
    let first = sink.objects().await?;
    sink.write(&offsets(0..100)).await?;
    assert_eq!(sink.objects().await?, first);
    assert_eq!(text(&first, KEY), lines(0..100));
    Ok(())
}

#[tokio::test]
async fn a_longer_object_is_never_replaced_by_a_shorter_one() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    sink.write(&offsets(0..100)).await?;
    let full = sink.objects().await?;
    // A zombie's attempt with fewer records, then the first half of the bisected batch.
    sink.write(&offsets(0..7)).await?;
    sink.write(&offsets(0..50)).await?;
    assert_eq!(sink.objects().await?, full);
    Ok(())
}

#[tokio::test]
async fn a_shorter_object_is_replaced_by_a_longer_one() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    sink.write(&offsets(0..7)).await?;
    sink.write(&offsets(0..100)).await?;
    let objects = sink.objects().await?;
    assert_eq!((objects.len(), text(&objects, KEY)), (1, lines(0..100).as_str()));
    Ok(())
}

#[tokio::test]
async fn both_halves_of_a_bisected_batch_are_stored_in_either_order() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    sink.write(&offsets(50..100)).await?;
    sink.write(&offsets(0..50)).await?;
    let objects = sink.objects().await?;
    assert_eq!(text(&objects, KEY), lines(0..50));
    assert_eq!(text(&objects, "topics/orders/partition=0/orders+0+0000000050.json"), lines(50..100));
    Ok(())
}

#[tokio::test]
async fn racing_writers_leave_the_longest_object() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    let lengths = [10, 90, 30, 70, 50];
    let events: Vec<Vec<u8>> = lengths.iter().map(|length| offsets(0..*length)).collect();
    let (a, b, c, d, e) = tokio::join!(
        sink.write(&events[0]),
        sink.write(&events[1]),
        sink.write(&events[2]),
        sink.write(&events[3]),
        sink.write(&events[4])
    );
    for result in [a, b, c, d, e] {
        result?;
    }
    assert_eq!(text(&sink.objects().await?, KEY), lines(0..90));
    Ok(())
}

#[tokio::test]
async fn a_topic_made_anew_is_not_taken_for_a_repeat() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    sink.write(&offsets(0..100)).await?;
    let before = sink.objects().await?;
    let a_day_later = shifted(0..10, 86_400_000);
    let failure = sink.invoke(&a_day_later).await?.answer.unwrap_err();
    for part in ["orders", KEY, "lambda.repeats=drop"] {
        assert!(failure.error_message.contains(part), "{part} is not in: {}", failure.error_message);
    }
    assert_eq!(sink.objects().await?, before);
    sink.with(&json!({ "lambda.repeats": "drop" })).write(&a_day_later).await?;
    assert_eq!(sink.objects().await?, before);
    Ok(())
}

#[tokio::test]
async fn an_object_of_somebody_else_is_never_touched() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    let kafka_connects = b"written by Kafka Connect".to_vec();
    sink.client.put_object().bucket(&sink.bucket).key(KEY).body(kafka_connects.clone().into()).send().await?;
    let failure = sink.invoke(&offsets(0..10)).await?.answer.unwrap_err();
    assert!(failure.error_message.contains(KEY), "{failure}");
    assert_eq!(sink.objects().await?[KEY].bytes, kafka_connects);

    let other = S3Sink::confluent(&json!({})).await?;
    other.write(&offsets(0..10)).await?;
    let failure = other.with(&json!({ "name": "second-sink" })).invoke(&offsets(0..20)).await?.answer.unwrap_err();
    for part in ["orders-to-s3", "second-sink", "lambda.ledger.adopt"] {
        assert!(failure.error_message.contains(part), "{part} is not in: {}", failure.error_message);
    }
    Ok(())
}

#[tokio::test]
async fn aivens_object_of_a_key_moves_only_forward() -> anyhow::Result<()> {
    let sink = S3Sink::aiven(&json!({
        "format.output.type": "jsonl",
        "format.output.envelope": "false",
        "file.compression.type": "none",
        "file.name.template": "{{key}}",
    }))
    .await?;
    sink.write(&offsets(0..10)).await?;
    sink.write(&offsets(0..5)).await?;
    assert_eq!(text(&sink.objects().await?, "k"), crate::events::value(9));
    sink.write(&offsets(10..12)).await?;
    assert_eq!(text(&sink.objects().await?, "k"), crate::events::value(11));
    Ok(())
}
