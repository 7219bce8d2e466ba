//! Where the configuration comes from: an environment variable holds it, or says where it lies.

use std::path::{Path, PathBuf};

use connect::config::{RawConfig, RawConfigError, parse_json};
use thiserror::Error;

/// The variable with the connector's configuration.
const CONNECTOR: &str = "CONNECTOR_CONFIG";
/// The variable with what a worker would have added.
const WORKER: &str = "WORKER_CONFIG";

/// Why no configuration could be read.
#[derive(Debug, Error)]
pub(crate) enum ConfigurationError {
    #[error(
        "the environment variable {CONNECTOR} is not set: give the connector's configuration as JSON, or file:NAME, \
         ssm:NAME, secretsmanager:ID or s3://BUCKET/KEY"
    )]
    Missing,
    #[error("{variable}: cannot read {source_name}: {reason}")]
    Unreadable { variable: &'static str, source_name: String, reason: String },
    #[error("{variable}, read from {source_name}: {error}")]
    Malformed { variable: &'static str, source_name: String, error: RawConfigError },
}

/// The connector's configuration and the worker's, as pasted.
pub(crate) async fn read() -> Result<(RawConfig, RawConfig), ConfigurationError> {
    let connector = read_variable(CONNECTOR).await?.ok_or(ConfigurationError::Missing)?;
    let worker = read_variable(WORKER).await?.unwrap_or_default();
    Ok((connector, worker))
}

async fn read_variable(variable: &'static str) -> Result<Option<RawConfig>, ConfigurationError> {
    let Some(text) = std::env::var(variable).ok().filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    let source = Source::of(&text);
    let source_name = source.to_string();
    let json = match source.read().await {
        Ok(json) => json,
        Err(reason) => return Err(ConfigurationError::Unreadable { variable, source_name, reason }),
    };
    match parse_json(&json) {
        Ok(config) => Ok(Some(config)),
        Err(error) => Err(ConfigurationError::Malformed { variable, source_name, error }),
    }
}

/// Where a configuration lies.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    Inline(&'a str),
    File(&'a str),
    Ssm(&'a str),
    SecretsManager(&'a str),
    S3(&'a str),
}

impl<'a> Source<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim();
        let after = |prefix: &str| text.strip_prefix(prefix);
        None.or_else(|| after("file:").map(Self::File))
            .or_else(|| after("ssm:").map(Self::Ssm))
            .or_else(|| after("secretsmanager:").map(Self::SecretsManager))
            .or_else(|| after("s3://").map(Self::S3))
            .unwrap_or(Self::Inline(text))
    }

    async fn read(&self) -> Result<String, String> {
        match self {
            Self::Inline(text) => Ok((*text).to_owned()),
            Self::File(name) => read_small_file(&bundled(name)),
            Self::Ssm(name) => clients::ssm(name).await,
            Self::SecretsManager(id) => clients::secretsmanager(id).await,
            Self::S3(place) => {
                let (bucket, key) = place.split_once('/').ok_or("give s3://BUCKET/KEY")?;
                clients::s3(bucket, key).await
            }
        }
    }
}

impl std::fmt::Display for Source<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inline(_) => out.write_str("the variable itself"),
            Self::File(name) => write!(out, "file:{name}"),
            Self::Ssm(name) => write!(out, "ssm:{name}"),
            Self::SecretsManager(id) => write!(out, "secretsmanager:{id}"),
            Self::S3(place) => write!(out, "s3://{place}"),
        }
    }
}

/// A file that was deployed with the function: relative names begin at the function's own folder.
fn bundled(name: &str) -> PathBuf {
    let root = std::env::var_os("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
    if Path::new(name).is_relative() { root.join(name) } else { PathBuf::from(name) }
}

/// Reading one small file before the first record needs no asynchronous file I/O.
fn read_small_file(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// One AWS client per place, each behind its feature.
mod clients {
    #[cfg(any(feature = "ssm", feature = "secretsmanager", feature = "s3"))]
    fn reason<E: std::error::Error + 'static>(error: E) -> String {
        // The SDK's own Display stops at "service error": the causes say what happened.
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        text
    }

    #[cfg(feature = "ssm")]
    pub(super) async fn ssm(name: &str) -> Result<String, String> {
        let client = aws_sdk_ssm::Client::new(&aws_config::load_from_env().await);
        let answer = client.get_parameter().name(name).with_decryption(true).send().await.map_err(reason)?;
        answer.parameter.and_then(|parameter| parameter.value).ok_or_else(|| "the parameter is empty".to_owned())
    }

    #[cfg(not(feature = "ssm"))]
    pub(super) async fn ssm(_name: &str) -> Result<String, String> {
        Err("this function was built without SSM: give the configuration itself, or file:NAME".to_owned())
    }

    #[cfg(feature = "secretsmanager")]
    pub(super) async fn secretsmanager(id: &str) -> Result<String, String> {
        let client = aws_sdk_secretsmanager::Client::new(&aws_config::load_from_env().await);
        let answer = client.get_secret_value().secret_id(id).send().await.map_err(reason)?;
        answer.secret_string.ok_or_else(|| "the secret holds no text".to_owned())
    }

    #[cfg(not(feature = "secretsmanager"))]
    pub(super) async fn secretsmanager(_id: &str) -> Result<String, String> {
        Err("this function was built without Secrets Manager: give the configuration itself, or file:NAME".to_owned())
    }

    #[cfg(feature = "s3")]
    pub(super) async fn s3(bucket: &str, key: &str) -> Result<String, String> {
        let client = aws_sdk_s3::Client::new(&aws_config::load_from_env().await);
        let answer = client.get_object().bucket(bucket).key(key).send().await.map_err(reason)?;
        let bytes = answer.body.collect().await.map_err(reason)?.to_vec();
        String::from_utf8(bytes).map_err(|_| "the object is not UTF-8 text".to_owned())
    }

    #[cfg(not(feature = "s3"))]
    pub(super) async fn s3(_bucket: &str, _key: &str) -> Result<String, String> {
        Err("this function was built without Amazon S3: give the configuration itself, or file:NAME".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_told_by_its_beginning() {
        assert_eq!(Source::of(r#" {"name":"n"}"#), Source::Inline(r#"{"name":"n"}"#));
        assert_eq!(Source::of("file:connector.json"), Source::File("connector.json"));
        assert_eq!(Source::of("ssm:/orders/sink"), Source::Ssm("/orders/sink"));
        assert_eq!(Source::of("secretsmanager:orders"), Source::SecretsManager("orders"));
        assert_eq!(Source::of("s3://bucket/a/b.json"), Source::S3("bucket/a/b.json"));
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let reason = Source::of("file:/nowhere/connector.json").read().await.unwrap_err();
        assert!(reason.contains("/nowhere/connector.json"), "{reason}");
    }
}
