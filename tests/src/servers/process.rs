use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Runs its arguments until they end or its standard input does, whichever comes first.
///
/// The test process holds the other end of that input, so however it ends (a kill and Ctrl-C included, where nothing is
/// dropped) the server ends with it.
const RUN_UNTIL_INPUT_ENDS: &str = r#"
exec 3<&0
"$@" </dev/null &
server=$!
{ cat <&3 >/dev/null; kill -9 $server; } &
guard=$!
wait $server
status=$?
kill $guard
exit $status
"#;

/// A server process. Dropping it kills the server and waits for its end.
pub(super) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a command, its output in `log`, and returns once `ready` says so.
    ///
    /// # Errors
    /// When it cannot be started, ends early, or is not ready in time: with the last lines of its log.
    pub(super) fn start(
        name: &'static str,
        command: &Command,
        log: PathBuf,
        limit: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> anyhow::Result<Self> {
        let output = File::create(&log)?;
        let mut shell = Command::new("sh");
        shell.args(["-c", RUN_UNTIL_INPUT_ENDS, name]).arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        shell.stdin(Stdio::piped()).stdout(output.try_clone()?).stderr(output);
        let child = shell.spawn().with_context(|| format!("start {name}"))?;
        let mut process = Self { name, child, log };
        let started = Instant::now();
        while !ready() {
            if let Some(status) = process.child.try_wait()? {
                anyhow::bail!("{name} ended while starting ({status}). Its log ends:\n{}", last_lines(&process.log));
            }
            if started.elapsed() > limit {
                anyhow::bail!("{name} is not ready after {limit:?}. Its log ends:\n{}", last_lines(&process.log));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if let Err(error) = self.child.wait() {
            eprintln!("{} could not be stopped: {error}", self.name);
        }
    }
}

fn last_lines(log: &Path) -> String {
    let text = match fs::read(log) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return format!("(the log cannot be read: {error})"),
    };
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(30)).copied().collect::<Vec<_>>().join("\n")
}
