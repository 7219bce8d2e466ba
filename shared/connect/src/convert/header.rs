//! `SimpleHeaderConverter`: guesses a header's type from its text.

use super::HeaderConverter;
use crate::data::HeaderText;
use crate::{Data, Exception};

/// `org.apache.kafka.connect.storage.SimpleHeaderConverter`, the default. It never fails, and looks only when asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimpleHeaderConverter;

impl HeaderConverter for SimpleHeaderConverter {
    fn class(&self) -> &'static str {
        "org.apache.kafka.connect.storage.SimpleHeaderConverter"
    }

    fn to_connect<'a>(&self, _topic: &str, _name: &str, bytes: Option<&'a [u8]>) -> Result<Data<'a>, Exception> {
        Ok(bytes.map_or(Data::NULL, |bytes| Data::Header(HeaderText::new(bytes))))
    }
}
