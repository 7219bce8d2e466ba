//! Real Kafka, the local event source mapping, the real function, a real S3 server: nothing is lost when processes die.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use local::batcher::Limits;
use local::mapping::{Mapping, Progress, Retry, Settings, Until};
use local::runtime::{Function, Functions};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer};
use serde_json::{Value, json};
use tests::servers::Kafka;

use crate::s3_sink::{S3Sink, binary};

const PARTITIONS: i32 = 4;
const RECORDS: i32 = 20_000;

/// Produces `RECORDS` records to all partitions of a topic; record `id` has the value `{"id":id}`.
fn produce(kafka: &Kafka, topic: &str) -> anyhow::Result<()> {
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", kafka.bootstrap_servers())
        .set("queue.buffering.max.messages", "1000000")
        .create()?;
    for id in 0..RECORDS {
        let (key, value) = (id.to_string(), json!({ "id": id }).to_string());
        let record = BaseRecord::to(topic).partition(id % PARTITIONS).key(&key).payload(&value);
        producer.send(record).map_err(|(error, _)| error)?;
    }
    producer.flush(Duration::from_secs(60))?;
    Ok(())
}

/// How often each record is in the bucket, and that each object's lines are in the order of their partition.
async fn stored(sink: &S3Sink) -> anyhow::Result<BTreeMap<i64, usize>> {
    let mut times = BTreeMap::new();
    for (key, object) in sink.objects().await? {
        let mut last = -1;
        for line in std::str::from_utf8(&object.bytes)?.lines() {
            let record: Value = serde_json::from_str(line)?;
            let id = record["id"].as_i64().unwrap();
            assert!(id > last, "{key}: {id} comes after {last}");
            last = id;
            *times.entry(id).or_default() += 1;
        }
    }
    Ok(times)
}

/// The function, started through a script that notes its process in `folder`.
fn noting_processes(sink: &S3Sink, folder: &Path) -> anyhow::Result<Function> {
    let script = folder.join("s3-sink");
    let text =
        format!("#!/bin/sh\necho $$ > '{0}'/$$.pid\nexec '{1}'\n", folder.display(), binary("s3-sink").display());
    std::fs::write(&script, text)?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
    Ok(sink.function_of(&script))
}

/// Kills every process that is noted in `folder`, as Lambda does with an environment that has gone bad.
fn kill_all(folder: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pid") {
            let process = std::fs::read_to_string(&path)?;
            // A process that has ended already is no failure.
            std::process::Command::new("kill").args(["-9", process.trim()]).status()?;
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn settings(kafka: &Kafka, topic: &str, until: Until) -> Settings {
    let limits = Limits { records: 500, window: Duration::from_millis(100), ..Limits::default() };
    let retry = Retry { first_pause: Duration::from_millis(20), ..Retry::default() };
    Settings {
        limits,
        retry,
        until,
        ..Settings::new(local::kafka::Kafka::new(kafka.bootstrap_servers()), topic, "s3-sink")
    }
}

/// Waits until so many records are delivered.
async fn delivered(progress: &Progress, records: u64) {
    while progress.counts().delivered < records {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_functions_lose_nothing_and_double_nothing() -> anyhow::Result<()> {
    let kafka = Kafka::start()?;
    kafka.create_topic("orders", PARTITIONS as usize).await?;
    produce(&kafka, "orders")?;
    let sink = S3Sink::confluent(&json!({})).await?;
    let processes = tempfile::tempdir()?;
    let functions = Functions::new(noting_processes(&sink, processes.path())?, 2);
    let mapping = Mapping::new(settings(&kafka, "orders", Until::CaughtUp), Arc::new(functions));
    let progress = mapping.progress();
    let killing = async {
        for share in 1..=8 {
            delivered(&progress, u64::try_from(RECORDS)? * share / 10).await;
            kill_all(processes.path())?;
        }
        anyhow::Ok(())
    };
    let (counts, killed) = tokio::join!(mapping.run(std::future::pending()), killing);
    killed?;
    let counts = counts?;
    assert_eq!(counts.delivered, u64::try_from(RECORDS)?);
    assert!(counts.failed_invocations > 0, "no process was killed in the middle of an invocation: {counts:?}");
    let stored = stored(&sink).await?;
    assert_eq!(stored.len(), usize::try_from(RECORDS)?);
    assert!(stored.values().all(|times| *times == 1), "a batch that comes again as it was is written once");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_mapping_goes_on_where_it_was() -> anyhow::Result<()> {
    let kafka = Kafka::start()?;
    kafka.create_topic("orders", PARTITIONS as usize).await?;
    produce(&kafka, "orders")?;
    let sink = S3Sink::confluent(&json!({})).await?;
    let first = Mapping::new(settings(&kafka, "orders", Until::Stopped), Arc::new(Functions::new(sink.function(), 2)));
    let progress = first.progress();
    first.run(delivered(&progress, u64::try_from(RECORDS / 3)?)).await?;
    let second =
        Mapping::new(settings(&kafka, "orders", Until::CaughtUp), Arc::new(Functions::new(sink.function(), 2)));
    let counts = second.run(std::future::pending()).await?;
    assert!(counts.delivered < u64::try_from(RECORDS)?, "the second run starts where the first one had committed");
    assert_eq!(stored(&sink).await?.len(), usize::try_from(RECORDS)?);
    Ok(())
}
