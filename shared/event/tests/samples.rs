//! Every file under `events/` decodes, and makes the point that its README claims.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use connect::{RawRecord, TimestampType};
use event::{Event, Invocation, Reason, SourceKind, UndecodableRecord};

/// Panics unless the sample makes its point.
type Check = fn(Invocation);

const SAMPLES: &[(&str, Check)] = &[
    ("msk/absent-headers.json", absent_headers),
    ("msk/bad-base64.json", bad_base64),
    ("msk/confluent-wire-format.json", confluent_wire_format),
    ("msk/debezium-change-event.json", debezium_change_event),
    ("msk/empty-records.json", empty_records),
    ("msk/glue-wire-format.json", glue_wire_format),
    ("msk/header-byte-200.json", header_byte_200),
    ("msk/negative-timestamp.json", negative_timestamp),
    ("msk/non-utf8-value.json", non_utf8_value),
    ("msk/null-key.json", null_key),
    ("msk/orders.json", msk_orders),
    ("msk/schema-metadata.json", schema_metadata),
    ("msk/several-partitions.json", several_partitions),
    ("msk/tombstone.json", tombstone),
    ("replay/orders.json", replay_orders),
    ("schedule/input.json", tick),
    ("schedule/scheduler.json", tick),
    ("schedule/tick.json", tick),
    ("self-managed/older-form.json", older_form),
    ("self-managed/orders.json", self_managed_orders),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

fn sample(name: &str) -> Invocation {
    let body = std::fs::read(folder().join(name)).unwrap();
    event::decode(&body).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_sample_makes_its_point() {
    for (name, check) in SAMPLES {
        println!("{name}");
        check(sample(name));
    }
}

#[test]
fn every_sample_is_checked_and_described() {
    let readme = std::fs::read_to_string(folder().join("README.md")).unwrap();
    let mut files = BTreeSet::new();
    for source in ["msk", "self-managed", "replay", "schedule"] {
        for entry in std::fs::read_dir(folder().join(source)).unwrap() {
            files.insert(format!("{source}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    assert_eq!(files, SAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect());
    for file in files {
        assert!(readme.contains(&format!("]({file})")), "{file} is not in the README");
    }
}

#[test]
fn every_sample_survives_being_written_and_read_again() {
    for (name, _) in SAMPLES {
        let (Invocation::Kafka(event) | Invocation::Replay(event)) = sample(name) else { continue };
        let mut writer = event::write::EventWriter::new(event.source());
        let records: Vec<RawRecord> = decodable(&event);
        records.iter().for_each(|record| writer.push(record));
        let Invocation::Kafka(again) = event::decode(&writer.finish()).unwrap() else { panic!("{name}") };
        assert_eq!(again.source(), event.source(), "{name}");
        assert_eq!(decodable(&again), records, "{name}");
    }
}

fn decodable(event: &Event) -> Vec<RawRecord<'_>> {
    event.partitions().flat_map(|partition| partition.records()).filter_map(Result::ok).collect()
}

fn kafka(invocation: Invocation) -> Event {
    match invocation {
        Invocation::Kafka(event) => event,
        other => panic!("{other:?}"),
    }
}

/// The records of an event that has one topic-partition and no undecodable record.
fn records(event: &Event) -> Vec<RawRecord<'_>> {
    assert_eq!(event.partitions().len(), 1);
    let records = decodable(event);
    assert_eq!(records.len(), event.record_count());
    records
}

fn shape(event: &Event) -> Vec<(&str, i32, usize)> {
    event.partitions().map(|partition| (partition.topic(), partition.partition(), partition.len())).collect()
}

fn orders(event: &Event) {
    assert_eq!(shape(event), [("orders", 0, 4), ("orders", 1, 3), ("orders", 2, 3)]);
    for record in decodable(event) {
        let order: serde_json::Value = serde_json::from_slice(record.value.unwrap()).unwrap();
        assert_eq!(format!("c-{}", order["customer"]["id"]).as_bytes(), record.key.unwrap());
        let headers: Vec<&str> = record.headers.iter().map(|header| header.name).collect();
        assert_eq!(headers, ["content-type", "channel"]);
        assert_eq!(record.headers[0].value, Some(b"application/json".as_slice()));
        assert_eq!(record.timestamp_type, TimestampType::CreateTime);
    }
}

fn msk_orders(invocation: Invocation) {
    let event = kafka(invocation);
    assert_eq!(event.source().kind, SourceKind::Msk);
    assert!(event.source().cluster().starts_with("arn:aws:kafka:eu-west-1:123456789012:cluster/shop/"));
    orders(&event);
}

fn self_managed_orders(invocation: Invocation) {
    let event = kafka(invocation);
    assert_eq!(event.source().kind, SourceKind::SelfManaged);
    assert_eq!(event.source().event_source_arn, None);
    assert_eq!(event.source().cluster(), "kafka-1.shop.example.com:9094,kafka-2.shop.example.com:9094");
    orders(&event);
}

fn replay_orders(invocation: Invocation) {
    let Invocation::Replay(event) = invocation else { panic!("{invocation:?}") };
    orders(&event);
}

fn older_form(invocation: Invocation) {
    let event = kafka(invocation);
    assert_eq!(event.source().kind, SourceKind::SelfManaged);
    for record in records(&event) {
        assert_eq!((record.key, record.headers.len()), (None, 0));
        assert_eq!(record.timestamp_type, TimestampType::LogAppendTime);
    }
}

fn several_partitions(invocation: Invocation) {
    let event = kafka(invocation);
    let topic = "shop-eu-orders";
    assert_eq!(shape(&event), [(topic, 0, 2), (topic, 2, 2), (topic, 10, 2), (topic, 11, 2)]);
}

fn tombstone(invocation: Invocation) {
    let event = kafka(invocation);
    let records = records(&event);
    assert!(records[0].value.is_some_and(|value| !value.is_empty()));
    let values: Vec<Option<&[u8]>> = records[1..].iter().map(|record| record.value).collect();
    assert_eq!(values, [None, None, Some(b"".as_slice())]);
    assert!(records.iter().all(|record| record.key.is_some()));
}

fn null_key(invocation: Invocation) {
    let event = kafka(invocation);
    let keys: Vec<Option<&[u8]>> = records(&event).iter().map(|record| record.key).collect();
    assert_eq!(keys, [None, None, Some(b"".as_slice())]);
}

fn absent_headers(invocation: Invocation) {
    let event = kafka(invocation);
    let records = records(&event);
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| record.headers.is_empty()));
}

fn header_byte_200(invocation: Invocation) {
    let event = kafka(invocation);
    let records = records(&event);
    assert_eq!(headers(&records[0]), [("checksum", Some([200, 0, 255].as_slice()))]);
    assert_eq!(headers(&records[1]), headers(&records[0]));
    let expected: [(&str, Option<&[u8]>); 5] = [
        ("hop", Some(b"gateway")),
        ("hop", Some(b"checkout")),
        ("note", None),
        ("empty", Some(b"")),
        ("city", Some("Zürich".as_bytes())),
    ];
    assert_eq!(headers(&records[2]), expected);
    assert_eq!(headers(&records[3]), [("channel", Some(b"web".as_slice())), ("hop", Some(b"gateway".as_slice()))]);
}

fn headers<'a>(record: &RawRecord<'a>) -> Vec<(&'a str, Option<&'a [u8]>)> {
    record.headers.iter().map(|header| (header.name, header.value)).collect()
}

fn negative_timestamp(invocation: Invocation) {
    let event = kafka(invocation);
    let timestamps: Vec<(Option<i64>, TimestampType)> =
        records(&event).iter().map(|record| (record.timestamp, record.timestamp_type)).collect();
    let expected = [
        (None, TimestampType::None),
        (Some(-86_400_000), TimestampType::CreateTime),
        (Some(1_795_167_000_000), TimestampType::LogAppendTime),
    ];
    assert_eq!(timestamps, expected);
}

fn non_utf8_value(invocation: Invocation) {
    let event = kafka(invocation);
    let records = records(&event);
    assert!(records[0].value.unwrap().starts_with(b"\x89PNG\r\n"));
    assert_eq!(records[1].value, Some(b"{\"name\":\"Z\xfcrcher\"}".as_slice()));
    assert_eq!(records[1].key, Some([0xff, 0xfe].as_slice()));
}

fn empty_records(invocation: Invocation) {
    let event = kafka(invocation);
    assert_eq!((event.record_count(), event.partitions().len()), (0, 0));
}

fn bad_base64(invocation: Invocation) {
    let event = kafka(invocation);
    let partition = event.partitions().next().unwrap();
    let records: Vec<_> = partition.records().collect();
    assert_eq!(records.len(), 3);
    assert_eq!(records[0].as_ref().unwrap().offset, 1640);
    let reason = Reason::NotBase64 { member: "value" };
    let undecodable = UndecodableRecord { topic: "orders", partition: 0, offset: Some(1641), reason };
    assert_eq!(records[1], Err(undecodable));
    assert_eq!(records[2].as_ref().unwrap().offset, 1642);
}

fn confluent_wire_format(invocation: Invocation) {
    let event = kafka(invocation);
    for record in records(&event) {
        assert_eq!(record.value.unwrap()[..5], [0, 0, 1, 0x86, 0xca]);
    }
}

fn glue_wire_format(invocation: Invocation) {
    let event = kafka(invocation);
    for record in records(&event) {
        assert_eq!(record.value.unwrap()[..4], [3, 0, 0xb7, 0xb4]);
    }
    // Behind the two prefixes lies the same Avro.
    let Invocation::Kafka(confluent) = sample("msk/confluent-wire-format.json") else { panic!("a Kafka event") };
    let glue: Vec<&[u8]> = decodable(&event).iter().map(|record| &record.value.unwrap()[18..]).collect();
    let confluent: Vec<&[u8]> = decodable(&confluent).iter().map(|record| &record.value.unwrap()[5..]).collect();
    assert_eq!(glue, confluent);
}

fn schema_metadata(invocation: Invocation) {
    let event = kafka(invocation);
    for record in records(&event) {
        let (key, value) = (record.key_schema.unwrap(), record.value_schema.unwrap());
        assert_eq!((key.data_format.as_str(), key.schema_id.as_deref()), ("JSON", None));
        assert_eq!((value.data_format.as_str(), value.schema_id.as_deref()), ("AVRO", Some("100042")));
        assert!(serde_json::from_slice::<serde_json::Value>(record.value.unwrap()).unwrap().is_object());
    }
}

fn debezium_change_event(invocation: Invocation) {
    let event = kafka(invocation);
    let records = records(&event);
    let operations: Vec<String> = records[..3]
        .iter()
        .map(|record| {
            let change: serde_json::Value = serde_json::from_slice(record.value.unwrap()).unwrap();
            assert_eq!(change["schema"]["name"], "shop.public.customers.Envelope");
            change["payload"]["op"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(operations, ["c", "u", "d"]);
    assert_eq!(records[3].value, None);
    assert!(records.iter().all(|record| record.key == records[0].key));
}

fn tick(invocation: Invocation) {
    assert!(matches!(invocation, Invocation::Tick), "{invocation:?}");
}
