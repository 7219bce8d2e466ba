//! A configuration as pasted: keys and texts, nothing interpreted.

use indexmap::IndexMap;
use serde_json::Value;
use thiserror::Error;

/// Keys and their texts, in the order in which they were pasted.
pub type RawConfig = IndexMap<String, String>;

/// Why a text is no configuration.
#[derive(Debug, Error)]
pub enum RawConfigError {
    /// The text is not JSON.
    #[error(
        "the configuration is not JSON: {0}; a .properties text has to be put into a JSON object of keys and values first"
    )]
    NotJson(#[from] serde_json::Error),
    /// The text is JSON, but no map.
    #[error("the configuration is not a JSON object of keys and values")]
    NotAnObject,
    /// A value is a list or an object.
    #[error("the value of {0} is a JSON list or object: give a string, a number or a boolean")]
    NestedValue(String),
}

/// Reads a configuration from JSON: the REST form `{"name": …, "config": {…}}`, Amazon MSK Connect's
/// `{"connectorName": …, "connectorConfiguration": {…}}`, or the flat map itself.
///
/// Numbers and booleans may stand without quotes; a null is a key that is not set.
///
/// # Errors
/// The text is not JSON, not an object, or holds a list or an object as a value.
pub fn parse_json(text: &str) -> Result<RawConfig, RawConfigError> {
    let Value::Object(outer) = serde_json::from_str(text)? else {
        return Err(RawConfigError::NotAnObject);
    };
    let forms = [("config", "name"), ("connectorConfiguration", "connectorName")];
    for (config_member, name_member) in forms {
        let Some(Value::Object(inner)) = outer.get(config_member) else { continue };
        let mut config = flatten(inner)?;
        if let Some(Value::String(name)) = outer.get(name_member) {
            config.entry("name".to_owned()).or_insert_with(|| name.clone());
        }
        return Ok(config);
    }
    flatten(&outer)
}

fn flatten(members: &serde_json::Map<String, Value>) -> Result<RawConfig, RawConfigError> {
    let mut config = RawConfig::with_capacity(members.len());
    for (key, value) in members {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Array(_) | Value::Object(_) => return Err(RawConfigError::NestedValue(key.clone())),
        };
        config.insert(key.trim().to_owned(), text);
    }
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_json_forms_give_the_same_map() {
        let flat = parse_json(r#"{"name":"n","flush.size":1000,"store.kafka.keys":true,"x":null}"#).unwrap();
        let rest = parse_json(r#"{"name":"n","config":{"flush.size":"1000","store.kafka.keys":"true"}}"#).unwrap();
        let msk = r#"{"connectorName":"n","connectorConfiguration":{"flush.size":"1000","store.kafka.keys":"true"}}"#;
        assert_eq!(flat.get("flush.size").map(String::as_str), Some("1000"));
        assert_eq!(flat, rest);
        assert_eq!(flat, parse_json(msk).unwrap());
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        assert!(matches!(parse_json("[]"), Err(RawConfigError::NotAnObject)));
        assert!(matches!(parse_json("{"), Err(RawConfigError::NotJson(_))));
        assert!(matches!(parse_json(r#"{"a":[1]}"#), Err(RawConfigError::NestedValue(key)) if key == "a"));
    }
}
