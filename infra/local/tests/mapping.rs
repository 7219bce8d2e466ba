//! Kafka -> mapping -> function processes: an embedded broker, the example function.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod recorder;

use std::sync::Arc;
use std::time::Duration;

use local::StartingPosition;
use local::embedded::kafka::EmbeddedKafka;
use local::kafka::{ConnectError, Kafka};
use local::mapping::{Counts, Mapping, MappingError, Retry, Settings, Until};
use local::runtime::{Function, Functions};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use recorder::Recorder;

const GROUP: &str = "test";
const PARTITIONS: i32 = 3;

struct Topic {
    broker: EmbeddedKafka,
    producer: ThreadedProducer<DefaultProducerContext>,
}

impl Topic {
    async fn new() -> Self {
        let broker = EmbeddedKafka::start().await.unwrap();
        broker.create_topic("orders", PARTITIONS);
        let producer = ClientConfig::new().set("bootstrap.servers", broker.bootstrap_servers()).create().unwrap();
        Self { broker, producer }
    }

    /// Adds records of `bytes` bytes to each of these partitions.
    async fn produce(&self, partitions: impl IntoIterator<Item = i32>, count: usize, bytes: usize) {
        let value = vec![b'x'; bytes];
        for partition in partitions {
            for _ in 0..count {
                let record = BaseRecord::<(), _>::to("orders").partition(partition).payload(&value);
                self.producer.send(record).map_err(|(error, _)| error).unwrap();
            }
        }
        let producer = self.producer.clone();
        tokio::task::spawn_blocking(move || producer.flush(Duration::from_secs(20)).unwrap()).await.unwrap();
    }

    /// Settings that end once everything produced so far is delivered, and lose no time on the way.
    fn settings(&self) -> Settings {
        let mut settings = Settings::new(Kafka::new(self.broker.bootstrap_servers()), "orders", GROUP);
        settings.limits.window = Duration::from_millis(50);
        settings.retry = Retry { first_pause: Duration::from_millis(10), ..Retry::default() };
        settings.until = Until::CaughtUp;
        settings
    }

    fn committed(&self) -> Vec<Option<i64>> {
        (0..PARTITIONS).map(|partition| self.broker.committed_offset(GROUP, "orders", partition)).collect()
    }
}

async fn run(settings: Settings, function: Function, concurrency: usize) -> Result<Counts, MappingError> {
    let mapping = Mapping::new(settings, Arc::new(Functions::new(function, concurrency)));
    let run = mapping.run(std::future::pending());
    tokio::time::timeout(Duration::from_secs(60), run).await.expect("the mapping ends")
}

fn all(count: i64) -> Vec<i64> {
    (0..count).collect()
}

#[tokio::test]
async fn every_record_is_delivered_once_in_order_and_committed() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce(0..PARTITIONS, 1_000, 20).await;
    let counts = run(topic.settings(), recorder.function(), 2).await.unwrap();

    let offsets = recorder.offsets();
    assert_eq!(offsets.len(), 3);
    for (partition, offsets) in offsets {
        assert_eq!(offsets, all(1_000), "{partition}");
    }
    assert_eq!(topic.committed(), [Some(1_000); 3]);
    assert_eq!(counts.delivered, 3_000);
    assert_eq!(counts.failed_invocations, 0);
    assert_eq!(counts.invocations, recorder.invocations().len() as u64);
}

#[tokio::test]
async fn no_batch_is_larger_than_the_batch_size_and_several_partitions_share_one() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce(0..PARTITIONS, 250, 20).await;
    let mut settings = topic.settings();
    settings.limits.records = 200;
    run(settings, recorder.function(), 1).await.unwrap();

    let sizes: Vec<usize> = recorder.invocations().iter().map(|batch| batch.values().map(Vec::len).sum()).collect();
    assert!(sizes.iter().all(|size| *size <= 200), "{sizes:?}");
    assert!(sizes.contains(&200), "{sizes:?}");
    assert!(recorder.invocations().iter().any(|batch| batch.len() > 1));
}

#[tokio::test]
async fn an_event_stays_below_six_megabytes() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 20, 900_000).await;
    let mut settings = topic.settings();
    settings.limits.window = Duration::from_secs(2);
    run(settings, recorder.function(), 1).await.unwrap();

    // 900,000 bytes are 1,200,000 in base64: five of them fit, and a sixth does not.
    let sizes: Vec<usize> = recorder.invocations().iter().map(|batch| batch["orders-0"].len()).collect();
    assert_eq!(sizes, [5, 5, 5, 5]);
    assert_eq!(recorder.offsets()["orders-0"], all(20));
}

#[tokio::test]
async fn a_crash_in_mid_batch_loses_nothing() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce(0..PARTITIONS, 500, 20).await;
    let counts = run(topic.settings(), recorder.failing_once("crash"), 2).await.unwrap();

    for (partition, offsets) in recorder.offsets() {
        assert_eq!(offsets, all(500), "{partition}");
    }
    assert_eq!(counts.failed_invocations, 1);
    assert_eq!(topic.committed(), [Some(500); 3]);
}

#[tokio::test]
async fn a_failed_batch_is_tried_again_before_later_records_of_its_partition() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([1], 500, 20).await;
    run(topic.settings(), recorder.failing_once("error"), 3).await.unwrap();
    assert_eq!(recorder.offsets()["orders-1"], all(500));
}

#[tokio::test]
async fn a_timeout_fails_the_batch_and_a_new_process_gets_it() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 10, 20).await;
    let counts = run(topic.settings(), recorder.failing_once("hang").timeout(Duration::from_secs(1)), 1).await.unwrap();
    assert_eq!(counts.failed_invocations, 1);
    assert_eq!(recorder.offsets()["orders-0"], all(10));
}

#[tokio::test]
async fn after_the_last_retry_the_mapping_stops_without_committing() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([2], 10, 20).await;
    let mut settings = topic.settings();
    settings.retry.attempts = Some(2);
    let error = run(settings, recorder.function().variable("FAULT", "error"), 1).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("a batch failed 3 times, and no retry is left: orders-2 from 0 to 9; at last: "),
        "{text}"
    );
    assert!(text.ends_with("told to fail"), "{text}");
    assert_eq!(topic.committed(), [None; 3]);
}

#[tokio::test]
async fn a_function_that_cannot_start_is_an_error_before_a_record_is_consumed() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 10, 20).await;
    let error = run(topic.settings(), recorder.failing_once("init-error"), 1).await.unwrap_err();
    assert!(matches!(&error, MappingError::Start(_)), "{error}");
}

#[tokio::test]
async fn the_next_member_of_the_group_goes_on_where_the_last_one_ended() {
    let (topic, first, second) = (Topic::new().await, Recorder::new(), Recorder::new());
    topic.produce([0], 300, 20).await;
    run(topic.settings(), first.function(), 1).await.unwrap();
    topic.produce([0], 200, 20).await;
    run(topic.settings(), second.function(), 1).await.unwrap();
    assert_eq!(first.offsets()["orders-0"], all(300));
    assert_eq!(second.offsets()["orders-0"], (300..500).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_new_group_may_begin_with_what_comes_after_it() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 10, 20).await;
    let mut settings = topic.settings();
    settings.starting_position = StartingPosition::Latest;
    let counts = run(settings, recorder.function(), 1).await.unwrap();
    assert_eq!(counts.consumed, 0);
}

#[tokio::test]
async fn an_idle_topic_ends_the_mapping_when_asked() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 10, 20).await;
    let mut settings = topic.settings();
    settings.until = Until::Idle(Duration::from_millis(500));
    run(settings, recorder.function(), 1).await.unwrap();
    assert_eq!(recorder.offsets()["orders-0"], all(10));
}

#[tokio::test]
async fn a_stop_lets_the_batch_in_flight_finish_and_commits_it() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce(0..PARTITIONS, 5_000, 20).await;
    let mut settings = topic.settings();
    settings.until = Until::Stopped;
    let mapping = Mapping::new(settings, Arc::new(Functions::new(recorder.function(), 2)));
    let progress = mapping.progress();
    let stop = async {
        while progress.counts().delivered == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let counts = mapping.run(stop).await.unwrap();

    let delivered: usize = recorder.offsets().values().map(Vec::len).sum();
    assert!((1..15_000).contains(&delivered), "{delivered}");
    assert_eq!(counts.delivered, delivered as u64);
    for (partition, committed) in (0..).zip(topic.committed()) {
        let recorded = recorder.offsets().remove(&format!("orders-{partition}")).unwrap_or_default();
        assert_eq!(recorded, all(committed.unwrap_or(0)), "partition {partition}");
    }
}

#[tokio::test]
async fn a_stop_between_two_attempts_abandons_the_batch_and_commits_nothing_of_it() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 10, 20).await;
    let mut settings = topic.settings();
    settings.until = Until::Stopped;
    settings.retry.first_pause = Duration::from_secs(600);
    settings.retry.longest_pause = Duration::from_secs(600);
    let function = recorder.function().variable("FAULT", "error");
    let mapping = Mapping::new(settings, Arc::new(Functions::new(function, 1)));
    let progress = mapping.progress();
    let stop = async {
        while progress.counts().failed_invocations == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let stopped = tokio::time::timeout(Duration::from_secs(60), mapping.run(stop)).await.expect("the mapping ends");
    assert_eq!(stopped.unwrap().delivered, 0);
    assert_eq!(topic.committed(), [None; 3]);
}

#[tokio::test]
async fn records_that_the_function_hands_back_are_delivered_again_before_the_next_batch() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 200, 20).await;
    let response = r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"orders-0","offset":7}}]}"#;
    let function = recorder
        .function()
        .variable("RESPONSE", response)
        .variable("RESPONSE_ONCE", recorder.path("answered").display().to_string());
    let mut settings = topic.settings();
    settings.report_batch_item_failures = true;
    let counts = run(settings, function, 1).await.unwrap();

    let batches: Vec<Vec<i64>> =
        recorder.invocations().into_iter().map(|mut batch| batch.remove("orders-0").unwrap()).collect();
    assert_eq!(batches, [all(100), vec![7], (100..200).collect()]);
    assert_eq!(counts.delivered, 200);
    assert_eq!(topic.committed()[0], Some(200));
}

#[tokio::test]
async fn handed_back_records_mean_nothing_unless_the_mapping_reports_them() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([0], 10, 20).await;
    let response = r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"orders-0","offset":7}}]}"#;
    let counts = run(topic.settings(), recorder.function().variable("RESPONSE", response), 1).await.unwrap();
    assert_eq!(counts.failed_invocations, 0);
    assert_eq!(recorder.offsets()["orders-0"], all(10));
}

#[tokio::test]
async fn a_record_that_no_event_can_hold_stops_the_mapping_behind_those_before_it() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    topic.produce([1], 3, 20).await;
    topic.produce([1], 1, 2_000).await;
    let mut settings = topic.settings();
    settings.limits.bytes = 2_000;
    let error = run(settings, recorder.function(), 1).await.unwrap_err();
    let MappingError::TooLarge { topic: named, partition: 1, offset: 3, event_bytes, limit: 2_000 } = &error else {
        panic!("{error}")
    };
    assert_eq!(named, "orders");
    assert!(*event_bytes > 2_666, "{event_bytes}");
    assert_eq!(recorder.offsets()["orders-1"], all(3));
    assert_eq!(topic.committed()[1], Some(3));
}

#[tokio::test]
async fn a_missing_topic_is_named() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    let mut settings = topic.settings();
    settings.topic = "oders".to_owned();
    let error = run(settings, recorder.function(), 1).await.unwrap_err();
    assert!(
        matches!(&error, MappingError::Connect(ConnectError::NoTopic { topic, .. }) if topic == "oders"),
        "{error}"
    );
}

#[tokio::test]
async fn more_than_the_buffer_holds_goes_through_it() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    // 40 MB of events in one partition, of which 12 may wait.
    topic.produce([0], 300, 100_000).await;
    run(topic.settings(), recorder.function(), 1).await.unwrap();
    assert_eq!(recorder.offsets()["orders-0"], all(300));
}

#[tokio::test]
async fn no_more_is_consumed_than_the_buffer_holds() {
    let (topic, recorder) = (Topic::new().await, Recorder::new());
    // 107 MB of events in one partition, of which 12 may wait, beside a batch in flight and what is on its way.
    topic.produce([0], 800, 100_000).await;
    let mut settings = topic.settings();
    settings.until = Until::Stopped;
    let function = recorder.function().variable("FAULT", "hang").timeout(Duration::from_secs(3));
    let mapping = Mapping::new(settings, Arc::new(Functions::new(function, 1)));
    let progress = mapping.progress();
    let stop = async {
        while progress.counts().failed_invocations == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let counts = mapping.run(stop).await.unwrap();
    assert!((100..600).contains(&counts.consumed), "{counts:?}");
}
