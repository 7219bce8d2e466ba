//! JSON, with and without schemas.

use super::Converter;
use crate::data::JsonText;
use crate::json::{EnvelopeReader, is_passable, read_schemaless};
use crate::{Data, Exception};

/// `org.apache.kafka.connect.json.JsonConverter`.
#[derive(Debug)]
pub struct JsonConverter {
    /// Where values come in envelopes with their schema (`schemas.enable`).
    envelopes: Option<EnvelopeReader>,
}

impl JsonConverter {
    /// With `schemas.enable=false`: any JSON, without a schema. A text that can be passed on as it is is not looked into.
    #[must_use]
    pub fn without_schemas() -> Self {
        Self { envelopes: None }
    }

    /// With `schemas.enable=true`: objects of `schema` and `payload`. A null in the payload becomes the schema's default if
    /// `replace_null_with_default`; so many schemas are kept ready.
    #[must_use]
    pub fn with_schemas(replace_null_with_default: bool, cache_size: usize) -> Self {
        Self { envelopes: Some(EnvelopeReader::new(replace_null_with_default, cache_size)) }
    }
}

impl Converter for JsonConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.json.JsonConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        let Some(bytes) = bytes else { return Ok(Data::NULL) };
        if let Some(envelopes) = &self.envelopes {
            return envelopes.read(bytes).map(|(schema, value)| Data::Built(schema, value));
        }
        if let Ok(text) = simdutf8::basic::from_utf8(trim_blanks(bytes))
            && is_passable(text)
        {
            return Ok(Data::Json(JsonText::checked(text)));
        }
        read_schemaless(bytes).map(|value| Data::Built(None, value))
    }
}

/// The bytes without JSON's blanks around them.
fn trim_blanks(bytes: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let start = bytes.iter().position(is_text).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(is_text).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::JsonWriter;
    use crate::{Value, class};

    fn convert(bytes: &[u8]) -> Result<Data<'_>, Exception> {
        JsonConverter::without_schemas().to_connect("orders", Some(bytes))
    }

    fn json(data: &Data<'_>) -> String {
        let mut out = Vec::new();
        data.write_json(&JsonWriter::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_line_of_json_is_passed_on() {
        let text = r#"{"a": [1, 1.50, "\u00e9"]}"#;
        let data = convert(text.as_bytes()).unwrap();
        assert!(matches!(data, Data::Json(_)));
        assert_eq!(json(&data), text);
        assert_eq!(json(&convert(b" \n{\"a\":1}\r\n").unwrap()), r#"{"a":1}"#);
    }

    #[test]
    fn other_json_is_built_and_written_on_one_line() {
        for (text, expected) in [
            ("{\n  \"a\": 1,\r\n  \"b\": [1.50]\n}", r#"{"a":1,"b":[1.5]}"#),
            ("[1] trailing", "[1]"),
            ("[0012,1e400,-0.0]", r#"[12,"Infinity",0.0]"#),
            ("[9223372036854775808]", "[-9223372036854775808]"),
            ("1e3", "1000.0"),
        ] {
            let data = convert(text.as_bytes()).unwrap();
            assert!(matches!(data, Data::Built(None, _)), "{text}");
            assert_eq!(json(&data), expected);
        }
    }

    #[test]
    fn blanks_and_null_are_nulls() {
        for text in ["", " \n", "null", " null "] {
            assert!(convert(text.as_bytes()).unwrap().is_null(), "{text:?}");
        }
    }

    #[test]
    fn malformed_json_says_where_but_not_what() {
        let exception = convert(b"{\"card\":4111x}").unwrap_err();
        assert_eq!(exception.class, class::DATA);
        assert_eq!(exception.cause.unwrap().message, "invalid JSON at byte 12: expected ',' or '}' after a member");
    }

    #[test]
    fn nesting_to_the_limit_is_built_and_written() {
        let text = format!("{}\n{}", "[".repeat(1000), "]".repeat(1000));
        let data = convert(text.as_bytes()).unwrap();
        assert_eq!(json(&data), text.replace('\n', ""));
    }

    /// JSON of any kind, mostly passable.
    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<u64>().prop_map(Into::into),
            any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Into::into),
            ".{0,12}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                prop::collection::btree_map(".{0,6}", inner, 0..8).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn passed_on_and_built_are_the_same(json_value in any_json(), pretty: bool) {
            let text = if pretty { format!("{json_value:#}") } else { json_value.to_string() };
            let data = convert(text.as_bytes()).unwrap();
            let built = read_schemaless(text.as_bytes()).unwrap();
            prop_assert_eq!(data.value().unwrap().into_owned(), built.clone());
            let written = json(&data);
            prop_assert!(!written.contains(['\r', '\n']));
            prop_assert_eq!(&read_schemaless(written.as_bytes()).unwrap(), &built);
            let rebuilt = json(&Data::Built(None, built.clone()));
            prop_assert_eq!(read_schemaless(rebuilt.as_bytes()).unwrap(), built);
        }

        #[test]
        fn what_looks_like_json_reads_the_same_both_ways(text in r#"[\[{]?[\[\]{},:"\\ \n0-9.eE+\-a-fu]{0,30}"#) {
            if let Ok(data @ Data::Json(_)) = convert(text.as_bytes()) {
                prop_assert_eq!(data.value().unwrap().into_owned(), read_schemaless(text.as_bytes()).unwrap());
            }
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let with_schemas = JsonConverter::with_schemas(true, 10);
            for converter in [JsonConverter::without_schemas(), with_schemas] {
                if let Ok(data) = converter.to_connect("orders", Some(&bytes)) {
                    let value: Value = data.value().unwrap().into_owned();
                    let written = json(&data);
                    prop_assert!(!written.contains(['\r', '\n']));
                    prop_assert_eq!(value.is_null(), data.is_null());
                }
            }
        }
    }
}
