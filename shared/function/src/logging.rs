//! Structured logs on standard output, one JSON object a line.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Our own crates. What a client library logs at its finest levels are requests, with keys and payloads in them.
const OURS: [&str; 4] = ["connect", "event", "format", "function"];

/// Starts logging. The level of our own lines comes from `AWS_LAMBDA_LOG_LEVEL` (what the function's logging configuration
/// sets) or `RUST_LOG`, a level's name either way; `info` otherwise. Libraries never log below `info`.
pub(crate) fn start(function: &str) {
    let wanted = ["AWS_LAMBDA_LOG_LEVEL", "RUST_LOG"].iter().find_map(|name| std::env::var(name).ok()?.parse().ok());
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(true);
    let filter = filter(function, wanted.unwrap_or(LevelFilter::INFO));
    // A second start (in tests) keeps the first.
    if tracing_subscriber::registry().with(lines).with(filter).try_init().is_err() {
        tracing::debug!("logging was started before");
    }
}

fn filter(function: &str, wanted: LevelFilter) -> Targets {
    let ours = OURS.map(str::to_owned).into_iter().chain([function.replace('-', "_")]);
    Targets::new()
        .with_default(wanted.min(LevelFilter::INFO))
        .with_targets(ours.map(|target| (target, wanted)))
        // It says again what an invocation's error has said.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn only_our_own_crates_say_more() {
        let filter = filter("s3-sink", LevelFilter::TRACE);
        assert!(filter.would_enable("s3_sink::upload", &Level::TRACE));
        assert!(filter.would_enable("function", &Level::DEBUG));
        assert!(filter.would_enable("aws_smithy_runtime::client", &Level::INFO));
        assert!(!filter.would_enable("aws_smithy_runtime::client", &Level::DEBUG), "requests hold customers' keys");
    }

    #[test]
    fn a_coarser_level_is_for_all() {
        let filter = filter("s3-sink", LevelFilter::ERROR);
        assert!(!filter.would_enable("hyper", &Level::WARN) && !filter.would_enable("s3_sink", &Level::WARN));
    }
}
