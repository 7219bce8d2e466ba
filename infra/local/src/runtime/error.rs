//! What can go wrong between an invocation and its answer.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use serde::Deserialize;

/// The error that a function answers an invocation, or its initialization, with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FunctionError {
    /// The function's name for this kind of error.
    pub error_type: String,
    /// What went wrong, in the function's words.
    pub error_message: String,
}

impl FunctionError {
    /// Reads the body of an error answer. A body that is not the documented JSON is the message itself.
    pub(super) fn from_body(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|_| Self {
            error_type: "Unknown".to_owned(),
            error_message: String::from_utf8_lossy(body).into_owned(),
        })
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.error_type, self.error_message)
    }
}

impl std::error::Error for FunctionError {}

/// An execution environment did not come up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The Runtime API has no port to listen on.
    #[error("cannot listen on the loopback interface for the Runtime API")]
    Listen(#[source] io::Error),
    /// The function's binary could not be started.
    #[error("cannot start the function {}: is it built, and executable?", program.display())]
    Spawn {
        /// The binary.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The function reported an error of its initialization.
    #[error("the function failed to initialize: {0}")]
    Init(FunctionError),
    /// The process ended before it asked for its first event.
    #[error("the function's process ended before it asked for an event ({status}); its last output says why")]
    Exited {
        /// How it ended.
        status: ExitStatus,
    },
    /// The process is alive but never asked for an event.
    #[error("the function did not ask for an event within {} s of its start", after.as_secs_f64())]
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// The process cannot be waited for.
    #[error("cannot wait for the function's process")]
    Wait(#[source] io::Error),
}

/// An invocation ended without the function's answer. The environment is gone; what the function had begun may be done
/// or not.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// No environment came up to run it.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The process ended in mid-invocation.
    #[error("the function's process ended during the invocation {request_id} ({status})")]
    Exited {
        /// The invocation.
        request_id: String,
        /// How the process ended.
        status: ExitStatus,
    },
    /// The function took longer than its timeout, and was killed.
    #[error("the invocation {request_id} timed out after {} s: the process was killed", after.as_secs_f64())]
    TimedOut {
        /// The invocation.
        request_id: String,
        /// The function's timeout.
        after: Duration,
    },
    /// The environment was used again after one of the above.
    #[error("the execution environment is gone")]
    Gone,
}
