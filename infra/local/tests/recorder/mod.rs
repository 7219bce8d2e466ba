//! The example function `recorder`, as the tests use it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use local::runtime::{Function, Output};

/// A folder that the function writes to, gone after the test.
pub(crate) struct Recorder {
    folder: tempfile::TempDir,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn function(&self) -> Function {
        Function::new(example("recorder"))
            .isolated()
            .variable("RECORD_TO", self.path("records").display().to_string())
            .timeout(Duration::from_secs(20))
            .output(Output::discard())
    }

    /// The function, which fails once in the given way.
    pub(crate) fn failing_once(&self, fault: &str) -> Function {
        self.function().variable("FAULT", fault).variable("FAULT_ONCE", self.path("fault").display().to_string())
    }

    /// A file in the function's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What each invocation got: offsets by topic-partition.
    pub(crate) fn invocations(&self) -> Vec<BTreeMap<String, Vec<i64>>> {
        let Ok(text) = std::fs::read_to_string(self.path("records")) else { return Vec::new() };
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// All offsets of each topic-partition, in the order in which they came.
    pub(crate) fn offsets(&self) -> BTreeMap<String, Vec<i64>> {
        let mut offsets: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (partition, more) in self.invocations().into_iter().flatten() {
            offsets.entry(partition).or_default().extend(more);
        }
        offsets
    }
}

/// An example of this package, which cargo builds with its tests.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap_or(Path::new(".")).join("examples").join(name);
    assert!(path.is_file(), "{} is missing: run `cargo build -p local --examples` first", path.display());
    path
}
