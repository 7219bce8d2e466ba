//! Runs the vectors recorded from real Kafka Connect: `tests/vectors`, or the folder that `VECTORS` names.
//!
//! Prints for each file what passed, what failed (with expected and got) and what is not supported yet, and closes with
//! one line of totals. Fails if any vector does.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test: a vector that is not as described stops it")]

mod compare;
mod conversion;
mod files;
mod value;
mod verdict;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use verdict::Verdict;

fn main() -> ExitCode {
    let folder = std::env::var_os("VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"), PathBuf::from);
    match run_folder(&folder) {
        Ok(total) => {
            println!("vectors: {} passed, {} failed, {} unsupported", total.passed, total.failed, total.unsupported);
            if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug, Default)]
struct Count {
    passed: usize,
    failed: usize,
    unsupported: usize,
}

fn run_folder(folder: &Path) -> std::io::Result<Count> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    if paths.is_empty() {
        return Err(std::io::Error::other("no vectors (files named *.json) here"));
    }
    let mut total = Count::default();
    for path in paths {
        let vectors: Vec<Value> = serde_json::from_slice(&std::fs::read(&path)?)
            .map_err(|error| std::io::Error::other(format!("{}: {error}", path.display())))?;
        let count = run_file(&path.file_stem().unwrap_or_default().to_string_lossy(), &vectors);
        total.passed += count.passed;
        total.failed += count.failed;
        total.unsupported += count.unsupported;
    }
    Ok(total)
}

fn run_file(subject: &str, vectors: &[Value]) -> Count {
    let mut count = Count::default();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for vector in vectors {
        let name = vector["name"].as_str().unwrap_or("a vector without a name");
        match run(vector) {
            Verdict::Passed => count.passed += 1,
            Verdict::Unsupported(reason) => {
                count.unsupported += 1;
                *reasons.entry(reason).or_default() += 1;
            }
            Verdict::Failed { what, expected, got } => {
                count.failed += 1;
                println!("FAILED {name}: {what}\n  expected {expected}\n  got      {got}");
            }
        }
    }
    let reasons: Vec<String> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    println!("{subject}: {} passed, {} failed, {} unsupported{reasons}", count.passed, count.failed, count.unsupported);
    count
}

fn run(vector: &Value) -> Verdict {
    let transforms = vector["config"]
        .as_object()
        .is_some_and(|config| config.keys().any(|key| key.starts_with("transforms") || key.starts_with("predicates")));
    match vector["kind"].as_str() {
        Some("sql") => Verdict::unsupported("kind sql"),
        Some("source") => Verdict::unsupported("kind source"),
        _ if transforms => Verdict::unsupported("transforms"),
        Some("files") => files::run_files(vector),
        Some("dlq") => match conversion::run(vector) {
            // No dead letter is expected either where no topic is configured or where the record was fine.
            Verdict::Passed if !vector["dlq"].is_null() => Verdict::unsupported("dead letters"),
            verdict => verdict,
        },
        None => conversion::run(vector),
        Some(kind) => Verdict::Unsupported(format!("kind {kind}")),
    }
}
