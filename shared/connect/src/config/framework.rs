//! The keys that every connector has, read by Kafka Connect's worker (`ConnectorConfig`, `SinkConnectorConfig`).

use std::collections::BTreeMap;

use super::key::{Check, Key, KeySpec};
use super::problem::Problems;
use super::raw::RawConfig;
use super::report::Report;
use super::settings::Settings;
use crate::Pipeline;
use crate::convert;

/// What happens when a record cannot be converted, transformed or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// Its partition stops there.
    None,
    /// It is skipped and counted.
    All,
}

/// Error handling, as far as it is the framework's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorsConfig {
    /// `errors.tolerance`.
    pub tolerance: Tolerance,
    /// `errors.log.enable`: a log line for every record that is skipped.
    pub log: bool,
    /// `errors.log.include.messages`: that line names the record's timestamp too; never its contents.
    pub log_messages: bool,
}

/// The framework's part of a configuration.
#[derive(Debug)]
pub struct Framework {
    /// The connector's name.
    pub name: String,
    /// Converters and transforms.
    pub pipeline: Pipeline,
    /// Error handling.
    pub errors: ErrorsConfig,
}

static NAME: Key<String> = Key::text("name", "The connector's name: in logs, metrics and ledgers").required();
pub(super) static CLASS: Key<String> =
    Key::class("connector.class", "The connector's Java class: it chooses the dialect of all other keys").required();
static TASKS_MAX: Key<i64> = Key::integer("tasks.max", "How many tasks share the partitions")
    .default("1")
    .infrastructure("the function's concurrency: pollers and reserved concurrency of the event source mapping");
static TASKS_MAX_ENFORCE: Key<bool> =
    Key::boolean("tasks.max.enforce", "Whether more tasks are an error").default("true").accepted("there are no tasks");
static TOPICS: Key<Vec<String>> = Key::list("topics", "The topics to read")
    .infrastructure("Topics of the event source mapping, one mapping per topic");
static TOPICS_REGEX: Key<String> = Key::text("topics.regex", "The topics to read, as a pattern")
    .infrastructure("Topics of the event source mapping, one mapping per topic");
static KEY_CONVERTER: Key<String> = Key::class("key.converter", "How a key's bytes are read");
static KEY_CONVERTER_KEYS: Key<String> = Key::prefix("key.converter.", "The key converter's own keys");
static VALUE_CONVERTER: Key<String> = Key::class("value.converter", "How a value's bytes are read");
static VALUE_CONVERTER_KEYS: Key<String> = Key::prefix("value.converter.", "The value converter's own keys");
static HEADER_CONVERTER: Key<String> = Key::class("header.converter", "How headers' bytes are read");
static HEADER_CONVERTER_KEYS: Key<String> = Key::prefix("header.converter.", "The header converter's own keys");
static TRANSFORMS: Key<Vec<String>> = Key::list("transforms", "Single message transforms, in order")
    .default("")
    .refused("single message transforms are not supported yet: transform before this connector, or leave them out");
static TRANSFORMS_KEYS: Key<String> =
    Key::prefix("transforms.", "The transforms' own keys").accepted("transforms are not supported yet");
static PREDICATES: Key<Vec<String>> = Key::list("predicates", "Predicates that transforms name")
    .default("")
    .refused("predicates are not supported yet: leave them out");
static PREDICATES_KEYS: Key<String> =
    Key::prefix("predicates.", "The predicates' own keys").accepted("predicates are not supported yet");
static TOLERANCE: Key<String> = Key::text(
    "errors.tolerance",
    "none: a partition stops at its first bad record; all: bad records are skipped and counted",
)
.default("none")
.check(Check::OneOfIgnoringCase(&["none", "all"]));
static LOG_ENABLE: Key<bool> =
    Key::boolean("errors.log.enable", "A log line for every record that is skipped").default("false");
static LOG_INCLUDE_MESSAGES: Key<bool> = Key::boolean(
    "errors.log.include.messages",
    "That line names topic, partition, offset and timestamp; never contents",
)
.default("false");
static RETRY_TIMEOUT: Key<i64> =
    Key::integer("errors.retry.timeout", "How long a failed conversion is tried again (ms)")
        .default("0")
        .accepted("no converter here fails in a way that a second try would mend");
static RETRY_DELAY_MAX: Key<i64> = Key::integer("errors.retry.delay.max.ms", "Longest pause between such tries (ms)")
    .default("60000")
    .accepted("no converter here fails in a way that a second try would mend");
static DLQ_TOPIC: Key<String> = Key::text("errors.deadletterqueue.topic.name", "Where bad records go")
    .default("")
    .refused("dead letter queues are not supported yet: leave the key out; with errors.tolerance=all bad records are then skipped and counted, and errors.log.enable=true logs each");
static DLQ_REPLICATION: Key<i64> =
    Key::integer("errors.deadletterqueue.topic.replication.factor", "Replicas of that topic when it is created")
        .default("3")
        .accepted("dead letter queues are not supported yet");
static DLQ_HEADERS: Key<bool> =
    Key::boolean("errors.deadletterqueue.context.headers.enable", "Whether dead letters say what went wrong")
        .default("false")
        .accepted("dead letter queues are not supported yet");
static CONSUMER_OVERRIDE: Key<String> = Key::prefix("consumer.override.", "The worker's consumer").infrastructure(
    "the event source mapping consumes: max.poll.records is BatchSize, auto.offset.reset is StartingPosition",
);
static PRODUCER_OVERRIDE: Key<String> =
    Key::prefix("producer.override.", "The worker's producer").accepted("there is no producer");
static ADMIN_OVERRIDE: Key<String> =
    Key::prefix("admin.override.", "The worker's admin client").accepted("there is no admin client");
static RELOAD: Key<String> = Key::text("config.action.reload", "What a changed secret does")
    .default("restart")
    .accepted("secrets are read at every cold start");

/// The table of the framework's keys.
pub(super) static FRAMEWORK_KEYS: &[&KeySpec] = &[
    &NAME.spec,
    &CLASS.spec,
    &TASKS_MAX.spec,
    &TASKS_MAX_ENFORCE.spec,
    &TOPICS.spec,
    &TOPICS_REGEX.spec,
    &KEY_CONVERTER.spec,
    &KEY_CONVERTER_KEYS.spec,
    &VALUE_CONVERTER.spec,
    &VALUE_CONVERTER_KEYS.spec,
    &HEADER_CONVERTER.spec,
    &HEADER_CONVERTER_KEYS.spec,
    &TRANSFORMS.spec,
    &TRANSFORMS_KEYS.spec,
    &PREDICATES.spec,
    &PREDICATES_KEYS.spec,
    &TOLERANCE.spec,
    &LOG_ENABLE.spec,
    &LOG_INCLUDE_MESSAGES.spec,
    &RETRY_TIMEOUT.spec,
    &RETRY_DELAY_MAX.spec,
    &DLQ_TOPIC.spec,
    &DLQ_REPLICATION.spec,
    &DLQ_HEADERS.spec,
    &CONSUMER_OVERRIDE.spec,
    &PRODUCER_OVERRIDE.spec,
    &ADMIN_OVERRIDE.spec,
    &RELOAD.spec,
];

impl Framework {
    /// Builds the framework's part, noting every problem.
    pub(super) fn build(
        settings: &Settings,
        worker: &RawConfig,
        problems: &mut Problems,
        report: &mut Report,
    ) -> Option<Self> {
        let source = ConverterSource { settings, worker };
        let key = source.resolve(&KEY_CONVERTER, &KEY_CONVERTER_KEYS, Some(&mut report.warnings));
        let value = source.resolve(&VALUE_CONVERTER, &VALUE_CONVERTER_KEYS, Some(&mut report.warnings));
        let header = source.resolve(&HEADER_CONVERTER, &HEADER_CONVERTER_KEYS, None);
        let key = noted(&KEY_CONVERTER, &key.class, convert::configured(&key.class, true, &key.keys), problems);
        let value =
            noted(&VALUE_CONVERTER, &value.class, convert::configured(&value.class, false, &value.keys), problems);
        let header =
            noted(&HEADER_CONVERTER, &header.class, convert::configured_header(&header.class, &header.keys), problems);
        let tolerance = settings.get(&TOLERANCE)?;
        let errors = ErrorsConfig {
            tolerance: if tolerance.eq_ignore_ascii_case("all") { Tolerance::All } else { Tolerance::None },
            log: settings.get(&LOG_ENABLE)?,
            log_messages: settings.get(&LOG_INCLUDE_MESSAGES)?,
        };
        Some(Self { name: settings.get(&NAME)?, pipeline: Pipeline::new(key?, value?, header?), errors })
    }
}

/// Where a converter's class and keys come from.
struct ConverterSource<'a> {
    settings: &'a Settings,
    worker: &'a RawConfig,
}

/// A converter's class and its keys without their prefix.
struct ConverterChoice {
    class: String,
    keys: BTreeMap<String, String>,
}

impl ConverterSource<'_> {
    /// The connector's own converter; else the worker's with the worker's keys, as `Worker.startTask` does; else what
    /// Amazon MSK Connect's default worker configuration says (strings) and, for headers, Kafka Connect's default.
    fn resolve(&self, class: &Key<String>, keys: &Key<String>, warnings: Option<&mut Vec<String>>) -> ConverterChoice {
        if let Some(name) = self.settings.get(class) {
            return ConverterChoice { class: name, keys: self.settings.with_prefix(keys) };
        }
        if let Some(name) = self.worker.get(class.spec.name) {
            let of_worker = |(key, text): (&String, &String)| {
                Some((key.strip_prefix(keys.spec.name)?.to_owned(), text.trim().to_owned()))
            };
            return ConverterChoice {
                class: name.trim().to_owned(),
                keys: self.worker.iter().filter_map(of_worker).collect(),
            };
        }
        let Some(warnings) = warnings else {
            let class = "org.apache.kafka.connect.storage.SimpleHeaderConverter".to_owned();
            return ConverterChoice { class, keys: self.settings.with_prefix(keys) };
        };
        let class_name = "org.apache.kafka.connect.storage.StringConverter".to_owned();
        warnings.push(format!(
            "{} is set neither in the connector nor in WORKER_CONFIG: {class_name} stands in, as in Amazon MSK Connect's default worker configuration",
            class.spec.name
        ));
        ConverterChoice { class: class_name, keys: self.settings.with_prefix(keys) }
    }
}

fn noted<T>(key: &Key<String>, class: &str, built: Result<T, crate::Exception>, problems: &mut Problems) -> Option<T> {
    built.map_err(|exception| problems.wrong(key.spec.name, class, exception.message)).ok()
}
