//! Whatever comes in, nothing panics; whatever is written is read again as it was.

use connect::{RawHeader, RawRecord, SchemaMetadata, TimestampType};
use event::write::EventWriter;
use event::{Event, Invocation, Source, SourceKind};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Walks all that an invocation has, so that nothing of it can panic unseen.
fn walk(body: &[u8]) -> Option<usize> {
    let event = match event::decode(body) {
        Ok(Invocation::Kafka(event) | Invocation::Replay(event)) => event,
        Ok(Invocation::Tick) => return None,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    let mut count = 0;
    for partition in event.partitions() {
        assert_eq!(partition.records().len(), partition.len());
        for record in partition.records() {
            count += 1;
            match record {
                Ok(record) => assert!(record.offset >= 0 && record.partition >= 0),
                Err(undecodable) => assert!(undecodable.to_string().contains(": ")),
            }
        }
        let offsets: Vec<i64> = partition.records().filter_map(Result::ok).map(|record| record.offset).collect();
        assert!(offsets.is_sorted());
    }
    assert_eq!(count, event.record_count());
    Some(count)
}

/// JSON made of the words of Kafka events, most of it in the wrong places.
fn json() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("eventSource"),
        Just("eventSourceArn"),
        Just("bootstrapServers"),
        Just("records"),
        Just("lambdaConnectReplay"),
        Just("lambdaConnectTick"),
        Just("source"),
        Just("detail-type"),
        Just("topic"),
        Just("partition"),
        Just("offset"),
        Just("timestamp"),
        Just("timestampType"),
        Just("key"),
        Just("value"),
        Just("headers"),
        Just("keySchemaMetadata"),
        Just("dataFormat"),
        Just("orders-0"),
        Just("Records"),
    ];
    let text = prop_oneof![Just("aws:kafka"), Just("YQ=="), Just("7"), Just("aws.events"), Just("a\\u00e4\\/")];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        (-300..300i64).prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(|n| n.to_string()),
        text.prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            vec((word.clone(), inner), 0..6).prop_map(|members| {
                let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

#[derive(Debug, Clone)]
struct OwnedRecord {
    topic: String,
    partition: i32,
    offset: i64,
    timestamp: Option<i64>,
    timestamp_type: TimestampType,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
    key_schema: Option<SchemaMetadata>,
    value_schema: Option<SchemaMetadata>,
}

impl OwnedRecord {
    fn as_raw(&self) -> RawRecord<'_> {
        RawRecord {
            topic: &self.topic,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.timestamp,
            timestamp_type: self.timestamp_type,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            headers: self.headers.iter().map(|(name, value)| RawHeader { name, value: value.as_deref() }).collect(),
            key_schema: self.key_schema.as_ref(),
            value_schema: self.value_schema.as_ref(),
        }
    }
}

fn schema() -> impl Strategy<Value = Option<SchemaMetadata>> {
    let schema = (prop_oneof!["JSON", "AVRO", "PROTOBUF"], option::of("[0-9a-f-]{1,8}"));
    option::of(schema.prop_map(|(data_format, schema_id)| SchemaMetadata { data_format, schema_id }))
}

fn record() -> impl Strategy<Value = OwnedRecord> {
    let topic = prop_oneof!["[ab]", "a-[0-9]", "[a-zA-Z0-9._-]{1,12}", any::<String>()];
    let timestamp = prop_oneof![
        Just((None, TimestampType::None)),
        (any::<i64>(), prop_oneof![Just(TimestampType::CreateTime), Just(TimestampType::LogAppendTime)])
            .prop_filter("-1 means none", |(timestamp, _)| *timestamp != -1)
            .prop_map(|(timestamp, timestamp_type)| (Some(timestamp), timestamp_type)),
    ];
    let bytes = || option::of(vec(any::<u8>(), 0..40));
    let header = (prop_oneof![Just("h".to_owned()), any::<String>()], bytes());
    let place = (topic, prop_oneof![0..3i32, 0..=i32::MAX], prop_oneof![0..4i64, 0..=i64::MAX]);
    (place, timestamp, bytes(), bytes(), vec(header, 0..4), schema(), schema()).prop_map(
        |((topic, partition, offset), (timestamp, timestamp_type), key, value, headers, key_schema, value_schema)| {
            OwnedRecord {
                topic,
                partition,
                offset,
                timestamp,
                timestamp_type,
                key,
                value,
                headers,
                key_schema,
                value_schema,
            }
        },
    )
}

/// A record as most are: a header value is bytes, and the event source mapping has no schema registry.
fn usual_record() -> impl Strategy<Value = OwnedRecord> {
    (record(), "[ab-]", 0..3i32).prop_map(|(record, topic, partition)| OwnedRecord {
        topic,
        partition,
        offset: record.offset >> 8,
        timestamp: record.timestamp.map(|timestamp| (timestamp >> 8).abs()),
        headers: record.headers.into_iter().map(|(name, value)| (name, Some(value.unwrap_or_default()))).collect(),
        key_schema: None,
        value_schema: None,
        ..record
    })
}

fn source() -> impl Strategy<Value = Source> {
    let kind = prop_oneof![Just(SourceKind::Msk), Just(SourceKind::SelfManaged)];
    (kind, option::of(any::<String>()), option::of(any::<String>()))
        .prop_map(|(kind, event_source_arn, bootstrap_servers)| Source { kind, event_source_arn, bootstrap_servers })
}

fn all(event: &Event) -> Vec<RawRecord<'_>> {
    event.partitions().flat_map(|partition| partition.records()).map(Result::unwrap).collect()
}

/// All that an invocation's body says, as text.
fn account(body: &[u8]) -> String {
    match event::decode(body) {
        Ok(Invocation::Kafka(event)) => {
            let records: Vec<_> = event.partitions().flat_map(|partition| partition.records()).collect();
            format!("{:?} {records:?}", event.source())
        }
        Ok(other) => format!("{other:?}"),
        Err(_) => "an error".to_owned(),
    }
}

proptest! {
    /// A blank at the front is enough for the event not to have the form that AWS writes.
    #[test]
    fn the_form_that_aws_writes_is_read_like_any_other(
        records in vec(usual_record(), 1..8),
        at in any::<prop::sample::Index>(),
        splice in prop_oneof![Just(None), r#"[]\[{}:,"\\0-9a-z -]{0,2}"#.prop_map(Some)],
    ) {
        let source = Source {
            kind: SourceKind::Msk,
            event_source_arn: Some("arn".to_owned()),
            bootstrap_servers: Some("b:9098".to_owned()),
        };
        let mut writer = EventWriter::new(&source);
        records.iter().for_each(|record| writer.push(&record.as_raw()));
        let mut body = writer.finish();
        if let Some(splice) = splice {
            let at = at.index(body.len());
            body.splice(at..body.len().min(at + 1), splice.bytes());
        }
        let mut other_form = body.clone();
        other_form.insert(0, b' ');
        prop_assert_eq!(account(&body), account(&other_form));
    }

    #[test]
    fn any_bytes_do_not_panic(body in vec(any::<u8>(), 0..300)) {
        walk(&body);
    }

    #[test]
    fn any_text_of_json_characters_does_not_panic(body in r#"[\[\]{}:,"\\0-9a-z. -]{0,80}"#) {
        walk(body.as_bytes());
    }

    #[test]
    fn any_json_does_not_panic(body in json()) {
        walk(body.as_bytes());
    }

    #[test]
    fn any_json_as_records_does_not_panic(records in json()) {
        walk(format!(r#"{{"eventSource": "aws:kafka", "records": {records}}}"#).as_bytes());
    }

    #[test]
    fn any_json_as_a_record_is_one_record_between_its_neighbours(record in json()) {
        let neighbour = |offset: u32| format!(r#"{{"topic": "t", "partition": 0, "offset": {offset}}}"#);
        let records = format!("[{}, {record}, {}]", neighbour(1), neighbour(2));
        let body = format!(r#"{{"eventSource": "aws:kafka", "records": {{"t-0": {records}}}}}"#);
        prop_assert_eq!(walk(body.as_bytes()), Some(3));
    }

    #[test]
    fn a_truncated_event_is_an_error(records in vec(record(), 0..4), source in source(), cut in any::<prop::sample::Index>()) {
        let mut writer = EventWriter::new(&source);
        records.iter().for_each(|record| writer.push(&record.as_raw()));
        let event = writer.finish();
        prop_assert!(event::decode(&event[..cut.index(event.len())]).is_err());
    }

    #[test]
    fn what_is_written_is_read_again(records in vec(record(), 0..12), source in source()) {
        let mut writer = EventWriter::new(&source);
        for record in &records {
            let expected = writer.payload_len() + writer.added_len(&record.as_raw());
            writer.push(&record.as_raw());
            prop_assert_eq!(writer.payload_len(), expected);
            prop_assert_eq!(writer.clone().finish().len(), expected);
        }
        prop_assert_eq!(writer.record_count(), records.len());

        let Ok(Invocation::Kafka(event)) = event::decode(&writer.finish()) else { panic!("a Kafka event") };
        prop_assert_eq!(event.source(), &source);
        let mut expected: Vec<RawRecord> = records.iter().map(OwnedRecord::as_raw).collect();
        expected.sort_by_key(|record| (record.topic, record.partition, record.offset));
        prop_assert_eq!(all(&event), expected);
    }
}
