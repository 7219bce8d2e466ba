//! The demo's topic: generated orders, and where each one went.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use local::embedded::kafka::EmbeddedKafka;
use local::orders;
use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};

use super::super::terminal::{Step, Terminal, megabytes, per_second, thousands};

/// What to produce.
#[derive(Clone, Copy)]
pub(super) struct Orders {
    pub(super) count: u32,
    pub(super) shape: orders::Shape,
}

/// The generator's seed: each demo has the same orders.
const SEED: u64 = 42;
/// The identifier of the generator's first order.
const FIRST_ORDER_ID: u64 = 1_000_000;

/// Where each order went.
pub(super) struct Produced {
    /// Partition and offset by sequence number.
    places: Vec<(i32, i64)>,
    /// The length of all values in bytes.
    pub(super) bytes: u64,
}

impl Produced {
    /// The sequence number of an order, if it is one of these.
    pub(super) fn sequence(&self, order_id: u64) -> Option<usize> {
        let sequence = usize::try_from(order_id.checked_sub(FIRST_ORDER_ID)?).ok()?;
        (sequence < self.places.len()).then_some(sequence)
    }

    /// The partition and offset of an order.
    pub(super) fn place(&self, sequence: usize) -> Option<(i32, i64)> {
        self.places.get(sequence).copied()
    }

    pub(super) fn count(&self) -> usize {
        self.places.len()
    }

    #[cfg(test)]
    pub(super) fn at(places: Vec<(i32, i64)>) -> Self {
        Self { places, bytes: 0 }
    }
}

/// Produces the orders, keyed by customer, and waits until the broker has them all.
pub(super) async fn produce(kafka: &EmbeddedKafka, orders: Orders, terminal: &Terminal) -> Result<Produced> {
    let servers = kafka.bootstrap_servers();
    let step = terminal.step("producing", Some(orders.count.into()));
    tokio::task::spawn_blocking(move || produce_blocking(&servers, orders, step)).await?
}

fn produce_blocking(servers: &str, orders: Orders, mut step: Step) -> Result<Produced> {
    let deliveries = Deliveries::default();
    let producer: ThreadedProducer<Deliveries> = ClientConfig::new()
        .set("bootstrap.servers", servers)
        .set("linger.ms", "20")
        // As Kafka's own clients distribute keys.
        .set("partitioner", "murmur2_random")
        .create_with_context(deliveries.clone())
        .context("cannot start a producer")?;

    let mut generator = orders::Orders::new(orders.shape, SEED);
    let mut value = Vec::new();
    let mut bytes = 0;
    for sequence in 0..orders.count {
        value.clear();
        generator.next(&mut value);
        bytes += value.len() as u64;
        let key = generator.key();
        send(&producer, &key, &value, sequence as usize)?;
        if sequence.is_multiple_of(1_000) {
            step.at(sequence.into(), &thousands(sequence.into()));
        }
    }
    producer.flush(Duration::from_secs(60)).context("the embedded Kafka did not take all records")?;

    let places = deliveries.places(orders.count as usize)?;
    let rate = per_second(orders.count.into(), step.elapsed());
    let text = format!("{} orders, {}, {rate} records/s", thousands(orders.count.into()), megabytes(bytes));
    step.done(&text);
    Ok(Produced { places, bytes })
}

/// Waits for room in the producer's queue where there is none.
fn send(producer: &ThreadedProducer<Deliveries>, key: &str, value: &[u8], sequence: usize) -> Result<()> {
    let mut record = BaseRecord::with_opaque_to(super::TOPIC, sequence).key(key).payload(value);
    loop {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => record = back,
            Err((error, _)) => return Err(error).context("cannot produce"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A record's sequence number, and the partition and offset that the broker gave it.
type Delivery = (usize, Result<(i32, i64), KafkaError>);

/// Takes down where the broker put each record.
#[derive(Clone, Default)]
struct Deliveries(Arc<Mutex<Vec<Delivery>>>);

impl Deliveries {
    fn places(&self, count: usize) -> Result<Vec<(i32, i64)>> {
        let mut deliveries = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        deliveries.sort_unstable_by_key(|(sequence, _)| *sequence);
        if deliveries.len() != count {
            bail!("the embedded Kafka confirmed {} of {count} records", deliveries.len());
        }
        deliveries.into_iter().map(|(_, place)| place.context("a record was not produced")).collect()
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, sequence: usize) {
        let place = match result {
            Ok(message) => Ok((message.partition(), message.offset())),
            Err((error, _)) => Err(error.clone()),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((sequence, place));
    }
}
