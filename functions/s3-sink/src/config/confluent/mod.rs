//! Confluent's keys to the sink's configuration.

mod keys;
mod object;
mod partitioner;
mod target;
#[cfg(test)]
mod tests;

use connect::config::{Problems, Settings};
use connect::json::{DecimalFormat, JsonWriter};
use format::{Compression, Format, GzipLevel};

use super::{S3SinkConfig, own};
use crate::confluent::{ConfluentLayout, NullValues, ObjectNaming};
use crate::layout::Layout;
pub(super) use keys::KEYS;

/// Builds the configuration, noting every problem.
pub(super) fn build(settings: &Settings, problems: &mut Problems) -> Option<S3SinkConfig> {
    // Each part is built whatever became of the others, so that all problems are found.
    let target = target::build(settings, problems);
    let object = object::build(settings, problems);
    let partitioner = partitioner::build(settings, problems);
    let contents = contents(settings, problems);
    let (format, compression, extension) = contents?;
    let layout = ConfluentLayout {
        partitioner: partitioner?,
        naming: ObjectNaming {
            topics_dir: settings.get(&keys::TOPICS_DIR)?,
            directory_delimiter: settings.get(&keys::DIRECTORY_DELIMITER)?,
            file_delimiter: settings.get(&keys::FILE_DELIMITER)?,
            offset_digits: usize::try_from(settings.get(&keys::OFFSET_DIGITS)?).ok()?,
            extension,
        },
        flush_size: u64::try_from(settings.get(&keys::FLUSH_SIZE)?).ok()?,
        null_values: match settings.get(&keys::NULL_VALUES)?.to_ascii_lowercase().as_str() {
            "ignore" => NullValues::Ignore,
            _ => NullValues::Fail,
        },
    };
    let (target, object, ledger) = (target?, object?, own::ledger(settings)?);
    Some(S3SinkConfig { target, object, layout: Layout::Confluent(layout), format, compression, ledger })
}

/// What is in an object, and what its name ends in.
fn contents(settings: &Settings, problems: &mut Problems) -> Option<(Format, Compression, String)> {
    let class = settings.get(&keys::FORMAT)?;
    let decimals = settings.get(&keys::DECIMALS)?;
    let decimal_format =
        if decimals.eq_ignore_ascii_case("NUMERIC") { DecimalFormat::Numeric } else { DecimalFormat::Base64 };
    let (format, extension) = match class_in(&class, &["io.confluent.connect.s3.format."]) {
        Some("json.JsonFormat" | "JsonFormat") => {
            (Format::JsonLines(JsonWriter { decimal_format, ..JsonWriter::default() }), ".json".to_owned())
        }
        Some("bytearray.ByteArrayFormat" | "ByteArrayFormat") => {
            let separator = settings.get(&keys::BYTES_SEPARATOR)?.into_bytes();
            (Format::Bytes { separator }, settings.get(&keys::BYTES_EXTENSION)?)
        }
        Some("avro.AvroFormat" | "AvroFormat" | "parquet.ParquetFormat" | "ParquetFormat") => {
            problems.wrong(
                keys::FORMAT.spec.name,
                &class,
                "is not supported yet: give io.confluent.connect.s3.format.json.JsonFormat or \
                 io.confluent.connect.s3.format.bytearray.ByteArrayFormat",
            );
            return None;
        }
        _ => {
            problems.wrong(
                keys::FORMAT.spec.name,
                &class,
                "Java classes cannot be loaded here: give io.confluent.connect.s3.format.json.JsonFormat or \
                 io.confluent.connect.s3.format.bytearray.ByteArrayFormat",
            );
            return None;
        }
    };
    let compression = match settings.get(&keys::COMPRESSION)?.to_ascii_lowercase().as_str() {
        "gzip" => Compression::Gzip(GzipLevel::new(settings.get(&keys::COMPRESSION_LEVEL)?)?),
        _ => Compression::None,
    };
    Some((format, compression, extension + compression.extension()))
}

/// A class name without its package, where the package is one of these or left out.
fn class_in<'a>(class: &'a str, packages: &[&str]) -> Option<&'a str> {
    let known = packages.iter().find_map(|package| class.strip_prefix(package));
    known.or_else(|| (!class.contains('.')).then_some(class))
}
