//! Where the functions' own output goes: on Lambda to CloudWatch Logs, here to the terminal or a file.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

type Take = dyn Fn(&str, &[u8]) + Send + Sync;

/// Takes each line that a function's process writes to its standard output or standard error.
#[derive(Clone)]
pub struct Output(Arc<Take>);

impl Output {
    /// Calls `take` with the process's label and each line, without the line's end. Called from several tasks.
    pub fn lines(take: impl Fn(&str, &[u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// Passes the lines on to standard error, each with the process's label before it.
    pub fn stderr() -> Self {
        Self::writer(std::io::stderr())
    }

    /// Appends the lines to a file, which is made if it does not exist.
    pub fn file(path: &Path) -> std::io::Result<Self> {
        Ok(Self::writer(std::fs::OpenOptions::new().create(true).append(true).open(path)?))
    }

    /// Throws the lines away.
    pub fn discard() -> Self {
        Self::lines(|_, _| {})
    }

    fn writer(writer: impl Write + Send + 'static) -> Self {
        let writer = Mutex::new(writer);
        Self::lines(move |label, line| {
            let text = [label.as_bytes(), b" | ", line, b"\n"].concat();
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            // A log that cannot be written (a closed pipe, a full disk) must not stop the records.
            writer.write_all(&text).ok();
        })
    }

    /// Passes everything on that `stream` yields, until it ends.
    pub(super) async fn follow(self, label: String, stream: impl AsyncRead + Unpin) {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line).await, Ok(1..)) {
            (self.0)(&label, line.strip_suffix(b"\n").unwrap_or(&line));
            line.clear();
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Output")
    }
}
