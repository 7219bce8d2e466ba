//! Events for these tests: the samples of `events/`, and generated ones.

use std::ops::Range;
use std::path::PathBuf;

use connect::{RawRecord, TimestampType};
use event::write::EventWriter;
use event::{Source, SourceKind};

/// A sample of `events/`.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The timestamp of offset 0 in generated events; each offset is a second later.
pub(crate) const FIRST_TIMESTAMP: i64 = 1_700_000_000_000;

/// The value at an offset of a generated event.
pub(crate) fn value(offset: i64) -> String {
    format!(r#"{{"id":{offset},"country":"{}"}}"#, if offset % 2 == 0 { "NO" } else { "CL" })
}

/// An event with these offsets of topic `orders`, partition 0.
pub(crate) fn offsets(range: Range<i64>) -> Vec<u8> {
    shifted(range, 0)
}

/// As [`offsets`], all timestamps later by so many milliseconds.
pub(crate) fn shifted(range: Range<i64>, later: i64) -> Vec<u8> {
    stamped(range, |offset| FIRST_TIMESTAMP + offset * 1000 + later)
}

/// As [`offsets`] for any offsets, each stamped as the function says.
pub(crate) fn stamped(offsets: impl IntoIterator<Item = i64>, timestamp: impl Fn(i64) -> i64) -> Vec<u8> {
    let values: Vec<(i64, String)> = offsets.into_iter().map(|offset| (offset, value(offset))).collect();
    write(values.iter().map(|(offset, value)| (*offset, timestamp(*offset), value.as_bytes())))
}

/// An event with these values, at offsets from 0, of topic `orders`, partition 0.
pub(crate) fn values(values: &[&[u8]]) -> Vec<u8> {
    write((0..).zip(values).map(|(offset, value)| (offset, FIRST_TIMESTAMP, *value)))
}

/// An event with records of these offsets, timestamps and values.
fn write<'a>(records: impl Iterator<Item = (i64, i64, &'a [u8])>) -> Vec<u8> {
    let mut writer = EventWriter::new(&Source {
        kind: SourceKind::Msk,
        event_source_arn: Some("arn:aws:kafka:us-east-1:123456789012:cluster/demo/1".to_owned()),
        bootstrap_servers: Some("b-1.demo.example:9098".to_owned()),
    });
    for (offset, timestamp, value) in records {
        writer.push(&RawRecord {
            topic: "orders",
            partition: 0,
            offset,
            timestamp: Some(timestamp),
            timestamp_type: TimestampType::CreateTime,
            key: Some(b"k"),
            value: Some(value),
            headers: Vec::new(),
            key_schema: None,
            value_schema: None,
        });
    }
    writer.finish()
}

/// The lines that these offsets make.
pub(crate) fn lines(range: Range<i64>) -> String {
    range.map(|offset| value(offset) + "\n").collect()
}
