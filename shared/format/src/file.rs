//! One file of records, whatever its format.

use connect::json::JsonWriter;
use connect::{Exception, SinkRecord};

use crate::bytes;
use crate::rows::{self, Encoding, Field, Row};

/// What a file of records looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A value a line as `JsonConverter` writes it, every line ended by a line feed: Confluent's `JsonFormat`.
    JsonLines(JsonWriter),
    /// The values' bytes, each followed by the separator, the last one too: Confluent's `ByteArrayFormat`.
    Bytes {
        /// What follows every value; may be empty.
        separator: Vec<u8>,
    },
    /// A row a line, lines apart by a line feed: Aiven's `jsonl`.
    JsonRows(Row),
    /// One array of rows: Aiven's `json`.
    JsonArray(Row),
    /// Fields apart by commas, rows apart by a line feed, no heading, nothing quoted: Aiven's `csv`.
    Csv(Vec<Field>, Encoding),
}

impl Format {
    /// Starts a file in `buffer`, which is emptied and keeps its memory.
    #[must_use]
    pub fn start(&self, mut buffer: Vec<u8>) -> FileWriter<'_> {
        buffer.clear();
        FileWriter { format: self, out: buffer, records: 0 }
    }

    /// The media type of such a file while it is not compressed.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::JsonLines(_) | Self::JsonRows(_) => "application/x-ndjson",
            Self::Bytes { .. } => "application/octet-stream",
            Self::JsonArray(_) => "application/json",
            Self::Csv(..) => "text/csv",
        }
    }
}

/// A file that is being written, in memory.
#[derive(Debug)]
pub struct FileWriter<'f> {
    format: &'f Format,
    out: Vec<u8>,
    records: usize,
}

impl FileWriter<'_> {
    /// Appends a record.
    ///
    /// # Errors
    /// The exception with which the Java connector's writer would have failed. The record is at fault: the file is as it
    /// was before, and goes on with the next one.
    pub fn write(&mut self, record: &SinkRecord<'_>) -> Result<(), Exception> {
        let before = self.out.len();
        let written = self.append(record);
        match written {
            Ok(()) => self.records += 1,
            Err(_) => self.out.truncate(before),
        }
        written
    }

    /// How many records the file holds.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// Ends the file and gives its bytes. A file without records is of no use to anybody: do not store it.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        if let Format::JsonArray(_) = self.format {
            self.out.extend_from_slice(if self.records == 0 { b"[\n]" } else { b"\n]" });
        }
        self.out
    }

    fn append(&mut self, record: &SinkRecord<'_>) -> Result<(), Exception> {
        let first = self.records == 0;
        let out = &mut self.out;
        match self.format {
            Format::JsonLines(writer) => {
                record.value.write_json(writer, out)?;
                out.push(b'\n');
                Ok(())
            }
            Format::Bytes { separator } => {
                bytes::write(&record.value, out)?;
                out.extend_from_slice(separator);
                Ok(())
            }
            Format::JsonRows(row) => {
                out.extend_from_slice(if first { b"" } else { b"\n" });
                row.write(record, out)
            }
            Format::JsonArray(row) => {
                out.extend_from_slice(if first { b"[\n" } else { b",\n" });
                row.write(record, out)
            }
            Format::Csv(fields, encoding) => {
                out.extend_from_slice(if first { b"" } else { b"\n" });
                rows::write_csv(fields, *encoding, record, out)
            }
        }
    }
}
