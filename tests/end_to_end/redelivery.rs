//! The same records again: retries, bisected batches, zombies, topics made anew.

use std::collections::BTreeMap;
use std::time::Duration;

use local::runtime::Environment;
use serde_json::json;

use crate::events::{FIRST_TIMESTAMP, lines, offsets, shifted, stamped};
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
async fn a_name_that_holds_a_field_is_in_no_error() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({
        "partitioner.class": "io.confluent.connect.storage.partitioner.FieldPartitioner",
        "partition.field.name": "country",
    }))
    .await?;
    let name = "topics/orders/country=NO/orders+0+0000000000.json";
    sink.client.put_object().bucket(&sink.bucket).key(name).body(b"theirs".to_vec().into()).send().await?;
    let failure = sink.invoke(&offsets(0..1)).await?.answer.unwrap_err();
    for part in [&*sink.bucket, "topic orders partition 0 offsets 0 to 0"] {
        assert!(failure.error_message.contains(part), "{part} is not in: {failure}");
    }
    assert!(!failure.error_message.contains("country="), "{failure}");
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

#[tokio::test]
async fn a_key_named_object_follows_offsets_whatever_the_timestamps() -> anyhow::Result<()> {
    let keys = json!({
        "format.output.type": "jsonl",
        "format.output.envelope": "false",
        "file.compression.type": "none",
        "file.name.template": "{{key}}",
    });
    let falling = |offset: i64| stamped([offset], |offset| FIRST_TIMESTAMP - offset * 1000);
    for order in [[3, 7], [7, 3]] {
        let sink = S3Sink::aiven(&keys).await?;
        for offset in order {
            sink.write(&falling(offset)).await?;
        }
        assert_eq!(text(&sink.objects().await?, "k"), crate::events::value(7), "{order:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_record_that_is_gone_since_stops_nothing_and_loses_nothing() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    sink.write(&offsets(0..10)).await?;
    let compacted = stamped((0..12).filter(|offset| *offset != 4), |offset| FIRST_TIMESTAMP + offset * 1000);
    for _ in 0..2 {
        sink.write(&compacted).await?;
        let objects = sink.objects().await?;
        assert_eq!(objects.len(), 2, "{:?}", objects.keys());
        assert_eq!(text(&objects, KEY), lines(0..10));
        assert_eq!(text(&objects, "topics/orders/partition=0/orders+0+0000000010.json"), lines(10..12));
    }
    Ok(())
}

#[tokio::test]
async fn where_each_object_lacks_what_the_other_holds_both_are_kept() -> anyhow::Result<()> {
    let sink = S3Sink::confluent(&json!({})).await?;
    let without = |missing: i64, range: std::ops::Range<i64>| {
        stamped(range.filter(|offset| *offset != missing), |offset| FIRST_TIMESTAMP + offset * 1000)
    };
    sink.write(&without(6, 0..10)).await?;
    let before = sink.objects().await?;
    for _ in 0..2 {
        sink.write(&without(4, 0..12)).await?;
        let objects = sink.objects().await?;
        assert_eq!(objects[KEY], before[KEY]);
        let others = format!("{}{}", lines(1..4), lines(5..12));
        assert_eq!(text(&objects, "topics/orders/partition=0/orders+0+0000000001.json"), others);
        assert_eq!(objects.len(), 2, "{:?}", objects.keys());
    }
    Ok(())
}

/// Has a batch of one object per record written by a function whose timeout is too short for it, again and again until it is
/// done; the first attempts by a function each of its own. How many objects were there after each attempt.
async fn attempts_until_done(short_lived: usize) -> anyhow::Result<Vec<usize>> {
    const RECORDS: i64 = 3000;
    let sink = S3Sink::confluent(&json!({ "flush.size": "1" })).await?;
    let function = sink.function().timeout(Duration::from_millis(1500));
    let event = offsets(0..RECORDS);
    let mut environment = Environment::start(&function).await?;
    let mut stored = Vec::new();
    loop {
        let answer = environment.invoke(event.clone().into()).await?.answer;
        stored.push(sink.count().await?);
        let Err(failure) = answer else { break };
        assert!(failure.error_message.contains(&format!("of {RECORDS} objects are stored")), "{failure}");
        assert!(stored.len() < 100, "{stored:?}");
        if stored.len() <= short_lived {
            environment.stop().await;
            environment = Environment::start(&function).await?;
        }
    }
    environment.stop().await;
    assert_eq!(stored.last(), Some(&usize::try_from(RECORDS)?));
    Ok(stored)
}

#[tokio::test]
async fn a_batch_of_more_objects_than_fit_an_invocation_goes_on_where_it_stopped() -> anyhow::Result<()> {
    let stored = attempts_until_done(0).await?;
    assert!(stored.len() > 1 && stored.is_sorted_by(|before, after| before < after), "{stored:?}");
    Ok(())
}

#[tokio::test]
async fn a_new_function_too_goes_on_where_another_stopped() -> anyhow::Result<()> {
    let stored = attempts_until_done(2).await?;
    assert!(stored.len() > 1 && stored.is_sorted(), "{stored:?}");
    Ok(())
}
