//! What became of every key of a pasted configuration.

/// One pasted key and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedSetting {
    /// The key as pasted.
    pub key: String,
    /// The value as pasted; `***` for a secret and for a key that nobody knows.
    pub value: String,
    /// `honoured`, `accepted`, `infrastructure`, `refused`, or `unknown`.
    pub standing: &'static str,
    /// Why, or which setting takes its place, or the nearest known key; may be empty.
    pub message: String,
}

/// The report on a configuration: a line per pasted key, in the order of pasting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The pasted keys.
    pub settings: Vec<ReportedSetting>,
    /// What a reader should know although it is no error: unknown keys, aliases, defaults that stand in.
    pub warnings: Vec<String>,
}
