//! What the sink wrote, read back and compared with what was produced.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use libdeflater::Decompressor;
use serde::Deserialize;

use super::Produced;

/// An object of the bucket.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// Its key.
    pub(super) key: String,
    /// From its name: the partition, and the offset of its first record.
    pub(super) partition: i32,
    pub(super) start_offset: i64,
    /// The orders in it, line by line.
    pub(super) order_ids: Vec<u64>,
    /// Its length in bytes, as stored.
    pub(super) bytes: u64,
}

/// Records are not in the bucket exactly as they are in the topic.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bucket does not hold the topic's records: {0}")]
pub(super) struct Mismatch(String);

#[derive(Deserialize)]
struct Order {
    order_id: u64,
}

/// Reads all objects below a bucket's folder, in the order of their keys.
pub(super) fn read_objects(bucket: &Path) -> Result<Vec<Object>> {
    let mut files = Vec::new();
    list(bucket, &mut files)?;
    files.sort();
    files.iter().map(|path| read_object(bucket, path).with_context(|| path.display().to_string())).collect()
}

/// Checks that each record is there exactly once, in the object of its partition, and at its offset.
pub(super) fn check(objects: &[Object], produced: &Produced) -> Result<(), Mismatch> {
    let mut found = vec![0_u32; produced.count()];
    let mut problems = Problems::default();
    for object in objects {
        for (&order_id, offset) in object.order_ids.iter().zip(object.start_offset..) {
            let Some(sequence) = produced.sequence(order_id) else {
                problems.add(format_args!("{} holds order {order_id}, which was not produced", object.key));
                continue;
            };
            if let Some(count) = found.get_mut(sequence) {
                *count += 1;
            }
            if let Some((partition, expected)) = produced.place(sequence)
                && (partition, expected) != (object.partition, offset)
            {
                problems.add(format_args!(
                    "order {order_id} is in {} where offset {offset} belongs: it is partition {partition}, offset {expected}",
                    object.key
                ));
            }
        }
    }
    for (sequence, count) in found.into_iter().enumerate().filter(|(_, count)| *count != 1) {
        let (partition, offset) = produced.place(sequence).unwrap_or_default();
        problems.add(format_args!("partition {partition}, offset {offset} is there {count} times"));
    }
    problems.into_result()
}

/// The first few of many.
#[derive(Default)]
struct Problems {
    text: String,
    count: usize,
}

impl Problems {
    const SHOWN: usize = 5;

    fn add(&mut self, problem: std::fmt::Arguments<'_>) {
        self.count += 1;
        if self.count <= Self::SHOWN {
            // Writing to a string does not fail.
            write!(self.text, "\n  {problem}").ok();
        }
    }

    fn into_result(mut self) -> Result<(), Mismatch> {
        if self.count == 0 {
            return Ok(());
        }
        if self.count > Self::SHOWN {
            write!(self.text, "\n  and {} more", self.count - Self::SHOWN).ok();
        }
        Err(Mismatch(self.text))
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in folder.read_dir().with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => list(&entry.path(), files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}

fn read_object(bucket: &Path, path: &Path) -> Result<Object> {
    let key = path.strip_prefix(bucket)?.to_string_lossy().into_owned();
    let (partition, start_offset) = place(&key).context("the name is not topic+partition+offset")?;
    let stored = std::fs::read(path)?;
    let lines = decompress(&stored)?;
    let order_ids: Result<_, _> = lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Order>(line).map(|order| order.order_id))
        .collect();
    let order_ids = order_ids.context("a line is not an order")?;
    Ok(Object { key, partition, start_offset, order_ids, bytes: stored.len() as u64 })
}

/// The partition and the start offset in a key as the connector names it: `…/orders+2+0000001500.json.gz`.
fn place(key: &str) -> Option<(i32, i64)> {
    let name = key.rsplit('/').next()?;
    let mut parts = name.strip_prefix(super::TOPIC)?.strip_prefix('+')?.split('+');
    let (partition, rest) = (parts.next()?, parts.next()?);
    let offset = rest.split('.').next()?;
    Some((partition.parse().ok()?, offset.parse().ok()?))
}

/// The content of a gzip file of one member, which ends with its length.
fn decompress(stored: &[u8]) -> Result<Vec<u8>> {
    let Some((_, length)) = stored.split_last_chunk::<4>() else { bail!("it is no gzip file") };
    let mut content = vec![0; u32::from_le_bytes(*length) as usize];
    let written = Decompressor::new().gzip_decompress(stored, &mut content)?;
    content.truncate(written);
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: u64 = 1_000_000;

    fn object(partition: i32, start_offset: i64, orders: &[u64]) -> Object {
        let key = format!("topics/orders/partition={partition}/orders+{partition}+{start_offset:010}.json.gz");
        let order_ids = orders.iter().map(|order| FIRST + order).collect();
        Object { key, partition, start_offset, order_ids, bytes: 0 }
    }

    /// Orders 0 and 2 in partition 0, order 1 in partition 1.
    fn produced() -> Produced {
        Produced::at(vec![(0, 0), (1, 0), (0, 1)])
    }

    fn problem(objects: &[Object]) -> String {
        check(objects, &produced()).unwrap_err().to_string()
    }

    #[test]
    fn all_records_in_their_places_are_right() {
        assert_eq!(check(&[object(0, 0, &[0]), object(0, 1, &[2]), object(1, 0, &[1])], &produced()), Ok(()));
    }

    #[test]
    fn a_missing_record_is_found() {
        assert!(problem(&[object(0, 0, &[0, 2])]).contains("partition 1, offset 0 is there 0 times"));
    }

    #[test]
    fn a_record_that_is_there_twice_is_found() {
        let objects = [object(0, 0, &[0, 2]), object(0, 1, &[2]), object(1, 0, &[1])];
        assert!(problem(&objects).contains("partition 0, offset 1 is there 2 times"));
    }

    #[test]
    fn records_out_of_order_are_found() {
        let objects = [object(0, 0, &[2, 0]), object(1, 0, &[1])];
        assert!(
            problem(&objects).contains("order 1000002 is in topics/orders/partition=0/orders+0+0000000000.json.gz")
        );
    }

    #[test]
    fn a_record_that_nobody_produced_is_found() {
        let objects = [object(0, 0, &[0, 2, 3]), object(1, 0, &[1])];
        assert!(problem(&objects).contains("order 1000003, which was not produced"));
    }

    #[test]
    fn a_key_says_where_its_records_come_from() {
        assert_eq!(place("topics/orders/partition=2/orders+2+0000001500.json.gz"), Some((2, 1_500)));
        assert_eq!(place("topics/orders/partition=2/other+2+0000001500.json.gz"), None);
    }

    #[test]
    fn objects_are_read_as_they_were_compressed() {
        let bucket = tempfile::tempdir().unwrap();
        let folder = bucket.path().join("topics/orders/partition=1");
        std::fs::create_dir_all(&folder).unwrap();
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::fastest());
        let lines = b"{\"order_id\":1000001}\n{\"order_id\":1000007,\"amount\":3}\n";
        let mut stored = vec![0; compressor.gzip_compress_bound(lines.len())];
        let length = compressor.gzip_compress(lines, &mut stored).unwrap();
        stored.truncate(length);
        std::fs::write(folder.join("orders+1+0000000040.json.gz"), stored).unwrap();

        let objects = read_objects(bucket.path()).unwrap();
        let expected = Object { bytes: length as u64, ..object(1, 40, &[1, 7]) };
        assert_eq!(objects, [expected]);
    }
}
