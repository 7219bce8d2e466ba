use connect::{RawRecord, TimestampType};

use super::*;
use crate::{Reason, UndecodableRecord};

/// A Kafka event with these members of `records`.
fn kafka(records: &str) -> Event {
    let body = format!(r#"{{"eventSource": "aws:kafka", "records": {{{records}}}}}"#);
    match decode(body.as_bytes()) {
        Ok(Invocation::Kafka(event)) => event,
        other => panic!("{body}: {other:?}"),
    }
}

fn all(event: &Event) -> Vec<Result<RawRecord<'_>, UndecodableRecord<'_>>> {
    event.partitions().flat_map(|partition| partition.records()).collect()
}

/// The only record of an event, that has these members beside its offset.
fn with_one<T>(members: &str, check: impl FnOnce(Result<RawRecord<'_>, UndecodableRecord<'_>>) -> T) -> T {
    let event = kafka(&format!(r#""orders-3": [{{"topic": "orders", "partition": 3, "offset": 17{members}}}]"#));
    assert_eq!(event.record_count(), 1);
    check(all(&event).remove(0))
}

fn offsets(event: &Event) -> Vec<Option<i64>> {
    all(event).iter().map(|record| record.as_ref().map_or_else(|bad| bad.offset, |good| Some(good.offset))).collect()
}

fn places(event: &Event) -> Vec<(&str, i32, usize)> {
    event.partitions().map(|partition| (partition.topic(), partition.partition(), partition.len())).collect()
}

fn error(body: &str) -> String {
    decode(body.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_record_has_all_that_the_event_gives() {
    let members = r#", "timestamp": 1545084650987, "timestampType": "LOG_APPEND_TIME", "key": "a2V5", "value": "dmFsdWU=",
        "headers": [{"h": [104, -1]}], "keySchemaMetadata": {"dataFormat": "JSON"},
        "valueSchemaMetadata": {"dataFormat": "AVRO", "schemaId": 100042}"#;
    with_one(members, |record| {
        let record = record.unwrap();
        assert_eq!((record.topic, record.partition, record.offset), ("orders", 3, 17));
        assert_eq!((record.key, record.value), (Some(b"key".as_slice()), Some(b"value".as_slice())));
        assert_eq!(record.timestamp, Some(1_545_084_650_987));
        assert_eq!(record.timestamp_type, TimestampType::LogAppendTime);
        let header = record.headers[0];
        assert_eq!((record.headers.len(), header.name, header.value), (1, "h", Some([104, 255].as_slice())));
        assert_eq!(record.key_schema.unwrap().schema_id, None);
        assert_eq!(record.value_schema.unwrap().schema_id.as_deref(), Some("100042"));
    });
}

#[test]
fn a_record_needs_no_more_than_an_offset() {
    let event = kafka(r#""my-orders-3": [{"offset": 5}]"#);
    let records = all(&event);
    let record = records[0].as_ref().unwrap();
    assert_eq!((record.topic, record.partition, record.offset), ("my-orders", 3, 5));
    assert_eq!((record.key, record.value, record.headers.len()), (None, None, 0));
    assert_eq!((record.timestamp, record.timestamp_type), (None, TimestampType::None));
    assert_eq!((record.key_schema, record.value_schema), (None, None));
}

#[test]
fn the_record_says_its_topic_and_partition_not_its_place() {
    let event = kafka(r#""a-1": [{"topic": "b-c", "partition": 2, "offset": 0}, {"topic": "b", "offset": 0}]"#);
    assert_eq!(places(&event), [("b", 1, 1), ("b-c", 2, 1)]);
}

#[test]
fn null_absent_and_empty_are_told_apart() {
    let nulls = r#", "key": null, "value": null, "headers": null, "timestamp": null, "keySchemaMetadata": null"#;
    with_one(nulls, |record| {
        let record = record.unwrap();
        assert_eq!((record.key, record.value, record.timestamp, record.headers.len()), (None, None, None, 0));
    });
    with_one(r#", "key": "", "value": "", "headers": []"#, |record| {
        let record = record.unwrap();
        assert_eq!((record.key, record.value), (Some(b"".as_slice()), Some(b"".as_slice())));
    });
}

#[test]
fn a_timestamp_without_a_type_is_the_producers() {
    with_one(r#", "timestamp": 5"#, |record| {
        assert_eq!(record.unwrap().timestamp_type, TimestampType::CreateTime);
    });
    with_one(r#", "timestamp": -1, "timestampType": "CREATE_TIME""#, |record| {
        let record = record.unwrap();
        assert_eq!((record.timestamp, record.timestamp_type), (None, TimestampType::None));
    });
}

#[test]
fn numbers_may_be_strings() {
    let event = kafka(r#""t-0": [{"topic": "t", "partition": "1", "offset": "23", "timestamp": "45"}]"#);
    let records = all(&event);
    let record = records[0].as_ref().unwrap();
    assert_eq!((record.partition, record.offset, record.timestamp), (1, 23, Some(45)));
}

#[test]
fn unknown_members_are_passed_over_at_every_level() {
    let body = r#"{"new": {"a": [1, {}]}, "source": {}, "records": {"t-0": [{"new": [[{"key": "x"}]], "offset": 1,
        "valueSchemaMetadata": {"new": 1e999, "dataFormat": "JSON"}}]}, "eventSource": "SelfManagedKafka"}"#;
    let Ok(Invocation::Kafka(event)) = decode(body.as_bytes()) else { panic!("a Kafka event") };
    assert_eq!(event.record_count(), 1);
    assert!(all(&event)[0].as_ref().unwrap().value_schema.is_some());
}

#[test]
fn escapes_are_undone() {
    let event = kafka(r#""\u006frders-0": [{"offset": 1, "value": "\/\u002b8=", "headers": [{"\"n\u00e4me": [1]}]}]"#);
    let records = all(&event);
    let record = records[0].as_ref().unwrap();
    assert_eq!((record.topic, record.value), ("orders", Some([0xff, 0xef].as_slice())));
    assert_eq!(record.headers[0].name, "\"näme");
}

#[test]
fn bytes_of_headers_are_signed_or_not() {
    with_one(r#", "headers": [{"h": [-128, -1, 0, 127, 128, 255]}]"#, |record| {
        assert_eq!(record.unwrap().headers[0].value, Some([128, 255, 0, 127, 128, 255].as_slice()));
    });
}

#[test]
fn what_is_wrong_with_a_record_is_its_own_error() {
    let cases = [
        (r#", "offset": null"#, "offset is missing"),
        (r#", "offset": {"a": [1]}"#, "offset is an object, not an integer from 0 to 9223372036854775807"),
        (r#", "offset": -1"#, "offset is a number, not an integer from 0 to 9223372036854775807"),
        (r#", "offset": 1.5"#, "offset is a number, not an integer from 0 to 9223372036854775807"),
        (r#", "offset": 9223372036854775808"#, "offset is a number, not an integer from 0 to 9223372036854775807"),
        (r#", "offset": "x""#, "offset is a string, not an integer from 0 to 9223372036854775807"),
        (r#", "partition": 2147483648"#, "partition is a number, not an integer from 0 to 2147483647"),
        (r#", "topic": 7"#, "topic is a number, not a string"),
        (r#", "timestamp": "today""#, "timestamp is a string, not an integer of milliseconds"),
        (r#", "key": "a""#, "key is not valid base64"),
        (r#", "key": "YQ""#, "key is not valid base64"),
        (r#", "value": "Zm9v!mFy""#, "value is not valid base64"),
        (r#", "value": {"id": [1, {"a": null}]}"#, "value is an object, not a string of base64"),
        (r#", "value": [1]"#, "value is an array, not a string of base64"),
        (r#", "value": true"#, "value is a boolean, not a string of base64"),
        (r#", "headers": {"h": [1]}"#, "headers is an object, not an array of objects"),
        (r#", "headers": ["h"]"#, "an element of headers is a string, not an object of a name and its bytes"),
        (r#", "headers": [{"a": [1]}, {"b": "c"}]"#, "header 2 is a string, not an array of bytes"),
        (r#", "headers": [{"a": [1], "b": [2, 999]}]"#, "header 2 has an element that is not a byte (-128 to 255)"),
        (r#", "headers": [{"a": [-129]}]"#, "header 1 has an element that is not a byte (-128 to 255)"),
        (r#", "headers": [{"a": [null]}]"#, "header 1 has an element that is not a byte (-128 to 255)"),
        (
            r#", "valueSchemaMetadata": {"schemaId": "1"}"#,
            "valueSchemaMetadata does not give dataFormat and schemaId as strings",
        ),
        (r#", "keySchemaMetadata": "AVRO""#, "keySchemaMetadata does not give dataFormat and schemaId as strings"),
    ];
    for (members, reason) in cases {
        with_one(members, |record| {
            let undecodable = record.expect_err(members);
            assert_eq!(undecodable.reason.to_string(), reason, "{members}");
        });
    }
}

#[test]
fn what_is_wrong_with_a_record_leaves_its_neighbours_alone() {
    let event = kafka(
        r#""t-0": [{"offset": 1, "value": "MQ=="}, {"offset": 2, "value": {"deep": [{}]}, "headers": [{"h": [999]}]}, 7,
        {"offset": 3, "value": "Mw==", "headers": [{"h": [3]}]}]"#,
    );
    let records = all(&event);
    assert_eq!(records[0].as_ref().unwrap().value, Some(b"1".as_slice()));
    let place = UndecodableRecord {
        topic: "t",
        partition: 0,
        offset: None,
        reason: Reason::NotAnObject { found: JsonType::Number },
    };
    assert_eq!(records[1].as_ref().unwrap_err().offset, Some(2));
    assert_eq!(records[2], Err(place));
    let last = records[3].as_ref().unwrap();
    assert_eq!((last.value, last.headers[0].value), (Some(b"3".as_slice()), Some([3].as_slice())));
}

#[test]
fn an_undecodable_record_says_where_it_is_and_not_what_is_in_it() {
    with_one(r#", "value": "secret!""#, |record| {
        let message = record.unwrap_err().to_string();
        assert_eq!(message, "topic orders, partition 3, offset 17: value is not valid base64");
    });
    let event = kafka(r#""orders": [{"offset": 17}, {}]"#);
    let messages: Vec<String> = all(&event).iter().map(|record| record.as_ref().unwrap_err().to_string()).collect();
    let expected = [
        "topic orders, partition -1, offset 17: partition is missing",
        "topic orders, partition -1, offset unknown: offset is missing",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn partitions_come_by_topic_and_number_whatever_their_order() {
    let one = kafka(r#""b-10": [{"offset": 1}], "b-9": [{"offset": 1}], "a-3": [{"offset": 1}]"#);
    let other = kafka(r#""a-3": [{"offset": 1}], "b-9": [{"offset": 1}], "b-10": [{"offset": 1}]"#);
    assert_eq!(places(&one), [("a", 3, 1), ("b", 9, 1), ("b", 10, 1)]);
    assert_eq!(places(&one), places(&other));
}

#[test]
fn entries_of_the_same_topic_partition_become_one() {
    let event = kafka(
        r#""t-0": [{"offset": 5}, {"offset": 6}], "t-1": [{"offset": 1}], "t-0": [{"offset": 2}],
        "other-9": [{"topic": "t", "partition": 0, "offset": 9}, {"topic": "t", "partition": 1, "offset": 3}]"#,
    );
    assert_eq!(places(&event), [("t", 0, 4), ("t", 1, 2)]);
    assert_eq!(offsets(&event), [2, 5, 6, 9, 1, 3].map(Some));
}

#[test]
fn records_are_put_into_offset_order() {
    let event = kafka(r#""t-0": [{"offset": 7}, {"offset": 3}, {"offset": 5}]"#);
    assert_eq!(offsets(&event), [3, 5, 7].map(Some));
}

#[test]
fn repeated_offsets_are_kept_in_their_order() {
    let event = kafka(r#""t-0": [{"offset": 4}, {"offset": 3, "key": "MQ=="}, {"offset": 3, "key": "Mg=="}]"#);
    assert_eq!(offsets(&event), [3, 3, 4].map(Some));
    let keys: Vec<_> = all(&event).iter().map(|record| record.as_ref().unwrap().key).collect();
    assert_eq!(keys, [Some(b"1".as_slice()), Some(b"2".as_slice()), None]);
}

#[test]
fn a_record_without_an_offset_stays_behind_its_predecessor() {
    let in_order = kafka(r#""t-0": [{}, {"offset": 1}, {"key": "MQ=="}, {"offset": 2}]"#);
    assert_eq!(offsets(&in_order), [None, Some(1), None, Some(2)]);
    let sorted = kafka(r#""t-0": [{}, {"offset": 9}, {}, {"offset": 1}, {"offset": 4}]"#);
    assert_eq!(offsets(&sorted), [None, Some(1), Some(4), Some(9), None]);
}

#[test]
fn an_event_may_have_no_records() {
    for records in ["", r#", "records": null"#, r#", "records": {}"#, r#", "records": {"t-0": [], "t-1": null}"#] {
        let body = format!(r#"{{"eventSource": "aws:kafka"{records}}}"#);
        let Ok(Invocation::Kafka(event)) = decode(body.as_bytes()) else { panic!("{body}") };
        assert_eq!((event.record_count(), event.partitions().len()), (0, 0));
    }
}

#[test]
fn replays_and_ticks_are_recognised() {
    let replay = |flag: &str| {
        let body = format!(r#"{{"eventSource": "aws:kafka", "lambdaConnectReplay": {flag}, "records": {{}}}}"#);
        decode(body.as_bytes())
    };
    assert!(matches!(replay("true"), Ok(Invocation::Replay(_))));
    assert!(matches!(replay("false"), Ok(Invocation::Kafka(_))));
    let message = replay("\"yes\"").unwrap_err().to_string();
    assert_eq!(message, "the event's lambdaConnectReplay is a string, not true or false");
    for body in [
        r#"{"lambdaConnectTick": true}"#,
        r#"{"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}"#,
        r#"{"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}"#,
    ] {
        assert!(matches!(decode(body.as_bytes()), Ok(Invocation::Tick)), "{body}");
    }
}

#[test]
fn records_are_never_taken_for_a_tick() {
    let body = r#"{"lambdaConnectTick": true, "eventSource": "aws:kafka", "records": {"t-0": [{"offset": 1}]}}"#;
    let Ok(Invocation::Kafka(event)) = decode(body.as_bytes()) else { panic!("a Kafka event") };
    assert_eq!(event.record_count(), 1);
}

#[test]
fn other_events_are_errors_that_name_them() {
    let ours = ": this function takes events of a Kafka event source mapping";
    let sqs = r#"{"Records": [{"eventSource": "aws:sqs", "body": "secret"}]}"#;
    assert_eq!(error(sqs), format!("this is an Amazon SQS event{ours}"));
    assert_eq!(error("[]"), format!("this is a JSON array{ours}"));
    assert_eq!(error("\"secret\""), format!("this is JSON, but not an object{ours}"));
    let scheduled = r#"{"lambdaConnectTick": false}"#;
    assert_eq!(error(scheduled), format!("this is a JSON object without eventSource{ours}"));
    let schedule_of_someone_else = r#"{"source": "shop", "detail-type": "Scheduled Event"}"#;
    assert!(error(schedule_of_someone_else).contains(r#"("Scheduled Event" from "shop")"#));
    let s3 = r#"{"source": "aws.s3", "detail-type": "Object Created"}"#;
    assert!(error(s3).starts_with(r#"this is an Amazon EventBridge event ("Object Created" from "aws.s3")"#));
    let firehose = r#"{"deliveryStreamArn": "arn", "records": [{"data": "eA=="}]}"#;
    assert_eq!(error(firehose), format!("this is an Amazon Data Firehose event{ours}"));
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    assert_eq!(error(&deep), format!("this is JSON that is nested too deeply{ours}"));
}

#[test]
fn broken_bodies_are_errors_with_a_position_and_without_payload() {
    let body = r#"{"eventSource": "aws:kafka", "records": {"t-0": [{"offset": 1, "value": "c2VjcmV0"#;
    let truncated = error(body);
    assert_eq!(truncated, "the event is cut off: EOF while parsing a string at line 1 column 81");
    assert_eq!(error(""), "the event is cut off: EOF while parsing a value at line 1 column 0");
    assert_eq!(error(r#"{"a": secret}"#), "the event is not valid JSON: expected value at line 1 column 7");
    assert_eq!(error("{} {}"), "the event is not valid JSON: trailing characters at line 1 column 4");
    let not_utf8 = decode(b"{\"a\": \"\xff\"}").unwrap_err().to_string();
    assert_eq!(not_utf8, "the event is not JSON: it is not UTF-8 from byte 7 on");
}

#[test]
fn records_elsewhere_than_aws_puts_them_are_an_error() {
    let kafka = |rest: &str| error(&format!(r#"{{"eventSource": "aws:kafka", {rest}}}"#));
    assert_eq!(
        kafka(r#""records": [{"offset": 1}]"#),
        "the event's records is an array, not an object of topic-partitions with their records"
    );
    assert_eq!(
        kafka(r#""records": {"t-0": [{"offset": 1}], "t-1": {"offset": 1}}"#),
        "the event's records[\"t-1\"] is an object, not an array of records"
    );
    assert_eq!(kafka(r#""eventSourceArn": 7"#), "the event's eventSourceArn is a number, not a string");
}

#[test]
fn buffers_serve_one_event_after_the_other() {
    let body = |value: &str| {
        format!(r#"{{"eventSource": "aws:kafka", "records": {{"t-0": [{{"offset": 1, "value": "{value}"}}]}}}}"#)
    };
    let mut buffers = Buffers::default();
    for value in ["Zmlyc3Q=", "Mg==", ""] {
        let body = body(value);
        let Ok(Invocation::Kafka(reused)) = decode_into(body.as_bytes(), &mut buffers) else { panic!("{body}") };
        let Ok(Invocation::Kafka(fresh)) = decode(body.as_bytes()) else { panic!("{body}") };
        assert_eq!(all(&reused), all(&fresh));
        buffers = reused.into_buffers();
        assert!(buffers.bytes.capacity() >= 45, "the memory is kept");
        assert!(decode_into(b"{\"lambdaConnectTick\": true}", &mut buffers).is_ok());
        assert!(decode_into(b"{", &mut buffers).is_err());
        assert!(buffers.bytes.capacity() >= 45, "neither a tick nor an error takes it");
    }
}

#[test]
fn debug_output_has_no_payload() {
    let event = kafka(r#""t-0": [{"offset": 1, "key": "c2VjcmV0", "value": "c2VjcmV0"}]"#);
    let partition = event.partitions().next().unwrap();
    let shown = format!("{event:?} {partition:?} {:?}", Buffers::default());
    assert!(shown.contains("record_count: 1") && shown.contains("topic: \"t\""), "{shown}");
    assert!(!shown.contains("secret") && !shown.contains("115, 101"), "{shown}");
}
