//! The connector's configuration: both dialects, Confluent's and Aiven's, meet in one validated [`S3SinkConfig`].
//!
//! Each dialect has its own table of keys and its own defaults, in a file of its own; the keys of our own that both have
//! stand in `own`.

mod aiven;
mod confluent;
mod own;

use std::time::Duration;

use connect::config::{ConnectorConfig, Dialect, Problems, Secret, Settings};
use format::{Compression, Format};

use crate::layout::Layout;

/// Everything that the sink needs to know, whichever dialect it was pasted in.
#[derive(Debug, Clone)]
pub struct S3SinkConfig {
    /// Where objects go, and as whom.
    pub target: Target,
    /// How each object is put.
    pub object: ObjectOptions,
    /// Which records go into which object, and what it is called.
    pub layout: Layout,
    /// What an object looks like inside.
    pub format: Format,
    /// How an object is compressed.
    pub compression: Compression,
    /// How repeats are told from new records.
    pub ledger: LedgerOptions,
}

/// A bucket, and how it is reached.
#[derive(Debug, Clone)]
pub struct Target {
    /// The bucket's name.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Another address than Amazon's, with its scheme.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path instead of the host name.
    pub path_style: bool,
    /// Whether requests go through S3 Transfer Acceleration.
    pub accelerate: bool,
    /// As whom.
    pub credentials: Credentials,
    /// How often the SDK itself repeats a request, before the sink's own retries until the deadline.
    pub retries: Retries,
}

/// As whom requests are made.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Whatever the SDK finds: on Lambda, the function's role.
    DefaultChain,
    /// A fixed access key.
    Static(AccessKey),
    /// A role, assumed as `base`.
    AssumeRole {
        /// The role.
        role: AssumedRole,
        /// As whom it is assumed; none is the default chain.
        base: Option<AccessKey>,
    },
}

/// A fixed access key.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// The key's identifier.
    pub id: String,
    /// The key itself.
    pub secret: Secret,
}

/// A role of AWS Security Token Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// The role's ARN.
    pub arn: String,
    /// The name of the session, as it appears in CloudTrail.
    pub session_name: String,
    /// The external identifier that the role's owner asks for.
    pub external_id: Option<String>,
    /// The region whose token service is asked; none is the bucket's.
    pub region: Option<String>,
    /// Another address of the token service than Amazon's, with its scheme.
    pub endpoint: Option<String>,
    /// How long credentials stay valid; none is the token service's default.
    pub duration: Option<Duration>,
}

/// How often one request is repeated, and how long the pauses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// Tries of one request, the first one included.
    pub attempts: u32,
    /// The first pause; each next one is twice as long, with jitter.
    pub first_backoff: Duration,
    /// The longest pause.
    pub longest_backoff: Duration,
}

/// What goes with every object.
#[derive(Debug, Clone, Default)]
pub struct ObjectOptions {
    /// Encryption at rest.
    pub encryption: Encryption,
    /// A canned access control list, such as `bucket-owner-full-control`.
    pub acl: Option<String>,
    /// A storage class, such as `STANDARD_IA`; none is the bucket's default.
    pub storage_class: Option<String>,
    /// Whether objects are tagged.
    pub tagging: Option<Tagging>,
}

/// Who encrypts objects at rest, with which key.
#[derive(Debug, Clone, Default)]
pub enum Encryption {
    /// As the bucket says.
    #[default]
    BucketDefault,
    /// S3's own keys (`AES256`).
    S3Managed,
    /// AWS Key Management Service.
    Kms {
        /// The key; none is the account's own for S3.
        key_id: Option<String>,
        /// Whether twice (`aws:kms:dsse`).
        dual_layer: bool,
    },
    /// A key that comes with every request: 32 bytes in base64.
    CustomerKey(Secret),
}

/// Tags on every object: `startOffset`, `endOffset`, `recordCount`, and these.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tagging {
    /// More tags, in order: name and value.
    pub pairs: Vec<(String, String)>,
    /// Whether an object that cannot be tagged is put without tags.
    pub ignore_errors: bool,
}

/// How repeats are told from new records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerOptions {
    /// Whether objects of another connector or cluster are taken over (`lambda.ledger.adopt`).
    pub adopt: bool,
    /// Whether offsets that an object covers are repeats whatever their timestamps say (`lambda.repeats=drop`).
    pub drop_repeats: bool,
}

impl ConnectorConfig for S3SinkConfig {
    const FUNCTION: &'static str = "s3-sink";

    const DIALECTS: &'static [Dialect] = &[
        Dialect { name: CONFLUENT, classes: &["io.confluent.connect.s3.S3SinkConnector"], keys: confluent::KEYS },
        Dialect {
            name: AIVEN,
            classes: &["io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector"],
            keys: aiven::KEYS,
        },
    ];

    fn build(dialect: &'static Dialect, settings: &Settings, problems: &mut Problems) -> Option<Self> {
        match dialect.name {
            CONFLUENT => confluent::build(settings, problems),
            _ => aiven::build(settings, problems),
        }
    }
}

const CONFLUENT: &str = "Confluent";
const AIVEN: &str = "Aiven";

/// A check for keys that may stay blank.
fn blank_or_one_of(text: &str, words: &[&str]) -> Result<(), String> {
    if text.is_empty() || words.contains(&text) { Ok(()) } else { Err(format!("give one of {}", words.join(", "))) }
}
