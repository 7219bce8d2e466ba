//! The Kafka side of a mapping: a consumer group member on a thread of its own.
//!
//! A thread, because librdkafka answers for its rebalances on the thread that polls it, and a partition is given up only
//! when its batch in flight has ended: the callback waits for that, which a task of the runtime must not.

mod context;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc;

use crate::kafka::{ConnectError, Kafka};
use crate::record::Record;
use context::Context;

/// Where a consumer group without offsets begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// With the oldest record that the topic still has.
    TrimHorizon,
    /// With the first record that comes after the group's start.
    Latest,
}

/// What the consumer has to say, in the order in which it happened.
pub(crate) enum Signal {
    Record(Record),
    /// The partition has no further record at the moment.
    EndOfPartition(i32),
    Assigned(Vec<i32>),
    /// All partitions are to be given up. They are, once the sender is dropped.
    Revoked(std::sync::mpsc::Sender<()>),
    /// The consumer cannot go on.
    Failed(RDKafkaErrorCode),
    /// The consumer's thread has ended.
    Ended,
}

/// How many signals may wait: small, as each may carry a record of a megabyte.
const WAITING_SIGNALS: usize = 256;
const POLL_INTERVAL: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// A member of a consumer group, subscribed to one topic.
pub(crate) struct Consumer {
    client: Arc<BaseConsumer<Context>>,
    topic: Arc<str>,
    thread: JoinHandle<()>,
    closing: Closing,
}

/// Tells the thread to end, at the latest when the consumer is dropped.
struct Closing(Arc<AtomicBool>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How a consumer is set up.
pub(crate) struct Subscription<'a> {
    pub(crate) kafka: &'a Kafka,
    pub(crate) topic: &'a str,
    pub(crate) group: &'a str,
    pub(crate) starting_position: StartingPosition,
    /// How long a partition may take to be given up: the group waits for it.
    pub(crate) longest_release: Duration,
    pub(crate) with_high_watermarks: bool,
}

/// A consumer at work.
pub(crate) struct Subscribed {
    pub(crate) consumer: Consumer,
    pub(crate) signals: mpsc::Receiver<Signal>,
    /// Of each partition of the topic the offset that its next record will have, if they were asked for.
    pub(crate) high_watermarks: BTreeMap<i32, i64>,
}

impl Consumer {
    /// Joins the group and begins to consume. Fails if no broker can be reached, or the topic does not exist. Blocks.
    pub(crate) fn subscribe(subscription: &Subscription<'_>) -> Result<Subscribed, ConnectError> {
        let Subscription { kafka, topic, group, .. } = *subscription;
        let (signals, received) = mpsc::channel(WAITING_SIGNALS);
        let mut config = kafka.client_config();
        subscription.defaults(&mut config);
        kafka.apply(&mut config);
        config.set("group.id", group);
        let client = kafka.create(&config, |config| {
            config.create_with_context::<_, BaseConsumer<_>>(Context::new(signals.clone()))
        })?;
        let failed = |source| ConnectError::Kafka { servers: kafka.servers().to_owned(), source };
        let partitions = partitions(&client, kafka, topic)?;
        // Before the first fetch: requests to a broker wait behind its long polls.
        let high_watermarks = match subscription.with_high_watermarks {
            true => high_watermarks(&client, topic, &partitions).map_err(failed)?,
            false => BTreeMap::new(),
        };
        client.subscribe(&[topic]).map_err(failed)?;

        let client = Arc::new(client);
        let closing = Arc::new(AtomicBool::new(false));
        let thread = {
            let (client, closing) = (Arc::clone(&client), Arc::clone(&closing));
            std::thread::Builder::new()
                .name("kafka consumer".to_owned())
                .spawn(move || consume(&client, &closing, &signals))
                .map_err(ConnectError::Thread)?
        };
        let consumer = Self { client, topic: topic.into(), thread, closing: Closing(closing) };
        Ok(Subscribed { consumer, signals: received, high_watermarks })
    }

    /// Commits the next offset of each partition without waiting; an error is logged.
    pub(crate) fn commit(&self, next_offsets: &BTreeMap<i32, i64>) {
        let committed = self.offsets(next_offsets).and_then(|offsets| self.client.commit(&offsets, CommitMode::Async));
        if let Err(error) = committed {
            tracing::warn!(%error, "offsets not committed: their records will be delivered again");
        }
    }

    /// Commits the next offset of each partition and waits until the broker has them.
    pub(crate) async fn commit_now(&self, next_offsets: &BTreeMap<i32, i64>) -> Result<(), KafkaError> {
        if next_offsets.is_empty() {
            return Ok(());
        }
        let offsets = self.offsets(next_offsets)?;
        let client = Arc::clone(&self.client);
        let committed = tokio::task::spawn_blocking(move || client.commit(&offsets, CommitMode::Sync)).await;
        committed.map_err(|_| KafkaError::Canceled)?
    }

    /// Stops fetching a partition until [`resume`](Self::resume).
    pub(crate) fn pause(&self, partition: i32) {
        let mut list = TopicPartitionList::new();
        list.add_partition(&self.topic, partition);
        if let Err(error) = self.client.pause(&list) {
            // A rebalance has just taken it away.
            tracing::debug!(%error, partition, "cannot pause");
        }
    }

    /// Fetches a partition again.
    pub(crate) fn resume(&self, partitions: impl IntoIterator<Item = i32>) {
        let mut list = TopicPartitionList::new();
        for partition in partitions {
            list.add_partition(&self.topic, partition);
        }
        if let Err(error) = self.client.resume(&list) {
            tracing::debug!(%error, "cannot resume");
        }
    }

    /// Leaves the group. The receiver of the signals must be dropped before, so that nothing waits for it.
    pub(crate) async fn close(self) {
        let Self { client, thread, closing, .. } = self;
        drop(closing);
        let closed = tokio::task::spawn_blocking(move || {
            // The last reference says goodbye to the group.
            let ended = thread.join();
            drop(client);
            ended
        });
        if !matches!(closed.await, Ok(Ok(()))) {
            tracing::error!("the consumer's thread ended with a panic");
        }
    }

    fn offsets(&self, next_offsets: &BTreeMap<i32, i64>) -> Result<TopicPartitionList, KafkaError> {
        let mut list = TopicPartitionList::new();
        for (&partition, &offset) in next_offsets {
            list.add_partition_offset(&self.topic, partition, Offset::Offset(offset))?;
        }
        Ok(list)
    }
}

impl Subscription<'_> {
    /// What a person may override.
    fn defaults(&self, config: &mut ClientConfig) {
        // The group must not give a member up whose function takes its time.
        let longest_release = self.longest_release.max(Duration::from_secs(300)).as_millis();
        config
            .set("max.poll.interval.ms", longest_release.to_string())
            // What the client fetches ahead of the mapping's own buffer.
            .set("queued.max.messages.kbytes", "32768")
            .set("fetch.wait.max.ms", "100")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            .set(
                "auto.offset.reset",
                match self.starting_position {
                    StartingPosition::TrimHorizon => "earliest",
                    StartingPosition::Latest => "latest",
                },
            );
    }
}

/// The partitions of the topic.
fn partitions(client: &BaseConsumer<Context>, kafka: &Kafka, topic: &str) -> Result<Vec<i32>, ConnectError> {
    let metadata = client.fetch_metadata(Some(topic), CONNECT_TIMEOUT).map_err(|source| {
        // What the client has to say about its connections comes with the next polls.
        for _ in 0..20 {
            client.poll(Duration::from_millis(5));
        }
        ConnectError::Unreachable {
            servers: kafka.servers().to_owned(),
            reason: client.context().take_reason().unwrap_or_else(|| source.to_string()),
        }
    })?;
    let found = metadata.topics().iter().find(|found| found.name() == topic && found.error().is_none());
    let partitions: Vec<i32> =
        found.into_iter().flat_map(MetadataTopic::partitions).map(MetadataPartition::id).collect();
    if partitions.is_empty() {
        return Err(ConnectError::NoTopic { topic: topic.to_owned(), servers: kafka.servers().to_owned() });
    }
    Ok(partitions)
}

fn high_watermarks(
    client: &BaseConsumer<Context>,
    topic: &str,
    partitions: &[i32],
) -> Result<BTreeMap<i32, i64>, KafkaError> {
    let mut list = TopicPartitionList::new();
    for &partition in partitions {
        // Asked for the offset at a time, a broker takes this one for the end.
        list.add_partition_offset(topic, partition, Offset::End)?;
    }
    let found = client.offsets_for_times(list, CONNECT_TIMEOUT)?;
    let offset = |element: &TopicPartitionListElem<'_>| match (element.error(), element.offset()) {
        (Ok(()), Offset::Offset(offset)) => Ok((element.partition(), offset)),
        (Err(error), _) => Err(error),
        (Ok(()), _) => Err(KafkaError::OffsetFetch(RDKafkaErrorCode::NoOffset)),
    };
    found.elements().iter().map(offset).collect()
}

/// Says that the thread has ended, a panic of the client included.
struct Farewell<'a>(&'a mpsc::Sender<Signal>);

impl Drop for Farewell<'_> {
    fn drop(&mut self) {
        self.0.blocking_send(Signal::Ended).ok();
    }
}

/// Passes on what the client yields until the mapping has had enough.
fn consume(client: &BaseConsumer<Context>, closing: &AtomicBool, signals: &mpsc::Sender<Signal>) {
    let _farewell = Farewell(signals);
    while !closing.load(Ordering::Relaxed) {
        let signal = match client.poll(POLL_INTERVAL) {
            None => continue,
            Some(Ok(message)) => Signal::Record(Record::from(&message)),
            Some(Err(KafkaError::PartitionEOF(partition))) => Signal::EndOfPartition(partition),
            Some(Err(error)) => match error.rdkafka_error_code() {
                Some(code) if is_hopeless(&error, code) => Signal::Failed(code),
                // The client reconnects by itself; its context has logged the reason.
                _ => continue,
            },
        };
        if signals.blocking_send(signal).is_err() {
            return;
        }
    }
}

fn is_hopeless(error: &KafkaError, code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(error, KafkaError::MessageConsumptionFatal(_))
        || matches!(
            code,
            Code::UnknownTopic
                | Code::UnknownTopicOrPartition
                | Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::InvalidGroupId
        )
}

#[cfg(test)]
mod tests {
    use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

    use super::*;
    use crate::embedded::kafka::EmbeddedKafka;

    #[tokio::test]
    async fn a_high_watermark_is_the_offset_of_the_next_record() {
        let broker = EmbeddedKafka::start().await.unwrap();
        broker.create_topic("orders", 3);
        let servers = broker.bootstrap_servers();
        let subscribe = move || {
            let producer: ThreadedProducer<DefaultProducerContext> =
                ClientConfig::new().set("bootstrap.servers", &servers).create().unwrap();
            for partition in [0, 2, 2] {
                let record = BaseRecord::<(), _>::to("orders").partition(partition).payload("x");
                producer.send(record).map_err(|(error, _)| error).unwrap();
            }
            producer.flush(Duration::from_secs(10)).unwrap();
            Consumer::subscribe(&Subscription {
                kafka: &Kafka::new(servers),
                topic: "orders",
                group: "test",
                starting_position: StartingPosition::TrimHorizon,
                longest_release: Duration::from_secs(1),
                with_high_watermarks: true,
            })
        };
        let subscribed = tokio::task::spawn_blocking(subscribe).await.unwrap().unwrap();
        assert_eq!(subscribed.high_watermarks, BTreeMap::from([(0, 1), (1, 0), (2, 2)]));
        drop(subscribed.signals);
        subscribed.consumer.close().await;
    }
}
