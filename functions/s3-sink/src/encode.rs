//! One topic-partition's records to the bytes of its objects. Pure: nothing is sent yet.

use std::collections::BTreeMap;

use connect::config::Tolerance;
use connect::Exception;
use format::{CompressError, Compression, Compressor, Format};

use crate::layout::Layout;
use crate::plan::{Identity, PartitionRecords, Plan, PlannedObject};

/// Plans, formats and compresses. Its encoder's memory is kept from one batch to the next.
pub struct Encoder {
    layout: Layout,
    format: Format,
    compressor: Compressor,
}

/// An object that is ready to be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedObject {
    /// Its name in the bucket.
    pub name: String,
    /// What the name identifies.
    pub identity: Identity,
    /// Its bytes, compressed.
    pub bytes: Vec<u8>,
    /// Its records, by index.
    pub records: Vec<usize>,
}

/// All objects of one topic-partition. Every record is in exactly one of them, or filtered, or bad, or comes after a bad one
/// under [`Tolerance::None`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The objects, by their first records.
    pub objects: Vec<EncodedObject>,
    /// Records that the configuration leaves out, by index.
    pub filtered: Vec<usize>,
    /// Records that cannot be written, by index.
    pub bad: BTreeMap<usize, Exception>,
}

impl Encoder {
    /// An encoder for objects of this kind.
    ///
    /// # Errors
    /// The compressor could not be set up.
    pub fn new(layout: Layout, format: Format, compression: Compression) -> Result<Self, CompressError> {
        Ok(Self { layout, format, compressor: Compressor::new(compression)? })
    }

    /// Makes the objects of one topic-partition.
    ///
    /// A record that the format cannot write is found only here, after the plan; then the plan is made anew without it, so
    /// that names and ranges are those of the records that are written.
    ///
    /// # Errors
    /// The compressor failed; no record is at fault.
    pub fn encode(&mut self, partition: &PartitionRecords<'_, '_>) -> Result<Encoded, CompressError> {
        let mut known_bad = partition.bad.clone();
        loop {
            let Plan { objects: planned, filtered, bad } =
                self.layout.plan(&PartitionRecords { bad: &known_bad, ..*partition });
            let mut objects = Vec::with_capacity(planned.len());
            let mut found_bad = BTreeMap::new();
            for PlannedObject { name, identity, records } in planned {
                match file(&self.format, &name, &records, partition) {
                    Ok(file) if found_bad.is_empty() => {
                        let bytes = self.compressor.compress(file)?;
                        objects.push(EncodedObject { name, identity, bytes, records });
                    }
                    Ok(_) => {}
                    Err(bad) => found_bad.extend(bad),
                }
            }
            if found_bad.is_empty() {
                return Ok(Encoded { objects, filtered, bad });
            }
            known_bad = bad;
            known_bad.extend(found_bad);
            while partition.tolerance == Tolerance::None && known_bad.len() > 1 {
                known_bad.pop_last();
            }
        }
    }
}

/// The bytes of an object before compression, or the records that cannot be written; under [`Tolerance::None`] the first one.
fn file(
    format: &Format,
    name: &str,
    indexes: &[usize],
    partition: &PartitionRecords<'_, '_>,
) -> Result<Vec<u8>, BTreeMap<usize, Exception>> {
    if let Some(reason) = impossible(name) {
        return Err(indexes.iter().map(|index| (*index, Exception::data(reason.clone()))).collect());
    }
    let mut bad = BTreeMap::new();
    let mut file = format.start(Vec::new());
    for index in indexes {
        let Some(record) = partition.records.get(*index) else { continue };
        if let Err(exception) = file.write(record) {
            bad.insert(*index, exception);
            if partition.tolerance == Tolerance::None {
                break;
            }
        }
    }
    if bad.is_empty() { Ok(file.finish()) } else { Err(bad) }
}

/// Why S3 would not take an object of this name. Names hold what records say, so it is the records' error.
///
/// Source: Amazon S3 User Guide, "Naming Amazon S3 objects".
fn impossible(name: &str) -> Option<String> {
    const MOST_BYTES: usize = 1024;
    if name.len() > MOST_BYTES {
        return Some(format!("the object's name would have {} bytes, and S3 takes at most {MOST_BYTES}", name.len()));
    }
    let climbs = name.split('/').any(|part| part == "." || part == "..");
    climbs.then(|| "the object's name would have a part that is . or .., which S3 does not take".to_owned())
}
