//! Pasted configurations: what they become, and every problem by key, value and remedy.

use std::time::Duration;

use connect::config::{Connector, RawConfig, load, parse_json};

use super::*;
use crate::config::{AccessKey, Credentials, Encryption, Retries, S3SinkConfig};
use crate::confluent::{SchemaAffix, Scheme, TimestampExtractor};

fn raw(keys: &[(&str, &str)]) -> RawConfig {
    let base = [
        ("name", "orders-to-s3"),
        ("connector.class", "io.confluent.connect.s3.S3SinkConnector"),
        ("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
        ("value.converter", "org.apache.kafka.connect.storage.StringConverter"),
        ("s3.bucket.name", "lake"),
        ("format.class", "io.confluent.connect.s3.format.json.JsonFormat"),
        ("flush.size", "1000"),
    ];
    let mut raw: RawConfig = base.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    for (key, text) in keys {
        raw.insert((*key).to_owned(), (*text).to_owned());
    }
    raw
}

fn connector(keys: &[(&str, &str)]) -> Connector<S3SinkConfig> {
    load(&raw(keys), &RawConfig::new()).unwrap_or_else(|invalid| panic!("{invalid}"))
}

fn config(keys: &[(&str, &str)]) -> S3SinkConfig {
    connector(keys).own
}

/// All problems, one a line: `key=value: message`.
fn problems(keys: &[(&str, &str)]) -> Vec<String> {
    let invalid = load::<S3SinkConfig>(&raw(keys), &RawConfig::new()).map(|connector| connector.own).unwrap_err();
    invalid.problems.all().iter().map(ToString::to_string).collect()
}

/// That one key's problem says what is wrong and what to do.
fn assert_problem(keys: &[(&str, &str)], parts: &[&str]) {
    let found = problems(keys);
    let matches = |problem: &String| parts.iter().all(|part| problem.contains(part));
    assert!(found.iter().any(matches), "{parts:?} not in {found:#?}");
}

fn layout(config: &S3SinkConfig) -> &ConfluentLayout {
    match &config.layout {
        Layout::Confluent(layout) => layout,
        Layout::Aiven(_) => panic!("Aiven's layout from Confluent's keys"),
    }
}

#[test]
fn defaults_are_confluents() {
    let config = config(&[]);
    assert_eq!((config.target.bucket.as_str(), config.target.region.as_str()), ("lake", "us-west-2"));
    assert!(config.target.path_style && !config.target.accelerate && config.target.endpoint.is_none());
    assert!(matches!(config.target.credentials, Credentials::DefaultChain));
    let (first_backoff, longest_backoff) = (Duration::from_millis(200), Duration::from_secs(5));
    assert_eq!(config.target.retries, Retries { attempts: 3, first_backoff, longest_backoff });
    assert!(matches!(config.object.encryption, Encryption::BucketDefault));
    assert_eq!((config.object.acl, config.object.storage_class, config.object.tagging), (None, None, None));
    assert_eq!((config.format, config.compression), (Format::JsonLines(JsonWriter::default()), Compression::None));
    let Layout::Confluent(layout) = config.layout else { panic!("Confluent's layout") };
    assert_eq!(layout.naming.name("t", "partition=0", 0, 5), "topics/t/partition=0/t+0+0000000005.json");
    assert!(matches!(layout.partitioner.scheme, Scheme::KafkaPartition));
    assert_eq!((layout.flush_size, layout.null_values), (1000, NullValues::Fail));
}

#[test]
fn the_example_is_valid() {
    let raw = parse_json(include_str!("../../../connector.example.json")).unwrap();
    let connector = load::<S3SinkConfig>(&raw, &RawConfig::new()).unwrap_or_else(|invalid| panic!("{invalid}"));
    assert_eq!(connector.report.warnings, [] as [&str; 0]);
    assert_eq!(connector.framework.name, "orders-to-s3");
}

#[test]
fn every_key_of_the_reference_has_a_standing() {
    let keys = "s3.bucket.name s3.region store.url s3.path.style.access.enabled s3.wan.mode s3.part.size \
                s3.elastic.buffer.enable s3.elastic.buffer.init.capacity s3.compression.type s3.compression.level \
                s3.credentials.provider.class aws.access.key.id aws.secret.access.key s3.ssea.name s3.sse.kms.key.id \
                s3.sse.customer.key s3.acl.canned s3.part.retries s3.retry.backoff.ms s3.send.digest \
                s3.http.send.expect.continue s3.proxy.url s3.proxy.user s3.proxy.password s3.object.tagging \
                s3.object.tagging.key.value.pairs s3.object.behavior.on.tagging.error behavior.on.null.values \
                report.null.values.to.dlq tombstone.encoded.partition store.kafka.keys store.kafka.headers \
                keys.format.class headers.format.class json.decimal.format format.class format.bytearray.extension \
                format.bytearray.separator flush.size rotate.interval.ms rotate.schedule.interval.ms \
                rotate.file.on.partition.change max.write.duration.ms retry.backoff.ms filename.offset.zero.pad.width \
                enable.conditional.writes max.files.scan.limit partitioner.max.open.files avro.codec parquet.codec \
                connect.meta.data enhanced.avro.schema.support allow.optional.map.keys schemas.cache.size \
                schema.compatibility topics.dir directory.delim file.delim storage.class partitioner.class \
                partition.field.name partition.duration.ms path.format locale timezone timestamp.extractor timestamp.field \
                s3.schema.partition.affix.type schema.generator.class hive.integration shutdown.timeout.ms";
    for key in keys.split_whitespace() {
        assert!(KEYS.iter().any(|spec| spec.name == key), "{key} is not in the table");
    }
    let mut names: Vec<&str> = KEYS.iter().map(|spec| spec.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KEYS.len(), "a key stands in the table twice");
}

#[test]
fn all_problems_are_reported_at_once() {
    let found = problems(&[
        ("flush.size", "many"),
        ("s3.compression.type", "brotli"),
        ("partitioner.class", "io.confluent.connect.storage.partitioner.TimeBasedPartitioner"),
        ("timezone", "Mars/Olympus"),
        ("s3.wan.mode", "true"),
        ("s3.ssea.name", "aws:kms"),
        ("timestamp.extractor", "com.acme.Mine"),
    ]);
    let keys = [
        "flush.size=many",
        "s3.compression.type=brotli",
        "partition.duration.ms=-1",
        "path.format:",
        "locale:",
        "timezone=Mars/Olympus",
        "s3.wan.mode=true",
        "s3.ssea.name=aws:kms",
        "timestamp.extractor=com.acme.Mine",
    ];
    for key in keys {
        assert!(found.iter().any(|problem| problem.starts_with(key)), "{key} not in {found:#?}");
    }
    assert_eq!(found.len(), keys.len(), "{found:#?}");
}

#[test]
fn what_would_change_the_data_is_refused() {
    assert_problem(&[("store.kafka.keys", "true")], &["store.kafka.keys=true", "leave the key out"]);
    assert_problem(&[("store.kafka.headers", "true")], &["store.kafka.headers=true", "leave the key out"]);
    assert_problem(&[("schema.compatibility", "BACKWARD")], &["schema.compatibility=BACKWARD", "NONE"]);
    assert_problem(&[("behavior.on.null.values", "write")], &["behavior.on.null.values=write", "fail, ignore"]);
    assert_problem(&[("s3.proxy.url", "http://proxy:3128")], &["s3.proxy.url", "store.url"]);
    for class in
        ["io.confluent.connect.s3.format.avro.AvroFormat", "io.confluent.connect.s3.format.parquet.ParquetFormat"]
    {
        assert_problem(&[("format.class", class)], &["format.class", "not supported yet", "JsonFormat"]);
    }
    assert_problem(&[("format.class", "com.acme.JsonFormat")], &["com.acme.JsonFormat", "Java classes"]);
    assert_problem(&[("partitioner.class", "com.acme.DailyPartitioner")], &["com.acme", "FieldPartitioner"]);
    assert_problem(&[("s3.credentials.provider.class", "com.acme.Vault")], &["com.acme.Vault", "function's role"]);
}

#[test]
fn what_means_nothing_here_is_taken_with_a_reason() {
    let keys = [
        ("s3.part.size", "5242880"),
        ("rotate.interval.ms", "600000"),
        ("rotate.schedule.interval.ms", "3600000"),
        ("enable.conditional.writes", "false"),
        ("store.kafka.keys", "FALSE"),
        ("schema.compatibility", "none"),
        ("hive.integration", "false"),
    ];
    let report = connector(&keys).report;
    for (key, _) in keys {
        let setting = report.settings.iter().find(|setting| setting.key == key).unwrap();
        assert_ne!(setting.standing, "unknown", "{key}");
        assert!(!setting.message.is_empty(), "{key}");
    }
}

#[test]
fn endpoints_get_a_scheme() {
    assert_eq!(config(&[("store.url", "minio:9000")]).target.endpoint.as_deref(), Some("https://minio:9000"));
    let plain = config(&[("store.url", "http://127.0.0.1:9000")]);
    assert_eq!(plain.target.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
    assert_problem(&[("store.url", "ftp://minio")], &["store.url=ftp://minio", "https://HOST"]);
    assert_problem(&[("store.url", "http://")], &["store.url=http://"]);
}

#[test]
fn acceleration_needs_the_bucket_in_amazons_host_name() {
    let accelerated = config(&[("s3.wan.mode", "true"), ("s3.path.style.access.enabled", "false")]);
    assert!(accelerated.target.accelerate && !accelerated.target.path_style);
    assert_problem(&[("s3.wan.mode", "true")], &["s3.wan.mode=true", "s3.path.style.access.enabled=false"]);
    let elsewhere = [("s3.wan.mode", "true"), ("s3.path.style.access.enabled", "false"), ("store.url", "minio:9000")];
    assert_problem(&elsewhere, &["s3.wan.mode=true", "store.url"]);
}

#[test]
fn an_access_key_counts_only_with_its_secret() {
    let whole = config(&[("aws.access.key.id", "AKIA"), ("aws.secret.access.key", "hunter2")]);
    let Credentials::Static(AccessKey { id, secret }) = &whole.target.credentials else { panic!("a fixed key") };
    assert_eq!((id.as_str(), secret.expose()), ("AKIA", "hunter2"));
    assert!(!format!("{whole:?}").contains("hunter2"));
    for half in [[("aws.access.key.id", "AKIA")], [("aws.secret.access.key", "hunter2")]] {
        assert!(matches!(config(&half).target.credentials, Credentials::DefaultChain));
    }
}

#[test]
fn a_role_is_assumed_by_arn_and_session() {
    let class = ("s3.credentials.provider.class", "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider");
    let config = config(&[
        class,
        ("s3.credentials.provider.sts.role.arn", "arn:aws:iam::1:role/lake"),
        ("s3.credentials.provider.sts.role.session.name", "orders"),
        ("s3.credentials.provider.sts.role.external.id", "42"),
        ("s3.credentials.provider.sts.region", "eu-west-1"),
    ]);
    let Credentials::AssumeRole { role, base: None } = config.target.credentials else { panic!("a role") };
    assert_eq!((role.arn.as_str(), role.session_name.as_str()), ("arn:aws:iam::1:role/lake", "orders"));
    assert_eq!((role.external_id.as_deref(), role.region.as_deref()), (Some("42"), Some("eu-west-1")));
    assert_problem(&[class], &["s3.credentials.provider.sts.role.arn: is missing"]);
    assert_problem(&[class], &["s3.credentials.provider.sts.role.session.name: is missing"]);
}

#[test]
fn providers_of_the_sdk_are_the_default_chain() {
    for class in [
        "com.amazonaws.auth.DefaultAWSCredentialsProviderChain",
        "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider",
        "com.amazonaws.auth.InstanceProfileCredentialsProvider",
    ] {
        let config = config(&[("s3.credentials.provider.class", class)]);
        assert!(matches!(config.target.credentials, Credentials::DefaultChain), "{class}");
    }
}

#[test]
fn encryption_is_as_asked_for_or_a_problem() {
    const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let encryption = |keys: &[(&str, &str)]| config(keys).object.encryption;
    assert!(matches!(encryption(&[("s3.ssea.name", "AES256")]), Encryption::S3Managed));
    let kms = encryption(&[("s3.ssea.name", "aws:kms"), ("s3.sse.kms.key.id", "k")]);
    assert!(matches!(kms, Encryption::Kms { key_id: Some(key), dual_layer: false } if key == "k"));
    let dsse = encryption(&[("s3.ssea.name", "aws:kms:dsse")]);
    assert!(matches!(dsse, Encryption::Kms { key_id: None, dual_layer: true }));
    let customer = encryption(&[("s3.ssea.name", "AES256"), ("s3.sse.customer.key", KEY)]);
    assert!(matches!(customer, Encryption::CustomerKey(key) if key.expose() == KEY));

    assert_problem(&[("s3.ssea.name", "aws:kms")], &["s3.ssea.name=aws:kms", "s3.sse.kms.key.id"]);
    assert_problem(&[("s3.ssea.name", "rot13")], &["s3.ssea.name=rot13", "AES256"]);
    assert_problem(&[("s3.sse.kms.key.id", "k")], &["s3.sse.kms.key.id: ", "s3.ssea.name=aws:kms"]);
    assert_problem(&[("s3.sse.customer.key", KEY)], &["s3.sse.customer.key: ", "s3.ssea.name=AES256"]);
    let plain = [("s3.ssea.name", "AES256"), ("s3.sse.customer.key", KEY), ("store.url", "http://minio:9000")];
    assert_problem(&plain, &["s3.sse.customer.key: ", "https"]);
    let short = problems(&[("s3.ssea.name", "AES256"), ("s3.sse.customer.key", "c2hvcnQ=")]);
    assert_eq!(short, ["s3.sse.customer.key: must be 32 bytes in base64"]);
}

#[test]
fn acl_and_storage_class_are_words_of_s3() {
    let config = config(&[("s3.acl.canned", "bucket-owner-full-control"), ("lambda.s3.storage.class", "STANDARD_IA")]);
    assert_eq!(config.object.acl.as_deref(), Some("bucket-owner-full-control"));
    assert_eq!(config.object.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_problem(&[("s3.acl.canned", "mine")], &["s3.acl.canned=mine", "private"]);
    assert_problem(&[("lambda.s3.storage.class", "COLD")], &["lambda.s3.storage.class=COLD", "GLACIER"]);
}

#[test]
fn tags_are_names_and_values() {
    let tagged =
        config(&[("s3.object.tagging", "true"), ("s3.object.tagging.key.value.pairs", "team:lake, url:http://x")]);
    let tagging = tagged.object.tagging.unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!((tagging.pairs, tagging.ignore_errors), (vec![pair("team", "lake"), pair("url", "http://x")], true));
    assert_eq!(config(&[("s3.object.tagging.key.value.pairs", "team:lake")]).object.tagging, None);
    for (pairs, part) in [
        ("team", "name:value"),
        ("a:1,a:2", "each name once"),
        ("endOffset:1", "each name once"),
        ("a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1", "ten"),
    ] {
        let keys = [("s3.object.tagging", "true"), ("s3.object.tagging.key.value.pairs", pairs)];
        assert_problem(&keys, &["s3.object.tagging.key.value.pairs", part]);
    }
}

#[test]
fn formats_have_their_extension_and_compression() {
    let bytes = "io.confluent.connect.s3.format.bytearray.ByteArrayFormat";
    let extension = |keys: &[(&str, &str)]| layout(&config(keys)).naming.extension.clone();
    assert_eq!(extension(&[("s3.compression.type", "gzip")]), ".json.gz");
    assert_eq!(extension(&[("format.class", bytes)]), ".bin");
    let raw = [("format.class", bytes), ("format.bytearray.extension", ".raw"), ("s3.compression.type", "GZIP")];
    assert_eq!(extension(&raw), ".raw.gz");
    let separator = |text| config(&[("format.class", bytes), ("format.bytearray.separator", text)]).format;
    assert_eq!(separator(" | "), Format::Bytes { separator: b" | ".to_vec() });
    assert_eq!(config(&[("format.class", bytes)]).format, Format::Bytes { separator: b"\n".to_vec() });
    let fast = config(&[("s3.compression.type", "gzip"), ("s3.compression.level", "1")]).compression;
    assert_eq!(Some(fast), GzipLevel::new(1).map(Compression::Gzip));
    assert_problem(&[("s3.compression.level", "10")], &["s3.compression.level=10", "from -1 to 9"]);
    let numeric = config(&[("json.decimal.format", "numeric")]).format;
    let writer = JsonWriter { decimal_format: DecimalFormat::Numeric, ..JsonWriter::default() };
    assert_eq!(numeric, Format::JsonLines(writer));
}

#[test]
fn names_are_as_configured() {
    let config = config(&[
        ("topics.dir", " "),
        ("directory.delim", "|"),
        ("file.delim", "-"),
        ("filename.offset.zero.pad.width", "2"),
    ]);
    assert_eq!(layout(&config).naming.name("t", "a=1", 3, 7), "t|a=1|t-3-07.json");
    assert_problem(&[("filename.offset.zero.pad.width", "-1")], &["filename.offset.zero.pad.width=-1"]);
}

#[test]
fn partitioners_come_with_and_without_their_package() {
    let package = "io.confluent.connect.storage.partitioner";
    let fields = config(&[("partitioner.class", " FieldPartitioner"), ("partition.field.name", "a, b.c")]);
    let Scheme::Fields(names) = &layout(&fields).partitioner.scheme else { panic!("fields") };
    assert_eq!(names.iter().map(crate::confluent::FieldName::as_str).collect::<Vec<_>>(), ["a", "b.c"]);
    let class = format!("{package}.DailyPartitioner");
    let extractor = format!("{package}.TimeBasedPartitioner$RecordFieldTimestampExtractor");
    let daily = config(&[
        ("partitioner.class", &class),
        ("timezone", "+05:30"),
        ("timestamp.extractor", &extractor),
        ("timestamp.field", "meta.at"),
        ("s3.schema.partition.affix.type", "suffix"),
    ]);
    let partitioner = &layout(&daily).partitioner;
    let Scheme::Time(time) = &partitioner.scheme else { panic!("time") };
    assert_eq!((time.duration, partitioner.schema_affix), (86_400_000, SchemaAffix::Suffix));
    assert!(matches!(&time.extractor, TimestampExtractor::RecordField(field) if field.as_str() == "meta.at"));

    assert_problem(&[("partitioner.class", "FieldPartitioner")], &["partition.field.name: is missing"]);
    let empty = [("partitioner.class", "FieldPartitioner"), ("partition.field.name", "a,,b")];
    assert_problem(&empty, &["partition.field.name=a,,b", "empty"]);
    assert_problem(&[("partitioner.class", "HourlyPartitioner")], &["timezone: is missing", "UTC"]);
}

#[test]
fn hourly_directories_follow_the_delimiter() {
    let class = ("partitioner.class", "HourlyPartitioner");
    let config = config(&[class, ("timezone", "UTC"), ("directory.delim", "d")]);
    let Scheme::Time(time) = &layout(&config).partitioner.scheme else { panic!("time") };
    let mut name = String::new();
    time.pattern.print(&jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC), &mut name);
    assert_eq!(name, "year=1970dmonth=01dday=01dhour=00");
}

/// A time-based configuration with these keys on top.
fn time_based<'k>(keys: &[(&'k str, &'k str)]) -> Vec<(&'k str, &'k str)> {
    let base = [
        ("partitioner.class", "TimeBasedPartitioner"),
        ("partition.duration.ms", "3600000"),
        ("path.format", "'dt'=YYYY-MM-dd/"),
        ("locale", "de-DE"),
        ("timezone", "Europe/Berlin"),
    ];
    base.iter().chain(keys).copied().collect()
}

#[test]
fn a_delimiter_at_the_end_of_a_path_format_goes() {
    let config = config(&time_based(&[]));
    let Scheme::Time(time) = &layout(&config).partitioner.scheme else { panic!("time") };
    let mut name = String::new();
    time.pattern.print(&jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC), &mut name);
    assert_eq!(name, "dt=1970-01-01");
}

#[test]
fn patterns_zones_and_locales_are_checked_at_start() {
    assert_problem(&time_based(&[("path.format", "YYYY/bb")]), &["path.format=YYYY/bb", "'b'"]);
    assert_problem(&time_based(&[("timezone", "Berlin")]), &["timezone=Berlin", "Europe/Berlin"]);
    assert_problem(&time_based(&[("timezone", "+99:00")]), &["timezone=+99:00"]);
    assert_problem(&time_based(&[("path.format", "YYYY/MMM")]), &["locale=de-DE", "MM instead of MMM"]);
    for locale in ["en", "en-US", "en_GB", "EN"] {
        config(&time_based(&[("path.format", "YYYY/MMM/EEE"), ("locale", locale)]));
    }
    config(&time_based(&[("path.format", "YYYY z")]));
    let nameless = time_based(&[("path.format", "YYYY z"), ("timezone", "America/Santiago")]);
    assert_problem(&nameless, &["timezone=America/Santiago", "ZZZ"]);
    assert_problem(&time_based(&[("partition.duration.ms", "0")]), &["partition.duration.ms=0"]);
}

#[test]
fn the_ledger_is_strict_unless_told_otherwise() {
    let config = config(&[("lambda.ledger.adopt", "true"), ("lambda.repeats", "Drop")]);
    assert!(config.ledger.adopt && config.ledger.drop_repeats);
    assert_problem(&[("lambda.repeats", "keep")], &["lambda.repeats=keep", "check, drop"]);
}
