//! What can be wrong with one record.

use std::fmt;

use crate::JsonType;

/// A record of which the event does not give what a record needs. Displays without its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UndecodableRecord<'a> {
    /// The record's topic, or the one that its place in the event says.
    pub topic: &'a str,
    /// The record's partition, or the one that its place in the event says, or -1: neither does.
    pub partition: i32,
    /// The record's offset, unless that is what is wrong.
    pub offset: Option<i64>,
    /// What is wrong: the first thing found.
    pub reason: Reason,
}

impl fmt::Display for UndecodableRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, partition, offset, reason } = self;
        match offset {
            Some(offset) => write!(f, "topic {topic}, partition {partition}, offset {offset}: {reason}"),
            None => write!(f, "topic {topic}, partition {partition}, offset unknown: {reason}"),
        }
    }
}

impl std::error::Error for UndecodableRecord<'_> {}

/// Why a record cannot be decoded. Members are named as the event names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The record is not even an object.
    #[error("the record is {found}, not an object")]
    NotAnObject {
        /// What it is.
        found: JsonType,
    },
    /// A member without which there is no record is absent or null.
    #[error("{member} is missing")]
    Missing {
        /// `topic`, `partition` or `offset`.
        member: &'static str,
    },
    /// A member has the wrong type, or is a number out of range.
    #[error("{member} is {found}, not {expected}")]
    Unexpected {
        /// The member's name.
        member: &'static str,
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: JsonType,
    },
    /// A key or a value is a string, but no base64: wrong characters, wrong length or wrong padding.
    #[error("{member} is not valid base64")]
    NotBase64 {
        /// `key` or `value`.
        member: &'static str,
    },
    /// A header is neither an array of bytes nor null.
    #[error("header {position} is {found}, not an array of bytes")]
    Header {
        /// Its place among the record's headers, from 1.
        position: u32,
        /// What is there.
        found: JsonType,
    },
    /// A header's array has something that is no integer from -128 to 255.
    #[error("header {position} has an element that is not a byte (-128 to 255)")]
    HeaderByte {
        /// Its place among the record's headers, from 1.
        position: u32,
    },
    /// A key's or a value's schema metadata has another form than AWS's.
    #[error("{member} does not give dataFormat and schemaId as strings")]
    SchemaMetadata {
        /// `keySchemaMetadata` or `valueSchemaMetadata`.
        member: &'static str,
    },
}
