//! `s3`: the embedded S3 server over a folder.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use local::embedded::s3::{EmbeddedS3, REGION};

use super::stop::stoppable;
use super::terminal::Terminal;

/// Serve a folder as S3, for functions and clients on this machine
///
/// Buckets are folders and objects are files, so that one can look at them. Signatures are checked: use the credentials that
/// are printed. Runs until Ctrl-C.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder; made if it does not exist
    #[arg(long, value_name = "FOLDER", default_value = ".local/s3")]
    folder: PathBuf,

    /// The port on the loopback interface; 0 takes a free one. Not 9000, which is cargo-lambda's
    #[arg(long, default_value_t = 9900)]
    port: u16,

    /// A bucket to make; may be repeated
    #[arg(long = "bucket", value_name = "NAME", default_value = "orders")]
    buckets: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  A bucket `orders` on port 9900:
    lambda-connect-local s3

  Others, over a folder of your own:
    lambda-connect-local s3 --folder /srv/s3 --port 9100 --bucket orders --bucket customers";

pub(crate) async fn run(arguments: Arguments, terminal: &Terminal) -> Result<()> {
    let server = EmbeddedS3::start(&arguments.folder, arguments.port)
        .await
        .with_context(|| format!("cannot serve {} on port {}", arguments.folder.display(), arguments.port))?;
    for bucket in &arguments.buckets {
        let folder = server.create_bucket(bucket).with_context(|| format!("cannot make the bucket {bucket}"))?;
        terminal.line(&format!("the bucket {bucket} lies at {}", folder.display()));
    }
    let exports: Vec<String> =
        server.variables().iter().map(|(name, value)| format!("  export {name}={value}")).collect();
    let bucket = arguments.buckets.first().map_or("BUCKET", String::as_str);
    terminal.line(&format!(
        "S3 is ready at {endpoint}

For functions, the AWS command line and the SDKs:
{exports}
Or in a connector's configuration: \"store.url\": \"{endpoint}\", \"s3.region\": \"{REGION}\"

Then, for instance:
  aws s3 ls --recursive s3://{bucket}

Ctrl-C ends it; the files stay.",
        endpoint = server.endpoint(),
        exports = exports.join("\n"),
    ));
    stoppable(terminal, "stopped", |stop| async {
        stop.asked().await;
        Ok(())
    })
    .await
}
