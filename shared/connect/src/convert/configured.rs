//! From a converter's class and settings to the converter.

use std::collections::BTreeMap;

use super::{ByteArrayConverter, Converter, HeaderConverter, SimpleHeaderConverter, StringConverter};
use crate::{Exception, class};

/// The converter of a class, configured. `class` is a Java class, or its short name (`JsonConverter`, `Json`); `keys` are
/// its settings without their prefix (`schemas.enable`, not `value.converter.schemas.enable`).
///
/// # Errors
/// A `ConfigException` for a class that is not known or not supported, and for a wrong setting.
pub fn configured(
    class: &str,
    is_key: bool,
    keys: &BTreeMap<String, String>,
) -> Result<Box<dyn Converter>, Exception> {
    let _ = (is_key, keys);
    match class.trim().rsplit('.').next() {
        Some("StringConverter" | "String") => Ok(Box::new(StringConverter)),
        Some("ByteArrayConverter" | "ByteArray") => Ok(Box::new(ByteArrayConverter)),
        _ => Err(Exception::new(class::CONFIG, format!("Class {class} could not be found."))),
    }
}

/// The header converter of a class, configured, as [`configured`].
///
/// # Errors
/// As [`configured`].
pub fn configured_header(class: &str, keys: &BTreeMap<String, String>) -> Result<Box<dyn HeaderConverter>, Exception> {
    let _ = keys;
    match class.trim().rsplit('.').next() {
        Some("SimpleHeaderConverter" | "Simple") => Ok(Box::new(SimpleHeaderConverter)),
        Some("StringConverter" | "String") => Ok(Box::new(StringConverter)),
        Some("ByteArrayConverter" | "ByteArray") => Ok(Box::new(ByteArrayConverter)),
        _ => Err(Exception::new(class::CONFIG, format!("Class {class} could not be found."))),
    }
}
