//! The table of Aiven's keys.

use connect::config::{Check, Key, KeySpec, Secret, SettingValue};
use format::Field;

use crate::aiven::{TimestampSource, zone};
use crate::config::own;

pub(super) static ACCESS_KEY_ID: Key<Secret> = Key::secret("aws.access.key.id", "A fixed access key's identifier")
    .aliases(&["aws_access_key_id"])
    .check(Check::Custom(not_empty));
pub(super) static SECRET_ACCESS_KEY: Key<Secret> = Key::secret("aws.secret.access.key", "The fixed access key itself")
    .aliases(&["aws_secret_access_key"])
    .check(Check::Custom(not_empty));
static CREDENTIALS_PROVIDER: Key<String> = Key::class(
    "aws.credentials.provider",
    "Where credentials come from without a fixed access key and a role to assume: the AWS SDK's default chain, on Lambda \
     the function's role",
)
.aliases(&["aws.credential.provider"])
.check(Check::Custom(default_credentials));
pub(super) static BUCKET: Key<String> = Key::text("aws.s3.bucket.name", "The bucket")
    .aliases(&["aws_s3_bucket"])
    .required()
    .check(Check::Custom(not_empty));
pub(super) static REGION: Key<String> = Key::text("aws.s3.region", "The bucket's region")
    .aliases(&["aws_s3_region"])
    .default("us-east-1")
    .check(Check::Custom(not_empty));
pub(super) static ENDPOINT: Key<String> =
    Key::text("aws.s3.endpoint", "Another address than Amazon's, with its scheme; the bucket then stands in the path")
        .aliases(&["aws_s3_endpoint"])
        .check(Check::Custom(url));
pub(super) static OLD_PREFIX: Key<String> = Key::text(
    "aws.s3.prefix",
    "The old naming: this, then topic, partition and offset; may hold {{utc_date}}, {{local_date}} (both UTC here) and a \
     file name's variables but {{key}}. Deprecated: file.name.template can do the same",
)
.aliases(&["aws_s3_prefix"])
.check(Check::Custom(not_empty));
static PART_SIZE: Key<i64> = Key::integer("aws.s3.part.size.bytes", "Bytes of a part of an upload")
    .default("5242880")
    .accepted("a batch has at most 6 MB: every object is one request");
pub(super) static SSE_ALGORITHM: Key<String> =
    Key::text("aws.s3.sse.algorithm", "Encryption at rest; without it as the bucket says").check(Check::OneOf(&[
        "AES256",
        "aws:kms",
        "aws:kms:dsse",
    ]));
pub(super) static BACKOFF_DELAY: Key<i64> =
    Key::integer("aws.s3.backoff.delay.ms", "The first pause before a request is repeated")
        .default("100")
        .within(1, i64::MAX);
pub(super) static BACKOFF_MAX_DELAY: Key<i64> =
    Key::integer("aws.s3.backoff.max.delay.ms", "The longest pause before a request is repeated")
        .default("20000")
        .within(1, i64::MAX);
pub(super) static BACKOFF_MAX_RETRIES: Key<i64> =
    Key::integer("aws.s3.backoff.max.retries", "How often the SDK repeats a request").default("3").within(1, 30);
pub(super) static ROLE_ARN: Key<String> =
    Key::text("aws.sts.role.arn", "The role to assume").check(Check::Custom(not_empty));
pub(super) static ROLE_SESSION_NAME: Key<String> =
    Key::text("aws.sts.role.session.name", "The session's name, as it appears in CloudTrail")
        .check(Check::Custom(not_empty));
pub(super) static ROLE_SESSION_DURATION: Key<i64> =
    Key::integer("aws.sts.role.session.duration", "How long the role's credentials stay valid, in seconds")
        .default("3600")
        .within(900, 43_200);
pub(super) static ROLE_EXTERNAL_ID: Key<String> =
    Key::text("aws.sts.role.external.id", "The external identifier that the role's owner asks for")
        .check(Check::Custom(not_empty));
pub(super) static STS_ENDPOINT: Key<String> = Key::text(
    "aws.sts.config.endpoint",
    "Another address of the token service than the region's, with its scheme; needs aws.s3.region",
)
.check(Check::Custom(url));
static KAFKA_RETRY_BACKOFF: Key<i64> =
    Key::integer("kafka.retry.backoff.ms", "The pause before a batch is tried again")
        .infrastructure("the event source mapping tries a failed batch again");
pub(super) static NAME_TEMPLATE: Key<String> = Key::text(
    "file.name.template",
    "Objects' names, and by its variables which records share an object: {{topic}}, {{partition:padding=true}}, \
     {{start_offset:padding=true}}, {{timestamp:unit=yyyy}} (MM, dd, HH), {{key}}; without it \
     {{topic}}-{{partition}}-{{start_offset}} and the compression's extension",
);
pub(super) static PREFIX_TEMPLATE: Key<String> =
    Key::text("file.prefix.template", "What names begin with: a template that stands before file.name.template")
        .default("");
pub(super) static COMPRESSION: Key<String> =
    Key::text("file.compression.type", "How objects are compressed: none, gzip, snappy (Java's framing), zstd")
        .aliases(&["output_compression"])
        .default("gzip")
        .check(Check::Custom(compression));
pub(super) static MAX_RECORDS: Key<i64> =
    Key::integer("file.max.records", "The most records of an object; 0 is no limit but the batch's end")
        .default("0")
        .check(Check::Custom(max_records));
pub(super) static TIMESTAMP_ZONE: Key<String> =
    Key::text("file.name.timestamp.timezone", "The time zone of {{timestamp}}: a region, an offset, or Z")
        .aliases(&["timestamp.timezone"])
        .default("Z")
        .check(Check::Custom(|name| zone::parse(name).map(drop)));
pub(super) static TIMESTAMP_SOURCE: Key<String> =
    Key::text(
        "file.name.timestamp.source",
        "Whose time {{timestamp}} is: EVENT for the record's own, or WALLCLOCK, with which a batch that comes again in another \
         hour has other names",
    )
        .aliases(&["timestamp.source"])
        .default("WALLCLOCK")
        .check(Check::Custom(known_timestamp_source));
pub(super) static OUTPUT_TYPE: Key<String> =
    Key::text("format.output.type", "What objects look like inside: csv, json (an array), jsonl (a line a record)")
        .default("csv")
        .check(Check::Custom(output_type));
pub(super) static OUTPUT_FIELDS: Key<Vec<String>> =
    Key::list("format.output.fields", "Which parts of a record are written: key, value, offset, timestamp, headers")
        .aliases(&["output_fields"])
        .default("value")
        .check(Check::Custom(output_fields));
pub(super) static VALUE_ENCODING: Key<String> =
    Key::text("format.output.fields.value.encoding", "How values stand in csv: base64, or none for their bytes")
        .default("base64")
        .check(Check::Custom(value_encoding));
pub(super) static OUTPUT_ENVELOPE: Key<bool> =
    Key::boolean("format.output.envelope", "Whether json and jsonl rows name their fields; false needs exactly one")
        .default("true");
static AVRO_CODEC: Key<String> =
    Key::text("avro.codec", "Avro's own compression").accepted("format.output.type avro is not supported yet");
static PARQUET: Key<String> =
    Key::prefix("connect.parquet.", "Parquet's own keys").accepted("format.output.type parquet is not supported yet");
static FETCH_PAGE_SIZE: Key<i64> =
    Key::integer("aws.s3.fetch.page.size", "A key of Aiven's S3 source").accepted("a sink lists no objects");
static FETCH_BUFFER_SIZE: Key<i64> =
    Key::integer("aws.s3.fetch.buffer.size", "A key of Aiven's S3 source").accepted("a sink lists no objects");

pub(super) static KEYS: &[&KeySpec] = &[
    &BUCKET.spec,
    &REGION.spec,
    &ENDPOINT.spec,
    &NAME_TEMPLATE.spec,
    &PREFIX_TEMPLATE.spec,
    &MAX_RECORDS.spec,
    &TIMESTAMP_ZONE.spec,
    &TIMESTAMP_SOURCE.spec,
    &COMPRESSION.spec,
    &OUTPUT_TYPE.spec,
    &OUTPUT_FIELDS.spec,
    &VALUE_ENCODING.spec,
    &OUTPUT_ENVELOPE.spec,
    &OLD_PREFIX.spec,
    &ACCESS_KEY_ID.spec,
    &SECRET_ACCESS_KEY.spec,
    &CREDENTIALS_PROVIDER.spec,
    &ROLE_ARN.spec,
    &ROLE_SESSION_NAME.spec,
    &ROLE_SESSION_DURATION.spec,
    &ROLE_EXTERNAL_ID.spec,
    &STS_ENDPOINT.spec,
    &SSE_ALGORITHM.spec,
    &BACKOFF_DELAY.spec,
    &BACKOFF_MAX_DELAY.spec,
    &BACKOFF_MAX_RETRIES.spec,
    &KAFKA_RETRY_BACKOFF.spec,
    &PART_SIZE.spec,
    &AVRO_CODEC.spec,
    &PARQUET.spec,
    &FETCH_PAGE_SIZE.spec,
    &FETCH_BUFFER_SIZE.spec,
    &own::STORAGE_CLASS.spec,
    &own::LEDGER_ADOPT.spec,
    &own::REPEATS.spec,
];

/// A field by its name, in any case.
pub(super) fn field(name: &str) -> Option<Field> {
    let fields = [
        ("key", Field::Key),
        ("value", Field::Value),
        ("offset", Field::Offset),
        ("timestamp", Field::Timestamp),
        ("headers", Field::Headers),
    ];
    fields.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| field)
}

/// A source of timestamps by its name, in any case.
pub(super) fn timestamp_source(name: &str) -> Option<TimestampSource> {
    let sources = [("WALLCLOCK", TimestampSource::WallClock), ("EVENT", TimestampSource::Event)];
    sources.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, source)| source)
}

// The checks' messages are those of Aiven's validators where there is one.

fn one_of(text: &str, words: &[&str], message: &str) -> Result<(), String> {
    if words.contains(&text) { Ok(()) } else { Err(message.to_owned()) }
}

fn compression(text: &str) -> Result<(), String> {
    one_of(text, &["none", "gzip", "snappy", "zstd"], "supported values are: 'none', 'gzip', 'snappy', 'zstd'")
}

fn output_type(text: &str) -> Result<(), String> {
    one_of(
        text,
        &["avro", "csv", "json", "jsonl", "parquet"],
        "supported values are: 'avro', 'csv', 'json', 'jsonl', 'parquet'",
    )
}

fn value_encoding(text: &str) -> Result<(), String> {
    one_of(text, &["none", "base64"], "supported values are: 'none', 'base64'")
}

fn output_fields(text: &str) -> Result<(), String> {
    let names = Vec::<String>::read(text)?;
    if names.is_empty() {
        return Err("cannot be empty".to_owned());
    }
    if names.iter().all(|name| field(name).is_some()) {
        return Ok(());
    }
    Err("supported values are: 'key', 'value', 'offset', 'timestamp', 'headers'".to_owned())
}

fn known_timestamp_source(text: &str) -> Result<(), String> {
    match timestamp_source(text) {
        Some(_) => Ok(()),
        None => Err(format!("Unknown timestamp source: {text}")),
    }
}

fn max_records(text: &str) -> Result<(), String> {
    match i64::read(text)? {
        ..0 => Err("Value must be at least 0".to_owned()),
        0..=0x7fff_ffff => Ok(()),
        _ => Err("Value must be no more than 2147483647".to_owned()),
    }
}

fn not_empty(text: &str) -> Result<(), String> {
    if text.is_empty() { Err("give a value, or leave the key out".to_owned()) } else { Ok(()) }
}

fn url(text: &str) -> Result<(), String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() => Ok(()),
        _ => Err("give a URL with its scheme, such as https://s3.example.com".to_owned()),
    }
}

/// Java classes cannot be loaded here. These are, or are in, the SDK's default chain.
fn default_credentials(class: &str) -> Result<(), String> {
    let of_default_chain = [
        "ContainerCredentialsProvider",
        "DefaultAWSCredentialsProviderChain",
        "DefaultCredentialsProvider",
        "EC2ContainerCredentialsProviderWrapper",
        "EnvironmentVariableCredentialsProvider",
        "InstanceProfileCredentialsProvider",
        "WebIdentityTokenCredentialsProvider",
        "WebIdentityTokenFileCredentialsProvider",
    ];
    if class.rsplit('.').next().is_some_and(|simple| of_default_chain.contains(&simple)) {
        return Ok(());
    }
    Err("this class is not available here: leave the key out and give the function's role the permissions, or assume a role \
         with aws.sts.role.arn"
        .to_owned())
}
