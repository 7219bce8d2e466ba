//! Whole invocations of the deployed binary, through the Runtime API, with PUT to a real S3 server on loopback: beside a
//! straightforward Python handler that does the same job, in the same run.
//!
//! Run it with `make bench`. The functions have one processor, the server and this program the other. Figures to compare
//! are CPU efficiencies (MB of raw record bytes per CPU second) and their ratio: the wall clock includes the server.

mod measure;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use comfy_table::Table;
use connect::{RawRecord, TimestampType};
use event::write::{EventWriter, MAX_EVENT_BYTES};
use event::{Source, SourceKind};
use local::orders::{Orders, Shape};
use local::runtime::{Environment, Function, Output};
use serde_json::json;
use tests::servers::Minio;

/// Measures s3-sink against a Python control.
#[derive(Debug, Parser)]
struct Arguments {
    /// The release binary.
    #[arg(long, default_value = "target/release/s3-sink")]
    function: PathBuf,
    /// The Python that has boto3, orjson and zstandard.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// Invocations of each function per round.
    #[arg(long, default_value_t = 20)]
    invocations: usize,
    /// Rounds, the two functions in turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

const BUCKET: &str = "bench";
/// Ten digits from the first to the last event: all events of a shape have the same length.
const FIRST_OFFSET: i64 = 1_000_000_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let minio = Minio::start()?;
    minio.client().create_bucket().bucket(BUCKET).send().await?;
    let scripts = tempfile::tempdir()?;
    let bench = Bench { arguments, minio, scripts };

    let mut cold: Vec<f64> = Vec::new();
    for _ in 0..21 {
        let environment = Environment::start(&bench.sink(Compression::Gzip)?).await?;
        cold.push(environment.time_to_first_next().as_secs_f64() * 1e3);
        environment.stop().await;
    }
    let least = cold.iter().copied().fold(f64::INFINITY, f64::min);
    println!(
        "cold start, exec to first /next: {least:.1} ms at least, {:.1} ms median of 21",
        measure::median(&mut cold)
    );

    let mut table = Table::new();
    table.set_header([
        "records",
        "compression",
        "function",
        "records/s",
        "MB/s",
        "MB/CPU-s",
        "ms/invocation",
        "object",
        "peak MB",
        "CPU ratio",
    ]);
    for shape in [Shape::Small, Shape::Large] {
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            bench.compare(shape, compression, &mut table).await?;
        }
    }
    println!("{table}");
    println!(
        "MB are 10^6 bytes of raw record values. CPU ratio: median over rounds of s3-sink's MB per CPU second over the control's."
    );
    Ok(())
}

struct Bench {
    arguments: Arguments,
    minio: Minio,
    scripts: tempfile::TempDir,
}

/// What a round measured.
#[derive(Debug, Clone, Copy)]
struct Round {
    raw_bytes: f64,
    records: f64,
    cpu: f64,
    wall: f64,
}

impl Bench {
    async fn compare(&self, shape: Shape, compression: Compression, table: &mut Table) -> anyhow::Result<()> {
        let mut sink = Environment::start(&self.sink(compression)?).await?;
        let mut control = Environment::start(&self.control(compression)?).await?;
        let mut events = Events { orders: Orders::new(shape, 7), next_offset: FIRST_OFFSET };
        // Each process sees each kind of work once before anything counts.
        self.round(&mut sink, &mut events, 3).await?;
        self.round(&mut control, &mut events, 3).await?;
        let (mut sink_rounds, mut control_rounds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.arguments.rounds {
            let of_sink = self.round(&mut sink, &mut events, self.arguments.invocations).await?;
            let of_control = self.round(&mut control, &mut events, self.arguments.invocations).await?;
            ratios.push((of_sink.raw_bytes / of_sink.cpu) / (of_control.raw_bytes / of_control.cpu));
            sink_rounds.push(of_sink);
            control_rounds.push(of_control);
        }
        let (size_of_sink, size_of_control) = self.same_event_sizes(&mut sink, &mut control, &mut events).await?;
        let ratio = format!("{:.1}", measure::median(&mut ratios));
        let name = match shape {
            Shape::Small => "68 B".to_owned(),
            Shape::Large => "855 B".to_owned(),
        };
        for (function, environment, rounds, size, ratio) in [
            ("s3-sink", sink, sink_rounds, size_of_sink, ratio.as_str()),
            ("control", control, control_rounds, size_of_control, ""),
        ] {
            let peak = measure::peak_memory(environment.process_id().context("the function runs")?)?;
            let of = |figure: fn(&Round) -> f64| measure::median(&mut rounds.iter().map(figure).collect::<Vec<_>>());
            let efficiency = of(|round| round.raw_bytes / round.cpu / 1e6);
            eprintln!("{name} {} {function}: {efficiency:.1} MB per CPU second {ratio}", compression.word());
            table.add_row([
                name.clone(),
                compression.word().to_owned(),
                function.to_owned(),
                format!("{:.0}", of(|round| round.records / round.wall)),
                format!("{:.1}", of(|round| round.raw_bytes / round.wall / 1e6)),
                format!("{efficiency:.1}"),
                format!("{:.2}", of(|round| round.wall * 1e3) / self.arguments.invocations as f64),
                size.to_string(),
                format!("{:.1}", peak as f64 / 1e6),
                ratio.to_owned(),
            ]);
            environment.stop().await;
        }
        Ok(())
    }

    async fn round(
        &self,
        environment: &mut Environment,
        events: &mut Events,
        invocations: usize,
    ) -> anyhow::Result<Round> {
        let process = environment.process_id().context("the function runs")?;
        let (mut raw_bytes, mut records, mut wall) = (0, 0, Duration::ZERO);
        let before = measure::cpu_time(process)?;
        for _ in 0..invocations {
            let event = events.next();
            let invoked = environment.invoke(event.json.into()).await?;
            invoked.answer?;
            wall += invoked.duration;
            raw_bytes += event.raw_bytes;
            records += event.records;
        }
        let cpu = measure::cpu_time(process)?.saturating_sub(before);
        let (wall, cpu) = (wall.as_secs_f64(), cpu.as_secs_f64());
        Ok(Round { raw_bytes: raw_bytes as f64, records: records as f64, cpu, wall })
    }

    /// The sizes of the objects that both make of one and the same event.
    async fn same_event_sizes(
        &self,
        sink: &mut Environment,
        control: &mut Environment,
        events: &mut Events,
    ) -> anyhow::Result<(i64, i64)> {
        let offset = events.next_offset;
        let event = events.next();
        sink.invoke(event.json.clone().into()).await?.answer?;
        control.invoke(event.json.into()).await?.answer?;
        let (mut of_sink, mut of_control) = (0, 0);
        let mut pages = self.minio.client().list_objects_v2().bucket(BUCKET).into_paginator().send();
        while let Some(page) = pages.next().await {
            for object in page?.contents() {
                let key = object.key().unwrap_or_default();
                if key.contains(&offset.to_string()) {
                    let size = if key.starts_with("control/") { &mut of_control } else { &mut of_sink };
                    *size = object.size().unwrap_or_default();
                }
            }
        }
        // The next pair of processes begins at the first offset again.
        self.empty_bucket().await?;
        Ok((of_sink, of_control))
    }

    async fn empty_bucket(&self) -> anyhow::Result<()> {
        let client = self.minio.client();
        let mut pages = client.list_objects_v2().bucket(BUCKET).into_paginator().send();
        while let Some(page) = pages.next().await {
            for object in page?.contents() {
                client.delete_object().bucket(BUCKET).key(object.key().unwrap_or_default()).send().await?;
            }
        }
        Ok(())
    }

    fn sink(&self, compression: Compression) -> anyhow::Result<Function> {
        let common = json!({
            "name": "bench",
            "topics": "orders",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
        });
        // Confluent's connector has no zstd; Aiven's has.
        let own = if compression == Compression::Zstd {
            json!({
                "connector.class": "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector",
                "aws.s3.bucket.name": BUCKET,
                "aws.s3.endpoint": self.minio.endpoint(),
                "format.output.type": "jsonl",
                "format.output.envelope": "false",
                "file.compression.type": "zstd",
            })
        } else {
            json!({
                "connector.class": "io.confluent.connect.s3.S3SinkConnector",
                "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
                "storage.class": "io.confluent.connect.s3.storage.S3Storage",
                "flush.size": "1000000",
                "s3.bucket.name": BUCKET,
                "s3.compression.type": compression.word(),
                "store.url": self.minio.endpoint(),
            })
        };
        let mut config = common;
        if let (Some(config), Some(own)) = (config.as_object_mut(), own.as_object()) {
            config.extend(own.clone());
        }
        let binary = fs::canonicalize(&self.arguments.function)
            .with_context(|| format!("{}: run `make bench`", self.arguments.function.display()))?;
        let script = self.script("s3-sink", &binary, &[])?;
        Ok(self.function(script).variable("CONNECTOR_CONFIG", config.to_string()))
    }

    fn control(&self, compression: Compression) -> anyhow::Result<Function> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/control.py");
        let script = self.script("control", &self.arguments.python, &[program])?;
        let endpoint = self.minio.endpoint();
        Ok(self
            .function(script)
            .variable("BUCKET", BUCKET)
            .variable("ENDPOINT", endpoint)
            .variable("COMPRESSION", compression.word()))
    }

    fn function(&self, script: PathBuf) -> Function {
        Function::new(script)
            .variable("AWS_ACCESS_KEY_ID", self.minio.access_key())
            .variable("AWS_SECRET_ACCESS_KEY", self.minio.secret_key())
            .variable("AWS_EC2_METADATA_DISABLED", "true")
            .output(Output::discard())
    }

    /// A program that runs another one on the first processor.
    fn script(&self, name: &str, program: &Path, arguments: &[&str]) -> anyhow::Result<PathBuf> {
        let path = self.scripts.path().join(name);
        let arguments = arguments.join(" ");
        fs::write(&path, format!("#!/bin/sh\nexec taskset -c 0 '{}' {arguments}\n", program.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(path)
    }
}

/// Full events, one after the other: no offset comes twice.
struct Events {
    orders: Orders,
    next_offset: i64,
}

struct Event {
    json: Vec<u8>,
    records: usize,
    raw_bytes: usize,
}

impl Events {
    fn next(&mut self) -> Event {
        let mut writer = EventWriter::new(&Source {
            kind: SourceKind::Msk,
            event_source_arn: Some("arn:aws:kafka:us-east-1:123456789012:cluster/bench/1".to_owned()),
            bootstrap_servers: Some("b-1.bench.example:9098".to_owned()),
        });
        let (mut value, mut records, mut raw_bytes) = (Vec::new(), 0, 0);
        loop {
            value.clear();
            self.orders.next(&mut value);
            let key = self.orders.key();
            let record = RawRecord {
                topic: "orders",
                partition: 0,
                offset: self.next_offset,
                timestamp: Some(1_700_000_000_000),
                timestamp_type: TimestampType::CreateTime,
                key: Some(key.as_bytes()),
                value: Some(&value),
                headers: Vec::new(),
                key_schema: None,
                value_schema: None,
            };
            if writer.payload_len() + writer.added_len(&record) > MAX_EVENT_BYTES {
                return Event { json: writer.finish(), records, raw_bytes };
            }
            writer.push(&record);
            self.next_offset += 1;
            records += 1;
            raw_bytes += value.len();
        }
    }
}
