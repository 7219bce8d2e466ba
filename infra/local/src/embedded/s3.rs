//! An S3 server in this process: buckets are folders, objects are files.
//!
//! It is s3s-fs: it checks signatures and checksums, keeps metadata (in hidden files beside the buckets), and honours
//! `If-None-Match` and `If-Match`. What it lacks of S3's behaviour and a sink relies on is added here: conditional writes of
//! one object are atomic, a missing bucket is an error, and the transfer encoding `aws-chunked` is not kept as an object's
//! content encoding. It has neither storage classes beside two, nor tags, nor encryption, and keys are limited to about 150
//! bytes. Good for a demonstration and for trying a configuration; claims about S3 are tested against other servers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::Method;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::access::S3Access;
use s3s::auth::SimpleAuth;
use s3s::dto::{CreateMultipartUploadInput, PutObjectInput};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3Request, S3Result, s3_error};
use s3s_fs::FileSystem;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// The access key and the secret key of the only user.
pub const CREDENTIALS: (&str, &str) = ("lambda-connect", "lambda-connect");
/// The region that the server is in.
pub const REGION: &str = "us-east-1";

/// A server on the loopback interface, over a folder. Dropping it ends it; the folder stays.
pub struct EmbeddedS3 {
    address: SocketAddr,
    folder: PathBuf,
    server: JoinHandle<()>,
}

impl EmbeddedS3 {
    /// Serves a folder, which is made if it does not exist, on a port, or on a free one if the port is 0.
    pub async fn start(folder: &Path, port: u16) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let files = FileSystem::new(&folder).map_err(|error| io::Error::other(s3s::S3Error::from(error)))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(CREDENTIALS.0, CREDENTIALS.1));
        builder.set_access(Behaviour { folder: folder.clone() });

        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(serve(listener, builder.build()));
        Ok(Self { address, folder, server })
    }

    /// Makes a bucket, unless it exists, and says where its files lie.
    pub fn create_bucket(&self, bucket: &str) -> io::Result<PathBuf> {
        let folder = self.folder.join(bucket);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The server's URL, for a connector's `store.url`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The environment variables that point AWS's clients at the server.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ACCESS_KEY_ID", CREDENTIALS.0.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIALS.1.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL_S3", self.endpoint()),
        ]
    }
}

impl Drop for EmbeddedS3 {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    let writes = Arc::new(Writes::default());
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(serve_connection(stream, service.clone(), Arc::clone(&writes)));
            }
            // Too many open files, for a while.
            Err(error) => {
                tracing::warn!(%error, "S3: cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, service: S3Service, writes: Arc<Writes>) {
    let serve = service_fn(move |request: hyper::Request<Incoming>| {
        let (service, writes) = (service.clone(), Arc::clone(&writes));
        async move {
            let _alone = match *request.method() {
                Method::PUT | Method::POST | Method::DELETE => Some(writes.lock(request.uri().path()).await),
                _ => None,
            };
            service.call(request.map(s3s::Body::from)).await
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await {
        tracing::debug!(%error, "S3: a connection ended");
    }
}

/// Writes of one object come one after the other: s3s-fs looks first and writes then.
#[derive(Default)]
struct Writes([Mutex<()>; 32]);

impl Writes {
    /// Waits until no other write of this path, and of some others, is under way.
    async fn lock(&self, path: &str) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % self.0.len() as u64).unwrap_or_default();
        match self.0.get(index) {
            Some(mutex) => Some(mutex.lock().await),
            None => None,
        }
    }
}

/// What S3 does and s3s-fs does not.
struct Behaviour {
    folder: PathBuf,
}

impl Behaviour {
    fn check_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.folder.join(bucket).is_dir() {
            return Ok(());
        }
        Err(s3_error!(NoSuchBucket, "The specified bucket does not exist: {bucket}"))
    }
}

#[async_trait::async_trait]
impl S3Access for Behaviour {
    async fn put_object(&self, request: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        self.check_bucket(&request.input.bucket)?;
        request.input.content_encoding = request.input.content_encoding.take().and_then(|kept| content_encoding(&kept));
        Ok(())
    }

    async fn create_multipart_upload(&self, request: &mut S3Request<CreateMultipartUploadInput>) -> S3Result<()> {
        self.check_bucket(&request.input.bucket)
    }
}

/// An object's encoding without that of its transfer.
fn content_encoding(sent: &str) -> Option<String> {
    let kept: Vec<&str> = sent.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
    Some(kept.join(",")).filter(|kept| !kept.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transfers_encoding_is_not_the_objects() {
        assert_eq!(content_encoding("gzip,aws-chunked"), Some("gzip".to_owned()));
        assert_eq!(content_encoding("aws-chunked"), None);
        assert_eq!(content_encoding("gzip, br"), Some("gzip,br".to_owned()));
    }

    #[tokio::test]
    async fn a_request_without_a_signature_is_refused() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        let folder = tempfile::tempdir().unwrap();
        let server = EmbeddedS3::start(&folder.path().join("s3"), 0).await.unwrap();
        let bucket = server.create_bucket("orders").unwrap();
        assert!(bucket.is_dir());
        let mut connection = TcpStream::connect(server.address).await.unwrap();
        let request = "PUT /orders/key HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        assert!(!bucket.join("key").exists());
    }

    #[tokio::test]
    async fn writes_of_one_object_come_one_after_the_other() {
        let writes = Writes::default();
        let first = writes.lock("/orders/key").await;
        assert!(futures_util::FutureExt::now_or_never(writes.lock("/orders/key")).is_none());
        drop(first);
        assert!(futures_util::FutureExt::now_or_never(writes.lock("/orders/key")).is_some());
    }
}
