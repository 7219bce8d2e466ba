//! Each object put once: conditionally, with its ledger in its metadata.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ObjectCannedAcl, ServerSideEncryption, StorageClass};
use bytes::Bytes;
use connect::SinkRecord;
use function::{Backoff, Deadline, PutError, RetryClass};
use md5::{Digest, Md5};
use tokio::sync::Semaphore;

use crate::client::client;
use crate::config::{Encryption, LedgerOptions, ObjectOptions, S3SinkConfig, Tagging};
use crate::failure::Request;
use crate::known::Known;
use crate::ledger::{Decision, Ledger, Refusal, Shared, decide};
use crate::percent;
use crate::plan::Identity;

/// How many requests are under way at once: enough to hide S3's latency, few enough for a function's 1,024 open files and its
/// one vCPU.
const REQUESTS_AT_ONCE: usize = 32;

/// How much memory what is known to be stored may take: some 15,000 objects.
const KNOWN_BYTES: usize = 8 << 20;

/// Puts objects into one bucket.
pub(crate) struct Uploader {
    client: Client,
    bucket: String,
    options: ObjectOptions,
    ledger: LedgerOptions,
    content_type: &'static str,
    backoff: Backoff,
    /// TLS keeps the payload whole, and S3 checks its CRC-32: without TLS its SHA-256 is signed too.
    signs_payload: bool,
    /// Whether names may stand in errors and logs.
    shows_names: bool,
    requests: Semaphore,
    known: Known,
}

/// Whether a topic-partition's next object is likely to be there: then it is looked for before it is sent.
#[derive(Debug, Default)]
pub(crate) struct Likely(AtomicBool);

/// An object that was not in the way, or that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored {
    /// All of its records are there.
    Whole,
    /// Those before this offset are there: an object of the same name holds them, and the others have to go beside it.
    UpTo(i64),
}

/// An object on its way.
pub(crate) struct Upload<'b, 'r> {
    pub(crate) name: String,
    pub(crate) identity: Identity,
    pub(crate) bytes: Bytes,
    pub(crate) ledger: Ledger,
    /// Its records, by index into the batch's.
    pub(crate) indexes: Vec<usize>,
    pub(crate) records: &'b [SinkRecord<'r>],
}

/// What a conditional write waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    /// No object has the name.
    Absent,
    /// The object of that name is still this one, by its entity tag.
    Unchanged(String),
}

/// What became of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Stored,
    /// The condition did not hold.
    Refused,
}

/// An object that is there.
struct Existing {
    entity_tag: String,
    ledger: Option<Ledger>,
}

impl Uploader {
    pub(crate) async fn new(config: &S3SinkConfig) -> Self {
        let shows_names = !config.layout.names_hold_contents();
        let target = &config.target;
        let retries = target.retries;
        Self {
            client: client(target).await,
            bucket: target.bucket.clone(),
            options: config.object.clone(),
            ledger: config.ledger,
            content_type: config.compression.content_type().unwrap_or(config.format.content_type()),
            backoff: Backoff { first: retries.first_backoff, cap: retries.longest_backoff },
            signs_payload: target.endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http://")),
            shows_names,
            requests: Semaphore::new(REQUESTS_AT_ONCE),
            known: Known::within(KNOWN_BYTES),
        }
    }

    /// Stores an object, or finds that it is stored already; tries until the deadline. Says how many tries were made again.
    pub(crate) async fn store(
        &self,
        upload: &Upload<'_, '_>,
        likely: &Likely,
        deadline: Deadline,
    ) -> (Result<Stored, PutError>, u64) {
        let known = self.known.ledger(&upload.name);
        if let Some(theirs) = &known
            && self.decide(upload, theirs) == Decision::Repeat
        {
            return (Ok(Stored::Whole), 0);
        }
        if known.is_some() {
            likely.set(true);
        }
        function::retry(deadline, self.backoff, || self.attempt(upload, likely)).await
    }

    /// The batch is done: what it has stored need not be remembered any more.
    pub(crate) fn batch_is_done(&self) {
        self.known.forget();
    }

    /// The error where neither this object nor those beside it can be written.
    pub(crate) fn refused(&self, upload: &Upload<'_, '_>, refusal: &Refusal) -> PutError {
        self.request("s3:PutObject", upload).error(RetryClass::Permanent, &format!("the object is there and {refusal}"))
    }

    async fn attempt(&self, upload: &Upload<'_, '_>, likely: &Likely) -> Result<Stored, PutError> {
        // The semaphore is never closed.
        let _permit = self.requests.acquire().await.ok();
        let mut existing = if likely.get() { self.look(upload).await? } else { None };
        if existing.is_none() {
            if self.put(upload, &upload.ledger, &Condition::Absent).await? == Written::Stored {
                likely.set(false);
                return Ok(Stored::Whole);
            }
            existing = self.look(upload).await?;
        }
        likely.set(true);
        let Some(existing) = existing else { return Err(self.changed(upload)) };
        let Some(theirs) = existing.ledger else { return Err(self.refused(upload, &Refusal::Foreign)) };
        match self.decide(upload, &theirs) {
            Decision::Repeat => {
                self.known.insert(&upload.name, theirs);
                Ok(Stored::Whole)
            }
            Decision::Beside { from } => Ok(Stored::UpTo(from)),
            Decision::Refuse(refusal) => Err(self.refused(upload, &refusal)),
            Decision::Replace => {
                let ledger = upload.ledger.clone().in_place_of(&theirs);
                match self.put(upload, &ledger, &Condition::Unchanged(existing.entity_tag)).await? {
                    Written::Stored => Ok(Stored::Whole),
                    Written::Refused => Err(self.changed(upload)),
                }
            }
        }
    }

    fn decide(&self, upload: &Upload<'_, '_>, theirs: &Ledger) -> Decision {
        decide(upload.identity, &upload.ledger, upload.up_to(theirs.last_offset), theirs, self.ledger)
    }

    fn changed(&self, upload: &Upload<'_, '_>) -> PutError {
        let reason = "the object is being changed by another writer";
        self.request("s3:PutObject", upload).error(RetryClass::Transient, reason)
    }

    async fn put(&self, upload: &Upload<'_, '_>, ledger: &Ledger, condition: &Condition) -> Result<Written, PutError> {
        let written = self.put_tagged(upload, ledger, condition, self.options.tagging.as_ref()).await;
        let tags_may_be_left_out = self.options.tagging.as_ref().is_some_and(|tagging| tagging.ignore_errors);
        match written {
            Err(Failure { tags_may_be_to_blame: true, error }) if tags_may_be_left_out => {
                let untagged =
                    self.put_tagged(upload, ledger, condition, None).await.map_err(|failure| failure.error)?;
                tracing::warn!(%error, "the object was put without its tags");
                Ok(untagged)
            }
            written => written.map_err(|failure| failure.error),
        }
    }

    async fn put_tagged(
        &self,
        upload: &Upload<'_, '_>,
        ledger: &Ledger,
        condition: &Condition,
        tagging: Option<&Tagging>,
    ) -> Result<Written, Failure> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(&upload.name)
            .body(ByteStream::from(upload.bytes.clone()))
            .content_type(self.content_type)
            .set_metadata(Some(ledger.to_metadata()))
            .set_acl(self.options.acl.as_deref().map(ObjectCannedAcl::from))
            .set_storage_class(self.options.storage_class.as_deref().map(StorageClass::from))
            .set_tagging(tagging.map(|tagging| tags(tagging, ledger)));
        let request = self.encrypted(match condition {
            Condition::Absent => request.if_none_match("*"),
            Condition::Unchanged(entity_tag) => request.if_match(entity_tag),
        });
        let request = request.customize();
        let request = if self.signs_payload { request } else { request.disable_payload_signing() };
        let Err(error) = request.send().await else {
            self.known.insert(&upload.name, ledger.clone());
            return Ok(Written::Stored);
        };
        let status = error.raw_response().map_or(0, |response| response.status().as_u16());
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        match (status, code) {
            // The condition does not hold; with If-Match, 404 says that the object is gone.
            (412, _) | (404, Some("NoSuchKey")) => Ok(Written::Refused),
            _ => Err(Failure {
                tags_may_be_to_blame: tagging.is_some()
                    && matches!(code, Some("AccessDenied" | "InvalidTag" | "NotImplemented")),
                error: self.request("s3:PutObject", upload).failed(&error),
            }),
        }
    }

    fn encrypted(&self, request: PutObjectFluentBuilder) -> PutObjectFluentBuilder {
        match &self.options.encryption {
            Encryption::BucketDefault => request,
            Encryption::S3Managed => request.server_side_encryption(ServerSideEncryption::Aes256),
            Encryption::Kms { key_id, dual_layer } => {
                let algorithm =
                    if *dual_layer { ServerSideEncryption::AwsKmsDsse } else { ServerSideEncryption::AwsKms };
                request.server_side_encryption(algorithm).set_ssekms_key_id(key_id.clone())
            }
            Encryption::CustomerKey(key) => request
                .sse_customer_algorithm(CUSTOMER_ALGORITHM)
                .sse_customer_key(key.expose())
                .sse_customer_key_md5(digest(key.expose())),
        }
    }

    /// The object that is there; none where it is gone again.
    async fn look(&self, upload: &Upload<'_, '_>) -> Result<Option<Existing>, PutError> {
        let mut request = self.client.head_object().bucket(&self.bucket).key(&upload.name);
        if let Encryption::CustomerKey(key) = &self.options.encryption {
            request = request
                .sse_customer_algorithm(CUSTOMER_ALGORITHM)
                .sse_customer_key(key.expose())
                .sse_customer_key_md5(digest(key.expose()));
        }
        match request.send().await {
            Ok(found) => Ok(Some(Existing {
                ledger: found.metadata().and_then(Ledger::from_metadata),
                entity_tag: found.e_tag.unwrap_or_default(),
            })),
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 404) => Ok(None),
            Err(error) => Err(self.request("s3:GetObject", upload).failed(&error)),
        }
    }

    fn request<'a>(&'a self, action: &'static str, upload: &'a Upload<'_, '_>) -> Request<'a> {
        let name = self.shows_names.then_some(upload.name.as_str());
        Request { action, bucket: &self.bucket, name, ledger: &upload.ledger }
    }
}

impl Likely {
    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, likely: bool) {
        self.0.store(likely, Ordering::Relaxed);
    }
}

impl Upload<'_, '_> {
    /// Those of its records whose offsets are not beyond this one.
    fn up_to(&self, last_offset: i64) -> Shared {
        let mut found = Shared::default();
        let mut records = self.indexes.iter().filter_map(|index| self.records.get(*index)).peekable();
        found.first_timestamp = records.peek().and_then(|record| record.timestamp);
        for record in records.take_while(|record| record.offset <= last_offset) {
            found.records.add(record.offset, record.timestamp);
        }
        found
    }
}

/// A write that failed.
struct Failure {
    tags_may_be_to_blame: bool,
    error: PutError,
}

const CUSTOMER_ALGORITHM: &str = "AES256";

/// What S3 checks a customer's key by: its MD5 in base64.
fn digest(key: &str) -> String {
    let key = base64_simd::STANDARD.decode_to_vec(key).unwrap_or_default();
    base64_simd::STANDARD.encode_to_string(Md5::digest(key))
}

/// Tags as a query string (`x-amz-tagging`).
fn tags(tagging: &Tagging, ledger: &Ledger) -> String {
    let own = [
        ("startOffset", ledger.first_offset.to_string()),
        ("endOffset", ledger.last_offset.to_string()),
        ("recordCount", ledger.records.count.to_string()),
    ];
    let escape = |text: &str| percent::encode(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    let more = tagging.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs: Vec<String> =
        own.chain(more).map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use connect::{Data, TimestampType};

    use super::*;
    use crate::ledger::Records;

    fn ledger(first_offset: i64, last_offset: i64, count: u64) -> Ledger {
        Ledger {
            connector: "orders-to-s3".to_owned(),
            cluster: "lake".to_owned(),
            topic: "orders".to_owned(),
            partition: 0,
            first_offset,
            last_offset,
            records: Records { count, ..Records::default() },
        }
    }

    #[test]
    fn tags_are_a_query_string() {
        let pairs = vec![("team".to_owned(), "a&b = c".to_owned()), ("für".to_owned(), String::new())];
        let tagging = Tagging { pairs, ignore_errors: true };
        assert_eq!(
            tags(&tagging, &ledger(7, 49, 40)),
            "startOffset=7&endOffset=49&recordCount=40&team=a%26b%20%3D%20c&f%C3%BCr="
        );
    }

    #[test]
    fn a_customers_key_is_checked_by_its_md5() {
        assert_eq!(digest("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="), "KYvwGXoFFJ42a2u2GDWhwQ==");
    }

    #[test]
    fn records_up_to_an_offset_are_counted_with_their_latest_time() {
        let record = |(offset, timestamp)| SinkRecord {
            topic: Cow::Borrowed("orders"),
            original_topic: "orders",
            partition: 0,
            offset,
            timestamp,
            timestamp_type: TimestampType::CreateTime,
            key: Data::NULL,
            value: Data::NULL,
            headers: Vec::new(),
        };
        let records = [(3, Some(30)), (4, Some(90)), (5, Some(20)), (8, None), (9, Some(99))].map(record);
        let upload = Upload {
            name: "orders+0+3".to_owned(),
            identity: Identity::StartOffset,
            bytes: Bytes::new(),
            ledger: ledger(3, 9, 4),
            indexes: vec![0, 2, 3, 4],
            records: &records,
        };
        let up_to = |last_offset| {
            let Shared { records, first_timestamp } = upload.up_to(last_offset);
            (records.count, records.latest_timestamp, first_timestamp)
        };
        assert_eq!(up_to(8), (3, Some(30), Some(30)));
        assert_eq!(up_to(9), (4, Some(99), Some(30)));
        assert_eq!(up_to(2), (0, None, Some(30)));
    }
}
