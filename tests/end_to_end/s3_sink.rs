//! The sink under test: one bucket of one shared server, one connector configuration, the binary as it is deployed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_s3::Client;
use local::runtime::{Environment, Function, InvokeError, Invoked, Output};
use serde_json::{Value, json};
use tests::servers::Minio;

/// One S3 server for all tests of this binary; each test has a bucket of its own.
pub(crate) fn minio() -> &'static Minio {
    static MINIO: OnceLock<Minio> = OnceLock::new();
    MINIO.get_or_init(|| Minio::start().expect("MinIO starts"))
}

/// A bucket of its own, and a connector configuration that writes there.
pub(crate) struct S3Sink {
    pub(crate) bucket: String,
    pub(crate) client: Client,
    config: Value,
}

/// An object as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl S3Sink {
    /// A new bucket, and Confluent's JSON configuration with the given keys on top.
    pub(crate) async fn confluent(keys: &Value) -> anyhow::Result<Self> {
        let own = json!({
            "name": "orders-to-s3",
            "connector.class": "io.confluent.connect.s3.S3SinkConnector",
            "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
            "storage.class": "io.confluent.connect.s3.storage.S3Storage",
            "flush.size": "100000",
            "s3.region": "us-east-1",
            "store.url": minio().endpoint(),
        });
        Self::new("s3.bucket.name", own, keys).await
    }

    /// A new bucket, and Aiven's configuration with the given keys on top.
    pub(crate) async fn aiven(keys: &Value) -> anyhow::Result<Self> {
        let own = json!({
            "name": "orders-to-s3",
            "connector.class": "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector",
            "aws.s3.region": "us-east-1",
            "aws.s3.endpoint": minio().endpoint(),
        });
        Self::new("aws.s3.bucket.name", own, keys).await
    }

    async fn new(bucket_key: &str, mut config: Value, keys: &Value) -> anyhow::Result<Self> {
        static BUCKETS: AtomicU64 = AtomicU64::new(1);
        let bucket = format!("bucket-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
        let client = minio().client();
        client.create_bucket().bucket(&bucket).send().await?;
        let converters = json!({
            bucket_key: bucket,
            "topics": "orders",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
        });
        for layer in [&converters, keys] {
            for (key, value) in layer.as_object().context("keys are an object")? {
                config[key] = value.clone();
            }
        }
        Ok(Self { bucket, client, config })
    }

    /// The same bucket with other keys.
    pub(crate) fn with(&self, keys: &Value) -> Self {
        let mut config = self.config.clone();
        for (key, value) in keys.as_object().expect("keys are an object") {
            config[key] = value.clone();
        }
        Self { bucket: self.bucket.clone(), client: self.client.clone(), config }
    }

    /// The function, as the templates deploy it.
    pub(crate) fn function(&self) -> Function {
        self.function_of(&binary("s3-sink"))
    }

    /// The function, started by another program.
    pub(crate) fn function_of(&self, program: &Path) -> Function {
        Function::new(program)
            .isolated()
            .variable("CONNECTOR_CONFIG", self.config.to_string())
            .variable("AWS_ACCESS_KEY_ID", minio().access_key())
            .variable("AWS_SECRET_ACCESS_KEY", minio().secret_key())
            .variable("AWS_EC2_METADATA_DISABLED", "true")
            .timeout(Duration::from_secs(30))
            .output(Output::discard())
    }

    /// Starts the function, invokes it once, and stops it.
    pub(crate) async fn invoke(&self, event: &[u8]) -> Result<Invoked, InvokeError> {
        invoke(&self.function(), event).await
    }

    /// Invokes, and expects success.
    pub(crate) async fn write(&self, event: &[u8]) -> anyhow::Result<()> {
        let invoked = self.invoke(event).await?;
        invoked.answer.map(drop).map_err(Into::into)
    }

    /// How many objects the bucket has.
    pub(crate) async fn count(&self) -> anyhow::Result<usize> {
        let mut count = 0;
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            count += page?.contents().len();
        }
        Ok(count)
    }

    /// All objects of the bucket by key.
    pub(crate) async fn objects(&self) -> anyhow::Result<BTreeMap<String, Object>> {
        let mut objects = BTreeMap::new();
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            for listed in page?.contents() {
                let key = listed.key().context("an object has a key")?;
                let object = self.client.get_object().bucket(&self.bucket).key(key).send().await?;
                let metadata = object.metadata().cloned().unwrap_or_default().into_iter().collect();
                let bytes = object.body.collect().await?.to_vec();
                objects.insert(key.to_owned(), Object { bytes, metadata });
            }
        }
        Ok(objects)
    }
}

/// Starts a function, invokes it once, and stops it.
pub(crate) async fn invoke(function: &Function, event: &[u8]) -> Result<Invoked, InvokeError> {
    let mut environment = Environment::start(function).await?;
    let invoked = environment.invoke(event.to_vec().into()).await;
    environment.stop().await;
    invoked
}

/// A binary of the workspace, beside this test's own.
pub(crate) fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.ancestors().nth(2).expect("a test lies in target/PROFILE/deps");
    let binary = profile.join(name);
    assert!(binary.is_file(), "{} is missing: run `cargo build --workspace --bins` first", binary.display());
    binary
}
