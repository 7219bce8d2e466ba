use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::metadata::MetadataTopic;

use super::process::Process;
use super::{free_port, installed};

/// A start takes 5 to 20 s, most of it the JVM's; several may be starting on a small machine at once.
const START_LIMIT: Duration = Duration::from_secs(120);

/// One request to a broker on the loopback interface.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// Any 16 bytes in URL-safe base64 are a cluster's id.
const CLUSTER_ID: &str = "bGFtYmRhLWNvbm5lY3Q1Mg";

/// A real Apache Kafka: one node, broker and controller (KRaft) in a JVM of its own. Topics are made by
/// [`Kafka::create_topic`] only; consumer groups form without the usual 3 s of waiting.
pub struct Kafka {
    admin: AdminClient<DefaultClientContext>,
    bootstrap_servers: String,
    // Dropped in this order: the process ends before its folder goes.
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Kafka {
    /// Formats a node's storage, starts it, and waits until it serves requests. Blocks for 5 to 20 s.
    ///
    /// # Errors
    /// When Kafka is not installed (`make servers`) or does not start: with the end of its log.
    pub fn start() -> anyhow::Result<Self> {
        let jars = installed("kafka")?;
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let bootstrap_servers = format!("127.0.0.1:{port}");
        let properties = folder.path().join("server.properties");
        fs::write(&properties, server_properties(&bootstrap_servers, free_port()?, &folder.path().join("data")))?;

        let format = java(&jars, "kafka.tools.StorageTool")
            .args(["format", "--cluster-id", CLUSTER_ID, "--config"])
            .arg(&properties)
            .output()
            .context("run java: a JDK or JRE 17 or later must be on the PATH")?;
        anyhow::ensure!(
            format.status.success(),
            "Kafka's storage could not be formatted:\n{}{}",
            String::from_utf8_lossy(&format.stdout),
            String::from_utf8_lossy(&format.stderr)
        );

        let admin: AdminClient<_> = ClientConfig::new()
            .set("bootstrap.servers", &bootstrap_servers)
            .set("reconnect.backoff.max.ms", "100") // it is asked from before the broker listens
            .create()?;
        let mut server = java(&jars, "kafka.Kafka");
        server.arg(&properties);
        let process = Process::start("Kafka", &server, folder.path().join("kafka.log"), START_LIMIT, || {
            let metadata = admin.inner().fetch_metadata(None, Duration::from_millis(500));
            metadata.is_ok_and(|metadata| !metadata.brokers().is_empty())
        })?;
        Ok(Self { admin, bootstrap_servers, _process: process, _folder: folder })
    }

    /// What a client's `bootstrap.servers` takes.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Creates a topic, and returns once the broker serves all of its partitions.
    ///
    /// # Errors
    /// When the broker refuses, for example because the topic exists.
    pub async fn create_topic(&self, name: &str, partitions: usize) -> anyhow::Result<()> {
        let topic = NewTopic::new(name, i32::try_from(partitions)?, TopicReplication::Fixed(1));
        for result in self.admin.create_topics([&topic], &AdminOptions::new()).await? {
            result.map_err(|(name, code)| anyhow::anyhow!("create topic {name}: {code}"))?;
        }
        let created = Instant::now();
        while self.partitions_with_a_leader(name)? < partitions {
            anyhow::ensure!(created.elapsed() < REQUEST_LIMIT, "topic {name} has no leaders after {REQUEST_LIMIT:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn partitions_with_a_leader(&self, topic: &str) -> anyhow::Result<usize> {
        let metadata = self.admin.inner().fetch_metadata(Some(topic), REQUEST_LIMIT)?;
        let partitions = metadata.topics().iter().flat_map(MetadataTopic::partitions);
        Ok(partitions.filter(|partition| partition.leader() >= 0 && partition.error().is_none()).count())
    }
}

/// A main class of Kafka's, in a JVM tuned to start soon and stay small.
fn java(jars: &Path, main_class: &str) -> Command {
    let mut class_path = OsString::from(jars);
    class_path.push("/*");
    let mut command = Command::new("java");
    command.args(["-Xms256m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]);
    command.arg(concat!("-Dlog4j2.configurationFile=", env!("CARGO_MANIFEST_DIR"), "/servers/log4j2.properties"));
    command.arg("-cp").arg(class_path).arg(main_class);
    command
}

fn server_properties(broker: &str, controller_port: u16, data: &Path) -> String {
    let data = data.display();
    format!(
        "\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{broker},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://{broker}
log.dirs={data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"
    )
}
