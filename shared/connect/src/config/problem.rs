//! What is wrong with a configuration, all of it at once.

use std::fmt;

/// One thing that is wrong: key, value, reason and remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key as pasted, or the one that is missing.
    pub key: String,
    /// The value as pasted, where there is one and it is no secret.
    pub value: Option<String>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(out, "{}={value}: {}", self.key, self.message),
            None => write!(out, "{}: {}", self.key, self.message),
        }
    }
}

/// A list of problems that grows while a configuration is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem with a value.
    pub fn wrong(&mut self, key: &str, value: &str, message: impl Into<String>) {
        self.0.push(Problem { key: key.to_owned(), value: Some(value.to_owned()), message: message.into() });
    }

    /// Notes a problem whose value is missing, or is not to be shown.
    pub fn about(&mut self, key: &str, message: impl Into<String>) {
        self.0.push(Problem { key: key.to_owned(), value: None, message: message.into() });
    }

    /// All problems so far, in the order in which they were found.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.0
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            write!(out, "\n- {problem}")?;
        }
        Ok(())
    }
}
