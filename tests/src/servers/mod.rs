//! Real servers for tests, all in one form: `start()` gives a server of its own on free loopback ports with its state in
//! a temporary folder, ready for the first request; dropping it, or the end of the process, stops it.
//!
//! The servers come from the cache folder that `make servers` fills (`tests/servers/install`). One that is missing is an
//! error, never a skipped test.

mod kafka;
mod minio;
mod process;

use std::env;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use anyhow::Context as _;

pub use kafka::Kafka;
pub use minio::Minio;

/// Versions of all servers, as lines `NAME_VERSION=…`: the same file that `tests/servers/install` reads.
const VERSIONS: &str = include_str!("../../servers/versions.env");

/// The folder that `make servers` has filled for a server.
///
/// # Errors
/// When it is not there: the message says what to run.
fn installed(server: &str) -> anyhow::Result<PathBuf> {
    let key = format!("{}_VERSION=", server.to_uppercase());
    let version = VERSIONS
        .lines()
        .find_map(|line| line.strip_prefix(&key))
        .with_context(|| format!("tests/servers/versions.env has no {key}"))?;
    let cache = match env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir().context("neither XDG_CACHE_HOME nor HOME is set")?.join(".cache"),
    };
    let folder = cache.join("lambda-connect").join(format!("{server}-{version}"));
    anyhow::ensure!(folder.is_dir(), "{server} {version} is not in {}: run `make servers` once", folder.display());
    Ok(folder)
}

/// A loopback port that nobody listens on, below the range that the kernel takes for outgoing connections: the seconds
/// until a server binds it are then no race against every client on the machine.
fn free_port() -> anyhow::Result<u16> {
    (0..100)
        .map(|_| fastrand::u16(15_000..32_000))
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .context("no free port between 15000 and 32000 in 100 attempts")
}
