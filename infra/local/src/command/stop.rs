//! Ctrl-C, and the signal that a service manager sends.

use std::future::Future;

use anyhow::{Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::terminal::Terminal;

/// Runs what can be stopped: at the first signal it is asked to end, at a second one it is dropped.
pub(crate) async fn stoppable<T, F>(terminal: &Terminal, ending: &str, run: impl FnOnce(Stop) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (sender, receiver) = watch::channel(false);
    let mut run = std::pin::pin!(run(Stop(receiver)));
    loop {
        tokio::select! {
            done = &mut run => return done,
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if sender.send_replace(true) {
            bail!("stopped at once: the functions' processes are killed, what they had in flight is not committed");
        }
        terminal.line(ending);
    }
}

/// Resolves when a stop is asked for.
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    pub(crate) async fn asked(mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody can ask any more.
            std::future::pending::<()>().await;
        }
    }
}
