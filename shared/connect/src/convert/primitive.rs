//! Bytes and text.

use std::sync::Arc;

use super::Converter;
use crate::data::{OPTIONAL_BYTES, OPTIONAL_STRING};
use crate::java::Charset;
use crate::{Data, Exception, Value, class};

/// `org.apache.kafka.connect.converters.ByteArrayConverter`: bytes as they come.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByteArrayConverter;

impl Converter for ByteArrayConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.converters.ByteArrayConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        let null = || Data::Built(Some(Arc::clone(&OPTIONAL_BYTES)), Value::Null);
        Ok(bytes.map_or_else(null, Data::Bytes))
    }
}

/// `org.apache.kafka.connect.storage.StringConverter`: text, with U+FFFD for bytes that mean nothing in its encoding.
#[derive(Debug, Clone, Copy)]
pub struct StringConverter {
    charset: Charset,
}

impl StringConverter {
    /// A converter of texts in an encoding that Java knows by this name.
    ///
    /// # Errors
    /// A `SerializationException` for a name that is not known.
    pub fn with_encoding(name: &str) -> Result<Self, Exception> {
        let Some(charset) = Charset::for_name(name) else {
            let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.:_".contains(&byte);
            let legal = name.bytes().all(is_legal) && name.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric);
            let class = if legal { class::UNSUPPORTED_CHARSET } else { class::ILLEGAL_CHARSET_NAME };
            return Err(Exception::new(class::SERIALIZATION, format!("Unsupported encoding {name}"))
                .caused_by(Exception::new(class, name)));
        };
        Ok(Self { charset })
    }
}

impl Default for StringConverter {
    fn default() -> Self {
        Self { charset: Charset::Utf8 }
    }
}

impl Converter for StringConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.storage.StringConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        let null = || Data::Built(Some(Arc::clone(&OPTIONAL_STRING)), Value::Null);
        Ok(bytes.map_or_else(null, |bytes| Data::Text(self.charset.decode(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    #[test]
    fn text_is_borrowed_where_it_is_well_formed() {
        let convert = |bytes| StringConverter::default().to_connect("orders", Some(bytes)).unwrap();
        assert!(matches!(convert("é".as_bytes()), Data::Text(Cow::Borrowed("é"))));
        assert!(matches!(convert(b"a\xff"), Data::Text(text) if text == "a\u{fffd}"));
    }

    #[test]
    fn a_null_keeps_its_schema() {
        for converter in [&StringConverter::default() as &dyn Converter, &ByteArrayConverter] {
            let null = converter.to_connect("orders", None).unwrap();
            assert!(null.is_null() && null.schema().is_some());
        }
    }

    #[test]
    fn an_unknown_encoding_is_refused() {
        let exception = StringConverter::with_encoding("no-such").unwrap_err();
        assert_eq!(exception.message, "Unsupported encoding no-such");
        assert_eq!(exception.cause.unwrap().class, class::UNSUPPORTED_CHARSET);
        let exception = StringConverter::with_encoding("").unwrap_err();
        assert_eq!(exception.cause.unwrap().class, class::ILLEGAL_CHARSET_NAME);
    }
}
