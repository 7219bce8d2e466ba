//! What went wrong with one record, in Kafka Connect's words.

use std::borrow::Cow;
use std::fmt;

/// Fully qualified names of the Java exceptions that Kafka Connect reports.
///
/// They are part of the interface: dead letter headers carry them and people filter by them.
pub mod class {
    /// A value that a converter, a transform or a writer cannot handle.
    pub const DATA: &str = "org.apache.kafka.connect.errors.DataException";
    /// A configuration that is wrong.
    pub const CONFIG: &str = "org.apache.kafka.common.config.ConfigException";
    /// Any other failure of a connector.
    pub const CONNECT: &str = "org.apache.kafka.connect.errors.ConnectException";
    /// Bytes that a deserializer cannot read.
    pub const SERIALIZATION: &str = "org.apache.kafka.common.errors.SerializationException";
    /// A schema that cannot be built.
    pub const SCHEMA_BUILDER: &str = "org.apache.kafka.connect.errors.SchemaBuilderException";
    /// A value of another class than the one that a schema stands for.
    pub const CLASS_CAST: &str = "java.lang.ClassCastException";
    /// Something that Kafka Connect expects and that is not there.
    pub const NULL_POINTER: &str = "java.lang.NullPointerException";
    /// A text that is no number.
    pub const NUMBER_FORMAT: &str = "java.lang.NumberFormatException";
    /// A JSON value that has not the form of its type.
    pub const INVALID_FORMAT: &str = "com.fasterxml.jackson.databind.exc.InvalidFormatException";
    /// A name of an encoding that is not known.
    pub const UNSUPPORTED_CHARSET: &str = "java.nio.charset.UnsupportedCharsetException";
    /// A name that no encoding can have.
    pub const ILLEGAL_CHARSET_NAME: &str = "java.nio.charset.IllegalCharsetNameException";
    /// A record that a storage connector's partitioner cannot place.
    pub const PARTITION: &str = "io.confluent.connect.storage.errors.PartitionException";
}

/// An exception as Kafka Connect would have thrown it: Java class, message and cause.
///
/// The message never contains a record's payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Fully qualified Java class, one of [`class`] or a transform's own.
    pub class: Cow<'static, str>,
    /// What the exception says.
    pub message: String,
    /// What it was caused by.
    pub cause: Option<Box<Exception>>,
}

impl Exception {
    /// An exception of the given Java class.
    #[must_use]
    pub fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self { class: Cow::Borrowed(class), message: message.into(), cause: None }
    }

    /// A `DataException`, the class of nearly all errors that belong to a record.
    #[must_use]
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(class::DATA, message)
    }

    /// The same exception with its cause.
    #[must_use]
    pub fn caused_by(mut self, cause: Exception) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The class without its package: `DataException`.
    #[must_use]
    pub fn simple_class(&self) -> &str {
        self.class.rsplit('.').next().unwrap_or(&self.class)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.simple_class(), self.message)?;
        match &self.cause {
            Some(cause) => write!(out, " (caused by {cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Exception {}

/// Where in a record's way an error happened (`org.apache.kafka.connect.runtime.errors.Stage`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The record could not be read from the event at all.
    KafkaConsume,
    /// The key's converter.
    KeyConverter,
    /// The value's converter.
    ValueConverter,
    /// The headers' converter.
    HeaderConverter,
    /// A transform or its predicate.
    Transformation,
    /// The sink.
    TaskPut,
}

impl Stage {
    /// Kafka Connect's name, as in `__connect.errors.stage`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KafkaConsume => "KAFKA_CONSUME",
            Self::KeyConverter => "KEY_CONVERTER",
            Self::ValueConverter => "VALUE_CONVERTER",
            Self::HeaderConverter => "HEADER_CONVERTER",
            Self::Transformation => "TRANSFORMATION",
            Self::TaskPut => "TASK_PUT",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// One record's error: where it happened, in which class, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError {
    /// The stage that failed.
    pub stage: Stage,
    /// The Java class that Kafka Connect would name as the executing class.
    pub executing_class: Cow<'static, str>,
    /// What went wrong.
    pub exception: Exception,
}

impl RecordError {
    /// An error of the sink: stage `TASK_PUT`, executing class `SinkTask`.
    #[must_use]
    pub fn put(exception: Exception) -> Self {
        let executing_class = Cow::Borrowed("org.apache.kafka.connect.sink.SinkTask");
        Self { stage: Stage::TaskPut, executing_class, exception }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} in {}: {}", self.stage, self.executing_class, self.exception)
    }
}

impl std::error::Error for RecordError {}
