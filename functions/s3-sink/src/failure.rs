//! What S3's refusals mean: whether another try may help, and what to do about it.

use std::fmt;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use function::{PutError, RetryClass};

use crate::ledger::Ledger;

/// A request that may fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The permission that it needs, such as `s3:PutObject`.
    pub(crate) action: &'static str,
    pub(crate) bucket: &'a str,
    /// The object's name; none where it holds what a record says.
    pub(crate) name: Option<&'a str>,
    /// The object's records.
    pub(crate) ledger: &'a Ledger,
}

/// The object: bucket, name where it may be shown, topic, partition and offsets.
impl fmt::Display for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ledger { topic, partition, first_offset, last_offset, .. } = self.ledger;
        match self.name {
            Some(name) => write!(f, "s3://{}/{name}", self.bucket)?,
            None => write!(f, "an object of s3://{}", self.bucket)?,
        }
        write!(f, " (topic {topic} partition {partition} offsets {first_offset} to {last_offset})")
    }
}

/// Error codes of S3 and KMS whose cause may pass.
///
/// Source: Amazon S3 API Reference, "Error responses"; AWS KMS API Reference, "Common errors".
const TRANSIENT: &[&str] = &[
    "BadDigest",
    "BandwidthLimitExceeded",
    "ConditionalRequestConflict",
    "IncompleteBody",
    "InternalError",
    "InternalFailure",
    "KMS.DependencyTimeoutException",
    "KMS.InternalException",
    "KMS.KMSInternalException",
    "KMS.KeyUnavailableException",
    "KMS.ThrottlingException",
    "OperationAborted",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeTooSkewed",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServerBusy",
    "ServiceUnavailable",
    "SlowDown",
    "SlowDownRead",
    "SlowDownWrite",
    "TemporaryRedirect",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "XAmzContentSHA256Mismatch",
    "XMinioServerNotInitialized",
];

/// Codes of a server's errors (5xx) that will not pass.
const PERMANENT: &[&str] = &["NotImplemented", "XNotImplemented", "VersionNotSupported"];

/// Whether another try may help, by the error's code and the HTTP status.
fn retry_class(code: Option<&str>, status: u16) -> RetryClass {
    let passes = match code {
        Some(code) if TRANSIENT.contains(&code) => true,
        Some(code) if PERMANENT.contains(&code) => false,
        _ => matches!(status, 307 | 408 | 409 | 425 | 429 | 500..=599),
    };
    if passes { RetryClass::Transient } else { RetryClass::Permanent }
}

impl Request<'_> {
    /// The error of a request that failed.
    pub(crate) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> PutError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let (retry_class, reason, remedy) = match error {
            SdkError::ServiceError(context) => {
                let (code, status) = (context.err().code(), context.raw().status().as_u16());
                let reason = match (code, context.err().message()) {
                    (Some(code), Some(message)) => format!("{code}: {message} (HTTP {status})"),
                    (Some(code), None) => format!("{code} (HTTP {status})"),
                    (None, _) => format!("HTTP {status}"),
                };
                (retry_class(code, status), reason, self.remedy(code, status))
            }
            SdkError::TimeoutError(_) => (RetryClass::Transient, chain(error), OUT_OF_REACH.to_owned()),
            SdkError::ResponseError(_) => (RetryClass::Transient, chain(error), String::new()),
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
                (RetryClass::Transient, chain(error), OUT_OF_REACH.to_owned())
            }
            _ => (RetryClass::Permanent, chain(error), NO_REQUEST.to_owned()),
        };
        self.error(retry_class, &format!("{reason}{remedy}"))
    }

    /// An error of this request.
    pub(crate) fn error(&self, retry_class: RetryClass, reason: &str) -> PutError {
        PutError { message: format!("{} on {self}: {reason}", self.action), retry_class }
    }

    /// What to do, after a semicolon; empty where there is nothing but waiting.
    fn remedy(&self, code: Option<&str>, status: u16) -> String {
        let Self { action, bucket, .. } = self;
        match (code.unwrap_or_default(), status) {
            ("NoSuchBucket", _) => format!("; create the bucket {bucket}, or correct its name in the configuration"),
            ("AccessDenied" | "AllAccessDisabled", _) | ("" | "Forbidden", 403) => format!(
                "; allow {action} on arn:aws:s3:::{bucket}/* to the function's role, and the use of the encryption key where \
                 there is one, and see that the bucket's policy does not deny it"
            ),
            ("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException", _) | (_, 301) => {
                format!("; the bucket {bucket} lies in another region: correct the region in the configuration")
            }
            ("ExpiredToken" | "TokenRefreshRequired" | "InvalidToken", _) => {
                "; the credentials have expired: give none for the function's role, or new ones".to_owned()
            }
            ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "UnrecognizedClientException", _) => {
                "; correct the access key and its secret, or give none for the function's role".to_owned()
            }
            ("NotImplemented" | "XNotImplemented", _) => {
                "; this store lacks something that the request asks for: conditional writes (If-None-Match) are needed, and \
                 storage class, ACL, tags and encryption may be left out of the configuration"
                    .to_owned()
            }
            ("InvalidStorageClass", _) => "; correct lambda.s3.storage.class".to_owned(),
            ("AccessControlListNotSupported", _) => {
                "; the bucket has ACLs disabled: leave s3.acl.canned out of the configuration".to_owned()
            }
            (code, _) if code.starts_with("KMS.") => "; see to the encryption key and its policy".to_owned(),
            _ => String::new(),
        }
    }
}

const OUT_OF_REACH: &str = "; S3 is out of reach: see to the endpoint in the configuration, and to the function's network (an S3 \
                            gateway endpoint, or a NAT gateway)";
const NO_REQUEST: &str =
    "; no request was sent: see to the credentials, the region and the endpoint in the configuration";

/// An error with its causes, on one line: the SDK's own text stops at "dispatch failure".
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Records;

    #[test]
    fn each_refusal_is_tried_again_only_where_that_may_help() {
        for (code, status) in [
            ("InternalError", 500),
            ("ServiceUnavailable", 503),
            ("SlowDown", 503),
            ("RequestTimeout", 400),
            ("OperationAborted", 409),
            ("ConditionalRequestConflict", 409),
            ("RequestTimeTooSkewed", 403),
            ("BadDigest", 400),
            ("KMS.ThrottlingException", 400),
            ("TemporaryRedirect", 307),
            ("SomethingNew", 502),
            ("SomethingNew", 429),
        ] {
            assert_eq!(retry_class(Some(code), status), RetryClass::Transient, "{code}");
        }
        for (code, status) in [
            ("NoSuchBucket", 404),
            ("AccessDenied", 403),
            ("InvalidAccessKeyId", 403),
            ("SignatureDoesNotMatch", 403),
            ("ExpiredToken", 400),
            ("PermanentRedirect", 301),
            ("AuthorizationHeaderMalformed", 400),
            ("InvalidStorageClass", 400),
            ("EntityTooLarge", 400),
            ("MetadataTooLarge", 400),
            ("KMS.DisabledException", 400),
            ("KMS.NotFoundException", 400),
            ("NotImplemented", 501),
            ("SomethingNew", 400),
        ] {
            assert_eq!(retry_class(Some(code), status), RetryClass::Permanent, "{code}");
        }
        assert_eq!(retry_class(None, 500), RetryClass::Transient);
        assert_eq!(retry_class(None, 403), RetryClass::Permanent);
    }

    fn ledger() -> Ledger {
        Ledger {
            connector: "orders-to-s3".to_owned(),
            cluster: "lake".to_owned(),
            topic: "orders".to_owned(),
            partition: 3,
            first_offset: 7,
            last_offset: 49,
            records: Records::default(),
        }
    }

    #[test]
    fn a_name_that_may_hold_contents_is_not_shown() {
        let ledger = ledger();
        let request = Request { action: "s3:PutObject", bucket: "lake", name: Some("orders+3+7"), ledger: &ledger };
        let message = |request: Request<'_>| request.error(RetryClass::Permanent, "no").message;
        let records = "(topic orders partition 3 offsets 7 to 49)";
        assert_eq!(message(request), format!("s3:PutObject on s3://lake/orders+3+7 {records}: no"));
        let hidden = Request { name: None, ..request };
        assert_eq!(message(hidden), format!("s3:PutObject on an object of s3://lake {records}: no"));
    }

    #[test]
    fn remedies_name_bucket_action_or_setting() {
        let ledger = ledger();
        let request = Request { action: "s3:PutObject", bucket: "lake", name: Some("a"), ledger: &ledger };
        for (code, status, part) in [
            (Some("NoSuchBucket"), 404, "create the bucket lake"),
            (Some("AccessDenied"), 403, "allow s3:PutObject on arn:aws:s3:::lake/*"),
            (None, 403, "allow s3:PutObject"),
            (None, 301, "another region"),
            (Some("AuthorizationHeaderMalformed"), 400, "another region"),
            (Some("ExpiredToken"), 400, "expired"),
            (Some("SignatureDoesNotMatch"), 403, "access key"),
            (Some("NotImplemented"), 501, "If-None-Match"),
            (Some("KMS.NotFoundException"), 400, "encryption key"),
        ] {
            let remedy = request.remedy(code, status);
            assert!(remedy.contains(part), "{code:?} {status}: {remedy}");
        }
        assert_eq!(request.remedy(Some("SlowDown"), 503), "");
    }
}
