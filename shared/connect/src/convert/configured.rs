//! From a converter's class and settings to the converter.

use std::collections::BTreeMap;

use super::number::{BooleanConverter, Number, NumberConverter};
use super::{ByteArrayConverter, Converter, HeaderConverter, JsonConverter, SimpleHeaderConverter, StringConverter};
use crate::{Exception, class};

/// The converters that are known by a class, and by its short names.
const CLASSES: [(Class, &str); 9] = [
    (Class::Json, "org.apache.kafka.connect.json.JsonConverter"),
    (Class::String, "org.apache.kafka.connect.storage.StringConverter"),
    (Class::ByteArray, "org.apache.kafka.connect.converters.ByteArrayConverter"),
    (Class::Number(Number::Short), "org.apache.kafka.connect.converters.ShortConverter"),
    (Class::Number(Number::Integer), "org.apache.kafka.connect.converters.IntegerConverter"),
    (Class::Number(Number::Long), "org.apache.kafka.connect.converters.LongConverter"),
    (Class::Number(Number::Float), "org.apache.kafka.connect.converters.FloatConverter"),
    (Class::Number(Number::Double), "org.apache.kafka.connect.converters.DoubleConverter"),
    (Class::Boolean, "org.apache.kafka.connect.converters.BooleanConverter"),
];

/// For headers only.
const SIMPLE_HEADER: &str = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

/// Converters that are to come: those of schema registries.
const PLANNED: [&str; 6] = [
    "io.confluent.connect.avro.AvroConverter",
    "io.confluent.connect.json.JsonSchemaConverter",
    "io.confluent.connect.protobuf.ProtobufConverter",
    "com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter",
    "com.amazonaws.services.schemaregistry.kafkaconnect.jsonschema.JsonSchemaConverter",
    "com.amazonaws.services.schemaregistry.kafkaconnect.protobuf.ProtobufSchemaConverter",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Json,
    String,
    ByteArray,
    Number(Number),
    Boolean,
}

/// The converter of a class, configured. `class` is a Java class or its short name (`JsonConverter`, `Json`); `keys` are
/// its settings without their prefix (`schemas.enable`, not `value.converter.schemas.enable`). Settings that it does not
/// know are passed over.
///
/// # Errors
/// A `ConfigException` for a class that is not known or not supported, and for a wrong setting; a
/// `SerializationException` for an encoding that is not known.
pub fn configured(class: &str, is_key: bool, keys: &BTreeMap<String, String>) -> Result<Box<dyn Converter>, Exception> {
    let class = class.trim();
    if is_named(SIMPLE_HEADER, "HeaderConverter", class) {
        let message = format!("Class class {SIMPLE_HEADER} does not implement the Converter interface");
        return Err(Exception::new(class::CONFIG, message));
    }
    let setting = if is_key { "key.converter" } else { "value.converter" };
    Ok(match find(class, setting)? {
        Class::Json => Box::new(json_converter(keys)?),
        Class::String => Box::new(string_converter(keys)?),
        Class::ByteArray => Box::new(ByteArrayConverter),
        Class::Number(number) => Box::new(NumberConverter::new(number)),
        Class::Boolean => Box::new(BooleanConverter::default()),
    })
}

/// The header converter of a class, configured, as [`configured`].
///
/// # Errors
/// As [`configured`].
pub fn configured_header(class: &str, keys: &BTreeMap<String, String>) -> Result<Box<dyn HeaderConverter>, Exception> {
    let class = class.trim();
    if is_named(SIMPLE_HEADER, "HeaderConverter", class) {
        return Ok(Box::new(SimpleHeaderConverter));
    }
    Ok(match find(class, "header.converter")? {
        Class::Json => Box::new(json_converter(keys)?),
        Class::String => Box::new(string_converter(keys)?),
        Class::ByteArray => Box::new(ByteArrayConverter),
        Class::Number(number) => Box::new(NumberConverter::new(number)),
        Class::Boolean => Box::new(BooleanConverter::default()),
    })
}

fn find(class: &str, setting: &str) -> Result<Class, Exception> {
    if let Some((found, _)) = CLASSES.iter().find(|(_, name)| is_named(name, "Converter", class)) {
        return Ok(*found);
    }
    if PLANNED.iter().any(|name| is_named(name, "Converter", class)) {
        return Err(invalid(
            class,
            setting,
            &format!("converters of schema registries are not supported yet; {}", supported()),
        ));
    }
    Err(invalid(class, setting, &format!("Class {class} could not be found. {}", supported())))
}

/// Whether a class goes by this name: its own, without its package, or without its suffix too.
fn is_named(class: &str, suffix: &str, name: &str) -> bool {
    let simple_name = class.rsplit('.').next().unwrap_or(class);
    name == class || name == simple_name || Some(name) == simple_name.strip_suffix(suffix)
}

fn supported() -> String {
    let names = CLASSES.map(|(_, name)| name.rsplit('.').next().unwrap_or(name));
    format!("Supported are {}, and for headers SimpleHeaderConverter.", names.join(", "))
}

fn json_converter(keys: &BTreeMap<String, String>) -> Result<JsonConverter, Exception> {
    let schemas_enable = boolean(keys, "schemas.enable", true)?;
    let cache_size = match keys.get("schemas.cache.size") {
        Some(value) => {
            value.trim().parse::<i32>().map_err(|_| invalid(value, "schemas.cache.size", "Not a number of type INT"))?
        }
        None => 1000,
    };
    if let Some(value) = keys.get("decimal.format")
        && !["BASE64", "NUMERIC"].contains(&value.trim().to_ascii_uppercase().as_str())
    {
        return Err(invalid(value, "decimal.format", "String must be one of (case insensitive): NUMERIC, BASE64"));
    }
    let replace_null_with_default = boolean(keys, "replace.null.with.default", true)?;
    Ok(if schemas_enable {
        JsonConverter::with_schemas(replace_null_with_default, usize::try_from(cache_size).unwrap_or(0))
    } else {
        JsonConverter::without_schemas()
    })
}

fn string_converter(keys: &BTreeMap<String, String>) -> Result<StringConverter, Exception> {
    match keys.get("converter.encoding") {
        Some(name) => StringConverter::with_encoding(name.trim()),
        None => Ok(StringConverter::default()),
    }
}

fn boolean(keys: &BTreeMap<String, String>, name: &str, default: bool) -> Result<bool, Exception> {
    let Some(value) = keys.get(name) else { return Ok(default) };
    match value.trim() {
        text if text.eq_ignore_ascii_case("true") => Ok(true),
        text if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(invalid(value, name, "Expected value to be either true or false")),
    }
}

/// In the words of Kafka's `ConfigException`.
fn invalid(value: &str, setting: &str, why: &str) -> Exception {
    Exception::new(class::CONFIG, format!("Invalid value {value} for configuration {setting}: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Data;
    use crate::json::JsonWriter;
    use crate::values::convert_to_string;

    fn keys(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn classes_go_by_three_names() {
        for name in ["org.apache.kafka.connect.json.JsonConverter", "JsonConverter", "Json", " Json "] {
            let converter = configured(name, false, &keys(&[("schemas.enable", "false")])).unwrap();
            assert_eq!(converter.class(), "org.apache.kafka.connect.json.JsonConverter");
        }
        for name in [SIMPLE_HEADER, "SimpleHeaderConverter", "Simple"] {
            assert_eq!(configured_header(name, &keys(&[])).unwrap().class(), SIMPLE_HEADER);
        }
        assert_eq!(configured("Long", true, &keys(&[])).unwrap().class(), CLASSES[5].1);
        assert_eq!(configured_header("Boolean", &keys(&[])).unwrap().class(), CLASSES[8].1);
    }

    #[test]
    fn an_unknown_class_is_told_what_is_supported() {
        let exception = configured("json", true, &keys(&[])).unwrap_err();
        assert_eq!(exception.class, class::CONFIG);
        assert!(exception.message.starts_with("Invalid value json for configuration key.converter: Class json"));
        assert!(exception.message.contains("JsonConverter, StringConverter"));
        let exception = configured("io.confluent.connect.avro.AvroConverter", false, &keys(&[])).unwrap_err();
        assert!(exception.message.contains("not supported yet"), "{exception}");
        assert!(configured("SimpleHeaderConverter", false, &keys(&[])).is_err());
    }

    #[test]
    fn wrong_settings_are_refused() {
        for (setting, value) in [
            ("schemas.enable", ""),
            ("schemas.enable", "yes"),
            ("schemas.cache.size", "ten"),
            ("decimal.format", "TEXT"),
            ("replace.null.with.default", "0"),
        ] {
            let exception = configured("Json", false, &keys(&[(setting, value)])).unwrap_err();
            let start = format!("Invalid value {value} for configuration {setting}: ");
            assert!(exception.class == class::CONFIG && exception.message.starts_with(&start), "{exception}");
        }
        assert!(configured("String", false, &keys(&[("converter.encoding", "no-such")])).is_err());
        assert!(configured("Json", false, &keys(&[("schemas.cache.size", "-1"), ("schemas.enabled", "x")])).is_ok());
    }

    /// Looks at everything that was converted.
    fn look(data: &Data<'_>) {
        let value = data.value().unwrap();
        assert_eq!(value.is_null(), data.is_null());
        assert_eq!(convert_to_string(&value).is_none(), value.is_null());
        let mut out = Vec::new();
        // A value that JSON cannot express is an error, and leaves nothing behind.
        if data.write_json(&JsonWriter::default(), &mut out).is_err() {
            assert!(out.is_empty());
        }
        assert!(!out.iter().any(|byte| matches!(byte, b'\r' | b'\n')));
    }

    proptest! {
        #[test]
        fn no_bytes_panic_in_any_converter(bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..24),
            r#"[\[\]{}:,"\\ 0-9.eE+\-a-fnul]{0,24}"#.prop_map(String::into_bytes),
            r#"\{"schema":\{"type":"[a-z0-9]{3,7}"\},"payload":[0-9a-z"\[\]{}]{0,8}\}"#.prop_map(String::into_bytes),
        ]) {
            for (_, class) in CLASSES {
                for schemas_enable in ["true", "false"] {
                    let keys = keys(&[("schemas.enable", schemas_enable)]);
                    if let Ok(data) = configured(class, false, &keys).unwrap().to_connect("orders", Some(&bytes)) {
                        look(&data);
                    }
                }
            }
            let simple = configured_header(SIMPLE_HEADER, &keys(&[])).unwrap();
            look(&simple.to_connect("orders", "header", Some(&bytes)).unwrap());
        }
    }
}
