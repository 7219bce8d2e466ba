//! How long an invocation may still take.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The moment by which a sink returns: the invocation's own end, less a margin for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

/// Time kept for the answer, at most; short invocations keep a tenth.
const MARGIN: Duration = Duration::from_secs(1);

/// Taken where the end has passed before the invocation began. Lambda never says so; `cargo lambda watch` does, always.
const UNKNOWN: Duration = Duration::from_secs(60);

impl Deadline {
    /// The deadline of an invocation that Lambda ends at `end`.
    pub(crate) fn of_invocation(end: SystemTime) -> Self {
        let left = end.duration_since(SystemTime::now()).unwrap_or(UNKNOWN);
        Self::after(left.saturating_sub(MARGIN.min(left / 10)))
    }

    /// A deadline this far from now.
    #[must_use]
    pub fn after(left: Duration) -> Self {
        Self(Instant::now() + left)
    }

    /// The time left; zero once it is over.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The moment itself, for a timeout.
    #[must_use]
    pub fn instant(self) -> Instant {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_kept_for_the_answer() {
        let of = |seconds| {
            Deadline::of_invocation(SystemTime::now() + Duration::from_secs(seconds)).remaining().as_secs_f64()
        };
        assert!((58.0..=59.0).contains(&of(60)), "{}", of(60));
        assert!((2.6..=2.7).contains(&of(3)), "{}", of(3));
    }

    #[test]
    fn an_end_in_the_past_is_no_end() {
        assert!(Deadline::of_invocation(SystemTime::UNIX_EPOCH).remaining() > Duration::from_secs(50));
    }
}
