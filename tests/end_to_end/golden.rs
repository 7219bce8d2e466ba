//! Sample events to objects: keys and bytes compared with `tests/golden/s3-sink/CASE/`.
//!
//! `UPDATE_GOLDEN=1` writes what came out instead; the difference is then reviewed like any other change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::events::sample;
use crate::s3_sink::S3Sink;

/// Compares what an event makes of a bucket with the case's files. Compressed objects are compared after decompression:
/// another encoder may find a better encoding of the same bytes.
async fn check(case: &str, sink: &S3Sink, event: &str) -> anyhow::Result<()> {
    sink.write(&sample(event)).await?;
    let mut got = BTreeMap::new();
    for (key, object) in sink.objects().await? {
        let bytes = if key.ends_with(".gz") { gunzip(&object.bytes) } else { object.bytes };
        got.insert(key, bytes);
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden/s3-sink").join(case);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return update(&folder, &got);
    }
    let mut expected = BTreeMap::new();
    collect(&folder, &folder, &mut expected)?;
    let shown = |objects: &BTreeMap<String, Vec<u8>>| -> String {
        objects.iter().map(|(key, bytes)| format!("--- {key}\n{}\n", String::from_utf8_lossy(bytes))).collect()
    };
    assert!(got == expected, "{case}: expected\n{}\ngot\n{}", shown(&expected), shown(&got));
    Ok(())
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut decoder, &mut text).expect("the object is gzip");
    text
}

fn update(folder: &Path, got: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    for (key, bytes) in got {
        let path = folder.join(key);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.insert(path.strip_prefix(root)?.to_string_lossy().into_owned(), std::fs::read(&path)?);
        }
    }
    Ok(())
}

async fn confluent(case: &str, keys: Value, event: &str) -> anyhow::Result<()> {
    check(case, &S3Sink::confluent(&keys).await?, event).await
}

async fn aiven(case: &str, keys: Value, event: &str) -> anyhow::Result<()> {
    check(case, &S3Sink::aiven(&keys).await?, event).await
}

#[tokio::test]
async fn json_lines_by_partition() -> anyhow::Result<()> {
    confluent("json", json!({}), "msk/orders.json").await
}

#[tokio::test]
async fn json_lines_from_a_self_managed_cluster() -> anyhow::Result<()> {
    confluent("self-managed", json!({}), "self-managed/orders.json").await
}

#[tokio::test]
async fn gzip_in_small_files() -> anyhow::Result<()> {
    confluent("gzip", json!({ "s3.compression.type": "gzip", "flush.size": 2 }), "msk/orders.json").await
}

#[tokio::test]
async fn raw_bytes_with_a_separator_of_their_own() -> anyhow::Result<()> {
    let keys = json!({
        "format.class": "io.confluent.connect.s3.format.bytearray.ByteArrayFormat",
        "format.bytearray.separator": "|",
        "format.bytearray.extension": ".raw",
        "value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter",
    });
    confluent("bytes", keys, "msk/orders.json").await
}

#[tokio::test]
async fn hours_of_the_record_in_a_time_zone() -> anyhow::Result<()> {
    let keys = json!({
        "partitioner.class": "io.confluent.connect.storage.partitioner.HourlyPartitioner",
        "timestamp.extractor": "Record",
        "locale": "en-US",
        "timezone": "America/Santiago",
    });
    confluent("hourly", keys, "msk/orders.json").await
}

#[tokio::test]
async fn a_field_of_schemaless_json_as_directory() -> anyhow::Result<()> {
    let keys = json!({
        "partitioner.class": "io.confluent.connect.storage.partitioner.FieldPartitioner",
        "partition.field.name": "currency",
    });
    confluent("field", keys, "msk/orders.json").await
}

#[tokio::test]
async fn aiven_json_lines_with_all_fields() -> anyhow::Result<()> {
    let keys = json!({
        "format.output.type": "jsonl",
        "format.output.fields": "key,value,offset,timestamp,headers",
        "file.compression.type": "none",
        "file.name.template": "{{topic}}/{{partition:padding=true}}-{{start_offset:padding=true}}.jsonl",
    });
    aiven("aiven-jsonl", keys, "msk/orders.json").await
}

#[tokio::test]
async fn aiven_csv_with_its_defaults() -> anyhow::Result<()> {
    aiven(
        "aiven-csv",
        json!({ "value.converter": "ByteArrayConverter", "key.converter": "ByteArrayConverter" }),
        "msk/orders.json",
    )
    .await
}

#[tokio::test]
async fn aiven_newest_record_per_key() -> anyhow::Result<()> {
    let keys = json!({
        "format.output.type": "jsonl",
        "format.output.envelope": "false",
        "file.compression.type": "none",
        "file.name.template": "{{key}}",
    });
    aiven("aiven-key", keys, "msk/orders.json").await
}
