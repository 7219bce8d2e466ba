//! How objects are put: encryption, access, tags.

use connect::config::{Problems, Settings};

use super::keys;
use crate::config::{Encryption, ObjectOptions, Tagging, own};

pub(super) fn build(settings: &Settings, problems: &mut Problems) -> Option<ObjectOptions> {
    let encryption = encryption(settings, problems);
    let tagging = tagging(settings, problems);
    Some(ObjectOptions {
        encryption: encryption?,
        acl: settings.get(&keys::ACL).filter(|acl| !acl.is_empty()),
        storage_class: own::storage_class(settings),
        tagging: tagging?,
    })
}

fn encryption(settings: &Settings, problems: &mut Problems) -> Option<Encryption> {
    let name = settings.get(&keys::SSE_NAME)?;
    let kms_key = settings.get(&keys::SSE_KMS_KEY).filter(|key| !key.is_empty());
    let customer_key = settings.get(&keys::SSE_CUSTOMER_KEY).filter(|key| !key.expose().is_empty());
    if let Some(key) = customer_key {
        if name != "AES256" {
            let message = "takes effect only with s3.ssea.name=AES256: set that, or leave the key out";
            problems.about(keys::SSE_CUSTOMER_KEY.spec.name, message);
            return None;
        }
        if !is_32_bytes_in_base64(key.expose()) {
            problems.about(keys::SSE_CUSTOMER_KEY.spec.name, "must be 32 bytes in base64");
            return None;
        }
        if settings.get(&keys::STORE_URL).is_some_and(|url| url.starts_with("http://")) {
            let message = "goes with every request, which S3 takes only over https: correct store.url";
            problems.about(keys::SSE_CUSTOMER_KEY.spec.name, message);
            return None;
        }
        return Some(Encryption::CustomerKey(key));
    }
    if kms_key.is_some() && !name.starts_with("aws:kms") {
        let message = "takes effect only with s3.ssea.name=aws:kms or aws:kms:dsse: set that, or leave the key out";
        problems.about(keys::SSE_KMS_KEY.spec.name, message);
        return None;
    }
    match name.as_str() {
        "AES256" => Some(Encryption::S3Managed),
        "aws:kms" if kms_key.is_none() => {
            let message = "takes effect only with s3.sse.kms.key.id: name a key, or leave s3.ssea.name out for the \
                           bucket's own encryption";
            problems.wrong(keys::SSE_NAME.spec.name, &name, message);
            None
        }
        "aws:kms" => Some(Encryption::Kms { key_id: kms_key, dual_layer: false }),
        "aws:kms:dsse" => Some(Encryption::Kms { key_id: kms_key, dual_layer: true }),
        _ => Some(Encryption::BucketDefault),
    }
}

fn is_32_bytes_in_base64(text: &str) -> bool {
    base64_simd::STANDARD.decode_to_vec(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// Tags, if any; none where something is wrong with them.
fn tagging(settings: &Settings, problems: &mut Problems) -> Option<Option<Tagging>> {
    let enabled = settings.get(&keys::TAGGING)?;
    let listed = settings.get(&keys::TAGGING_PAIRS)?;
    let ignore_errors = settings.get(&keys::TAGGING_ERRORS)?.eq_ignore_ascii_case("ignore");
    if !enabled {
        return Some(None);
    }
    let key = keys::TAGGING_PAIRS.spec.name;
    let mut pairs: Vec<(String, String)> = Vec::with_capacity(listed.len());
    let mut wrong = |pair: &str, message: &str| problems.wrong(key, pair, message);
    for pair in listed.iter().filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once(':').map(|(name, value)| (name.trim(), value.trim())) else {
            wrong(pair, "is no tag: give name:value");
            continue;
        };
        let taken = OWN_TAGS.contains(&name) || pairs.iter().any(|(other, _)| other == name);
        if name.is_empty() || name.chars().count() > 128 || value.chars().count() > 256 {
            wrong(pair, "is no tag: a name has 1 to 128 characters, a value at most 256");
        } else if taken {
            wrong(
                pair,
                "has a name that another tag has: give each name once, and none of startOffset, endOffset, recordCount",
            );
        } else {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    }
    if pairs.len() + OWN_TAGS.len() > MOST_TAGS {
        wrong(&listed.join(","), "are too many tags: S3 allows ten on an object, and three are taken");
    }
    Some(Some(Tagging { pairs, ignore_errors }))
}

/// Tags that S3 allows on an object.
const MOST_TAGS: usize = 10;
/// The tags that every tagged object has.
const OWN_TAGS: [&str; 3] = ["startOffset", "endOffset", "recordCount"];
