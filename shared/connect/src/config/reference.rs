//! The reference of a connector's keys, written from its table.

use std::fmt::Write;

use super::connector::Dialect;
use super::framework::FRAMEWORK_KEYS;
use super::key::{KeySpec, Standing};

/// The tables of all keys of some dialects as Markdown: one table a dialect, then one of the framework's keys.
#[must_use]
pub fn markdown(dialects: &[Dialect]) -> String {
    let mut out = String::new();
    for dialect in dialects {
        let classes: Vec<String> = dialect.classes.iter().map(|class| format!("`{class}`")).collect();
        table(&mut out, &format!("{} ({})", dialect.name, classes.join(", ")), dialect.keys);
    }
    table(&mut out, "Every connector", FRAMEWORK_KEYS);
    out
}

fn table(out: &mut String, title: &str, keys: &[&'static KeySpec]) {
    let head = format!("### {title}\n\n| key | type | default | standing | meaning |\n|---|---|---|---|---|\n");
    out.push_str(&head);
    for spec in keys {
        let name = if spec.kind == super::Kind::Prefix { format!("{}*", spec.name) } else { spec.name.to_owned() };
        let older: Vec<String> = spec.aliases.iter().map(|alias| format!(", formerly `{alias}`")).collect();
        let default = match spec.default {
            _ if spec.required => "*required*".to_owned(),
            None => "–".to_owned(),
            Some("") => "empty".to_owned(),
            Some(default) => format!("`{}`", default.replace('\n', "\\n")),
        };
        let standing = match spec.standing {
            Standing::Honoured => "honoured".to_owned(),
            other => format!("{}: {}", other.word(), other.explanation()),
        };
        let row = format!(
            "| `{name}`{} | {} | {default} | {} | {} |",
            older.concat(),
            spec.kind.word(),
            cell(&standing),
            cell(spec.doc)
        );
        // Writing to a String cannot fail.
        writeln!(out, "{row}").unwrap_or_default();
    }
    out.push('\n');
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
