//! JSON of which no type is certain: what is found is told instead of failing the whole event.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A type of JSON value, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are JSON's own names")]
pub enum JsonType {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl fmt::Display for JsonType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        })
    }
}

/// What a place in the event takes. Types that it does not name end in [`Shape::other`], read past to their end, so that
/// the rest of the event can still be read. Only broken JSON is an error (and so is a number beyond a double's range).
pub(crate) trait Shape<'de>: Sized {
    type Value;

    fn other(self, found: JsonType) -> Self::Value;

    fn null(self) -> Self::Value {
        self.other(JsonType::Null)
    }

    fn boolean(self, _value: bool) -> Self::Value {
        self.other(JsonType::Boolean)
    }

    /// A number that is an integer of 64 bits; any other number is `other`.
    fn integer(self, _value: i64) -> Self::Value {
        self.other(JsonType::Number)
    }

    /// Borrowed from the body, unless it has escapes.
    fn text(self, _value: Cow<'de, str>) -> Self::Value {
        self.other(JsonType::String)
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.other(JsonType::Array))
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.other(JsonType::Object))
    }
}

/// Reads a [`Shape`] through serde.
pub(crate) struct Read<S>(pub(crate) S);

impl<'de, S: Shape<'de>> DeserializeSeed<'de> for Read<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Read<S> {
    type Value = S::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<S::Value, E> {
        Ok(self.0.null())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<S::Value, E> {
        Ok(self.0.boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<S::Value, E> {
        Ok(self.0.integer(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<S::Value, E> {
        Ok(match i64::try_from(value) {
            Ok(value) => self.0.integer(value),
            Err(_) => self.0.other(JsonType::Number),
        })
    }

    fn visit_f64<E: Error>(self, _value: f64) -> Result<S::Value, E> {
        Ok(self.0.other(JsonType::Number))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<S::Value, E> {
        Ok(self.0.text(Cow::Borrowed(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<S::Value, E> {
        Ok(self.0.text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<S::Value, A::Error> {
        self.0.array(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<S::Value, A::Error> {
        self.0.object(members)
    }
}

/// Any value; of arrays, objects and numbers that are not integers only that they were there.
pub(crate) enum Scalar<'de> {
    Null,
    Boolean(bool),
    Integer(i64),
    Text(Cow<'de, str>),
    Other(JsonType),
}

impl<'de> Scalar<'de> {
    pub(crate) fn text(self) -> Option<Cow<'de, str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn json_type(&self) -> JsonType {
        match self {
            Self::Null => JsonType::Null,
            Self::Boolean(_) => JsonType::Boolean,
            Self::Integer(_) => JsonType::Number,
            Self::Text(_) => JsonType::String,
            Self::Other(json_type) => *json_type,
        }
    }

    /// An integer, written as a number or as a string.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read(AnyScalar).deserialize(deserializer)
    }
}

struct AnyScalar;

impl<'de> Shape<'de> for AnyScalar {
    type Value = Scalar<'de>;

    fn other(self, found: JsonType) -> Scalar<'de> {
        Scalar::Other(found)
    }

    fn null(self) -> Scalar<'de> {
        Scalar::Null
    }

    fn boolean(self, value: bool) -> Scalar<'de> {
        Scalar::Boolean(value)
    }

    fn integer(self, value: i64) -> Scalar<'de> {
        Scalar::Integer(value)
    }

    fn text(self, value: Cow<'de, str>) -> Scalar<'de> {
        Scalar::Text(value)
    }
}
