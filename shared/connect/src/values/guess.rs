//! Guesses a text's type (`Values.parseString`).

use std::sync::Arc;

use super::aligned::{CommonSchema, Unfit, align};
use super::tokens::Tokens;
use crate::java::{Pattern, is_blank, parse_date, trim};
use crate::{Decimal, Map, Schema, SchemaKind, Value};

/// How deep lists and maps may be nested. Java gives up too, at the end of its stack.
const DEEPEST: usize = 500;

/// How long a number may be, in bytes. Reading takes time that grows with the square of its length.
const LONGEST_NUMBER: usize = 100_000;

/// Reads a text as a boolean, the smallest integer type, a float, a date, a list or a map, or else as a text. Both schema
/// and value are null for the text `null`.
///
/// `None`: nested too deeply to be read.
#[must_use]
pub fn parse_string(text: &str) -> Option<(Option<Arc<Schema>>, Value)> {
    if text.is_empty() {
        return Some((schema(SchemaKind::String), Value::String(String::new())));
    }
    match (Guess { tokens: Tokens::new(text), depth: 0 }).parse(false) {
        Ok(guessed) => Some(guessed.unwrap_or((None, Value::Null))),
        Err(Failure::Unfit) => Some((schema(SchemaKind::String), Value::String(text.to_owned()))),
        Err(Failure::TooDeep) => None,
    }
}

/// Why a text is no list or map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// It does not have the form of one: it is a text then (`DataException`).
    Unfit,
    /// It is nested too deeply.
    TooDeep,
}

impl From<Unfit> for Failure {
    fn from(_: Unfit) -> Self {
        Self::Unfit
    }
}

type Guessed = Result<Option<(Option<Arc<Schema>>, Value)>, Failure>;

#[derive(Debug)]
struct Guess<'a> {
    tokens: Tokens<'a>,
    depth: usize,
}

impl<'a> Guess<'a> {
    /// Reads one value; `embedded` in a list or map. No value: a null.
    fn parse(&mut self, embedded: bool) -> Guessed {
        if !self.tokens.has_next() {
            return Ok(None);
        }
        if embedded && self.tokens.consume("\"") {
            return Ok(Some(self.quoted()));
        }
        if self.is_literal(embedded, "null") {
            return Ok(None);
        }
        for (literal, value) in [("true", true), ("false", false)] {
            if self.is_literal(embedded, literal) {
                return Ok(Some((schema(SchemaKind::Boolean), Value::Boolean(value))));
            }
        }
        let start = self.tokens.mark();
        match self.list_or_map() {
            Err(Failure::Unfit) => self.tokens.rewind(start),
            Err(Failure::TooDeep) => return Err(Failure::TooDeep),
            Ok(None) => {}
            Ok(found) => return Ok(found),
        }
        let token = self.tokens.take();
        if is_blank(token) {
            return Ok(Some((schema(SchemaKind::String), Value::String(token.to_owned()))));
        }
        let token = trim(token);
        if let Some(found) = self.temporal_of_tokens(token).or_else(|| number(token)) {
            return Ok(Some(found));
        }
        if embedded {
            return Err(Failure::Unfit);
        }
        Ok(Some((schema(SchemaKind::String), Value::String(self.tokens.original().to_owned()))))
    }

    /// Takes a literal; at the top nothing may follow it.
    fn is_literal(&mut self, embedded: bool, literal: &str) -> bool {
        let start = self.tokens.mark();
        if self.tokens.consume(literal) && (embedded || !self.tokens.has_next()) {
            return true;
        }
        self.tokens.rewind(start);
        false
    }

    /// A text up to its closing quote, or a date in quotes. Blanks between separators are lost.
    fn quoted(&mut self) -> (Option<Arc<Schema>>, Value) {
        let mut content = String::new();
        while self.tokens.has_next() && !self.tokens.consume("\"") {
            content.push_str(self.tokens.take());
        }
        temporal(&content).unwrap_or_else(|| (schema(SchemaKind::String), Value::String(content)))
    }

    /// A list or a map where one begins here.
    fn list_or_map(&mut self) -> Guessed {
        let read = if self.tokens.consume("[") {
            Self::list
        } else if self.tokens.consume("{") {
            Self::map
        } else {
            return Ok(None);
        };
        if self.depth == DEEPEST {
            return Err(Failure::TooDeep);
        }
        self.depth += 1;
        let found = read(self);
        self.depth -= 1;
        found.map(Some)
    }

    fn list(&mut self) -> Result<(Option<Arc<Schema>>, Value), Failure> {
        let (mut items, mut common) = (Vec::new(), CommonSchema::default());
        while self.tokens.has_next() {
            if self.tokens.consume("]") {
                let item_schema = common.into_schema();
                if let Some(item_schema) = &item_schema {
                    items = items.into_iter().map(|item| align(item_schema, item)).collect::<Result<_, _>>()?;
                }
                return Ok((schema(SchemaKind::Array(item_schema)), Value::Array(items)));
            }
            if self.tokens.consume(",") {
                return Err(Failure::Unfit);
            }
            items.push(common.merge(self.parse(true)?));
            let end = self.tokens.mark();
            if self.tokens.consume("]") {
                self.tokens.rewind(end);
            } else if !self.tokens.consume(",") {
                return Err(Failure::Unfit);
            }
        }
        Err(Failure::Unfit)
    }

    fn map(&mut self) -> Result<(Option<Arc<Schema>>, Value), Failure> {
        let (mut entries, mut keys, mut values) = (Map::new(), CommonSchema::default(), CommonSchema::default());
        while self.tokens.has_next() {
            if self.tokens.consume("}") {
                let key_schema = keys.into_schema();
                let value_schema = values.into_schema().filter(|_| key_schema.is_some());
                let mut aligned = Map::with_capacity(entries.len());
                for (mut key, mut value) in entries {
                    if let Some(schema) = &key_schema {
                        key = align(schema, key)?;
                    }
                    if let Some(schema) = &value_schema {
                        value = align(schema, value)?;
                    }
                    aligned.insert(key, value);
                }
                return Ok((schema(SchemaKind::Map(key_schema, value_schema)), Value::Map(Box::new(aligned))));
            }
            if self.tokens.consume(",") {
                return Err(Failure::Unfit);
            }
            let key = self.parse(true)?;
            if key.is_none() || !self.tokens.consume(":") {
                return Err(Failure::Unfit);
            }
            let value = self.parse(true)?;
            self.tokens.consume(",");
            let key = keys.merge(key);
            entries.insert(key, values.merge(value));
        }
        Err(Failure::Unfit)
    }

    /// A date, which may have been split at its colons.
    fn temporal_of_tokens(&mut self, token: &str) -> Option<(Option<Arc<Schema>>, Value)> {
        token.chars().next().and_then(crate::java::decimal_digit)?;
        let start = self.tokens.mark();
        if let Some(found) = self.tokens.take_many(4).and_then(|rest| temporal(&format!("{token}{rest}"))) {
            return Some(found);
        }
        self.tokens.rewind(start);
        temporal(token)
    }
}

/// A date, told by the length of its text.
fn temporal(text: &str) -> Option<(Option<Arc<Schema>>, Value)> {
    let text = text.replace("\\:", ":");
    let (pattern, schema) = match text.encode_utf16().take(25).count() {
        10 => (Pattern::Date, Schema::date()),
        13 => (Pattern::Time, Schema::time()),
        24 => (Pattern::Timestamp, Schema::timestamp()),
        _ => return None,
    };
    let milliseconds = parse_date(&text, pattern)?;
    Some((Some(Arc::new(schema)), Value::Date(milliseconds)))
}

/// A number, of the smallest type that holds it: an integer, else a float that may lose digits, else a decimal.
fn number(token: &str) -> Option<(Option<Arc<Schema>>, Value)> {
    let first = token.chars().next()?;
    if token.len() > LONGEST_NUMBER || !(matches!(first, '+' | '-') || crate::java::decimal_digit(first).is_some()) {
        return None;
    }
    let decimal = Decimal::parse(token)?;
    if let Some(integer) = decimal.to_i64().filter(|_| decimal.is_integral()) {
        let (kind, value) = if let Ok(value) = i8::try_from(integer) {
            (SchemaKind::Int8, Value::Int8(value))
        } else if let Ok(value) = i16::try_from(integer) {
            (SchemaKind::Int16, Value::Int16(value))
        } else if let Ok(value) = i32::try_from(integer) {
            (SchemaKind::Int32, Value::Int32(value))
        } else {
            (SchemaKind::Int64, Value::Int64(integer))
        };
        return Some((schema(kind), value));
    }
    if decimal.scale != 0 {
        let (single, double) = (decimal.to_f32(), decimal.to_f64());
        if single.is_finite() {
            return Some((schema(SchemaKind::Float32), Value::Float32(single)));
        }
        if double.is_finite() {
            return Some((schema(SchemaKind::Float64), Value::Float64(double)));
        }
    }
    Some((Some(Arc::new(Schema::decimal(decimal.scale))), Value::Decimal(decimal)))
}

fn schema(kind: SchemaKind) -> Option<Arc<Schema>> {
    Some(Arc::new(Schema::new(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        parse_string(text).unwrap().1
    }

    fn kind(text: &str) -> SchemaKind {
        parse_string(text).unwrap().0.unwrap().kind.clone()
    }

    fn string(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn numbers_take_the_smallest_type() {
        assert_eq!(value("12"), Value::Int8(12));
        assert_eq!(value(" -129 "), Value::Int16(-129));
        assert_eq!(value("１２"), Value::Int8(12));
        assert_eq!(value("1e3"), Value::Int16(1000));
        assert_eq!(value("5."), Value::Int8(5));
        assert_eq!(value("1.5"), Value::Float32(1.5));
        assert_eq!(value("1e39"), Value::Float64(1e39));
        assert_eq!(value("9223372036854775807"), Value::Int64(i64::MAX));
        assert!(matches!(value("9223372036854775808"), Value::Decimal(_)));
        assert!(matches!(value("1e400"), Value::Decimal(_)));
        assert_eq!(value("1e-400"), Value::Float32(0.0));
        assert_eq!(value(".5"), string(".5"));
        assert_eq!(value("1_000"), string("1_000"));
    }

    #[test]
    fn a_rest_after_a_number_or_a_list_is_dropped() {
        assert_eq!(value("1,5"), Value::Int8(1));
        assert_eq!(value("14:34:54"), Value::Int8(14));
        assert_eq!(value("[1]x"), Value::Array(vec![Value::Int8(1)]));
        assert_eq!(value("true}"), string("true}"));
    }

    #[test]
    fn dates_are_told_by_their_length() {
        assert_eq!(value("14:34:54.346Z"), Value::Date(52_494_346));
        assert_eq!(value("14\\:34\\:54.346Z"), Value::Date(52_494_346));
        assert_eq!(value("2019-02-30"), Value::Date(1_551_484_800_000));
        assert_eq!(value("\"2019-02-28\""), string("\"2019-02-28\""));
        assert_eq!(value("[\"2019-02-30\"]"), Value::Array(vec![Value::Date(1_551_484_800_000)]));
    }

    #[test]
    fn lists_take_the_type_that_holds_all_items() {
        assert_eq!(value("[1, 2.5]"), Value::Array(vec![Value::Float32(1.0), Value::Float32(2.5)]));
        assert_eq!(value("[1,300]"), Value::Array(vec![Value::Int16(1), Value::Int16(300)]));
        assert_eq!(kind("[1,\"a\"]"), SchemaKind::Array(None));
        assert_eq!(value("[1,null]"), string("[1,null]"));
        assert_eq!(value("[a]"), string("[a]"));
        assert_eq!(value("[1,]"), Value::Array(vec![Value::Int8(1)]));
        assert_eq!(value("[,1]"), string("[,1]"));
    }

    #[test]
    fn maps_need_no_comma_but_a_colon() {
        let expected = Map::from_iter([(string("a"), Value::Int8(1)), (string("b"), Value::Int8(2))]);
        assert_eq!(value("{\"a\":1,\"b\":2}"), Value::Map(Box::new(expected.clone())));
        assert_eq!(value("{\"a\":1 \"b\":2}"), Value::Map(Box::new(expected)));
        assert_eq!(kind("{}"), SchemaKind::Map(None, None));
        assert_eq!(value("{a:1}"), string("{a:1}"));
        assert_eq!(value("{null:1}"), string("{null:1}"));
    }

    #[test]
    fn nulls_blanks_and_texts() {
        assert_eq!(parse_string("null").unwrap(), (None, Value::Null));
        assert_eq!(value(""), string(""));
        assert_eq!(value(" "), string(" "));
        assert_eq!(value(" a b "), string(" a b "));
        assert_eq!(value("\"quoted\""), string("\"quoted\""));
    }

    #[test]
    fn nesting_ends_somewhere() {
        assert!(parse_string(&"[".repeat(400)).is_some());
        assert!(parse_string(&"[".repeat(100_000)).is_none());
    }
}
