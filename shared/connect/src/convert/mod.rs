//! Converters between bytes and [`Data`].

mod configured;
mod header;
mod json;
mod number;
mod primitive;

use std::fmt::Debug;

pub use configured::{configured, configured_header};
pub use header::SimpleHeaderConverter;
pub use json::JsonConverter;
pub use number::{BooleanConverter, Number, NumberConverter};
pub use primitive::{ByteArrayConverter, StringConverter};

use crate::{Data, Exception};

/// Reads a record's key or value (`org.apache.kafka.connect.storage.Converter`).
pub trait Converter: Debug + Send + Sync {
    /// Fully qualified name of the Java class that this stands for, as dead letters report it.
    fn class(&self) -> &'static str;

    /// Reads the bytes of a record of `topic`. A null is a null in every converter.
    ///
    /// # Errors
    /// The exception that Kafka Connect's converter throws; the record is at fault, never the converter.
    fn to_connect<'a>(&self, topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception>;
}

/// Reads one header's value (`org.apache.kafka.connect.storage.HeaderConverter`). Every [`Converter`] is one.
pub trait HeaderConverter: Debug + Send + Sync {
    /// Fully qualified name of the Java class that this stands for, as dead letters report it.
    fn class(&self) -> &'static str;

    /// Reads the bytes of the header `name` of a record of `topic`.
    ///
    /// # Errors
    /// As [`Converter::to_connect`].
    fn to_connect<'a>(&self, topic: &str, name: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception>;
}

impl<C: Converter> HeaderConverter for C {
    fn class(&self) -> &'static str {
        Converter::class(self)
    }

    fn to_connect<'a>(&self, topic: &str, _name: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        Converter::to_connect(self, topic, bytes)
    }
}
