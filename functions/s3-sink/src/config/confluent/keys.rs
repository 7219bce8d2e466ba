//! Every key of Confluent's connector (`S3SinkConnectorConfig`, `StorageSinkConnectorConfig`, `StorageCommonConfig`,
//! `PartitionerConfig`), in the order in which its documentation groups them.

use connect::config::{Check, Key, KeySpec, Secret};

use super::super::{blank_or_one_of, own};

const NO_PARTS: &str = "an object is one PUT of at most one batch: there are no parts and no buffers per open file";
const NOT_WITH_JSON_OR_BYTES: &str = "concerns Avro and Parquet, which are not supported yet";
const KEYS_AND_HEADERS: &str = "concerns store.kafka.keys and store.kafka.headers, which are not supported yet";
const ALWAYS_CONDITIONAL: &str = "every write here is conditional: that is what makes repeats harmless";

// Where objects go
pub(super) static BUCKET: Key<String> = Key::text("s3.bucket.name", "The bucket").required().check(NOT_BLANK);
pub(super) static REGION: Key<String> =
    Key::text("s3.region", "The bucket's region; not taken from the environment").default("us-west-2").check(NOT_BLANK);
pub(super) static STORE_URL: Key<String> =
    Key::text("store.url", "Another address than Amazon's; https:// is added where there is no scheme");
pub(super) static PATH_STYLE: Key<bool> =
    Key::boolean("s3.path.style.access.enabled", "Whether the bucket stands in the path instead of the host name")
        .default("true");
pub(super) static WAN_MODE: Key<bool> =
    Key::boolean("s3.wan.mode", "S3 Transfer Acceleration; needs s3.path.style.access.enabled=false").default("false");
static PROXY_URL: Key<String> = Key::text("s3.proxy.url", "An HTTP proxy on the way to S3")
    .default("")
    .refused("proxies are not supported: reach S3 through a VPC endpoint, or name another address in store.url");
static PROXY_USER: Key<String> = Key::text("s3.proxy.user", "Who the proxy is told").accepted("there is no proxy");
static PROXY_PASSWORD: Key<Secret> =
    Key::secret("s3.proxy.password", "What the proxy is told").accepted("there is no proxy");
static STORAGE_CLASS: Key<String> = Key::class("storage.class", "The Java class of the storage")
    .accepted("the storage is always S3; for S3's own storage classes see lambda.s3.storage.class");

// As whom
pub(super) static ACCESS_KEY_ID: Key<String> =
    Key::text("aws.access.key.id", "A fixed access key; used only together with its secret").default("");
pub(super) static SECRET_ACCESS_KEY: Key<Secret> =
    Key::secret("aws.secret.access.key", "The secret of that access key");
pub(super) static PROVIDER_CLASS: Key<String> = Key::class(
    "s3.credentials.provider.class",
    "Where credentials come from: the AWS SDK's own classes mean its default chain, which on Lambda ends at the function's \
     role; AwsAssumeRoleCredentialsProvider assumes a role",
)
.default("com.amazonaws.auth.DefaultAWSCredentialsProviderChain");
pub(super) static ROLE_ARN: Key<String> =
    Key::text("s3.credentials.provider.sts.role.arn", "The role that AwsAssumeRoleCredentialsProvider assumes");
pub(super) static ROLE_SESSION: Key<String> = Key::text(
    "s3.credentials.provider.sts.role.session.name",
    "The name of its sessions; needed where a role is assumed",
);
pub(super) static ROLE_EXTERNAL_ID: Key<String> =
    Key::text("s3.credentials.provider.sts.role.external.id", "The external identifier that the role's owner asks for");
pub(super) static ROLE_REGION: Key<String> = Key::text(
    "s3.credentials.provider.sts.region",
    "The region of the token service; where none is given, the bucket's",
);
pub(super) static ROLE_ACCESS_KEY_ID: Key<String> = Key::text(
    "s3.credentials.provider.aws.access.key.id",
    "A fixed access key that assumes the role; used only together with its secret",
);
pub(super) static ROLE_SECRET_ACCESS_KEY: Key<Secret> =
    Key::secret("s3.credentials.provider.aws.secret.access.key", "The secret of that access key");

// How objects are put
pub(super) static SSE_NAME: Key<String> = Key::text(
    "s3.ssea.name",
    "Encryption at rest: AES256, aws:kms, or aws:kms:dsse (which Kafka Connect takes but does not apply); empty: as the \
     bucket says",
)
.default("")
.check(Check::Custom(|text| blank_or_one_of(text, &["AES256", "aws:kms", "aws:kms:dsse"])));
pub(super) static SSE_KMS_KEY: Key<String> =
    Key::text("s3.sse.kms.key.id", "The key of AWS Key Management Service; needed with s3.ssea.name=aws:kms")
        .default("");
pub(super) static SSE_CUSTOMER_KEY: Key<Secret> = Key::secret(
    "s3.sse.customer.key",
    "A key that goes with every request (SSE-C): 32 bytes in base64; needs s3.ssea.name=AES256",
);
pub(super) static ACL: Key<String> =
    Key::text("s3.acl.canned", "A canned access control list").check(Check::Custom(|text| {
        blank_or_one_of(
            text,
            &[
                "private",
                "public-read",
                "public-read-write",
                "authenticated-read",
                "bucket-owner-read",
                "bucket-owner-full-control",
                "aws-exec-read",
                "log-delivery-write",
            ],
        )
    }));
pub(super) static TAGGING: Key<bool> = Key::boolean(
    "s3.object.tagging",
    "Whether objects are tagged with startOffset, endOffset and recordCount; the tags go with the object's own request",
)
.default("false");
pub(super) static TAGGING_PAIRS: Key<Vec<String>> =
    Key::list("s3.object.tagging.key.value.pairs", "More tags: a list of name:value").default("");
pub(super) static TAGGING_ERRORS: Key<String> = Key::text(
    "s3.object.behavior.on.tagging.error",
    "ignore: an object whose tags are refused is put without them; fail: it is not put",
)
.default("ignore")
.check(Check::OneOfIgnoringCase(&["ignore", "fail"]));
static CONDITIONAL_WRITES: Key<bool> =
    Key::boolean("enable.conditional.writes", "Whether an object that is there is left alone")
        .default("true")
        .accepted(ALWAYS_CONDITIONAL);
static MAX_FILES_SCAN: Key<i64> =
    Key::integer("max.files.scan.limit", "How many object names are tried after a refused write")
        .default("100")
        .accepted("an object that is there is compared with what is to be written; no other name is tried");
static SEND_DIGEST: Key<bool> = Key::boolean("s3.send.digest", "Whether an MD5 digest goes with every part")
    .default("false")
    .accepted("a CRC-32 checksum goes with every object, and S3 verifies it");
static EXPECT_CONTINUE: Key<bool> =
    Key::boolean("s3.http.send.expect.continue", "Whether S3 is asked before a part is sent")
        .default("true")
        .accepted(NO_PARTS);
static PART_SIZE: Key<i64> = Key::integer("s3.part.size", "Bytes in a part").default("26214400").accepted(NO_PARTS);
static ELASTIC_BUFFER: Key<bool> =
    Key::boolean("s3.elastic.buffer.enable", "Whether part buffers grow").default("false").accepted(NO_PARTS);
static ELASTIC_BUFFER_CAPACITY: Key<i64> =
    Key::integer("s3.elastic.buffer.init.capacity", "Bytes in a new part buffer").default("131072").accepted(NO_PARTS);

// Retries
pub(super) static PART_RETRIES: Key<i64> = Key::integer(
    "s3.part.retries",
    "How often the SDK tries a request before the sink's own retries, which go on until the invocation ends",
)
.default("3")
.within(0, 1000);
pub(super) static RETRY_BACKOFF: Key<i64> =
    Key::integer("s3.retry.backoff.ms", "The first pause between tries (ms); each next one is longer, with jitter")
        .default("200")
        .within(0, i64::MAX);
pub(super) static TASK_RETRY_BACKOFF: Key<i64> =
    Key::integer("retry.backoff.ms", "The longest pause between tries (ms)").default("5000").within(0, i64::MAX);
static MAX_WRITE_DURATION: Key<i64> = Key::integer("max.write.duration.ms", "How long a task writes at once (ms)")
    .default("9223372036854775807")
    .infrastructure("the function's Timeout: writing stops in time for the answer");

// What is in an object
pub(super) static FORMAT: Key<String> = Key::class(
    "format.class",
    "io.confluent.connect.s3.format.json.JsonFormat or io.confluent.connect.s3.format.bytearray.ByteArrayFormat; Avro and \
     Parquet are not supported yet",
)
.required();
pub(super) static DECIMALS: Key<String> = Key::text("json.decimal.format", "How JsonFormat writes decimals")
    .default("BASE64")
    .check(Check::OneOfIgnoringCase(&["BASE64", "NUMERIC"]));
pub(super) static BYTES_EXTENSION: Key<String> =
    Key::text("format.bytearray.extension", "What names end in with ByteArrayFormat").default(".bin");
pub(super) static BYTES_SEPARATOR: Key<String> =
    Key::verbatim("format.bytearray.separator", "What ByteArrayFormat writes after every record; taken as it stands")
        .default("\n");
pub(super) static COMPRESSION: Key<String> = Key::text("s3.compression.type", "How objects are compressed")
    .default("none")
    .check(Check::OneOfIgnoringCase(&["none", "gzip"]));
pub(super) static COMPRESSION_LEVEL: Key<i64> = Key::integer(
    "s3.compression.level",
    "zlib's levels, -1 being its default; reached by the fastest encoder whose files are no larger",
)
.default("-1")
.within(-1, 9);
static AVRO_CODEC: Key<String> =
    Key::text("avro.codec", "How Avro is compressed").default("null").accepted(NOT_WITH_JSON_OR_BYTES);
static PARQUET_CODEC: Key<String> =
    Key::text("parquet.codec", "How Parquet is compressed").default("snappy").accepted(NOT_WITH_JSON_OR_BYTES);
static CONNECT_METADATA: Key<bool> =
    Key::boolean("connect.meta.data", "Whether Avro schemas keep Connect's names and versions")
        .default("true")
        .accepted(NOT_WITH_JSON_OR_BYTES);
static ENHANCED_AVRO: Key<bool> =
    Key::boolean("enhanced.avro.schema.support", "Whether Avro's enums and packages are kept")
        .default("true")
        .accepted(NOT_WITH_JSON_OR_BYTES);
static OPTIONAL_MAP_KEYS: Key<bool> =
    Key::boolean("allow.optional.map.keys", "Whether Avro's map keys may be optional")
        .default("false")
        .accepted(NOT_WITH_JSON_OR_BYTES);
static SCHEMAS_CACHE: Key<i64> =
    Key::integer("schemas.cache.size", "Avro schemas kept in memory").default("1000").accepted(NOT_WITH_JSON_OR_BYTES);
static SCHEMA_CACHE: Key<i64> =
    Key::integer("schema.cache.size", "Avro schemas kept in memory").default("1000").accepted(NOT_WITH_JSON_OR_BYTES);
static SCHEMA_COMPATIBILITY: Key<String> =
    Key::text("schema.compatibility", "Whether records are projected to their file's schema").default("NONE").refused(
        "records are not projected to another version of their schema yet: give NONE, and each is written with its own",
    );

// Tombstones, keys and headers
pub(super) static NULL_VALUES: Key<String> = Key::text(
    "behavior.on.null.values",
    "Records without a value: fail = a bad record; ignore = left out; write = not supported yet",
)
.default("fail")
.check(Check::Custom(null_values));
static NULLS_TO_DLQ: Key<bool> =
    Key::boolean("report.null.values.to.dlq", "Whether ignored tombstones go to the dead letter queue")
        .default("true")
        .accepted("dead letter queues are not supported yet: ignored tombstones are counted as filtered");
static TOMBSTONE_PARTITION: Key<String> =
    Key::text("tombstone.encoded.partition", "The directory of tombstones that are written")
        .default("tombstone")
        .accepted("concerns behavior.on.null.values=write, which is not supported yet");
static STORE_KEYS: Key<bool> = Key::boolean("store.kafka.keys", "Whether keys go into objects of their own")
    .default("false")
    .refused("keys cannot be stored beside their values yet: leave the key out");
static STORE_HEADERS: Key<bool> = Key::boolean("store.kafka.headers", "Whether headers go into objects of their own")
    .default("false")
    .refused("headers cannot be stored beside their values yet: leave the key out");
static KEYS_FORMAT: Key<String> =
    Key::class("keys.format.class", "The format of key objects").accepted(KEYS_AND_HEADERS);
static HEADERS_FORMAT: Key<String> =
    Key::class("headers.format.class", "The format of header objects").accepted(KEYS_AND_HEADERS);

// When an object ends
pub(super) static FLUSH_SIZE: Key<i64> = Key::integer(
    "flush.size",
    "After how many records of a topic-partition its objects end; a batch ends them too, whatever the number",
)
.required()
.within(1, i64::MAX);
static ROTATE_INTERVAL: Key<i64> =
    Key::integer("rotate.interval.ms", "The longest span of record time in an object (ms)").default("-1").accepted(
        "an object holds the records of one topic-partition, directory and batch, whatever span of time that is",
    );
static ROTATE_SCHEDULE: Key<i64> =
    Key::integer("rotate.schedule.interval.ms", "The longest time that an object stays open (ms)")
        .default("-1")
        .accepted("every object is complete as soon as its batch is");
static ROTATE_ON_PARTITION_CHANGE: Key<bool> =
    Key::boolean("rotate.file.on.partition.change", "Whether objects end when the directory changes")
        .default("true")
        .accepted("concerns rotate.interval.ms, which is not needed here");
static MAX_OPEN_FILES: Key<i64> =
    Key::integer("partitioner.max.open.files", "How many objects are open at once").default("-1").accepted(NO_PARTS);

// What an object is called
pub(super) static TOPICS_DIR: Key<String> =
    Key::text("topics.dir", "What every name begins with; blank: names begin with the topic").default("topics");
pub(super) static DIRECTORY_DELIMITER: Key<String> =
    Key::text("directory.delim", "What stands between directories").default("/");
pub(super) static FILE_DELIMITER: Key<String> =
    Key::text("file.delim", "What stands between topic, partition and offset").default("+");
pub(super) static OFFSET_DIGITS: Key<i64> =
    Key::integer("filename.offset.zero.pad.width", "How many digits the offset has at least")
        .default("10")
        .within(0, 500);
pub(super) static PARTITIONER: Key<String> = Key::class(
    "partitioner.class",
    "What directories are made of: DefaultPartitioner, FieldPartitioner, TimeBasedPartitioner, HourlyPartitioner or \
     DailyPartitioner of io.confluent.connect.storage.partitioner",
)
.default("io.confluent.connect.storage.partitioner.DefaultPartitioner");
pub(super) static PARTITION_FIELDS: Key<Vec<String>> = Key::list(
    "partition.field.name",
    "The fields of FieldPartitioner; dots lead into nested ones. JSON without a schema has fields too (not on Kafka \
     Connect), and a missing one is null",
)
.default("");
pub(super) static PARTITION_DURATION: Key<i64> = Key::integer(
    "partition.duration.ms",
    "The period of TimeBasedPartitioner (ms): times are rounded down to it in local time",
)
.default("-1");
pub(super) static PATH_FORMAT: Key<String> = Key::text(
    "path.format",
    "What TimeBasedPartitioner calls a period: a Joda-Time pattern, such as 'year'=YYYY/'month'=MM/'day'=dd",
)
.default("");
pub(super) static LOCALE: Key<String> = Key::text(
    "locale",
    "The language of names of months and days: only English ones are printed; any locale will do for numbers",
)
.default("");
pub(super) static TIMEZONE: Key<String> = Key::text(
    "timezone",
    "Whose local time: a name such as Europe/Berlin, or an offset such as +02:00; needed by all time-based partitioners",
)
.default("");
pub(super) static EXTRACTOR: Key<String> = Key::text(
    "timestamp.extractor",
    "Which time places a record: Wallclock, Record or RecordField; with Wallclock a repeat may land elsewhere",
)
.default("Wallclock");
pub(super) static TIMESTAMP_FIELD: Key<String> = Key::text(
    "timestamp.field",
    "The field of RecordField: milliseconds since 1970, a Timestamp, or a string in ISO 8601 (UTC unless it says otherwise)",
)
.default("timestamp");
pub(super) static SCHEMA_AFFIX: Key<String> = Key::text(
    "s3.schema.partition.affix.type",
    "Whether schema_name=<name of the value's schema> is part of the directory, and where",
)
.default("NONE")
.check(Check::OneOfIgnoringCase(&["NONE", "PREFIX", "SUFFIX"]));

// From older versions
static SCHEMA_GENERATOR: Key<String> =
    Key::class("schema.generator.class", "An older version's schema generator").accepted("has no effect any more");
static HIVE: Key<bool> =
    Key::boolean("hive.integration", "Hive tables").default("false").accepted("has no effect for S3");
static SHUTDOWN_TIMEOUT: Key<i64> =
    Key::integer("shutdown.timeout.ms", "How long a task may take to stop (ms)").accepted("there are no tasks");

pub(in crate::config) static KEYS: &[&KeySpec] = &[
    &BUCKET.spec,
    &REGION.spec,
    &STORE_URL.spec,
    &PATH_STYLE.spec,
    &WAN_MODE.spec,
    &PROXY_URL.spec,
    &PROXY_USER.spec,
    &PROXY_PASSWORD.spec,
    &STORAGE_CLASS.spec,
    &ACCESS_KEY_ID.spec,
    &SECRET_ACCESS_KEY.spec,
    &PROVIDER_CLASS.spec,
    &ROLE_ARN.spec,
    &ROLE_SESSION.spec,
    &ROLE_EXTERNAL_ID.spec,
    &ROLE_REGION.spec,
    &ROLE_ACCESS_KEY_ID.spec,
    &ROLE_SECRET_ACCESS_KEY.spec,
    &SSE_NAME.spec,
    &SSE_KMS_KEY.spec,
    &SSE_CUSTOMER_KEY.spec,
    &ACL.spec,
    &own::STORAGE_CLASS.spec,
    &TAGGING.spec,
    &TAGGING_PAIRS.spec,
    &TAGGING_ERRORS.spec,
    &own::LEDGER_ADOPT.spec,
    &own::REPEATS.spec,
    &CONDITIONAL_WRITES.spec,
    &MAX_FILES_SCAN.spec,
    &SEND_DIGEST.spec,
    &EXPECT_CONTINUE.spec,
    &PART_SIZE.spec,
    &ELASTIC_BUFFER.spec,
    &ELASTIC_BUFFER_CAPACITY.spec,
    &PART_RETRIES.spec,
    &RETRY_BACKOFF.spec,
    &TASK_RETRY_BACKOFF.spec,
    &MAX_WRITE_DURATION.spec,
    &FORMAT.spec,
    &DECIMALS.spec,
    &BYTES_EXTENSION.spec,
    &BYTES_SEPARATOR.spec,
    &COMPRESSION.spec,
    &COMPRESSION_LEVEL.spec,
    &AVRO_CODEC.spec,
    &PARQUET_CODEC.spec,
    &CONNECT_METADATA.spec,
    &ENHANCED_AVRO.spec,
    &OPTIONAL_MAP_KEYS.spec,
    &SCHEMAS_CACHE.spec,
    &SCHEMA_CACHE.spec,
    &SCHEMA_COMPATIBILITY.spec,
    &NULL_VALUES.spec,
    &NULLS_TO_DLQ.spec,
    &TOMBSTONE_PARTITION.spec,
    &STORE_KEYS.spec,
    &STORE_HEADERS.spec,
    &KEYS_FORMAT.spec,
    &HEADERS_FORMAT.spec,
    &FLUSH_SIZE.spec,
    &ROTATE_INTERVAL.spec,
    &ROTATE_SCHEDULE.spec,
    &ROTATE_ON_PARTITION_CHANGE.spec,
    &MAX_OPEN_FILES.spec,
    &TOPICS_DIR.spec,
    &DIRECTORY_DELIMITER.spec,
    &FILE_DELIMITER.spec,
    &OFFSET_DIGITS.spec,
    &PARTITIONER.spec,
    &PARTITION_FIELDS.spec,
    &PARTITION_DURATION.spec,
    &PATH_FORMAT.spec,
    &LOCALE.spec,
    &TIMEZONE.spec,
    &EXTRACTOR.spec,
    &TIMESTAMP_FIELD.spec,
    &SCHEMA_AFFIX.spec,
    &SCHEMA_GENERATOR.spec,
    &HIVE.spec,
    &SHUTDOWN_TIMEOUT.spec,
];

const NOT_BLANK: Check =
    Check::Custom(|text| if text.is_empty() { Err("must not be blank".to_owned()) } else { Ok(()) });

fn null_values(text: &str) -> Result<(), String> {
    if text.eq_ignore_ascii_case("fail") || text.eq_ignore_ascii_case("ignore") {
        return Ok(());
    }
    let not_yet = if text.eq_ignore_ascii_case("write") { "tombstones cannot be written yet: " } else { "" };
    Err(format!("{not_yet}give one of fail, ignore"))
}
