//! What Confluent's own tests assert, restated, and what they leave open.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use connect::convert;
use connect::{Data, Fields, Schema, SchemaKind, Struct, TimestampType, Value, class};
use jiff::tz::TimeZone;

use super::joda::Pattern;
use super::*;

const HOUR: i64 = 3_600_000;
const NOW: i64 = 1_700_000_000_123;

fn layout(scheme: Scheme) -> ConfluentLayout {
    ConfluentLayout {
        partitioner: Partitioner { scheme, delimiter: "/".to_owned(), schema_affix: SchemaAffix::None },
        naming: ObjectNaming {
            topics_dir: "topics".to_owned(),
            directory_delimiter: "/".to_owned(),
            file_delimiter: "+".to_owned(),
            offset_digits: 1,
            extension: ".json".to_owned(),
        },
        flush_size: 1000,
        null_values: NullValues::Fail,
    }
}

fn by_fields(names: &[&str]) -> ConfluentLayout {
    layout(Scheme::Fields(names.iter().map(|name| FieldName::new(name)).collect()))
}

fn by_time(pattern: &str, duration: i64, zone: &str, extractor: TimestampExtractor) -> ConfluentLayout {
    let (pattern, zone) = (Pattern::compile(pattern).unwrap(), TimeZone::get(zone).unwrap());
    layout(Scheme::Time(TimeScheme { pattern, duration, zone, extractor }))
}

fn hourly(zone: &str) -> ConfluentLayout {
    by_time("'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH", HOUR, zone, TimestampExtractor::Record)
}

fn record(offset: i64, value: Data<'static>) -> SinkRecord<'static> {
    SinkRecord {
        topic: Cow::Borrowed("orders"),
        original_topic: "orders",
        partition: 12,
        offset,
        timestamp: Some(NOW),
        timestamp_type: TimestampType::CreateTime,
        key: Data::NULL,
        value,
        headers: Vec::new(),
    }
}

fn at(offset: i64, timestamp: i64) -> SinkRecord<'static> {
    SinkRecord { timestamp: Some(timestamp), ..record(offset, json("{}")) }
}

fn json(text: &'static str) -> Data<'static> {
    let keys = BTreeMap::from([("schemas.enable".to_owned(), "false".to_owned())]);
    let converter = convert::configured("JsonConverter", false, &keys).unwrap();
    converter.to_connect("orders", Some(text.as_bytes())).unwrap()
}

fn structure(fields: Vec<(&str, Schema, Value)>) -> (Arc<Schema>, Value) {
    let mut declared = Fields::default();
    let mut values = Vec::new();
    for (name, schema, value) in fields {
        declared.push(name, Arc::new(schema)).unwrap();
        values.push(value);
    }
    let schema = Arc::new(Schema::new(SchemaKind::Struct(declared)).named("com.acme.Order"));
    (Arc::clone(&schema), Value::Struct(Box::new(Struct { schema, values })))
}

fn struct_of(fields: Vec<(&str, Schema, Value)>) -> Data<'static> {
    let (schema, value) = structure(fields);
    Data::Built(Some(schema), value)
}

fn of(kind: SchemaKind) -> Schema {
    Schema::new(kind).optional()
}

fn plan_with(layout: &ConfluentLayout, records: &[SinkRecord<'_>], tolerance: Tolerance, replay: bool) -> Plan {
    let bad = BTreeMap::new();
    layout.plan(&PartitionRecords { topic: "orders", partition: 12, records, bad: &bad, tolerance, now: NOW, replay })
}

fn plan(layout: &ConfluentLayout, records: &[SinkRecord<'_>]) -> Plan {
    let plan = plan_with(layout, records, Tolerance::None, false);
    assert!(plan.bad.is_empty(), "{:?}", plan.bad);
    plan
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.objects.iter().map(|object| object.name.as_str()).collect()
}

/// The directory of a single record.
fn directory(layout: &ConfluentLayout, record: SinkRecord<'_>) -> String {
    let name = plan(layout, &[record]).objects.remove(0).name;
    let directory = name.strip_prefix("topics/orders/").unwrap().rsplit_once('/').unwrap().0;
    directory.to_owned()
}

/// The class and the message of a single record's error.
fn error(layout: &ConfluentLayout, record: SinkRecord<'_>) -> (String, String) {
    let plan = plan_with(layout, &[record], Tolerance::None, false);
    assert!(plan.objects.is_empty(), "{:?}", plan.objects);
    let exception = &plan.bad[&0];
    (exception.class.to_string(), exception.message.clone())
}

#[test]
fn all_objects_end_after_flush_size_records() {
    let mut layout = layout(Scheme::KafkaPartition);
    layout.flush_size = 3;
    layout.naming = ObjectNaming { offset_digits: 2, extension: ".avro".to_owned(), ..layout.naming };
    let records: Vec<_> = (0..10).map(|offset| record(offset, json("{}"))).collect();
    let plan = plan(&layout, &records);
    let expected = ["00", "03", "06", "09"].map(|offset| format!("topics/orders/partition=12/orders+12+{offset}.avro"));
    assert_eq!(names(&plan), expected);
    assert_eq!(plan.objects[3].records, [9]);
}

#[test]
fn the_count_runs_over_all_directories_of_a_topic_partition() {
    let mut layout = by_fields(&["int"]);
    layout.flush_size = 9;
    let value = |offset: i64| struct_of(vec![("int", of(SchemaKind::Int32), Value::Int32(16 + offset as i32 % 3))]);
    let records: Vec<_> = (0..18).map(|offset| record(offset, value(offset))).collect();
    let plan = plan(&layout, &records);
    let expected = [(16, 0), (17, 1), (18, 2), (16, 9), (17, 10), (18, 11)]
        .map(|(int, offset)| format!("topics/orders/int={int}/orders+12+{offset}.json"));
    assert_eq!(names(&plan), expected);
    assert_eq!(plan.objects[1].records, [1, 4, 7]);
    assert_eq!(plan.objects[5].records, [11, 14, 17]);
}

#[test]
fn a_batch_shorter_than_flush_size_is_one_object_a_directory() {
    let records: Vec<_> = (5..9).map(|offset| record(offset, json("{}"))).collect();
    let plan = plan(&layout(Scheme::KafkaPartition), &records);
    assert_eq!(names(&plan), ["topics/orders/partition=12/orders+12+5.json"]);
    assert_eq!(plan.objects[0].records, [0, 1, 2, 3]);
    assert_eq!(plan.objects[0].identity, Identity::StartOffset);
}

#[test]
fn fields_of_every_type_that_makes_a_directory() {
    let value = || {
        struct_of(vec![
            ("int8", of(SchemaKind::Int8), Value::Int8(-12)),
            ("int64", of(SchemaKind::Int64), Value::Int64(i64::MIN)),
            ("string", of(SchemaKind::String), Value::String("def".to_owned())),
            ("boolean", of(SchemaKind::Boolean), Value::Boolean(true)),
            ("null", of(SchemaKind::String), Value::Null),
        ])
    };
    let layout = by_fields(&["string", "int8", "int64", "boolean", "null"]);
    assert_eq!(
        directory(&layout, record(0, value())),
        "string=def/int8=-12/int64=-9223372036854775808/boolean=true/null=null"
    );
    let mut layout = by_fields(&["string", "int8"]);
    layout.partitioner.delimiter = "|".to_owned();
    assert_eq!(directory(&layout, record(0, value())), "string=def|int8=-12");
}

#[test]
fn nested_fields_keep_their_whole_name() {
    let (address, city) = structure(vec![("city", of(SchemaKind::String), Value::String("NYC".to_owned()))]);
    let (user, fields) = structure(vec![("address", (*address).clone(), city)]);
    let nested = struct_of(vec![("user", (*user).clone(), fields)]);
    let layout = by_fields(&["user.address.city"]);
    assert_eq!(directory(&layout, record(0, nested)), "user.address.city=NYC");
    let nobody = struct_of(vec![("user", (*user).clone().optional(), Value::Null)]);
    assert_eq!(directory(&layout, record(0, nobody)), "user.address.city=null");
}

#[test]
fn a_null_field_is_its_default() {
    let schema = Schema { default: Some(Value::String("EUR".to_owned())), ..of(SchemaKind::String) };
    let value = struct_of(vec![("currency", schema, Value::Null)]);
    assert_eq!(directory(&by_fields(&["currency"]), record(0, value)), "currency=EUR");
}

#[test]
fn json_without_a_schema_has_fields_too() {
    let layout = by_fields(&["region.name", "id", "gone"]);
    let value = json(r#"{"id": 7, "region": {"name": "eu"}, "note": "\n"}"#);
    assert_eq!(directory(&layout, record(0, value)), "region.name=eu/id=7/gone=null");
    // On one line it is read as text, on two it is built.
    for blank in [" ", "\n"] {
        let on_the_way = |outer: &str| json(format!("{{\"region\":{blank}{outer}}}").leak());
        let layout = by_fields(&["region.name"]);
        for outer in ["null", "{}", r#"{"name": null}"#] {
            assert_eq!(directory(&layout, record(0, on_the_way(outer))), "region.name=null", "{outer}");
        }
        for outer in ["7", "\"eu\"", "[]", "true"] {
            let (exception, message) = error(&layout, record(0, on_the_way(outer)));
            assert_eq!(exception, class::DATA, "{outer}");
            assert!(message.contains("field region.name "), "{message}");
        }
    }
}

#[test]
fn a_field_that_makes_no_directory_is_the_records_error() {
    let float = || struct_of(vec![("price", of(SchemaKind::Float64), Value::Float64(1.5))]);
    let (exception, message) = error(&by_fields(&["price"]), record(0, float()));
    assert_eq!(exception, class::PARTITION);
    assert!(message.contains("price") && message.contains("float64"), "{message}");

    let timestamp = of(SchemaKind::Int64).named(Schema::TIMESTAMP);
    let (exception, message) =
        error(&by_fields(&["at"]), record(0, struct_of(vec![("at", timestamp, Value::Date(1))])));
    assert_eq!(exception, class::PARTITION);
    assert!(message.contains("org.apache.kafka.connect.data.Timestamp"), "{message}");

    let (exception, message) = error(&by_fields(&["missing"]), record(0, float()));
    assert_eq!(exception, class::DATA);
    assert!(message.contains("missing"), "{message}");

    for value in [json("[1]"), json("\"text\""), Data::Text(Cow::Borrowed("{}")), Data::Bytes(b"{}")] {
        assert_eq!(error(&by_fields(&["id"]), record(0, value)).0, class::DATA);
    }
}

#[test]
fn hours_are_those_of_the_records_in_the_time_zone() {
    let ten = "2017-03-02T10:00-08:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let records: Vec<_> = (0..9)
        .map(|number| at(number, ten + number * 20_000))
        .chain((0..9).map(|number| at(9 + number, ten + 2 * HOUR + number * 20_000)))
        .collect();
    let plan = plan(&hourly("America/Los_Angeles"), &records);
    let expected = [(10, 0), (12, 9)]
        .map(|(hour, offset)| format!("topics/orders/year=2017/month=03/day=02/hour={hour}/orders+12+{offset}.json"));
    assert_eq!(names(&plan), expected);
}

#[test]
fn hours_of_santiago() {
    let layout = hourly("America/Santiago");
    assert_eq!(directory(&layout, at(0, 1_715_224_653_000)), "year=2024/month=05/day=08/hour=23");
    assert_eq!(directory(&layout, at(0, 1_706_411_853_000)), "year=2024/month=01/day=28/hour=00");
}

#[test]
fn single_letters_are_not_padded() {
    let layout = by_time("'year'=Y/'month'=M/'day'=d/'hour'=H", HOUR, "UTC", TimestampExtractor::Record);
    let early = "2015-04-02T01:59:59Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert_eq!(directory(&layout, at(0, early)), "year=2015/month=4/day=2/hour=1");
}

#[test]
fn periods_are_rounded_down_in_local_time() {
    let day = by_time("YYYY-MM-dd'T'HH:mm", 24 * HOUR, "Asia/Kolkata", TimestampExtractor::Record);
    let evening = "2024-05-08T19:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert_eq!(directory(&day, at(0, evening)), "2024-05-09T00:00");
    let quarter = by_time("HH-mm", HOUR / 4, "Asia/Kolkata", TimestampExtractor::Record);
    assert_eq!(directory(&quarter, at(0, evening)), "00-30");
    let hour = by_time("YYYY-MM-dd-HH", HOUR, "UTC", TimestampExtractor::Record);
    assert_eq!(directory(&hour, at(0, -1)), "1969-12-31-23");
}

#[test]
fn a_day_that_begins_in_the_gap_of_summer_time_keeps_its_date() {
    // In Santiago 2024-09-08 begins at one o'clock.
    let day = by_time("YYYY-MM-dd HH Z", 24 * HOUR, "America/Santiago", TimestampExtractor::Record);
    let half_past_one = "2024-09-08T01:30-03:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    assert_eq!(directory(&day, at(0, half_past_one)), "2024-09-08 01 -0300");
}

#[test]
fn both_hours_of_the_same_name_in_autumn_are_one_directory() {
    let hour = hourly("Europe/Berlin");
    let summer = "2024-10-27T02:30+02:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let plan = plan(&hour, &[at(0, summer), at(1, summer + HOUR)]);
    assert_eq!(names(&plan), ["topics/orders/year=2024/month=10/day=27/hour=02/orders+12+0.json"]);
}

#[test]
fn the_wall_clock_places_all_records_of_a_batch_together() {
    let layout = by_time("YYYY-MM-dd-HH", HOUR, "UTC", TimestampExtractor::Wallclock);
    assert_eq!(directory(&layout, at(0, 0)), "2023-11-14-22");
}

#[test]
fn a_time_comes_from_a_field_of_many_types() {
    let extractor = || TimestampExtractor::RecordField(FieldName::new("at"));
    let layout = by_time("YYYY-MM-dd-HH", HOUR, "UTC", extractor());
    let text = |text: &str| Value::String(text.to_owned());
    for (schema, value) in [
        (of(SchemaKind::Int64), Value::Int64(1_715_224_653_000)),
        (of(SchemaKind::Int64).named(Schema::TIMESTAMP), Value::Date(1_715_224_653_000)),
        (of(SchemaKind::String), text("1715224653000")),
        (of(SchemaKind::String), text("2024-05-09T03:17:33Z")),
        (of(SchemaKind::String), text("2024-05-08T23:17:33-04:00")),
        (of(SchemaKind::String), text("2024-05-09T03:17:33")),
    ] {
        let shown = format!("{value:?}");
        assert_eq!(directory(&layout, record(0, struct_of(vec![("at", schema, value)]))), "2024-05-09-03", "{shown}");
    }
    let small = struct_of(vec![("at", of(SchemaKind::Int32), Value::Int32(-1))]);
    assert_eq!(directory(&layout, record(0, small)), "1969-12-31-23");
    for value in [r#"{"at": 1715224653000}"#, r#"{"at": "2024-05-09T03:17:33Z"}"#] {
        assert_eq!(directory(&layout, record(0, json(value))), "2024-05-09-03", "{value}");
    }
    let nested = by_time("YYYY", HOUR, "UTC", TimestampExtractor::RecordField(FieldName::new("meta.at")));
    assert_eq!(directory(&nested, record(0, json(r#"{"meta": {"at": "-1"}}"#))), "1969");
}

#[test]
fn a_record_without_a_time_is_its_own_error() {
    let nobody_knows = SinkRecord { timestamp: None, ..at(0, 0) };
    assert_eq!(error(&hourly("UTC"), nobody_knows).0, class::PARTITION);
    assert_eq!(error(&hourly("UTC"), at(0, i64::MAX)).0, class::PARTITION);
    assert_eq!(error(&hourly("UTC"), at(0, i64::MIN)).0, class::PARTITION);

    let layout = by_time("YYYY", HOUR, "UTC", TimestampExtractor::RecordField(FieldName::new("at")));
    for value in [r#"{"at": null}"#, "{}", r#"{"at": 1.5}"#, r#"{"at": "soon"}"#, r#"{"at": "99999999999999999999"}"#] {
        let (exception, message) = error(&layout, record(0, json(value)));
        assert_eq!(exception, class::PARTITION, "{value}");
        assert!(message.contains("field at") && !message.contains("soon"), "{message}");
    }
    let other = struct_of(vec![("id", of(SchemaKind::Int32), Value::Int32(1))]);
    assert_eq!(error(&layout, record(0, other)).0, class::DATA);
    let days = of(SchemaKind::Int32).named(Schema::DATE);
    let date = struct_of(vec![("at", days, Value::Date(86_400_000))]);
    assert_eq!(error(&layout, record(0, date)).0, class::PARTITION);
}

#[test]
fn the_name_of_the_schema_may_be_part_of_the_directory() {
    let order = || struct_of(vec![("int", of(SchemaKind::Int32), Value::Int32(1))]);
    let mut layout = layout(Scheme::KafkaPartition);
    layout.partitioner.schema_affix = SchemaAffix::Prefix;
    assert_eq!(directory(&layout, record(0, order())), "schema_name=com.acme.Order/partition=12");
    layout.partitioner.schema_affix = SchemaAffix::Suffix;
    assert_eq!(directory(&layout, record(0, order())), "partition=12/schema_name=com.acme.Order");
    assert_eq!(directory(&layout, record(0, json("{}"))), "partition=12/schema_name=null");
    let plan = plan(&layout, &[record(0, order()), record(1, json("{}")), record(2, order())]);
    assert_eq!(plan.objects.len(), 2);
    assert_eq!(plan.objects[0].records, [0, 2]);
}

#[test]
fn a_renamed_topic_is_part_of_the_name() {
    let renamed = SinkRecord { topic: Cow::Borrowed("refunds"), ..record(1, json("{}")) };
    let records = [record(0, json("{}")), renamed, record(2, json("{}"))];
    let plan = plan(&layout(Scheme::KafkaPartition), &records);
    assert_eq!(
        names(&plan),
        ["topics/orders/partition=12/orders+12+0.json", "topics/refunds/partition=12/refunds+12+1.json"]
    );
    assert_eq!(plan.objects[0].records, [0, 2]);
}

#[test]
fn tombstones_are_bad_or_left_out_as_configured() {
    let records = [record(0, Data::NULL), record(1, json("{}"))];
    let mut layout = layout(Scheme::KafkaPartition);
    let stopped = plan_with(&layout, &records, Tolerance::None, false);
    assert_eq!((stopped.bad[&0].class.as_ref(), stopped.objects.len()), (class::DATA, 0));
    let tolerated = plan_with(&layout, &records, Tolerance::All, false);
    assert_eq!((tolerated.bad.len(), names(&tolerated)), (1, vec!["topics/orders/partition=12/orders+12+1.json"]));
    layout.null_values = NullValues::Ignore;
    let ignored = plan(&layout, &records);
    assert_eq!((ignored.filtered, ignored.objects[0].records.clone()), (vec![0], vec![1]));
}

#[test]
fn after_a_bad_record_nothing_or_everything_else_is_planned() {
    let values = [r#"{"id": 1}"#, r#"{"id": 1.5}"#, r#"{"id": 1}"#, r#"{"id": []}"#, r#"{"id": 2}"#];
    let records: Vec<_> = values.iter().zip(0..).map(|(value, offset)| record(offset, json(value))).collect();
    let layout = by_fields(&["id"]);
    let stopped = plan_with(&layout, &records, Tolerance::None, false);
    assert_eq!(stopped.bad.keys().collect::<Vec<_>>(), [&1]);
    assert_eq!(stopped.objects.iter().map(|object| object.records.clone()).collect::<Vec<_>>(), [vec![0]]);
    let tolerated = plan_with(&layout, &records, Tolerance::All, false);
    assert_eq!(tolerated.bad.keys().collect::<Vec<_>>(), [&1, &3]);
    assert_eq!(
        tolerated.objects.iter().map(|object| object.records.clone()).collect::<Vec<_>>(),
        [vec![0, 2], vec![4]]
    );
}

#[test]
fn records_that_are_known_to_be_bad_are_not_planned() {
    let records: Vec<_> = (0..4).map(|offset| record(offset, json("{}"))).collect();
    let bad = BTreeMap::from([(1, Exception::data("unwritable"))]);
    let plan = |tolerance| {
        let replay = false;
        layout(Scheme::KafkaPartition).plan(&PartitionRecords {
            topic: "orders",
            partition: 12,
            records: &records,
            bad: &bad,
            tolerance,
            now: NOW,
            replay,
        })
    };
    assert_eq!((plan(Tolerance::None).objects[0].records.clone(), plan(Tolerance::None).bad), (vec![0], bad.clone()));
    assert_eq!(
        (plan(Tolerance::All).objects[0].records.clone(), plan(Tolerance::All).bad),
        (vec![0, 2, 3], bad.clone())
    );
}

#[test]
fn every_replayed_record_has_an_object_of_its_own() {
    let records: Vec<_> = [4, 7].map(|offset| record(offset, json("{}"))).to_vec();
    let plan = plan_with(&layout(Scheme::KafkaPartition), &records, Tolerance::None, true);
    assert_eq!(
        names(&plan),
        ["topics/orders/partition=12/orders+12+4.json", "topics/orders/partition=12/orders+12+7.json"]
    );
}

#[test]
fn a_thousand_directories_hold_every_record_once() {
    let value = |offset: i64| struct_of(vec![("id", of(SchemaKind::Int64), Value::Int64(offset % 1000))]);
    let records: Vec<_> = (0..5000).map(|offset| record(offset, value(offset))).collect();
    let mut layout = by_fields(&["id"]);
    layout.flush_size = 2500;
    let plan = plan(&layout, &records);
    let mut indexes: Vec<usize> = plan.objects.iter().flat_map(|object| object.records.clone()).collect();
    indexes.sort_unstable();
    assert_eq!(indexes, (0..5000).collect::<Vec<_>>());
    assert_eq!(plan.objects.len(), 2000);
    let distinct: std::collections::BTreeSet<&str> = names(&plan).into_iter().collect();
    assert_eq!(distinct.len(), 2000);
}
