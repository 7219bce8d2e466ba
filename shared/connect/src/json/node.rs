//! A JSON text as a tree (Jackson's `JsonNode`).

use std::borrow::Cow;

use crate::Decimal;

/// One JSON value. Texts without escapes are those of the input.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    /// Nothing but blanks, where a value was expected.
    Missing,
    Null,
    Boolean(bool),
    Number(Number<'a>),
    Text(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    /// Members in order, names perhaps more than once: the last counts.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// A number as Jackson reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number<'a> {
    /// An integer of 64 bits.
    Integer(i64),
    /// A larger one: its digits, with a sign.
    BigInteger(&'a str),
    /// With a point or an exponent: its text, which is a decimal number with a scale of 32 bits.
    Decimal(&'a str),
}

impl<'a> Node<'a> {
    /// The member of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        match self {
            Self::Object(members) => members.iter().rev().find(|member| member.0 == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, where it is one.
    pub(super) fn as_number(&self) -> Option<Number<'a>> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// What it is, in the words of Jackson's `JsonNodeType`.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Null => "NULL",
            Self::Boolean(_) => "BOOLEAN",
            Self::Number(_) => "NUMBER",
            Self::Text(_) => "STRING",
            Self::Array(_) => "ARRAY",
            Self::Object(_) => "OBJECT",
        }
    }
}

impl Number<'_> {
    /// Whether it was written without a point and an exponent.
    pub(super) fn is_integral(self) -> bool {
        !matches!(self, Self::Decimal(_))
    }

    /// The lowest 64 bits, without the fraction (`longValue`; its lowest bits are `intValue`).
    pub(super) fn to_i64(self) -> i64 {
        match self {
            Self::Integer(value) => value,
            Self::BigInteger(digits) => {
                let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
                let next = |value: i64, digit| value.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
                let value = digits.bytes().filter(u8::is_ascii_digit).fold(0_i64, next);
                if negative { value.wrapping_neg() } else { value }
            }
            Self::Decimal(text) => Decimal::parse(text).map_or(0, |decimal| decimal.low_i64()),
        }
    }

    /// The nearest double. There is no negative zero.
    #[expect(clippy::cast_precision_loss, reason = "the nearest double is meant")]
    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            // Adding zero takes the sign from a negative zero.
            Self::BigInteger(text) | Self::Decimal(text) => text.parse().unwrap_or(f64::NAN) + 0.0,
        }
    }

    /// The nearest float, as [`Number::to_f64`].
    #[expect(clippy::cast_precision_loss, reason = "the nearest float is meant")]
    pub(super) fn to_f32(self) -> f32 {
        match self {
            Self::Integer(value) => value as f32,
            Self::BigInteger(text) | Self::Decimal(text) => text.parse().unwrap_or(f32::NAN) + 0.0,
        }
    }

    /// The exact number.
    pub(super) fn to_decimal(self) -> Decimal {
        let parsed = match self {
            Self::Integer(value) => Some(Decimal { unscaled: value.into(), scale: 0 }),
            Self::BigInteger(text) | Self::Decimal(text) => Decimal::parse(text),
        };
        parsed.unwrap_or_else(|| Decimal { unscaled: 0.into(), scale: 0 })
    }
}
