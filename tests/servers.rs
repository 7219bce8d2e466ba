//! The servers that other tests stand on do what those tests take for granted.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Message as _};
use tests::servers::{Kafka, Minio};

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_record_produced_to_kafka_is_consumed_by_a_group_and_committed() {
    let kafka = Kafka::start().unwrap();
    kafka.create_topic("orders", 4).await.unwrap();
    let exists = kafka.create_topic("orders", 4).await.unwrap_err();
    assert!(exists.to_string().contains("create topic orders"), "{exists:#}");

    let producer: FutureProducer =
        ClientConfig::new().set("bootstrap.servers", kafka.bootstrap_servers()).create().unwrap();
    let record = FutureRecord::to("orders").partition(3).key("k").payload("{\"id\":1}");
    let delivered = producer.send(record, LIMIT).await.unwrap();
    assert_eq!((delivered.partition, delivered.offset), (3, 0));

    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", kafka.bootstrap_servers())
        .set("group.id", "smoke")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    consumer.subscribe(&["orders"]).unwrap();
    let record = tokio::time::timeout(LIMIT, consumer.recv()).await.unwrap().unwrap();
    assert_eq!((record.partition(), record.offset()), (3, 0));
    assert_eq!(record.payload(), Some(b"{\"id\":1}".as_slice()));
    consumer.commit_message(&record, CommitMode::Sync).unwrap();
}

#[tokio::test]
async fn minio_refuses_the_second_of_two_puts_that_must_create() {
    let minio = Minio::start().unwrap();
    let client = minio.client();
    client.create_bucket().bucket("lake").send().await.unwrap();
    let put = |body: &'static [u8]| {
        let body = ByteStream::from_static(body);
        client.put_object().bucket("lake").key("orders/0").if_none_match("*").body(body).send()
    };
    put(b"first").await.unwrap();
    let refused = put(b"second").await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 412);

    let stored = client.get_object().bucket("lake").key("orders/0").send().await.unwrap();
    assert_eq!(stored.body.collect().await.unwrap().into_bytes(), "first");

    drop(minio);
    let gone = client.list_buckets().send().await.unwrap_err();
    assert!(gone.raw_response().is_none(), "a dropped server still answers: {gone:?}");
}
