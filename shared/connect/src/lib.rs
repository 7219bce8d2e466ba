//! Kafka Connect's model: schemas, values, records, configuration, converters.
//!
//! This crate is pure: no I/O, no asynchronous code, no cloud client, no clock of its own. A record's way through it is
//! [`RawRecord`] (bytes, as consumed) -> [`Pipeline`] (converters) -> [`SinkRecord`] (what a sink writes).

pub mod config;
pub mod convert;
mod data;
mod exception;
mod java;
pub mod json;
mod pipeline;
mod record;
mod schema;
mod validate;
mod value;
pub mod values;

pub use data::{Data, HeaderText, JsonText};
pub use exception::{Exception, RecordError, Stage, class};
pub use pipeline::Pipeline;
pub use record::{Header, RawHeader, RawRecord, SchemaMetadata, SinkRecord, TimestampType};
pub use schema::{Field, Fields, Schema, SchemaKind};
pub use value::{Decimal, Map, Struct, Value};
