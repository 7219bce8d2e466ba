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

#[cfg(test)]
mod tests {
    use connect::convert::{Converter, JsonConverter};
    use connect::json::DecimalFormat;
    use connect::{Data, Header, Map, Value};
    use proptest::prelude::*;

    use super::*;
    use crate::rows::Members;
    use crate::sample::record;

    fn written(format: &Format, values: &[Data<'static>]) -> (String, Vec<Exception>) {
        let mut file = format.start(Vec::new());
        let results = values.iter().map(|value| file.write(&record(value.clone())));
        let errors = results.filter_map(Result::err).collect();
        (String::from_utf8(file.finish()).unwrap(), errors)
    }

    fn json(text: &'static str) -> Data<'static> {
        JsonConverter::without_schemas().to_connect("t", Some(text.as_bytes())).unwrap()
    }

    #[test]
    fn json_passes_through_as_it_is() {
        let (file, errors) =
            written(&Format::JsonLines(JsonWriter::default()), &[json(r#"{"b":1, "a":[2.50,"\n"]}"#), json("7")]);
        assert_eq!(file, "{\"b\":1, \"a\":[2.50,\"\\n\"]}\n7\n");
        assert_eq!(errors, []);
    }

    #[test]
    fn json_of_several_lines_becomes_one() {
        let (file, _) = written(&Format::JsonLines(JsonWriter::default()), &[json("{\n  \"a\": 1\r\n}\n")]);
        assert_eq!(file, "{\"a\":1}\n");
    }

    #[test]
    fn texts_are_quoted_in_json_and_their_line_breaks_escaped() {
        let (file, _) =
            written(&Format::JsonLines(JsonWriter::default()), &[Data::Text("a\nb\"".into()), Data::Bytes(b"\n")]);
        assert_eq!(file, "\"a\\nb\\\"\"\n\"Cg==\"\n");
    }

    #[test]
    fn decimals_are_written_as_configured() {
        let envelope = br#"{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":"AJw="}"#;
        let value = JsonConverter::with_schemas(true, 1).to_connect("t", Some(envelope)).unwrap();
        let lines = |decimal_format| {
            let writer = JsonWriter { decimal_format, ..JsonWriter::default() };
            written(&Format::JsonLines(writer), std::slice::from_ref(&value)).0
        };
        assert_eq!(lines(DecimalFormat::Base64), "\"AJw=\"\n");
        assert_eq!(lines(DecimalFormat::Numeric), "1.56\n");
    }

    #[test]
    fn bytes_are_followed_by_the_separator_the_last_ones_too() {
        let format = Format::Bytes { separator: b"||".to_vec() };
        assert_eq!(written(&format, &[Data::Bytes(b"a"), Data::Bytes(b""), Data::Bytes(b"b")]).0, "a||||b||");
    }

    #[test]
    fn what_is_no_bytes_cannot_be_written_as_bytes() {
        let (file, errors) = written(
            &Format::Bytes { separator: b"\n".to_vec() },
            &[Data::Text("a".into()), json("{}"), Data::NULL, Data::Bytes(b"b")],
        );
        assert_eq!(file, "b\n");
        let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "Invalid schema type for ByteArrayConverter: STRING",
                "ByteArrayConverter is not compatible with objects of type class java.util.HashMap",
                "A null cannot be written as bytes",
            ]
        );
    }

    /// Cannot be written: it has a date and no schema.
    fn unwritable() -> Data<'static> {
        let entry = (Value::String("written first".to_owned()), Value::Boolean(true));
        let date = (Value::String("date".to_owned()), Value::Date(0));
        Data::Built(None, Value::Map(Box::new(Map::from_iter([entry, date]))))
    }

    #[test]
    fn a_record_that_cannot_be_written_leaves_no_trace() {
        let values = [unwritable(), json("1"), unwritable(), json("2"), unwritable()];
        let row = || Row::Bare(Field::Value);
        let envelope = || Row::Envelope(Members::of(&[Field::Offset, Field::Value]));
        for (format, expected) in [
            (Format::JsonLines(JsonWriter::default()), "1\n2\n"),
            (Format::JsonRows(row()), "1\n2"),
            (Format::JsonArray(row()), "[\n1,\n2\n]"),
            (Format::JsonArray(envelope()), "[\n{\"offset\":7,\"value\":1},\n{\"offset\":7,\"value\":2}\n]"),
        ] {
            let (file, errors) = written(&format, &values);
            assert_eq!((file.as_str(), errors.len()), (expected, 3), "{format:?}");
        }
    }

    #[test]
    fn a_buffer_is_emptied_before_its_memory_is_used_again() {
        let format = Format::Csv(vec![Field::Offset], Encoding::None);
        let mut file = format.start(b"left over".to_vec());
        file.write(&record(Data::NULL)).unwrap();
        assert_eq!(file.records(), 1);
        assert_eq!(file.finish(), b"7");
    }

    fn any_value() -> impl Strategy<Value = Data<'static>> {
        prop_oneof![
            any::<String>().prop_map(|text| Data::Text(text.into())),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Data::Bytes(bytes.leak())),
            // Whatever the converter lets through: mostly JSON, with blanks and line breaks in odd places.
            "[ \\r\\n\\t]{0,3}[\\[{]?[ \\n]?(\"[^\"\\\\\\x00-\\x1f]{0,8}\"|[0-9]{1,25}|-0.5e[0-9]|true|null)[ \\n]?[\\]}]?[ \\n]{0,3}"
                .prop_map(|text: String| {
                    let bytes: &'static [u8] = text.into_bytes().leak();
                    JsonConverter::without_schemas().to_connect("t", Some(bytes)).unwrap_or(Data::Bytes(bytes))
                }),
            any::<f64>().prop_map(|number| Data::Built(None, Value::Float64(number))),
            any::<(String, String)>().prop_map(|(name, text)| {
                let entry = (Value::String(name), Value::String(text));
                Data::Built(None, Value::Map(Box::new(Map::from_iter([entry]))))
            }),
        ]
    }

    proptest! {
        #[test]
        fn json_files_have_one_line_of_json_a_record(values in proptest::collection::vec(any_value(), 0..8)) {
            let (lines, errors) = written(&Format::JsonLines(JsonWriter::default()), &values);
            prop_assert_eq!(errors, []);
            prop_assert_eq!(lines.matches('\n').count(), values.len());
            prop_assert!(!lines.contains('\r'));
            for line in lines.lines() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{:?}", line);
            }
            let all = [Field::Key, Field::Value, Field::Offset, Field::Timestamp, Field::Headers];
            let row = Row::Envelope(Members::of(&all));
            let (rows, array) = (Format::JsonRows(row.clone()), Format::JsonArray(row));
            let (mut rows, mut array) = (rows.start(Vec::new()), array.start(Vec::new()));
            for value in &values {
                let mut record = record(value.clone());
                record.headers.push(Header { name: "h\n".into(), value: value.clone() });
                // A header that is a null is an error in the original too.
                record.headers.retain(|header| !header.value.is_null());
                prop_assert!(rows.write(&record).is_ok());
                prop_assert!(array.write(&record).is_ok());
            }
            let (rows, array) = (rows.finish(), array.finish());
            prop_assert_eq!(rows.split(|byte| *byte == b'\n').count(), values.len().max(1));
            let parsed: Vec<serde_json::Value> = serde_json::from_slice(&array).unwrap();
            prop_assert_eq!(parsed.len(), values.len());
        }
    }
}
