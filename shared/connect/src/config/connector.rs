//! A connector's configuration: its dialect by its class, its keys by the dialect's table, all problems at once.

use std::fmt;

use super::framework::{CLASS, FRAMEWORK_KEYS, Framework};
use super::key::KeySpec;
use super::problem::Problems;
use super::raw::RawConfig;
use super::report::Report;
use super::settings::Settings;

/// One family of connector classes that share their keys and their meaning.
#[derive(Debug)]
pub struct Dialect {
    /// Whose connector it is: `Confluent`, `Aiven`.
    pub name: &'static str,
    /// The class names that choose it.
    pub classes: &'static [&'static str],
    /// Its own keys, beside the framework's.
    pub keys: &'static [&'static KeySpec],
}

/// A connector's own configuration, built from the settings of whichever dialect was pasted.
pub trait ConnectorConfig: Sized + Send + Sync + 'static {
    /// The function's name, such as `s3-sink`.
    const FUNCTION: &'static str;
    /// The dialects that it takes.
    const DIALECTS: &'static [Dialect];

    /// Builds the validated configuration, noting every problem. None where a problem stands in the way.
    fn build(dialect: &'static Dialect, settings: &Settings, problems: &mut Problems) -> Option<Self>;
}

/// A whole valid configuration.
#[derive(Debug)]
pub struct Connector<C> {
    /// The dialect that the connector's class chose.
    pub dialect: &'static Dialect,
    /// Name, converters, error handling.
    pub framework: Framework,
    /// The connector's own part.
    pub own: C,
    /// What became of every pasted key.
    pub report: Report,
}

/// A configuration that cannot be used: everything that is wrong with it.
#[derive(Debug)]
pub struct Invalid {
    /// The function that it was meant for.
    pub function: &'static str,
    /// At least one.
    pub problems: Problems,
    /// What became of every pasted key.
    pub report: Report,
}

impl fmt::Display for Invalid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.all().len();
        let problems = if count == 1 { "problem" } else { "problems" };
        write!(out, "the connector's configuration has {count} {problems}:{}", self.problems)
    }
}

impl std::error::Error for Invalid {}

/// Reads a pasted connector configuration, with the worker's for what the connector leaves to its worker.
///
/// # Errors
/// [`Invalid`] with every problem that was found.
pub fn load<C: ConnectorConfig>(raw: &RawConfig, worker: &RawConfig) -> Result<Connector<C>, Box<Invalid>> {
    let mut problems = Problems::default();
    let mut report = Report::default();
    let dialect = dialect_of(C::DIALECTS, raw, &mut problems);
    let own_keys = dialect.map_or(&[][..], |dialect| dialect.keys);
    let table: Vec<&'static KeySpec> = FRAMEWORK_KEYS.iter().chain(own_keys).copied().collect();
    // Without a dialect every key of it would be called unknown: the class is the one problem to mend first.
    let settings = match dialect {
        Some(_) => Settings::read(&table, raw, &mut problems, &mut report),
        None => Settings::default(),
    };
    let built = dialect.and_then(|dialect| {
        let framework = Framework::build(&settings, worker, &mut problems, &mut report);
        let own = C::build(dialect, &settings, &mut problems);
        Some((dialect, framework?, own?))
    });
    match built {
        Some((dialect, framework, own)) if problems.is_empty() => Ok(Connector { dialect, framework, own, report }),
        _ => {
            if problems.is_empty() {
                problems.about(CLASS.spec.name, "the configuration is incomplete");
            }
            Err(Box::new(Invalid { function: C::FUNCTION, problems, report }))
        }
    }
}

/// Kafka Connect takes the full class name, its last part, and that without `Connector`.
fn dialect_of(dialects: &'static [Dialect], raw: &RawConfig, problems: &mut Problems) -> Option<&'static Dialect> {
    let known = || dialects.iter().flat_map(|dialect| dialect.classes).copied().collect::<Vec<_>>().join(", ");
    let Some(class) = raw.get(CLASS.spec.name).map(|class| class.trim()) else {
        problems.about(CLASS.spec.name, format!("is missing and required: give one of {}", known()));
        return None;
    };
    let names = |full: &str| {
        let simple = full.rsplit('.').next().unwrap_or(full);
        class == full || class == simple || Some(class) == simple.strip_suffix("Connector")
    };
    let found = dialects.iter().find(|dialect| dialect.classes.iter().any(|full| names(full)));
    if found.is_none() {
        problems.wrong(
            CLASS.spec.name,
            class,
            format!("this function does not know that connector: give one of {}", known()),
        );
    }
    found
}
