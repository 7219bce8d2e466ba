//! How to reach a Kafka cluster.

use std::io;

use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::KafkaError;

/// A Kafka cluster, and how clients are configured for it.
///
/// It has no `Debug`: the settings hold passwords.
#[derive(Clone)]
pub struct Kafka {
    servers: String,
    settings: Vec<(String, String)>,
}

/// A setting of librdkafka that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// It is no key with a value.
    #[error("give librdkafka's settings as KEY=VALUE, as in security.protocol=SASL_SSL")]
    NoValue,
    /// The mapping decides on it, since its promises rest on it.
    #[error("librdkafka's {key} is the mapping's own: {instead}")]
    Reserved {
        /// The key.
        key: String,
        /// What to do about it.
        instead: &'static str,
    },
}

/// No connection to the cluster.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// librdkafka does not take a setting. The value is left out: it may be a password.
    #[error("librdkafka does not take the setting {key}: {reason}")]
    Setting {
        /// The setting's key.
        key: String,
        /// What librdkafka says.
        reason: String,
    },
    /// The settings ask for TLS or SCRAM.
    #[error(
        "this build reaches no cluster by TLS or SCRAM: build it with `cargo build -p local --features tls`, which needs \
         OpenSSL's headers (Debian's libssl-dev)"
    )]
    NoTls,
    /// No broker answers.
    #[error("no Kafka broker can be reached at {servers}: {reason}")]
    Unreachable {
        /// The bootstrap servers.
        servers: String,
        /// What the client says.
        reason: String,
    },
    /// The topic is not there, or may not be seen.
    #[error("the topic {topic} does not exist at {servers}, or may not be read: create it, or check its name")]
    NoTopic {
        /// The topic.
        topic: String,
        /// The bootstrap servers.
        servers: String,
    },
    /// The client failed.
    #[error("the Kafka client for {servers} failed")]
    Kafka {
        /// The bootstrap servers.
        servers: String,
        /// Its error.
        source: KafkaError,
    },
    /// No thread could be started.
    #[error("cannot start the consumer's thread")]
    Thread(#[source] io::Error),
}

/// Settings that the mapping decides on, and what to do instead.
const RESERVED: [(&str, &str); 11] = [
    ("auto.offset.reset", "say where a new group begins with the starting position"),
    ("bootstrap.servers", "give the bootstrap servers for themselves"),
    ("client.id", "it is lambda-connect-local"),
    ("enable.auto.commit", "offsets are committed once their records are delivered"),
    ("enable.auto.offset.store", "offsets are committed once their records are delivered"),
    ("enable.partition.eof", "it is needed to know when a partition is caught up"),
    ("group.id", "give the consumer group for itself"),
    ("group.protocol", "partitions are given up all at once, which is the classic protocol"),
    ("group.remote.assignor", "partitions are given up all at once, which is the classic protocol"),
    ("metadata.broker.list", "give the bootstrap servers for themselves"),
    ("partition.assignment.strategy", "partitions are given up all at once: range and roundrobin"),
];

impl Kafka {
    /// The cluster behind `servers`: `host:port`, joined by commas.
    pub fn new(servers: impl Into<String>) -> Self {
        Self { servers: servers.into(), settings: Vec::new() }
    }

    /// Sets one of librdkafka's settings (its `CONFIGURATION.md`), such as those for TLS and SASL, given as `key=value`.
    pub fn setting(mut self, setting: &str) -> Result<Self, SettingError> {
        let (key, value) = setting.split_once('=').ok_or(SettingError::NoValue)?;
        let key = key.trim();
        if let Some((_, instead)) = RESERVED.iter().find(|(reserved, _)| *reserved == key) {
            return Err(SettingError::Reserved { key: key.to_owned(), instead });
        }
        self.settings.push((key.to_owned(), value.trim().to_owned()));
        Ok(self)
    }

    /// The bootstrap servers.
    pub fn servers(&self) -> &str {
        &self.servers
    }

    pub(crate) fn client_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.servers).set("client.id", "lambda-connect-local");
        config
    }

    /// Puts the settings over what `config` has.
    pub(crate) fn apply(&self, config: &mut ClientConfig) {
        for (key, value) in &self.settings {
            config.set(key, value);
        }
    }

    pub(crate) fn create<T>(
        &self,
        config: &ClientConfig,
        create: impl FnOnce(&ClientConfig) -> Result<T, KafkaError>,
    ) -> Result<T, ConnectError> {
        let lacks_tls = |reason: &str| cfg!(not(feature = "tls")) && reason.to_lowercase().contains("openssl");
        create(config).map_err(|error| match error {
            KafkaError::ClientConfig(_, reason, ..) | KafkaError::ClientCreation(reason) if lacks_tls(&reason) => {
                ConnectError::NoTls
            }
            KafkaError::ClientConfig(_, reason, key, _) => ConnectError::Setting { key, reason },
            source => ConnectError::Kafka { servers: self.servers.clone(), source },
        })
    }
}

/// librdkafka's own log: what matters of it comes as an error too, so it is for those who ask for it.
pub(crate) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
            tracing::info!(target: "librdkafka", facility, message);
        }
        _ => tracing::debug!(target: "librdkafka", facility, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_mapping_promises_cannot_be_set_aside() {
        for (key, _) in RESERVED {
            let error = Kafka::new("localhost:9092").setting(&format!(" {key} = x")).map(|_| ()).unwrap_err();
            assert!(error.to_string().starts_with(&format!("librdkafka's {key} is the mapping's own: ")), "{error}");
        }
    }

    #[test]
    fn a_setting_is_a_key_and_a_value() {
        assert!(Kafka::new("localhost:9092").setting("sasl.password=a=b").is_ok());
        assert!(matches!(Kafka::new("localhost:9092").setting("sasl.password"), Err(SettingError::NoValue)));
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn what_a_build_without_tls_cannot_do_comes_with_a_remedy() {
        for settings in [
            ["security.protocol=SSL", "debug=generic"],
            ["sasl.mechanisms=SCRAM-SHA-512", "security.protocol=SASL_PLAINTEXT"],
        ] {
            let kafka =
                settings.iter().fold(Kafka::new("localhost:9092"), |kafka, setting| kafka.setting(setting).unwrap());
            let mut config = kafka.client_config();
            kafka.apply(&mut config);
            let created = kafka.create(&config, ClientConfig::create::<rdkafka::consumer::BaseConsumer>);
            assert!(matches!(created, Err(ConnectError::NoTls)));
        }
    }

    #[test]
    fn a_setting_that_librdkafka_refuses_is_named_without_its_value() {
        let kafka = Kafka::new("localhost:9092").setting("sasl.pasword=secret").unwrap();
        let mut config = kafka.client_config();
        kafka.apply(&mut config);
        let created = kafka.create(&config, ClientConfig::create::<rdkafka::consumer::BaseConsumer>);
        let error = created.map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("sasl.pasword") && !error.contains("secret"), "{error}");
    }
}
