//! Structured logs on standard output, one JSON object a line.

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. The level comes from `RUST_LOG` (targets and levels) or `AWS_LAMBDA_LOG_LEVEL` (what the function's
/// logging configuration sets); `info` otherwise.
pub(crate) fn start() {
    let wanted = ["RUST_LOG", "AWS_LAMBDA_LOG_LEVEL"].iter().find_map(|name| std::env::var(name).ok());
    let filter = wanted.and_then(|text| text.to_lowercase().parse::<Targets>().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(true);
    // A second start (in tests) keeps the first.
    if tracing_subscriber::registry().with(lines).with(filter).try_init().is_err() {
        tracing::debug!("logging was started before");
    }
}
