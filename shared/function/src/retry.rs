//! Trying again, until the deadline.

use std::future::Future;
use std::time::Duration;

use crate::{Deadline, PutError, RetryClass};

/// Pauses between tries: doubled each time up to a cap, each with full jitter so that partitions do not retry in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause, before jitter.
    pub first: Duration,
    /// The longest pause, before jitter.
    pub cap: Duration,
}

impl Backoff {
    /// The pause after this many failed tries (from 1).
    fn pause(self, failed: u32) -> Duration {
        let doubled = self.first.saturating_mul(1 << failed.saturating_sub(1).min(16));
        doubled.min(self.cap).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// Calls `attempt` until it succeeds, fails for good, or would have to pause past the deadline; gives the last error and,
/// either way, how many tries were made again.
pub async fn retry<T, Attempt, Trying>(
    deadline: Deadline,
    backoff: Backoff,
    mut attempt: Attempt,
) -> (Result<T, PutError>, u64)
where
    Attempt: FnMut() -> Trying,
    Trying: Future<Output = Result<T, PutError>>,
{
    let mut failed = 0_u32;
    let mut last_error = None;
    loop {
        let error = match tokio::time::timeout_at(deadline.instant(), attempt()).await {
            Ok(Ok(value)) => return (Ok(value), u64::from(failed)),
            Ok(Err(error)) => error,
            Err(_) => {
                let message =
                    "no answer before the end of the invocation; the function's timeout may be too short".to_owned();
                let unanswered = PutError { message, retry_class: RetryClass::Transient };
                return (Err(last_error.unwrap_or(unanswered)), u64::from(failed));
            }
        };
        let pause = backoff.pause(failed.saturating_add(1));
        if error.retry_class == RetryClass::Permanent || pause >= deadline.remaining() {
            return (Err(error), u64::from(failed));
        }
        tracing::warn!(%error, pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX), "trying again");
        failed = failed.saturating_add(1);
        last_error = Some(error);
        tokio::time::sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: Duration::from_millis(100), cap: Duration::from_secs(1) };

    fn error(retry_class: RetryClass) -> PutError {
        PutError { message: "503".to_owned(), retry_class }
    }

    #[tokio::test(start_paused = true)]
    async fn a_passing_fault_is_tried_again_until_it_is_over() {
        let mut failures = 3;
        let (result, retries) = retry(Deadline::after(Duration::from_secs(60)), BACKOFF, || {
            let answer = if failures > 0 { Err(error(RetryClass::Transient)) } else { Ok("done") };
            failures -= 1;
            std::future::ready(answer)
        })
        .await;
        assert_eq!((result, retries), (Ok("done"), 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lasting_fault_ends_before_the_deadline() {
        let deadline = Deadline::after(Duration::from_secs(5));
        let (result, retries) =
            retry::<(), _, _>(deadline, BACKOFF, || std::future::ready(Err(error(RetryClass::Transient)))).await;
        assert!(result.is_err() && retries > 3, "{retries} retries");
        assert!(!deadline.remaining().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn a_fault_that_will_not_pass_is_not_tried_again() {
        let (result, retries) = retry::<(), _, _>(Deadline::after(Duration::from_secs(5)), BACKOFF, || {
            std::future::ready(Err(error(RetryClass::Permanent)))
        })
        .await;
        assert_eq!((result, retries), (Err(error(RetryClass::Permanent)), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_never_answers_does_not_outlast_the_deadline() {
        let (result, _) =
            retry::<(), _, _>(Deadline::after(Duration::from_secs(5)), BACKOFF, std::future::pending).await;
        assert!(result.unwrap_err().message.contains("no answer"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_falls_silent_is_told_by_its_last_error() {
        let mut answers = 2;
        let (result, retries) = retry::<(), _, _>(Deadline::after(Duration::from_secs(5)), BACKOFF, || {
            answers -= 1;
            let silent = answers < 0;
            async move {
                if silent {
                    std::future::pending::<()>().await;
                }
                Err(error(RetryClass::Transient))
            }
        })
        .await;
        assert_eq!((result, retries), (Err(error(RetryClass::Transient)), 2));
    }
}
