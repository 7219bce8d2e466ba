//! The Lambda event of a Kafka event source mapping, decoded without copying, and written.
//!
//! [`decode`] takes the body of an invocation and says what it is: an [`Event`] with records, a replay of records, or a
//! scheduled tick. The body is read once; keys, values and headers are decoded straight into one buffer that the records
//! point into. What is wrong with one record is that record's [`UndecodableRecord`], never its neighbours' problem.
//!
//! [`write::EventWriter`] is the way back: records in, the event that AWS would have sent out.
//!
//! ```
//! let body = br#"{"eventSource": "aws:kafka", "eventSourceArn": "arn:aws:kafka:eu-west-1:123456789012:cluster/shop/c-1",
//!     "records": {"orders-0": [{"topic": "orders", "partition": 0, "offset": 15, "value": "eyJpZCI6MX0="}]}}"#;
//!
//! let event::Invocation::Kafka(event) = event::decode(body)? else { panic!("a Kafka event") };
//! for partition in event.partitions() {
//!     for record in partition.records() {
//!         match record {
//!             Ok(record) => assert_eq!(record.value, Some(br#"{"id":1}"#.as_slice())),
//!             Err(undecodable) => eprintln!("{undecodable}"),
//!         }
//!     }
//! }
//! # Ok::<(), event::EventError>(())
//! ```

mod arena;
mod decode;
mod error;
mod foreign;
mod records;
mod shape;
mod source;
mod undecodable;
pub mod write;

pub use arena::Buffers;
pub use decode::{decode, decode_into};
pub use error::EventError;
pub use records::{Event, Partition};
pub use shape::JsonType;
pub use source::{Source, SourceKind};
pub use undecodable::{Reason, UndecodableRecord};

/// What Lambda invoked the function with.
#[derive(Debug)]
pub enum Invocation {
    /// Records, from an event source mapping.
    Kafka(Event),
    /// Records that were sent again on purpose: an event of the same form with `"lambdaConnectReplay": true` at its top.
    Replay(Event),
    /// A scheduled tick, from an EventBridge rule or an EventBridge schedule: either service's own event
    /// (`"detail-type": "Scheduled Event"`), or `{"lambdaConnectTick": true}` given as the target's input.
    Tick,
}
