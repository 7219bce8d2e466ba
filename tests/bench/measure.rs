//! What a process has used, as Linux accounts for it.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;

/// Time that all threads of a process have spent on a processor.
pub(crate) fn cpu_time(process: u32) -> anyhow::Result<Duration> {
    let mut nanoseconds = 0_u64;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
        let on_processor: u64 = statistics.split(' ').next().context("schedstat is empty")?.parse()?;
        nanoseconds = nanoseconds.saturating_add(on_processor);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The most memory that a process has had resident so far, in bytes.
pub(crate) fn peak_memory(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes.saturating_mul(1024))
}

/// The middle value.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
