//! The options that say which function runs, and with what configuration.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use local::runtime::{Function, Output};

use super::terminal::Terminal;

#[derive(Args)]
#[command(next_help_heading = "Function")]
pub(crate) struct FunctionArguments {
    /// The function's binary, as `cargo build` makes it
    #[arg(long, value_name = "PATH")]
    function: PathBuf,

    /// The connector's configuration, a JSON file as Kafka Connect takes it (becomes CONNECTOR_CONFIG)
    #[arg(long, value_name = "FILE")]
    connector_config: Option<PathBuf>,

    /// What a Kafka Connect worker would add, converters mostly (becomes WORKER_CONFIG)
    #[arg(long, value_name = "FILE")]
    worker_config: Option<PathBuf>,

    /// An environment variable of the function; may be repeated. The function also gets this command's own
    #[arg(long = "env", value_name = "KEY=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,

    /// How long an invocation may take, in seconds; the process is killed then
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=900))]
    timeout: u64,

    /// How many megabytes the function is told to have
    #[arg(long, value_name = "MB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(128..=10_240))]
    memory: u32,

    /// Appends what the function prints to a file, instead of showing it. What is shown leaves out its metrics
    #[arg(long, value_name = "FILE")]
    function_log: Option<PathBuf>,
}

impl FunctionArguments {
    pub(crate) fn function(&self, terminal: &Terminal) -> Result<Function> {
        let output = match &self.function_log {
            Some(path) => Output::file(path).with_context(|| format!("cannot write {}", path.display()))?,
            None => to_terminal(terminal),
        };
        let mut function =
            Function::new(self.binary()?).timeout(Duration::from_secs(self.timeout)).memory(self.memory).output(output);
        let files = [("CONNECTOR_CONFIG", &self.connector_config), ("WORKER_CONFIG", &self.worker_config)];
        for (name, path) in files {
            if let Some(path) = path {
                function = function.variable(name, file(path)?);
            }
        }
        for (name, value) in &self.variables {
            function = function.variable(name, value);
        }
        Ok(function)
    }

    /// A path, so that the binary is not looked for in PATH.
    fn binary(&self) -> Result<PathBuf> {
        if !self.function.is_file() {
            bail!("there is no function at {}: build it first, with `cargo build -p NAME`", self.function.display());
        }
        std::path::absolute(&self.function).with_context(|| format!("cannot resolve {}", self.function.display()))
    }
}

/// Passes what functions print on to the terminal, but for their metrics: long lines of JSON, for CloudWatch alone.
fn to_terminal(terminal: &Terminal) -> Output {
    let terminal = terminal.clone();
    Output::lines(move |label, line| {
        let line = String::from_utf8_lossy(line);
        if !line.contains(r#""CloudWatchMetrics":"#) {
            terminal.line(&format!("{label} | {line}"));
        }
    })
}

/// The value of a variable that names a configuration file.
pub(crate) fn file(path: &Path) -> Result<String> {
    let found = path.canonicalize().with_context(|| format!("cannot read the configuration {}", path.display()))?;
    Ok(format!("file:{}", found.display()))
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give KEY=VALUE".to_owned()),
    }
}
