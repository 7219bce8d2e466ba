use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};

use super::process::Process;
use super::{free_port, installed};

/// A start takes a second.
const START_LIMIT: Duration = Duration::from_secs(60);

/// A real S3 server: MinIO, which of all that run without AWS keeps S3's promises on conditional writes.
pub struct Minio {
    address: String,
    // Dropped in this order: the process ends before its folder goes.
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Minio {
    /// Starts an empty server and waits until it serves requests. Blocks for a second.
    ///
    /// # Errors
    /// When MinIO is not installed (`make servers`) or does not start: with the end of its log.
    pub fn start() -> anyhow::Result<Self> {
        let binary = installed("minio")?.join("minio");
        let folder = tempfile::tempdir()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut server = Command::new(binary);
        server.args(["server", "--quiet", "--address", &address]).arg(folder.path().join("data"));
        server.envs([("MINIO_ROOT_USER", ACCESS_KEY), ("MINIO_ROOT_PASSWORD", SECRET_KEY)]);
        server.envs([("MINIO_BROWSER", "off"), ("MINIO_UPDATE", "off")]);
        let log = folder.path().join("minio.log");
        let process = Process::start("MinIO", &server, log, START_LIMIT, || is_ready(&address).unwrap_or(false))?;
        Ok(Self { address, _process: process, _folder: folder })
    }

    /// The endpoint, such as `http://127.0.0.1:20000`. Buckets are addressed by path.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The administrator's access key.
    pub fn access_key(&self) -> &'static str {
        ACCESS_KEY
    }

    /// The administrator's secret key.
    pub fn secret_key(&self) -> &'static str {
        SECRET_KEY
    }

    /// A client with the administrator's keys.
    pub fn client(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "tests"))
            .endpoint_url(self.endpoint())
            .force_path_style(true)
            .region(Region::from_static("us-east-1"))
            // A server that falls silent fails the test instead of hanging it.
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(20)).build())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }
}

const ACCESS_KEY: &str = "minioadmin";
const SECRET_KEY: &str = "minioadmin";

fn is_ready(address: &str) -> std::io::Result<bool> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(Duration::from_secs(1)))?;
    write!(connection, "GET /minio/health/ready HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut status = String::new();
    BufReader::new(connection).read_line(&mut status)?;
    Ok(status.contains(" 200 "))
}
