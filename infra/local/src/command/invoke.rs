//! `invoke`: event files to a function, without Kafka.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use event::write::MAX_EVENT_BYTES;
use local::runtime::Functions;

use super::function::FunctionArguments;
use super::stop::stoppable;
use super::terminal::Terminal;

/// Invoke a function with event files, one after the other, and print its answers
///
/// The function's process stays warm from one event to the next, as on Lambda. Answers go to standard output, everything
/// else to standard error; the command fails if an invocation does.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    function: FunctionArguments,

    /// Event files (JSON); `-` is standard input
    #[arg(required = true, value_name = "EVENT")]
    events: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  One event, to a sink that writes to the local S3 (see `lambda-connect-local s3`):
    lambda-connect-local invoke --function target/debug/s3-sink \\
      --connector-config connector.json events/msk/orders.json

  Several, and their answers in a file:
    lambda-connect-local invoke --function target/debug/s3-sink \\
      --connector-config connector.json events/msk/*.json > answers.jsonl";

pub(crate) async fn run(arguments: Arguments, terminal: &Terminal) -> Result<()> {
    let functions = Functions::new(arguments.function.function(terminal)?, 1);
    let ending = "stopping after this invocation (Ctrl-C again kills it)";
    stoppable(terminal, ending, |stop| async {
        let mut stop = std::pin::pin!(stop.asked());
        let mut failed = 0;
        for path in &arguments.events {
            if futures_util::FutureExt::now_or_never(stop.as_mut()).is_some() {
                bail!("stopped before {}", path.display());
            }
            if let Err(error) = invoke(&functions, path, terminal).await {
                failed += 1;
                terminal.line(&format!("{}: {error:#}", path.display()));
            }
        }
        if failed > 0 {
            bail!("{failed} of {} invocations failed", arguments.events.len());
        }
        Ok(())
    })
    .await
}

async fn invoke(functions: &Functions, path: &Path, terminal: &Terminal) -> Result<()> {
    let event = read(path).context("cannot read the event")?;
    if event.len() > MAX_EVENT_BYTES {
        bail!("the event has {} bytes, and Lambda takes {MAX_EVENT_BYTES}", event.len());
    }
    let invoked = functions.invoke(event.into()).await?;
    let answer = invoked.answer?;
    terminal.line(&format!("{}: answered after {} ms", path.display(), invoked.duration.as_millis()));
    let mut stdout = std::io::stdout();
    stdout.write_all(&answer)?;
    stdout.write_all(b"\n")?;
    Ok(())
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path);
    }
    let mut event = Vec::new();
    std::io::stdin().read_to_end(&mut event)?;
    Ok(event)
}
