//! Bytes and text.

use super::Converter;
use crate::{Data, Exception};

/// `org.apache.kafka.connect.converters.ByteArrayConverter`: bytes as they come.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByteArrayConverter;

impl Converter for ByteArrayConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.converters.ByteArrayConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        Ok(bytes.map_or(Data::NULL, Data::Bytes))
    }
}

/// `org.apache.kafka.connect.storage.StringConverter`: text, malformed bytes replaced by U+FFFD.
#[derive(Debug, Clone, Copy, Default)]
pub struct StringConverter;

impl Converter for StringConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.storage.StringConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        Ok(bytes.map_or(Data::NULL, |bytes| Data::Text(String::from_utf8_lossy(bytes))))
    }
}
