//! A record's headers: an array of objects, each of one name (or several) with an array of bytes or null.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess};

use crate::arena::{Span, StoredHeader};
use crate::shape::{Read, Shape};
use crate::{Buffers, JsonType, Reason};

/// `headers`: where they are kept. Absent and null mean that there are none.
pub(super) struct HeadersShape<'b> {
    pub(super) buffers: &'b mut Buffers,
}

impl<'de> Shape<'de> for HeadersShape<'_> {
    type Value = Result<Span, Reason>;

    fn other(self, found: JsonType) -> Self::Value {
        Err(Reason::Unexpected { member: "headers", expected: "an array of objects", found })
    }

    fn null(self) -> Self::Value {
        let end = self.buffers.headers.len();
        Ok(Span::new(end..end))
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let start = self.buffers.headers.len();
        let mut reason = None;
        loop {
            let item = HeaderShape { buffers: &mut *self.buffers, start };
            match items.next_element_seed(Read(item))? {
                Some(Ok(())) => {}
                Some(Err(first)) => reason = reason.or(Some(first)),
                None => break,
            }
        }
        let headers = Span::new(start..self.buffers.headers.len());
        Ok(reason.map_or(Ok(headers), Err))
    }
}

/// One element of `headers`; the record's headers begin at `start`.
struct HeaderShape<'b> {
    buffers: &'b mut Buffers,
    start: usize,
}

impl<'de> Shape<'de> for HeaderShape<'_> {
    type Value = Result<(), Reason>;

    fn other(self, found: JsonType) -> Self::Value {
        Err(Reason::Unexpected {
            member: "an element of headers",
            expected: "an object of a name and its bytes",
            found,
        })
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let Self { buffers, start } = self;
        let mut result = Ok(());
        while let Some(name) = members.next_key_seed(HeaderName { buffers: &mut *buffers })? {
            let position = (buffers.headers.len() - start + 1) as u32;
            let value = members.next_value_seed(Read(HeaderValue { bytes: &mut buffers.bytes, position }))?;
            // A bad one is kept too, so that the next one's position is right; the record is undecodable anyway.
            buffers.headers.push(StoredHeader { name, value: value.unwrap_or_default() });
            result = result.and(value.map(drop));
        }
        Ok(result)
    }
}

/// A header's name, straight into the buffers.
struct HeaderName<'b> {
    buffers: &'b mut Buffers,
}

impl<'de> DeserializeSeed<'de> for HeaderName<'_> {
    type Value = Span;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Span, D::Error> {
        Read(self).deserialize(deserializer)
    }
}

impl<'de> Shape<'de> for HeaderName<'_> {
    type Value = Span;

    /// Not reached: the name of a JSON object's member is a string.
    fn other(self, _found: JsonType) -> Span {
        self.buffers.keep_text("")
    }

    fn text(self, name: Cow<'de, str>) -> Span {
        self.buffers.keep_text(&name)
    }
}

struct HeaderValue<'b> {
    bytes: &'b mut Vec<u8>,
    position: u32,
}

impl<'de> Shape<'de> for HeaderValue<'_> {
    type Value = Result<Option<Span>, Reason>;

    fn other(self, found: JsonType) -> Self::Value {
        Err(Reason::Header { position: self.position, found })
    }

    fn null(self) -> Self::Value {
        Ok(None)
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let start = self.bytes.len();
        let mut all_bytes = true;
        while let Some(byte) = items.next_element_seed(Read(HeaderByte))? {
            match byte {
                Some(byte) => self.bytes.push(byte),
                None => all_bytes = false,
            }
        }
        Ok(if all_bytes {
            Ok(Some(Span::new(start..self.bytes.len())))
        } else {
            Err(Reason::HeaderByte { position: self.position })
        })
    }
}

/// AWS writes bytes as Java has them, signed; other writers of events write them unsigned.
struct HeaderByte;

impl<'de> Shape<'de> for HeaderByte {
    type Value = Option<u8>;

    fn other(self, _found: JsonType) -> Option<u8> {
        None
    }

    fn integer(self, value: i64) -> Option<u8> {
        u8::try_from(value).ok().or_else(|| i8::try_from(value).ok().map(i8::cast_unsigned))
    }
}
