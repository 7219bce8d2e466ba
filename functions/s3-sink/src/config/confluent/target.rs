//! Where objects go, and as whom.

use std::time::Duration;

use connect::config::{Key, Problems, Secret, Settings};

use super::keys;
use crate::config::{AccessKey, AssumedRole, Credentials, Retries, Target};

pub(super) fn build(settings: &Settings, problems: &mut Problems) -> Option<Target> {
    let endpoint = endpoint(settings, problems);
    let credentials = credentials(settings, problems);
    let accelerate = settings.get(&keys::WAN_MODE);
    if accelerate == Some(true) {
        check_acceleration(settings, problems);
    }
    let retries = Retries {
        attempts: u32::try_from(settings.get(&keys::PART_RETRIES)?).ok()?.max(1),
        first_backoff: milliseconds(settings, &keys::RETRY_BACKOFF)?,
        longest_backoff: milliseconds(settings, &keys::TASK_RETRY_BACKOFF)?,
    };
    Some(Target {
        bucket: settings.get(&keys::BUCKET)?,
        region: settings.get(&keys::REGION)?,
        endpoint: endpoint?,
        path_style: settings.get(&keys::PATH_STYLE)?,
        accelerate: accelerate?,
        credentials: credentials?,
        retries,
    })
}

fn milliseconds(settings: &Settings, key: &Key<i64>) -> Option<Duration> {
    settings.get(key).and_then(|number| u64::try_from(number).ok()).map(Duration::from_millis)
}

/// The endpoint, if any; none where something is wrong with it.
fn endpoint(settings: &Settings, problems: &mut Problems) -> Option<Option<String>> {
    let Some(url) = settings.get(&keys::STORE_URL).filter(|url| !url.is_empty()) else {
        return Some(None);
    };
    let endpoint = if url.contains("://") { url.clone() } else { format!("https://{url}") };
    let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.starts_with('/') || host.contains(char::is_whitespace)) {
        problems.wrong(keys::STORE_URL.spec.name, &url, "is no address: give https://HOST or http://HOST:PORT");
        return None;
    }
    Some(Some(endpoint))
}

fn check_acceleration(settings: &Settings, problems: &mut Problems) {
    let key = keys::WAN_MODE.spec.name;
    if settings.get(&keys::PATH_STYLE) == Some(true) {
        problems.wrong(key, "true", "needs the bucket in the host name: set s3.path.style.access.enabled=false");
    }
    if settings.get(&keys::STORE_URL).is_some_and(|url| !url.is_empty()) {
        problems.wrong(key, "true", "accelerates Amazon S3 only: leave store.url or s3.wan.mode out");
    }
}

fn credentials(settings: &Settings, problems: &mut Problems) -> Option<Credentials> {
    let class = settings.get(&keys::PROVIDER_CLASS)?;
    let name = class.rsplit(['.', '$']).next().unwrap_or_default();
    if name == "AwsAssumeRoleCredentialsProvider" {
        return assumed_role(settings, problems);
    }
    let of_the_sdk =
        class == name || class.starts_with("com.amazonaws.") || class.starts_with("software.amazon.awssdk.");
    if !of_the_sdk || !DEFAULT_CHAIN.contains(&name) {
        problems.wrong(
            keys::PROVIDER_CLASS.spec.name,
            &class,
            "Java classes cannot be loaded here: leave the key out for the function's role, or give \
             io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider",
        );
        return None;
    }
    let fixed = access_key(settings, &keys::ACCESS_KEY_ID, &keys::SECRET_ACCESS_KEY);
    Some(fixed.map_or(Credentials::DefaultChain, Credentials::Static))
}

/// Providers of the AWS SDKs for Java whose places the default chain looks into as well.
const DEFAULT_CHAIN: &[&str] = &[
    "DefaultAWSCredentialsProviderChain",
    "DefaultCredentialsProvider",
    "AWSCredentialsProviderChain",
    "EnvironmentVariableCredentialsProvider",
    "WebIdentityTokenCredentialsProvider",
    "WebIdentityTokenFileCredentialsProvider",
    "ContainerCredentialsProvider",
    "EC2ContainerCredentialsProviderWrapper",
    "InstanceProfileCredentialsProvider",
];

fn assumed_role(settings: &Settings, problems: &mut Problems) -> Option<Credentials> {
    let given = |key: &Key<String>| settings.get(key).filter(|text| !text.is_empty());
    for key in [&keys::ROLE_ARN, &keys::ROLE_SESSION] {
        if given(key).is_none() {
            let message = "is missing and needed by AwsAssumeRoleCredentialsProvider";
            problems.about(key.spec.name, message);
        }
    }
    let role = AssumedRole {
        arn: given(&keys::ROLE_ARN)?,
        session_name: given(&keys::ROLE_SESSION)?,
        external_id: given(&keys::ROLE_EXTERNAL_ID),
        region: given(&keys::ROLE_REGION),
        endpoint: None,
        duration: None,
    };
    let base = access_key(settings, &keys::ROLE_ACCESS_KEY_ID, &keys::ROLE_SECRET_ACCESS_KEY);
    Some(Credentials::AssumeRole { role, base })
}

/// An access key counts only as a whole.
fn access_key(settings: &Settings, id: &Key<String>, secret: &Key<Secret>) -> Option<AccessKey> {
    let id = settings.get(id).filter(|id| !id.is_empty())?;
    let secret = settings.get(secret).filter(|secret| !secret.expose().is_empty())?;
    Some(AccessKey { id, secret })
}
