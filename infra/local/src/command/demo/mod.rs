//! `demo`: from Kafka to S3, with everything on this machine.

mod check;
mod report;
mod topic;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use local::batcher::{LARGEST_BATCH_SIZE, Limits};
use local::embedded::kafka::EmbeddedKafka;
use local::embedded::s3::{CREDENTIALS, EmbeddedS3, REGION};
use local::kafka::Kafka;
use local::mapping::{Mapping, Settings, Until};
use local::orders::Shape;
use local::runtime::{Function, Functions, Output};
use serde_json::{Value, json};

use super::function::file;
use super::stop::stoppable;
use super::terminal::{REFRESH, Terminal, per_second, thousands};
use topic::Produced;

/// Show a sink at work: Kafka, the function, and S3, all on this machine
///
/// Starts a Kafka and an S3 server in this process, produces orders, delivers them to the real function as Lambda would,
/// reads the objects back, and checks that each record is there exactly once and in order.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The sink's binary
    #[arg(long, value_name = "PATH", default_value = "target/debug/s3-sink")]
    function: PathBuf,

    /// How many orders
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=5_000_000))]
    records: u32,

    /// How many partitions the topic has
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    partitions: u16,

    /// How large an order is
    #[arg(long, value_enum, default_value_t = Size::Large)]
    shape: Size,

    /// How many execution environments run side by side
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    concurrency: u16,

    /// Where the objects and the function's log go; what an earlier demo left there is removed
    #[arg(long, value_name = "FOLDER", default_value = ".local/demo")]
    folder: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Size {
    /// Flat, about 68 bytes
    Small,
    /// Nested, about 855 bytes
    Large,
}

const EXAMPLES: &str = "\
Examples:
  lambda-connect-local demo
  lambda-connect-local demo --records 1000000 --shape small --partitions 8 --concurrency 4
  lambda-connect-local demo --function target/release/s3-sink";

const TOPIC: &str = "orders";
const BUCKET: &str = "orders";
const FUNCTION_LOG: &str = "function.log";
/// A folder with this file in it is a demo's own.
const MARK: &str = ".lambda-connect-demo";

pub(crate) async fn run(arguments: Arguments, terminal: &Terminal) -> Result<()> {
    let ending = "stopping: waiting for the invocations in flight (Ctrl-C again kills them)";
    stoppable(terminal, ending, |stop| async move { demonstrate(&arguments, terminal, stop.asked()).await }).await
}

async fn demonstrate(arguments: &Arguments, terminal: &Terminal, stop: impl Future<Output = ()>) -> Result<()> {
    if !arguments.function.is_file() {
        bail!("there is no function at {}: run `cargo build -p s3-sink` first", arguments.function.display());
    }
    let folder = fresh_folder(&arguments.folder)?;
    let s3 = EmbeddedS3::start(&folder.join("s3"), 0).await.context("cannot start the embedded S3")?;
    let bucket = s3.create_bucket(BUCKET)?;
    let kafka = EmbeddedKafka::start().await.context("cannot start the embedded Kafka")?;
    kafka.create_topic(TOPIC, arguments.partitions.into());
    terminal.line(&format!("Kafka is at {}, S3 at {}", kafka.bootstrap_servers(), s3.endpoint()));

    let orders = topic::Orders { count: arguments.records, shape: arguments.shape.into() };
    let produced = topic::produce(&kafka, orders, terminal).await?;

    let function = function(arguments, &folder, &s3)?;
    let delivered = deliver(arguments, &kafka, function, terminal, stop).await;
    if delivered.is_err() {
        terminal.line(&format!("the function's own log: {}", folder.join(FUNCTION_LOG).display()));
    }
    let time = delivered?;

    let objects = check::read_objects(&bucket)?;
    let checked = check::check(&objects, &produced);
    report::print(&objects, &produced, time, &bucket)?;
    Ok(checked?)
}

/// Delivers the topic, and says how long it took.
async fn deliver(
    arguments: &Arguments,
    kafka: &EmbeddedKafka,
    function: Function,
    terminal: &Terminal,
    stop: impl Future<Output = ()>,
) -> Result<Duration> {
    // The embedded broker answers a fetch with all that a partition holds.
    let cluster = Kafka::new(kafka.bootstrap_servers()).setting("receive.message.max.bytes=2147483647")?;
    let mut settings = Settings::new(cluster, TOPIC, "lambda-connect-demo");
    settings.limits = Limits { records: LARGEST_BATCH_SIZE, ..Limits::default() };
    settings.until = Until::CaughtUp;
    // A demonstration that fails should say so soon.
    settings.retry.attempts = Some(3);
    let mapping = Mapping::new(settings, Arc::new(Functions::new(function, arguments.concurrency.into())));

    let progress = mapping.progress();
    let mut step = terminal.step("delivering", Some(arguments.records.into()));
    let mut run = std::pin::pin!(mapping.run(stop));
    let counts = loop {
        tokio::select! {
            counts = &mut run => break counts?,
            () = tokio::time::sleep(REFRESH) => {
                let counts = progress.counts();
                let rate = per_second(counts.delivered, step.elapsed());
                let text = format!(
                    "{} of {} records, {} invocations, {rate} records/s",
                    thousands(counts.delivered),
                    thousands(arguments.records.into()),
                    counts.invocations,
                );
                step.at(counts.delivered, &text);
            }
        }
    };
    let time = step.elapsed();
    if counts.delivered < u64::from(arguments.records) {
        bail!("stopped after {} of {} records", thousands(counts.delivered), thousands(arguments.records.into()));
    }
    step.done(&format!(
        "{} records in {} invocations of {} ({} failed): {:.1} s",
        thousands(counts.delivered),
        counts.invocations,
        arguments.function.display(),
        counts.failed_invocations,
        time.as_secs_f64(),
    ));
    Ok(time)
}

/// The sink with the connector's configuration, and nothing of this machine's AWS set-up.
fn function(arguments: &Arguments, folder: &Path, s3: &EmbeddedS3) -> Result<Function> {
    let config = folder.join("connector.json");
    std::fs::write(&config, serde_json::to_vec_pretty(&connector(&s3.endpoint()))?)?;
    let (access_key, secret_key) = CREDENTIALS;
    Ok(Function::new(std::path::absolute(&arguments.function)?)
        .isolated()
        .variable("CONNECTOR_CONFIG", file(&config)?)
        .variable("AWS_REGION", REGION)
        .variable("AWS_ACCESS_KEY_ID", access_key)
        .variable("AWS_SECRET_ACCESS_KEY", secret_key)
        .output(Output::file(&folder.join(FUNCTION_LOG))?))
}

/// A configuration as one would paste it from Kafka Connect.
fn connector(endpoint: &str) -> Value {
    json!({
        "name": "orders-to-s3",
        "connector.class": "io.confluent.connect.s3.S3SinkConnector",
        "tasks.max": "4",
        "topics": TOPIC,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
        "storage.class": "io.confluent.connect.s3.storage.S3Storage",
        "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
        "partitioner.class": "io.confluent.connect.storage.partitioner.DefaultPartitioner",
        "s3.bucket.name": BUCKET,
        "s3.region": REGION,
        "s3.compression.type": "gzip",
        "store.url": endpoint,
        "flush.size": "100000",
    })
}

/// An empty folder. One that exists is emptied only if a demo made it.
fn fresh_folder(folder: &Path) -> Result<PathBuf> {
    let mark = folder.join(MARK);
    if folder.exists() {
        if !mark.exists() && folder.read_dir()?.next().is_some() {
            bail!("{} is not empty, and no demo made it: give another --folder", folder.display());
        }
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::write(mark, "")?;
    Ok(folder.canonicalize()?)
}

impl From<Size> for Shape {
    fn from(size: Size) -> Self {
        match size {
            Size::Small => Self::Small,
            Size::Large => Self::Large,
        }
    }
}
