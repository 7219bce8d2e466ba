//! What can be wrong with an invocation as a whole.

use crate::JsonType;

/// The invocation is nothing that the function can work on. Displays without any record's payload.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// More than 4 GiB: seven hundred times what Lambda passes on.
    #[error("the event has {length} bytes: more than 4294967295 cannot be decoded")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
    },
    /// The body is no text.
    #[error("the event is not JSON: it is not UTF-8 from byte {position} on")]
    NotUtf8 {
        /// The first byte that is not UTF-8, from 0.
        position: usize,
    },
    /// The body ends in the middle of a value.
    #[error("the event is cut off: {0}")]
    Truncated(serde_json::Error),
    /// The body is no JSON.
    #[error("the event is not valid JSON: {0}")]
    NotJson(serde_json::Error),
    /// A Kafka event, but not in the form that AWS documents.
    #[error("the event's {member} is {found}, not {expected}")]
    Unexpected {
        /// Where: a member's name, or a topic-partition under `records`.
        member: String,
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: JsonType,
    },
    /// Sound JSON of another kind.
    #[error("this is {what}: this function takes events of a Kafka event source mapping")]
    NotKafka {
        /// What it looks like.
        what: String,
    },
}
