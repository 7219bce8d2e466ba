//! What became of a vector.

/// What became of a vector, or of one part of it.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// All that was recorded came out.
    Passed,
    /// Something else came out.
    Failed {
        /// Which part.
        what: String,
        /// What Kafka Connect gives.
        expected: String,
        /// What came out.
        got: String,
    },
    /// It needs what is not there yet.
    Unsupported(String),
}

impl Verdict {
    /// It needs what is not there yet.
    pub(crate) fn unsupported(reason: &str) -> Self {
        Self::Unsupported(reason.to_owned())
    }

    /// A failure, for `Err`.
    pub(crate) fn failed(what: &str, expected: impl ToString, got: impl ToString) -> Self {
        Self::Failed { what: what.to_owned(), expected: expected.to_string(), got: got.to_string() }
    }
}

/// `Err` holds a failure.
pub(crate) type Check = Result<(), Verdict>;

/// Fails unless both are equal.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, got: &T) -> Check {
    if expected == got {
        return Ok(());
    }
    Err(Verdict::failed(what, format!("{expected:?}"), format!("{got:?}")))
}
