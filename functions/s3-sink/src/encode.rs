//! One topic-partition's records to the bytes of its objects. Pure: nothing is sent yet.

use std::collections::BTreeMap;

use connect::Exception;
use connect::config::Tolerance;
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
            let mut files = Vec::with_capacity(planned.len());
            let mut found_bad = BTreeMap::new();
            for object in planned {
                match file(&self.format, &object.name, &object.records, partition) {
                    Ok(file) => files.push((object, file)),
                    Err(bad) => found_bad.extend(bad),
                }
            }
            if found_bad.is_empty() {
                return Ok(Encoded { objects: self.compress(files)?, filtered, bad });
            }
            known_bad = bad;
            known_bad.extend(found_bad);
            while partition.tolerance == Tolerance::None && known_bad.len() > 1 {
                known_bad.pop_last();
            }
        }
    }

    /// The objects of formatted files: compressing costs the most, and so comes only once no plan is thrown away any more.
    fn compress(&mut self, files: Vec<(PlannedObject, Vec<u8>)>) -> Result<Vec<EncodedObject>, CompressError> {
        let compressed = |(PlannedObject { name, identity, records }, file)| {
            Ok(EncodedObject { name, identity, bytes: self.compressor.compress(file)?, records })
        };
        files.into_iter().map(compressed).collect()
    }

    /// Whether names hold what records say, their keys or their fields.
    #[must_use]
    pub fn names_hold_contents(&self) -> bool {
        self.layout.names_hold_contents()
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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use connect::json::JsonWriter;
    use connect::{Data, SinkRecord, TimestampType, class};

    use super::*;
    use crate::confluent::{ConfluentLayout, FieldName, NullValues, ObjectNaming, Partitioner, SchemaAffix, Scheme};

    fn encoder(scheme: Scheme, format: Format, compression: Compression) -> Encoder {
        let naming = ObjectNaming {
            topics_dir: String::new(),
            directory_delimiter: "/".to_owned(),
            file_delimiter: "+".to_owned(),
            offset_digits: 1,
            extension: String::new(),
        };
        let partitioner = Partitioner { scheme, delimiter: "/".to_owned(), schema_affix: SchemaAffix::None };
        let layout = ConfluentLayout { partitioner, naming, flush_size: 3, null_values: NullValues::Fail };
        Encoder::new(Layout::Confluent(layout), format, compression).unwrap()
    }

    fn bytes_encoder(compression: Compression) -> Encoder {
        encoder(Scheme::KafkaPartition, Format::Bytes { separator: b"\n".to_vec() }, compression)
    }

    fn records(values: Vec<Data<'static>>) -> Vec<SinkRecord<'static>> {
        let record = |(value, offset)| SinkRecord {
            topic: Cow::Borrowed("t"),
            original_topic: "t",
            partition: 0,
            offset,
            timestamp: None,
            timestamp_type: TimestampType::None,
            key: Data::NULL,
            value,
            headers: Vec::new(),
        };
        values.into_iter().zip(0..).map(record).collect()
    }

    fn encode(encoder: &mut Encoder, records: &[SinkRecord<'_>], tolerance: Tolerance) -> Encoded {
        let bad = BTreeMap::new();
        let partition =
            PartitionRecords { topic: "t", partition: 0, records, bad: &bad, tolerance, now: 0, replay: false };
        encoder.encode(&partition).unwrap()
    }

    fn shown(encoded: &Encoded) -> Vec<(&str, &str)> {
        encoded
            .objects
            .iter()
            .map(|object| (object.name.as_str(), std::str::from_utf8(&object.bytes).unwrap()))
            .collect()
    }

    fn text(text: &'static str) -> Data<'static> {
        Data::Bytes(text.as_bytes())
    }

    /// What `ByteArrayFormat` cannot write.
    fn unwritable() -> Data<'static> {
        Data::Text(Cow::Borrowed("text"))
    }

    #[test]
    fn objects_hold_their_records_in_order() {
        let records = records(vec![text("a"), text("b"), text("c"), text("d")]);
        let encoded = encode(&mut bytes_encoder(Compression::None), &records, Tolerance::None);
        assert_eq!(shown(&encoded), [("t/partition=0/t+0+0", "a\nb\nc\n"), ("t/partition=0/t+0+3", "d\n")]);
        let mut json = encoder(Scheme::KafkaPartition, Format::JsonLines(JsonWriter::default()), Compression::None);
        assert_eq!(shown(&encode(&mut json, &records[..1], Tolerance::None)), [("t/partition=0/t+0+0", "\"YQ==\"\n")]);
    }

    #[test]
    fn a_tolerated_record_that_cannot_be_written_leaves_no_trace() {
        let records = records(vec![unwritable(), text("b"), unwritable(), text("d"), text("e"), text("f")]);
        let encoded = encode(&mut bytes_encoder(Compression::None), &records, Tolerance::All);
        assert_eq!(shown(&encoded), [("t/partition=0/t+0+1", "b\nd\ne\n"), ("t/partition=0/t+0+5", "f\n")]);
        assert_eq!(encoded.bad.keys().collect::<Vec<_>>(), [&0, &2]);
        assert_eq!(encoded.bad[&0].class, class::DATA);
    }

    #[test]
    fn nothing_after_the_first_record_that_cannot_be_written_is_encoded() {
        let records = records(vec![text("a"), text("b"), unwritable(), text("d"), unwritable(), text("f")]);
        let encoded = encode(&mut bytes_encoder(Compression::None), &records, Tolerance::None);
        assert_eq!(shown(&encoded), [("t/partition=0/t+0+0", "a\nb\n")]);
        assert_eq!(encoded.bad.keys().collect::<Vec<_>>(), [&2]);
    }

    #[test]
    fn an_offset_that_comes_twice_makes_one_object() {
        let mut records = records(vec![text("a"), text("b"), text("c"), text("d"), text("e")]);
        records[3].offset = 0;
        records[4].offset = 0;
        let encoded = encode(&mut bytes_encoder(Compression::None), &records, Tolerance::None);
        assert_eq!(shown(&encoded), [("t/partition=0/t+0+0", "a\nb\nc\nd\ne\n")]);
    }

    #[test]
    fn only_bad_records_make_no_object() {
        let records = records(vec![unwritable(), unwritable()]);
        for (tolerance, bad) in [(Tolerance::None, 1), (Tolerance::All, 2)] {
            let encoded = encode(&mut bytes_encoder(Compression::None), &records, tolerance);
            assert_eq!((encoded.objects.len(), encoded.bad.len()), (0, bad));
        }
    }

    #[test]
    fn a_name_that_s3_would_refuse_is_the_records_error() {
        let object = |id: &str| {
            let entries = [(connect::Value::String("id".to_owned()), connect::Value::String(id.to_owned()))];
            Data::Built(None, connect::Value::Map(Box::new(entries.into_iter().collect())))
        };
        let records = records(vec![object("a"), object(&"x".repeat(2000)), object("b/../../c"), object("d")]);
        let by_id = Scheme::Fields(vec![FieldName::new("id")]);
        let mut encoder = encoder(by_id, Format::JsonLines(JsonWriter::default()), Compression::None);
        let encoded = encode(&mut encoder, &records, Tolerance::All);
        assert_eq!(shown(&encoded), [("t/id=a/t+0+0", "{\"id\":\"a\"}\n"), ("t/id=d/t+0+3", "{\"id\":\"d\"}\n")]);
        assert!(encoded.bad[&1].message.contains("1024"), "{}", encoded.bad[&1]);
        assert!(encoded.bad[&2].message.contains(".."), "{}", encoded.bad[&2]);
    }

    #[test]
    fn compressed_objects_begin_as_their_format_does() {
        let records = records(vec![text("a")]);
        let gzip = Compression::Gzip(format::GzipLevel::DEFAULT);
        let encoded = encode(&mut bytes_encoder(gzip), &records, Tolerance::None);
        assert_eq!(&encoded.objects[0].bytes[..3], [0x1f, 0x8b, 8]);
    }
}
