//! A configuration read by its table.

use std::collections::BTreeMap;

use super::key::{Check, Key, KeySpec, Kind, Standing};
use super::problem::Problems;
use super::raw::RawConfig;
use super::report::{Report, ReportedSetting};
use super::setting::{Secret, SettingValue};

/// The values of a configuration whose keys and texts have been checked against a table.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// By the key's own name, an alias resolved; trimmed unless verbatim.
    given: BTreeMap<&'static str, String>,
    /// What begins with a prefix key, by that key and then by the rest of the name.
    prefixed: BTreeMap<&'static str, BTreeMap<String, String>>,
}

impl Settings {
    /// Reads a pasted configuration by a table, noting everything that is wrong and what became of every key.
    pub fn read(table: &[&'static KeySpec], raw: &RawConfig, problems: &mut Problems, report: &mut Report) -> Self {
        let mut settings = Self::default();
        for (name, text) in raw {
            let Some(spec) = find(table, name) else {
                report.settings.push(unknown(table, name, &mut report.warnings));
                continue;
            };
            let text = if spec.kind == Kind::Verbatim { text.as_str() } else { text.trim() };
            let shown = if spec.kind == Kind::Secret { "***" } else { text };
            let message = spec.standing.explanation().to_owned();
            let standing = spec.standing.word();
            report.settings.push(ReportedSetting { key: name.clone(), value: shown.to_owned(), standing, message });
            if let Err(message) = check(spec, text) {
                problems.wrong(name, shown, message);
            }
            settings.take(spec, name, text, &mut report.warnings);
        }
        for spec in table.iter().filter(|spec| spec.required && !settings.given.contains_key(spec.name)) {
            problems.about(spec.name, format!("is missing and required: {}", spec.doc));
        }
        settings
    }

    /// The value of a key: as given, else its default. None where neither is there, or where the text is wrong (which
    /// [`read`](Self::read) has noted as a problem).
    #[must_use]
    pub fn get<T: SettingValue>(&self, key: &Key<T>) -> Option<T> {
        let text = self.given.get(key.spec.name).map(String::as_str).or(key.spec.default)?;
        T::read(text).ok()
    }

    /// Whether the configuration itself names the key.
    #[must_use]
    pub fn is_given<T>(&self, key: &Key<T>) -> bool {
        self.given.contains_key(key.spec.name)
    }

    /// Everything given under a prefix key, by the rest of the name.
    #[must_use]
    pub fn with_prefix(&self, key: &Key<String>) -> BTreeMap<String, String> {
        self.prefixed.get(key.spec.name).cloned().unwrap_or_default()
    }

    fn take(&mut self, spec: &'static KeySpec, name: &str, text: &str, warnings: &mut Vec<String>) {
        if spec.kind == Kind::Prefix {
            let rest = name.strip_prefix(spec.name).unwrap_or(name).to_owned();
            self.prefixed.entry(spec.name).or_default().insert(rest, text.to_owned());
        } else if name == spec.name {
            self.given.insert(spec.name, text.to_owned());
        } else if let Some(alias_before) = self.given.get(spec.name) {
            if alias_before != text {
                warnings
                    .push(format!("{name} is an older name of {}, which is given too: {name} is ignored", spec.name));
            }
        } else {
            warnings.push(format!("{name} is an older name of {}", spec.name));
            self.given.insert(spec.name, text.to_owned());
        }
    }
}

/// The key's own entry comes before an alias, and both before a prefix.
fn find(table: &[&'static KeySpec], name: &str) -> Option<&'static KeySpec> {
    let exact = table.iter().find(|spec| spec.kind != Kind::Prefix && spec.name == name);
    let alias = || table.iter().find(|spec| spec.aliases.contains(&name));
    let prefix = || table.iter().find(|spec| spec.kind == Kind::Prefix && name.starts_with(spec.name));
    exact.or_else(alias).or_else(prefix).copied()
}

fn check(spec: &KeySpec, text: &str) -> Result<(), String> {
    if let Some(provider) = config_provider(text) {
        return Err(format!("config providers such as {provider} are not supported yet: give the value itself"));
    }
    if let Standing::Refused(why) = spec.standing {
        let harmless = text.is_empty() || spec.default.is_some_and(|default| text.eq_ignore_ascii_case(default));
        return if harmless { Ok(()) } else { Err(why.to_owned()) };
    }
    if spec.standing != Standing::Honoured {
        return Ok(());
    }
    match spec.kind {
        Kind::Integer => {
            let number = i64::read(text)?;
            if let Check::Range(least, most) = spec.check
                && !(least..=most).contains(&number)
            {
                return Err(match (least, most) {
                    (_, i64::MAX) => format!("give a number of at least {least}"),
                    _ => format!("give a number from {least} to {most}"),
                });
            }
        }
        Kind::Boolean => drop(bool::read(text)?),
        Kind::Secret => drop(Secret::read(text)?),
        Kind::Text | Kind::Verbatim | Kind::List | Kind::Class | Kind::Prefix => {}
    }
    match spec.check {
        Check::OneOf(words) if !words.contains(&text) => Err(format!("give one of {}", words.join(", "))),
        Check::OneOfIgnoringCase(words) if !words.iter().any(|word| word.eq_ignore_ascii_case(text)) => {
            Err(format!("give one of {}", words.join(", ")))
        }
        Check::Custom(accepts) => accepts(text),
        Check::Any | Check::Range(..) | Check::OneOf(_) | Check::OneOfIgnoringCase(_) => Ok(()),
    }
}

/// The provider that a value like `${provider:path:key}` asks for its text (`ConfigTransformer`).
fn config_provider(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some((_, token)) = rest.split_once("${") {
        let (inside, after) = token.split_once('}')?;
        if let Some((provider, _)) = inside.split_once(':') {
            return Some(provider);
        }
        rest = after;
    }
    None
}

fn unknown(table: &[&'static KeySpec], name: &str, warnings: &mut Vec<String>) -> ReportedSetting {
    let nearest = table
        .iter()
        .flat_map(|spec| std::iter::once(spec.name).chain(spec.aliases.iter().copied()))
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().div_ceil(4));
    let message = match nearest {
        Some((_, known)) => format!("is not a key of this connector; did you mean {known}?"),
        None => "is not a key of this connector, and is ignored".to_owned(),
    };
    warnings.push(format!("{name} {message}"));
    ReportedSetting { key: name.to_owned(), value: "***".to_owned(), standing: "unknown", message }
}

#[cfg(test)]
mod tests {
    use super::*;

    static SIZE: Key<i64> = Key::integer("flush.size", "Records in an object").required().within(1, i64::MAX);
    static BUCKET: Key<String> =
        Key::text("aws.s3.bucket.name", "Where objects go").aliases(&["aws_s3_bucket"]).required();
    static PASSWORD: Key<Secret> = Key::secret("aws.secret.access.key", "The secret key");
    static TASKS: Key<i64> = Key::integer("tasks.max", "Tasks").infrastructure("the function's concurrency");
    static ROTATE: Key<i64> = Key::integer("rotate", "Rotation").default("-1").refused("not here: leave it out");
    static OVERRIDES: Key<String> = Key::prefix("consumer.override.", "The consumer").accepted("there is no consumer");
    static TABLE: &[&KeySpec] = &[&SIZE.spec, &BUCKET.spec, &PASSWORD.spec, &TASKS.spec, &ROTATE.spec, &OVERRIDES.spec];

    fn read(pairs: &[(&str, &str)]) -> (Settings, Problems, Report) {
        let raw = pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        let (mut problems, mut report) = (Problems::default(), Report::default());
        let settings = Settings::read(TABLE, &raw, &mut problems, &mut report);
        (settings, problems, report)
    }

    #[test]
    fn values_are_trimmed_aliases_resolved_and_prefixes_collected() {
        let (settings, problems, report) =
            read(&[("flush.size", " 1000 "), ("aws_s3_bucket", "b"), ("consumer.override.max.poll.records", "5")]);
        assert!(problems.is_empty(), "{problems}");
        assert_eq!(settings.get(&SIZE), Some(1000));
        assert_eq!(settings.get(&BUCKET).as_deref(), Some("b"));
        assert_eq!(settings.with_prefix(&OVERRIDES).get("max.poll.records").map(String::as_str), Some("5"));
        assert_eq!(report.warnings, ["aws_s3_bucket is an older name of aws.s3.bucket.name"]);
    }

    #[test]
    fn all_problems_are_found_at_once() {
        let (_, problems, _) = read(&[("flush.size", "0"), ("rotate", "60000"), ("tasks.max", "many")]);
        let texts: Vec<String> = problems.all().iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "flush.size=0: give a number of at least 1",
                "rotate=60000: not here: leave it out",
                "aws.s3.bucket.name: is missing and required: Where objects go",
            ]
        );
    }

    #[test]
    fn an_unknown_key_is_a_warning_with_the_nearest_known_one() {
        let (_, _, report) = read(&[("flush.sise", "1"), ("nothing.like.it.at.all", "1")]);
        assert_eq!(report.settings[0].standing, "unknown");
        assert!(report.settings[0].message.contains("did you mean flush.size?"));
        assert!(report.settings[1].message.contains("is ignored"));
    }

    #[test]
    fn a_secret_stays_out_of_the_report() {
        let (_, _, report) = read(&[("aws.secret.access.key", "hunter2"), ("aws.secret.acess.key", "hunter2")]);
        assert!(!format!("{report:?}").contains("hunter2"));
    }

    #[test]
    fn a_config_provider_is_never_taken_for_the_value() {
        for text in ["${secretsmanager:orders:bucket}", "pre-${ssm::bucket}"] {
            let (_, problems, _) = read(&[("flush.size", "1"), ("aws_s3_bucket", text)]);
            assert!(problems.to_string().contains("config providers"), "{text}: {problems}");
        }
        let (_, problems, _) = read(&[("flush.size", "1"), ("aws_s3_bucket", "${topic}-b")]);
        assert!(problems.is_empty(), "{problems}");
    }

    #[test]
    fn a_refused_key_may_keep_its_default() {
        let (_, problems, _) = read(&[("flush.size", "1"), ("aws_s3_bucket", "b"), ("rotate", "-1")]);
        assert!(problems.is_empty(), "{problems}");
    }
}
