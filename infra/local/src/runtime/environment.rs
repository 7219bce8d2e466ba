//! One execution environment: a process of the function behind a Runtime API of its own.

use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::sync::oneshot;

use super::api::{Api, Invocation};
use super::function::INIT_TIMEOUT;
use super::{Function, FunctionError, InvokeError, StartError};

/// A running process of a function, which takes one invocation at a time.
///
/// Dropping it kills the process, and whatever the process has started.
#[derive(Debug)]
pub struct Environment {
    timeout: Duration,
    init_duration: Duration,
    process: Process,
    api: Option<Api>,
}

/// A killed process ends at once, unless the kernel holds it (a disk or a network file system that does not answer).
const LONGEST_END: Duration = Duration::from_secs(10);

/// An invocation that the function answered.
#[derive(Debug)]
pub struct Invoked {
    /// The invocation's identifier, as in the function's own log.
    pub request_id: String,
    /// The function's answer: its response (JSON, as a rule), or its error.
    pub answer: Result<Bytes, FunctionError>,
    /// From handing the event over until the answer was there.
    pub duration: Duration,
}

impl Environment {
    /// Starts a process of `function` and waits until it asks for its first event, as Lambda's init phase does.
    ///
    /// Fails if the process cannot be started, ends, reports an initialization error, or takes longer than 10 s.
    pub async fn start(function: &Function) -> Result<Self, StartError> {
        static STARTED: AtomicU64 = AtomicU64::new(1);
        let label = format!("{}-{}", function.name, STARTED.fetch_add(1, Ordering::Relaxed));

        let mut api = Api::listen(function.arn()).await.map_err(StartError::Listen)?;
        let begun = Instant::now();
        let mut process = Process::spawn(function, &api.address, label)?;
        tokio::select! {
            // An error that the process reports just before it ends says more than that it ended.
            biased;
            ready = &mut api.ready => match ready {
                Ok(Ok(asked)) => Ok(Self {
                    timeout: function.timeout,
                    init_duration: asked.duration_since(begun),
                    process,
                    api: Some(api),
                }),
                Ok(Err(error)) => Err(StartError::Init(error)),
                Err(_) => Err(StartError::Listen(std::io::Error::other("the Runtime API ended"))),
            },
            status = process.child.wait() => Err(match status {
                Ok(status) => StartError::Exited { status },
                Err(error) => StartError::Wait(error),
            }),
            () = tokio::time::sleep(INIT_TIMEOUT) => Err(StartError::TimedOut { after: INIT_TIMEOUT }),
        }
    }

    /// From the start of the process until its first request for an event: the part of a cold start that the function
    /// itself is answerable for.
    pub fn time_to_first_next(&self) -> Duration {
        self.init_duration
    }

    /// The process, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.process.child.id()
    }

    /// Whether the environment can take another invocation: the process has not ended, as far as is known.
    pub fn is_alive(&mut self) -> bool {
        self.api.is_some() && matches!(self.process.child.try_wait(), Ok(None))
    }

    /// Invokes the function with an event (JSON, at most 6 MB on Lambda) and waits for its answer.
    ///
    /// Fails if there is no answer: the process ended, or took longer than the function's timeout and was killed. The
    /// environment is of no use after that.
    pub async fn invoke(&mut self, event: Bytes) -> Result<Invoked, InvokeError> {
        let Some(api) = &self.api else { return Err(InvokeError::Gone) };
        let request_id = request_id();
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { request_id: request_id.clone(), event, timeout: self.timeout, answer };
        let begun = Instant::now();
        let failure = tokio::select! {
            biased;
            answer = async {
                if !api.hand_over(invocation).await {
                    return None;
                }
                answered.await.ok()
            } => match answer {
                Some(answer) => return Ok(Invoked { request_id, answer, duration: begun.elapsed() }),
                None => InvokeError::Gone,
            },
            status = self.process.child.wait() => match status {
                Ok(status) => InvokeError::Exited { request_id, status },
                Err(error) => StartError::Wait(error).into(),
            },
            () = tokio::time::sleep(self.timeout) => InvokeError::TimedOut { request_id, after: self.timeout },
        };
        self.api = None;
        self.process.kill();
        Err(failure)
    }

    /// Kills the process and waits until it has ended, for 10 s at the most.
    pub async fn stop(mut self) -> Option<ExitStatus> {
        self.process.kill();
        match tokio::time::timeout(LONGEST_END, self.process.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                tracing::warn!(
                    process = self.process.child.id(),
                    "the function's process was killed and has not ended"
                );
                None
            }
        }
    }
}

/// A child process in a group of its own: a Ctrl-C at the terminal is for the mapping, which lets invocations finish, and
/// what the child starts itself (a function behind a shell script) ends with it.
#[derive(Debug)]
struct Process {
    child: Child,
    group: Option<Pid>,
}

impl Process {
    fn spawn(function: &Function, address: &str, label: String) -> Result<Self, StartError> {
        let mut command = function.command(address);
        command.process_group(0).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().map_err(|source| StartError::Spawn { program: function.program.clone(), source })?;
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(function.output.clone().follow(label.clone(), stdout));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(function.output.clone().follow(label, stderr));
        }
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { child, group })
    }

    fn kill(&mut self) {
        let Some(group) = self.group.take() else { return };
        match kill_process_group(group, Signal::KILL) {
            // The group outlives its leader while any member runs; "no such process" means that all have ended.
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => {
                tracing::warn!(%error, "the function's process group could not be killed: its leader is");
                self.child.start_kill().ok();
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An identifier of the form that Lambda uses: a UUID of version 4.
fn request_id() -> String {
    let bits = (fastrand::u128(..) & !(0xf << 76 | 0x3 << 62)) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
    parts.join("-")
}
