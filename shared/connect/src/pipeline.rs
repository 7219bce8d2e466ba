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

    /// Converts a record; a record that nobody looks into costs no allocation, but for the list of its headers.
    ///
    /// `None`: the configuration drops it. Converters never do; transforms will, when they stand behind the headers here.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{JsonConverter, Number, NumberConverter, SimpleHeaderConverter, StringConverter};
    use crate::{RawHeader, TimestampType, Value};

    fn raw<'a>(key: Option<&'a [u8]>, value: Option<&'a [u8]>, headers: Vec<RawHeader<'a>>) -> RawRecord<'a> {
        RawRecord {
            topic: "orders",
            partition: 3,
            offset: 42,
            timestamp: Some(1_700_000_000_123),
            timestamp_type: TimestampType::CreateTime,
            key,
            value,
            headers,
            key_schema: None,
            value_schema: None,
        }
    }

    fn pipeline(header: Box<dyn HeaderConverter>) -> Pipeline {
        let key = Box::new(NumberConverter::new(Number::Integer));
        Pipeline::new(key, Box::new(JsonConverter::without_schemas()), header)
    }

    #[test]
    fn a_record_keeps_its_place_and_is_not_looked_into() {
        let headers = vec![RawHeader { name: "n", value: Some(b"12") }, RawHeader { name: "n", value: None }];
        let raw = raw(Some(&[0, 0, 0, 7]), Some(br#"{"a":1}"#), headers);
        let record = pipeline(Box::new(SimpleHeaderConverter)).process(raw).unwrap().unwrap();
        assert!(matches!(record.topic, Cow::Borrowed("orders")));
        assert_eq!((record.original_topic, record.partition, record.offset), ("orders", 3, 42));
        assert_eq!(*record.key.value().unwrap(), Value::Int32(7));
        assert!(matches!(record.value, Data::Json(_)));
        assert!(matches!(record.headers[0].value, Data::Header(_)));
        assert_eq!(*record.headers[0].value.value().unwrap(), Value::Int8(12));
        assert!(record.headers[1].value.is_null());
    }

    #[test]
    fn the_first_failure_counts() {
        let (bad, good): (&[u8], &[u8]) = (b"{", b"{}");
        let header = || vec![RawHeader { name: "n", value: Some(b"{") }];
        let json = || Box::new(JsonConverter::without_schemas());
        for (raw, stage, class) in [
            (
                raw(Some(bad), Some(bad), header()),
                Stage::KeyConverter,
                "org.apache.kafka.connect.converters.IntegerConverter",
            ),
            (raw(None, Some(bad), header()), Stage::ValueConverter, "org.apache.kafka.connect.json.JsonConverter"),
            (raw(None, Some(good), header()), Stage::HeaderConverter, "org.apache.kafka.connect.json.JsonConverter"),
        ] {
            let error = pipeline(json()).process(raw).unwrap_err();
            assert_eq!((error.stage, &*error.executing_class), (stage, class));
        }
        assert!(pipeline(Box::new(StringConverter::default())).process(raw(None, None, header())).is_ok());
    }

    #[test]
    fn a_record_is_small() {
        assert!(size_of::<SinkRecord<'_>>() <= 192);
    }
}
