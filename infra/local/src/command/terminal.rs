//! What the commands say while they work: progress that moves on a terminal, lines elsewhere. Results go to standard
//! output; all this goes to standard error.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

/// How often a number moves on a terminal, and how often a line says so elsewhere.
pub(crate) const REFRESH: Duration = Duration::from_millis(100);
const REFRESH_LINES: Duration = Duration::from_secs(5);

/// Standard error.
#[derive(Clone)]
pub(crate) struct Terminal {
    bars: MultiProgress,
    is_terminal: bool,
}

/// A step of the work, which may take a while.
pub(crate) struct Step {
    terminal: Terminal,
    bar: ProgressBar,
    name: String,
    begun: Instant,
    last_line: Instant,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        Self { bars: MultiProgress::new(), is_terminal: io::stderr().is_terminal() }
    }

    /// Writes the log to the terminal: warnings, and what `RUST_LOG` asks for.
    pub(crate) fn take_logs(&self) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        let terminal = self.clone();
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(self.is_terminal)
            .with_target(false)
            .with_writer(move || terminal.clone())
            .init();
    }

    /// Writes a line, above what moves.
    pub(crate) fn line(&self, text: &str) {
        // There is nobody to tell when standard error is closed.
        self.bars.suspend(|| writeln!(io::stderr(), "{text}")).ok();
    }

    /// Begins a step, with `total` things to do if that is known.
    pub(crate) fn step(&self, name: &str, total: Option<u64>) -> Step {
        let style = match total {
            Some(_) => "{spinner} {prefix} {bar:30} {wide_msg}",
            None => "{spinner} {prefix} {wide_msg}",
        };
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        let bar = self.bars.add(bar);
        if self.is_terminal {
            bar.enable_steady_tick(REFRESH);
        }
        let now = Instant::now();
        Step { terminal: self.clone(), bar, name: name.to_owned(), begun: now, last_line: now }
    }
}

/// The log's lines.
impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bars.suspend(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl Step {
    /// Says how far the step is.
    pub(crate) fn at(&mut self, position: u64, text: &str) {
        self.bar.set_position(position);
        self.bar.set_message(text.to_owned());
        if !self.terminal.is_terminal && self.last_line.elapsed() >= REFRESH_LINES {
            self.last_line = Instant::now();
            self.terminal.line(&format!("{} {text}", self.name));
        }
    }

    /// Ends the step with a line that stays.
    pub(crate) fn done(self, text: &str) {
        self.bar.finish_and_clear();
        self.terminal.line(&format!("{} {text}", self.name));
    }

    /// How long the step has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// A step that ends early leaves nothing that moves.
impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A number as people read it: `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes as people read them: `12.3 MB`.
pub(crate) fn megabytes(bytes: u64) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    write!(text, "{:.1} MB", bytes as f64 / 1e6).ok();
    text
}

/// How many per second, as people read it.
pub(crate) fn per_second(count: u64, time: Duration) -> String {
    thousands((count as f64 / time.as_secs_f64().max(1e-3)) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (100_000, "100,000"), (12_345_678, "12,345,678")]
        {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn bytes_are_decimal_megabytes() {
        assert_eq!(megabytes(6_291_456), "6.3 MB");
    }
}
