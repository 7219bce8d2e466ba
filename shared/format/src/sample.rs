//! A record for tests.

use connect::{Data, SinkRecord, TimestampType};

/// Offset 7 of a partition, without a key and headers.
pub(crate) fn record(value: Data<'static>) -> SinkRecord<'static> {
    SinkRecord {
        topic: "orders".into(),
        original_topic: "orders",
        partition: 3,
        offset: 7,
        timestamp: Some(1_700_000_000_123),
        timestamp_type: TimestampType::CreateTime,
        key: Data::NULL,
        value,
        headers: Vec::new(),
    }
}
