//! Converters, in the order of Kafka Connect's worker.

use std::borrow::Cow;

use crate::convert::{Converter, HeaderConverter};
use crate::{Data, Exception, Header, RawRecord, RecordError, SinkRecord, Stage};

/// Turns consumed records into what a sink writes: key, value and header converter, one after the other
/// (`org.apache.kafka.connect.runtime.WorkerSinkTask`).
#[derive(Debug)]
pub struct Pipeline {
    key: Box<dyn Converter>,
    value: Box<dyn Converter>,
    header: Box<dyn HeaderConverter>,
}

impl Pipeline {
    /// A pipeline of these converters.
    #[must_use]
    pub fn new(key: Box<dyn Converter>, value: Box<dyn Converter>, header: Box<dyn HeaderConverter>) -> Self {
        Self { key, value, header }
    }

    /// Converts a record. `None`: the configuration drops it.
    ///
    /// # Errors
    /// The first failure, with its stage and class. The record is at fault, and others are not concerned.
    pub fn process<'a>(&self, raw: RawRecord<'a>) -> Result<Option<SinkRecord<'a>>, RecordError> {
        let topic = raw.topic;
        let key = failing(Stage::KeyConverter, self.key.class(), || self.key.to_connect(topic, raw.key))?;
        let value = failing(Stage::ValueConverter, self.value.class(), || self.value.to_connect(topic, raw.value))?;
        let mut headers = Vec::with_capacity(raw.headers.len());
        for header in &raw.headers {
            let convert = || self.header.to_connect(topic, header.name, header.value);
            let value = failing(Stage::HeaderConverter, self.header.class(), convert)?;
            headers.push(Header { name: Cow::Borrowed(header.name), value });
        }
        Ok(Some(SinkRecord {
            topic: Cow::Borrowed(topic),
            original_topic: topic,
            partition: raw.partition,
            offset: raw.offset,
            timestamp: raw.timestamp,
            timestamp_type: raw.timestamp_type,
            key,
            value,
            headers,
        }))
    }
}

fn failing<'a>(
    stage: Stage,
    class: &'static str,
    convert: impl FnOnce() -> Result<Data<'a>, Exception>,
) -> Result<Data<'a>, RecordError> {
    convert().map_err(|exception| RecordError { stage, executing_class: Cow::Borrowed(class), exception })
}
