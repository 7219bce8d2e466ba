//! The S3 client, built once per cold start.

use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Credentials as Key, SharedCredentialsProvider};

use crate::config::{AccessKey, AssumedRole, Credentials, Target};

/// How long one try of one request may take before it is given up and made again. The largest object, a whole batch without
/// compression, needs less than a second in Amazon's network.
const ATTEMPT: Duration = Duration::from_secs(30);

/// A client for this target. Nothing is sent: credentials are asked for with the first request.
pub(crate) async fn client(target: &Target) -> aws_sdk_s3::Client {
    let region = Region::new(target.region.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(region.clone());
    if let Credentials::Static(key) | Credentials::AssumeRole { base: Some(key), .. } = &target.credentials {
        loader = loader.credentials_provider(fixed(key));
    }
    let shared = loader.load().await;
    let mut config = Builder::from(&shared)
        .region(region)
        .force_path_style(target.path_style)
        .accelerate(target.accelerate)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(target.retries.attempts)
                .with_initial_backoff(target.retries.first_backoff)
                .with_max_backoff(target.retries.longest_backoff),
        )
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build());
    if let Credentials::AssumeRole { role, .. } = &target.credentials {
        config = config.credentials_provider(assumed(role, &target.region, &shared).await);
    }
    if let Some(endpoint) = &target.endpoint {
        config = config.endpoint_url(endpoint);
    }
    aws_sdk_s3::Client::from_conf(config.build())
}

fn fixed(key: &AccessKey) -> Key {
    Key::new(&key.id, key.secret.expose(), None, None, "connector configuration")
}

/// Credentials of a role, asked for as the shared configuration says and renewed before they expire.
async fn assumed(role: &AssumedRole, bucket_region: &str, shared: &SdkConfig) -> SharedCredentialsProvider {
    let sts = match &role.endpoint {
        Some(endpoint) => shared.to_builder().endpoint_url(endpoint).build(),
        None => shared.clone(),
    };
    let region = role.region.as_deref().unwrap_or(bucket_region).to_owned();
    let mut provider = AssumeRoleProvider::builder(&role.arn)
        .session_name(&role.session_name)
        .region(Region::new(region))
        .configure(&sts);
    if let Some(external_id) = &role.external_id {
        provider = provider.external_id(external_id);
    }
    if let Some(duration) = role.duration {
        provider = provider.session_length(duration);
    }
    SharedCredentialsProvider::new(provider.build().await)
}
