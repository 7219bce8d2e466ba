//! The seven rules of a record's way, with a sink that does as it is told.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use connect::config::{ConnectorConfig, Dialect, Key, KeySpec, Problems, Settings, load, parse_json};
use connect::{Exception, SinkRecord};
use lambda_runtime::{Context, Diagnostic};
use serde_json::{Value, json};

use super::Function;
use crate::{
    Batch, Deadline, Environment, OpenError, Ordering, Outcomes, PartitionOutcome, PutError, RetryClass, Sink,
    each_partition,
};

/// Configuration of the test sink: offsets at which it does something else than store.
struct Told {
    reject: HashSet<i64>,
    fail_from: Option<i64>,
    forget: HashSet<i64>,
}

static REJECT: Key<Vec<String>> = Key::list("reject", "Offsets that the target rejects").default("");
static FAIL_FROM: Key<i64> = Key::integer("fail.from", "The offset from which the target fails");
static FORGET: Key<Vec<String>> = Key::list("forget", "Offsets that the sink says nothing of").default("");
static KEYS: &[&KeySpec] = &[&REJECT.spec, &FAIL_FROM.spec, &FORGET.spec];

impl ConnectorConfig for Told {
    const FUNCTION: &'static str = "told-sink";
    const DIALECTS: &'static [Dialect] = &[Dialect { name: "Test", classes: &["org.example.ToldSink"], keys: KEYS }];

    fn build(_: &'static Dialect, settings: &Settings, _: &mut Problems) -> Option<Self> {
        let offsets = |key| {
            settings.get(key).map(|items: Vec<String>| items.iter().filter_map(|item| item.parse().ok()).collect())
        };
        Some(Self { reject: offsets(&REJECT)?, fail_from: settings.get(&FAIL_FROM), forget: offsets(&FORGET)? })
    }
}

struct ToldSink {
    told: Told,
    stored: Mutex<Vec<String>>,
}

impl Sink for ToldSink {
    type Config = Told;
    const ORDERING: Ordering = Ordering::Unordered;

    fn open(told: Told, _: &Environment) -> impl Future<Output = Result<Self, OpenError>> + Send {
        std::future::ready(Ok(Self { told, stored: Mutex::default() }))
    }

    async fn put(&self, batch: &Batch<'_>, _: Deadline) -> Outcomes {
        each_partition(batch, |partition| async {
            let mut outcome = PartitionOutcome::pending(partition);
            for (index, record) in partition.records.iter().enumerate() {
                if self.told.forget.contains(&record.offset) {
                    continue;
                }
                if self.told.fail_from.is_some_and(|from| record.offset >= from) {
                    outcome.stop(PutError {
                        message: "503 from the target".to_owned(),
                        retry_class: RetryClass::Transient,
                    });
                    break;
                }
                if self.told.reject.contains(&record.offset) {
                    outcome.rejected(index, Exception::data("the target rejects it"));
                    if partition.tolerance == connect::config::Tolerance::None {
                        break;
                    }
                    continue;
                }
                self.stored.lock().unwrap().push(name(record));
                outcome.stored(index);
            }
            outcome
        })
        .await
    }
}

fn name(record: &SinkRecord<'_>) -> String {
    format!("{}-{}@{}", record.topic, record.partition, record.offset)
}

/// Runs one invocation; gives the answer and what was stored.
fn invoke(config: &[(&str, &str)], item_failures: bool, event: &Value) -> (Result<Value, Diagnostic>, Vec<String>) {
    let mut members = json!({
        "name": "told",
        "connector.class": "org.example.ToldSink",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "false",
    });
    for (key, value) in config {
        members[*key] = json!(value);
    }
    let raw = parse_json(&members.to_string()).unwrap();
    let connector = load::<Told>(&raw, &parse_json("{}").unwrap()).unwrap();
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    executor.block_on(async {
        let sink = ToldSink { told: connector.own, stored: Mutex::default() };
        let function = Function::new(sink, connector.framework, item_failures);
        let mut context = Context::default();
        let end = SystemTime::now() + Duration::from_secs(30);
        context.deadline = u64::try_from(end.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        let answer = function.invoke(event.to_string().into(), &context).await;
        (answer, function.sink.stored.into_inner().unwrap())
    })
}

/// An event of two partitions, offsets 10 to 13 in each; the values at `bad` are no JSON.
fn event(bad: &[(i32, i64)]) -> Value {
    let records = |partition: i32| -> Vec<Value> {
        let record = |offset: i64| {
            let value = if bad.contains(&(partition, offset)) { "e2JhZA==" } else { "e30=" };
            json!({ "topic": "orders", "partition": partition, "offset": offset, "timestamp": 1_700_000_000_000_i64,
                    "timestampType": "CREATE_TIME", "key": "aw==", "value": value, "headers": [] })
        };
        (10..14).map(record).collect()
    };
    json!({
        "eventSource": "aws:kafka",
        "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/demo/1",
        "bootstrapServers": "b-1:9098",
        "records": { "orders-0": records(0), "orders-1": records(1) },
    })
}

#[test]
fn a_good_batch_is_stored_whole_and_succeeds() {
    let (answer, stored) = invoke(&[], false, &event(&[]));
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!(stored.len(), 8);
}

#[test]
fn without_tolerance_a_partition_stops_at_its_first_bad_record_and_others_go_on() {
    let (answer, stored) = invoke(&[], false, &event(&[(0, 11)]));
    let failure = answer.unwrap_err();
    assert_eq!(failure.error_type, "HandedBack.BadRecord");
    for part in
        ["3 records", "topic orders partition 0 offset 11", "VALUE_CONVERTER", "DataException", "errors.tolerance=all"]
    {
        assert!(failure.error_message.contains(part), "{part} is not in: {}", failure.error_message);
    }
    assert!(!failure.error_message.contains("bad}"), "no payload: {}", failure.error_message);
    assert_eq!(stored, ["orders-0@10", "orders-1@10", "orders-1@11", "orders-1@12", "orders-1@13"]);
}

#[test]
fn with_tolerance_a_bad_record_does_not_fail_its_neighbours() {
    let (answer, stored) = invoke(&[("errors.tolerance", "all")], false, &event(&[(0, 11)]));
    assert!(answer.is_ok());
    assert_eq!(stored.len(), 7);
    assert!(!stored.contains(&"orders-0@11".to_owned()));
}

#[test]
fn item_failures_name_the_bad_record_and_all_later_ones_of_its_partition() {
    let (answer, _) = invoke(&[], true, &event(&[(0, 12)]));
    let identifier = |offset: i64| json!({ "itemIdentifier": { "partition": "orders-0", "offset": offset } });
    assert_eq!(answer.unwrap(), json!({ "batchItemFailures": [identifier(12), identifier(13)] }));
}

#[test]
fn what_the_target_rejects_is_judged_by_the_tolerance_too() {
    let (answer, stored) = invoke(&[("reject", "12")], true, &event(&[]));
    assert_eq!(
        answer.unwrap()["batchItemFailures"].as_array().unwrap().len(),
        4,
        "offsets 12 and 13 of both partitions"
    );
    assert_eq!(stored.len(), 4);
    let (answer, stored) = invoke(&[("reject", "12"), ("errors.tolerance", "all")], true, &event(&[]));
    assert_eq!((answer.unwrap()["batchItemFailures"].as_array().unwrap().len(), stored.len()), (0, 6));
}

#[test]
fn a_failing_target_hands_back_what_is_not_stored() {
    let (answer, stored) = invoke(&[("fail.from", "12"), ("errors.tolerance", "all")], false, &event(&[(1, 13)]));
    let failure = answer.unwrap_err();
    assert_eq!(failure.error_type, "HandedBack.Target");
    assert!(failure.error_message.contains("3 records"), "{}", failure.error_message);
    assert!(failure.error_message.contains("503 from the target"));
    assert_eq!(stored.len(), 4);
}

#[test]
fn a_record_that_the_sink_says_nothing_of_is_handed_back() {
    let (answer, _) = invoke(&[("forget", "11")], true, &event(&[]));
    let handed_back = answer.unwrap();
    assert_eq!(handed_back["batchItemFailures"].as_array().unwrap().len(), 2, "{handed_back}");
}

#[test]
fn a_record_without_an_offset_fails_the_batch_even_with_item_failures() {
    let mut event = event(&[]);
    event["records"]["orders-0"][1].as_object_mut().unwrap().remove("offset");
    let (answer, stored) = invoke(&[], true, &event);
    assert!(answer.unwrap_err().error_message.contains("that cannot be read"));
    assert_eq!(stored.len(), 5);
}

#[test]
fn an_event_of_another_service_is_a_clear_error() {
    let (answer, _) = invoke(&[], false, &json!({ "Records": [{ "eventSource": "aws:sqs", "body": "secret" }] }));
    let failure = answer.unwrap_err();
    assert_eq!(failure.error_type, "Event.Unknown");
    assert!(!failure.error_message.contains("secret"));
}

#[test]
fn a_tick_succeeds_and_an_empty_event_does() {
    let tick = json!({ "source": "aws.events", "detail-type": "Scheduled Event" });
    assert!(invoke(&[], false, &tick).0.is_ok());
    let mut empty = event(&[]);
    empty["records"] = json!({});
    assert!(invoke(&[], false, &empty).0.is_ok());
}

#[test]
fn a_replay_with_a_bad_record_fails_whoever_sent_it() {
    let mut event = event(&[(0, 12)]);
    event["lambdaConnectReplay"] = json!(true);
    let (answer, stored) = invoke(&[], true, &event);
    assert_eq!(answer.unwrap_err().error_type, "HandedBack.BadRecord", "nobody reads a replay's item failures");
    assert_eq!(stored.len(), 6);
}
