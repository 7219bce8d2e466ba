//! `run`: the mapping from a topic to a function.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use event::SourceKind;
use local::StartingPosition;
use local::batcher::{LARGEST_BATCH_SIZE, LONGEST_WINDOW, Limits};
use local::kafka::Kafka;
use local::mapping::{Counts, Mapping, Retry, Settings, Until};
use local::runtime::Functions;

use super::function::FunctionArguments;
use super::stop::stoppable;
use super::terminal::{REFRESH, Step, Terminal, per_second, thousands};

/// Deliver a Kafka topic to a function, as an event source mapping does
///
/// Consumes the topic as a member of a consumer group, forms batches by the mapping's rules, invokes the function, and
/// commits offsets after success. A batch that fails is delivered again, for ever unless a limit is set. Ctrl-C lets the
/// invocations in flight finish, commits what is done and leaves the group: nothing is lost, and the next run goes on there.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    function: FunctionArguments,
    #[command(flatten)]
    kafka: KafkaArguments,
    #[command(flatten)]
    mapping: MappingArguments,
}

const EXAMPLES: &str = "\
Examples:
  All that a topic holds, and what comes after it, until Ctrl-C:
    lambda-connect-local run --topic orders \\
      --function target/debug/s3-sink --connector-config connector.json

  Large batches on four environments, until the topic is caught up:
    lambda-connect-local run --topic orders \\
      --function target/debug/s3-sink --connector-config connector.json \\
      --batch-size 10000 --window 5 --concurrency 4 --until-caught-up

  A cluster with TLS and SCRAM, settings and password in a file of KEY=VALUE lines:
    lambda-connect-local run --topic orders \\
      --bootstrap-servers b-1.example.com:9096 --librdkafka-file kafka.properties \\
      --function target/debug/s3-sink --connector-config connector.json

Of AWS's settings, filters, bisecting, a maximum record age and on-failure destinations are not here yet.
RUST_LOG=librdkafka=debug shows what the Kafka client does.";

#[derive(Args)]
#[command(next_help_heading = "Kafka")]
struct KafkaArguments {
    /// The cluster's brokers, joined by commas
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:9092")]
    bootstrap_servers: String,

    /// The topic; a mapping has exactly one
    #[arg(long)]
    topic: String,

    /// The consumer group; several runs may share it [default: lambda-connect-TOPIC]
    #[arg(long)]
    group: Option<String>,

    /// Where a group without offsets begins
    #[arg(long, value_enum, default_value_t = Position::TrimHorizon)]
    starting_position: Position,

    /// A setting of librdkafka, for TLS and SASL; may be repeated. TLS and SCRAM need a build with `--features tls`
    #[arg(long = "librdkafka", value_name = "KEY=VALUE")]
    settings: Vec<String>,

    /// A file with such settings, a line each: keeps passwords out of the process list
    #[arg(long, value_name = "FILE")]
    librdkafka_file: Option<PathBuf>,
}

#[derive(Args)]
#[command(next_help_heading = "Event source mapping")]
struct MappingArguments {
    /// How many execution environments run side by side; order per partition is kept
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,

    /// The most records in a batch
    #[arg(long, value_name = "RECORDS", default_value_t = 100, value_parser = batch_size)]
    batch_size: usize,

    /// How long a batch waits for more records after its first one, 0 to 300 seconds
    #[arg(long, value_name = "SECONDS", default_value = "0.5", value_parser = window)]
    window: Duration,

    /// Which of AWS's two event forms the function gets
    #[arg(long, value_enum, default_value_t = EventSource::SelfManaged)]
    event_source: EventSource,

    /// How often a failed batch is tried again before the run ends with an error; on AWS this needs provisioned mode
    /// [default: for ever]
    #[arg(long, value_name = "N")]
    maximum_retry_attempts: Option<u32>,

    /// Deliver only those records again that the function's answer lists; on AWS this needs provisioned mode. The function
    /// lists them with --env REPORT_BATCH_ITEM_FAILURES=true
    #[arg(long)]
    report_batch_item_failures: bool,

    /// End when everything is delivered that the topic held at the start
    #[arg(long, conflicts_with = "until_idle")]
    until_caught_up: bool,

    /// End when nothing has come for so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    until_idle: Option<Duration>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Position {
    /// The oldest record that the topic still has
    TrimHorizon,
    /// The first record that comes after the start
    Latest,
}

#[derive(Clone, Copy, ValueEnum)]
enum EventSource {
    Msk,
    SelfManaged,
}

pub(crate) async fn run(arguments: Arguments, terminal: &Terminal) -> Result<()> {
    let function = arguments.function.function(terminal)?;
    let settings = settings(arguments.kafka, &arguments.mapping)?;
    let mapping = Mapping::new(settings, Arc::new(Functions::new(function, arguments.mapping.concurrency.into())));

    let progress = mapping.progress();
    let mut step = terminal.step("delivering", None);
    let ending = "stopping: waiting for the invocations in flight (Ctrl-C again kills them)";
    let counts = stoppable(terminal, ending, |stop| async {
        let run = mapping.run(stop.asked());
        let mut run = std::pin::pin!(run);
        loop {
            tokio::select! {
                counts = &mut run => return Ok(counts?),
                () = tokio::time::sleep(REFRESH) => show(&mut step, progress.counts()),
            }
        }
    })
    .await;
    let text = describe(progress.counts(), &step);
    match counts {
        Ok(_) => step.done(&format!("ended: {text}")),
        Err(_) => step.done(&format!("failed: {text}")),
    }
    counts.map(drop)
}

fn settings(kafka: KafkaArguments, mapping: &MappingArguments) -> Result<Settings> {
    let mut cluster = Kafka::new(kafka.bootstrap_servers);
    if let Some(path) = kafka.librdkafka_file {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            cluster = cluster.setting(line).with_context(|| path.display().to_string())?;
        }
    }
    for setting in &kafka.settings {
        cluster = cluster.setting(setting)?;
    }
    let group = kafka.group.unwrap_or_else(|| format!("lambda-connect-{}", kafka.topic));
    let mut settings = Settings::new(cluster, kafka.topic, group);
    settings.starting_position = match kafka.starting_position {
        Position::TrimHorizon => StartingPosition::TrimHorizon,
        Position::Latest => StartingPosition::Latest,
    };
    settings.limits = Limits { records: mapping.batch_size, window: mapping.window, ..Limits::default() };
    settings.source = match mapping.event_source {
        EventSource::Msk => SourceKind::Msk,
        EventSource::SelfManaged => SourceKind::SelfManaged,
    };
    settings.retry = Retry { attempts: mapping.maximum_retry_attempts, ..Retry::default() };
    settings.report_batch_item_failures = mapping.report_batch_item_failures;
    settings.until = match mapping.until_idle {
        Some(time) => Until::Idle(time),
        None if mapping.until_caught_up => Until::CaughtUp,
        None => Until::Stopped,
    };
    Ok(settings)
}

fn show(step: &mut Step, counts: Counts) {
    let text = match counts.partitions {
        0 => "waiting for Kafka to assign partitions (a member that was killed keeps its own for 45 s)".to_owned(),
        _ => describe(counts, step),
    };
    step.at(counts.delivered, &text);
}

fn describe(counts: Counts, step: &Step) -> String {
    format!(
        "{} records consumed, {} delivered in {} invocations ({} failed), {} records/s",
        thousands(counts.consumed),
        thousands(counts.delivered),
        thousands(counts.invocations),
        thousands(counts.failed_invocations),
        per_second(counts.delivered, step.elapsed()),
    )
}

fn batch_size(text: &str) -> Result<usize, String> {
    let range = 1..=LARGEST_BATCH_SIZE;
    text.parse().ok().filter(|size| range.contains(size)).ok_or(format!("give 1 to {LARGEST_BATCH_SIZE}"))
}

fn window(text: &str) -> Result<Duration, String> {
    seconds(text).ok().filter(|window| *window <= LONGEST_WINDOW).ok_or("give 0 to 300 seconds".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|_| "give a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
