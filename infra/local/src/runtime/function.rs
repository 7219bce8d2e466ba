//! What a function is, before any process of it runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Output;

/// A Lambda function: its binary and its settings.
#[derive(Debug, Clone)]
pub struct Function {
    pub(super) program: PathBuf,
    pub(super) name: String,
    pub(super) memory: u32,
    pub(super) timeout: Duration,
    pub(super) output: Output,
    isolated: bool,
    variables: BTreeMap<String, String>,
}

/// How long Lambda waits for a function's first request for an event.
pub(super) const INIT_TIMEOUT: Duration = Duration::from_secs(10);

const REGION: &str = "us-east-1";
/// The account number that AWS uses in its examples.
const ACCOUNT: &str = "123456789012";

impl Function {
    /// A function that runs `program`, named after it, with 512 MB, a timeout of 60 s, and this process's environment
    /// variables beside Lambda's.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        let name =
            program.file_stem().map_or_else(|| "function".to_owned(), |stem| stem.to_string_lossy().into_owned());
        Self {
            program,
            name,
            memory: 512,
            timeout: Duration::from_secs(60),
            output: Output::stderr(),
            isolated: false,
            variables: BTreeMap::new(),
        }
    }

    /// Sets an environment variable. A later one of the same name wins, and each wins over Lambda's own.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Starts the processes with the variables set here and Lambda's, and none of this process's: no AWS profile or
    /// credential of whoever runs it gets in.
    #[must_use]
    pub fn isolated(mut self) -> Self {
        self.isolated = true;
        self
    }

    /// Sets how long an invocation may take. Lambda allows 1 s to 900 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Says how many megabytes the function has. It is told so; nothing here enforces it.
    #[must_use]
    pub fn memory(mut self, megabytes: u32) -> Self {
        self.memory = megabytes;
        self
    }

    /// Sets where the processes' own output goes.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// The function's name: that of its binary.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long an invocation may take.
    pub fn invocation_timeout(&self) -> Duration {
        self.timeout
    }

    pub(super) fn arn(&self) -> String {
        let region = self.variables.get("AWS_REGION").map_or(REGION, String::as_str);
        format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{}", self.name)
    }

    /// The command that starts a process whose Runtime API is at `address` (host and port).
    /// (AWS Lambda developer guide, "Defined runtime environment variables".)
    pub(super) fn command(&self, address: &str) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.program);
        if self.isolated {
            command.env_clear();
        }
        let folder = self.program.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if std::env::var_os("AWS_REGION").is_none() || self.isolated {
            command.env("AWS_REGION", REGION);
        }
        command
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", &self.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", self.memory.to_string())
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", self.name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
            .env("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023")
            .env("_HANDLER", "bootstrap")
            .env("LAMBDA_TASK_ROOT", folder)
            .env("TZ", ":UTC")
            .envs(&self.variables);
        command
    }
}
