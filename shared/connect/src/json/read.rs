//! Reads JSON as leniently as Kafka Connect's `JsonDeserializer` (Jackson with leading zeros allowed).

use std::borrow::Cow;

use super::node::{Node, Number};
use super::scan::DEEPEST;
use super::string::Units;
use crate::Decimal;

/// How many digits a number may have (Jackson's `StreamReadConstraints`).
const MOST_DIGITS: usize = 1000;

/// Why a text is no JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed {
    at: usize,
    why: &'static str,
}

impl Malformed {
    pub(super) fn at(at: usize, why: &'static str) -> Self {
        Self { at, why }
    }

    /// What and where, without any of the text.
    pub(super) fn message(self) -> String {
        format!("invalid JSON at byte {}: {}", self.at, self.why)
    }
}

type Read<T> = Result<T, Malformed>;

/// Reads the first value of a text; what follows it does not count. Nothing but blanks is [`Node::Missing`].
///
/// Characters may be encoded as leniently as Jackson takes them: overlong, or surrogates one by one.
pub(super) fn read(bytes: &[u8]) -> Read<Node<'_>> {
    let mut reader = Reader { bytes, text: simdutf8::basic::from_utf8(bytes).ok(), at: 0, depth: 0 };
    reader.skip_blanks();
    if reader.peek().is_none() {
        return Ok(Node::Missing);
    }
    reader.value()
}

/// Reads the value at `at`, which must be the last member of an object, and the end of that object. `None` if anything is
/// different.
pub(super) fn read_last_member(bytes: &[u8], at: usize) -> Option<Node<'_>> {
    let mut reader = Reader { bytes, text: simdutf8::basic::from_utf8(bytes).ok(), at, depth: 1 };
    reader.skip_blanks();
    let node = reader.value().ok()?;
    reader.skip_blanks();
    reader.take(b'}').then_some(node)
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// The same, where it is well-formed.
    text: Option<&'a str>,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn malformed<T>(&self, why: &'static str) -> Read<T> {
        Err(Malformed::at(self.at, why))
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read<Node<'a>> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Node::Text),
            Some(b't') => self.literal("true", Node::Boolean(true)),
            Some(b'f') => self.literal("false", Node::Boolean(false)),
            Some(b'n') => self.literal("null", Node::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Node::Number),
            Some(_) => self.malformed("expected a value"),
            None => self.malformed("expected a value, found the end"),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Node<'a>>) -> Read<Node<'a>> {
        if self.depth == DEEPEST {
            return self.malformed("nested more than 1000 deep");
        }
        self.depth += 1;
        self.at += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    /// The rest of an object.
    fn object(&mut self) -> Read<Node<'a>> {
        let mut members = Vec::new();
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(Node::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.malformed("expected a member's name in double quotes");
            }
            let name = self.string()?;
            self.skip_blanks();
            if !self.take(b':') {
                return self.malformed("expected ':' after a member's name");
            }
            self.skip_blanks();
            members.push((name, self.value()?));
            self.skip_blanks();
            if self.take(b'}') {
                return Ok(Node::Object(members));
            }
            if !self.take(b',') {
                return self.malformed("expected ',' or '}' after a member");
            }
            self.skip_blanks();
        }
    }

    /// The rest of a list.
    fn array(&mut self) -> Read<Node<'a>> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take(b']') {
            return Ok(Node::Array(items));
        }
        loop {
            self.skip_blanks();
            items.push(self.value()?);
            self.skip_blanks();
            if self.take(b']') {
                return Ok(Node::Array(items));
            }
            if !self.take(b',') {
                return self.malformed("expected ',' or ']' after an item");
            }
        }
    }

    fn take(&mut self, expected: u8) -> bool {
        let is_next = self.peek() == Some(expected);
        self.at += usize::from(is_next);
        is_next
    }

    /// A literal, which no letter or digit may follow.
    fn literal(&mut self, literal: &str, node: Node<'a>) -> Read<Node<'a>> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix(literal.as_bytes()) else {
            return self.malformed("expected true, false or null");
        };
        let next = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
        if next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '_' | '$' | '\u{7f}'..='\u{9f}')) {
            return self.malformed("expected true, false or null");
        }
        self.at += literal.len();
        Ok(node)
    }

    fn number(&mut self) -> Read<Number<'a>> {
        let start = self.at;
        let negative = self.take(b'-');
        let whole_start = self.at;
        let mut digits = self.digits("expected a digit")?;
        let whole = self.bytes.get(whole_start..self.at).unwrap_or_default();
        let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
        // Of zeros alone one remains.
        let zeros = if zeros == digits { zeros - 1 } else { zeros };
        digits -= zeros;
        let mut integral = true;
        if self.take(b'.') {
            integral = false;
            digits += self.digits("expected a digit after the point")?;
        }
        let exponent_start = self.at;
        if self.take(b'e') || self.take(b'E') {
            integral = false;
            if !self.take(b'+') {
                self.take(b'-');
            }
            digits += self.digits("expected a digit in the exponent")?;
        }
        if digits > MOST_DIGITS {
            return self.malformed("a number of more than 1000 digits");
        }
        // A number at the top ends in a blank, other than a literal, a text, a list or an object.
        if self.depth == 0 && !matches!(self.peek(), None | Some(b' ' | b'\t' | b'\r' | b'\n')) {
            return self.malformed("expected a blank after a number");
        }
        let slice = |from: usize| self.bytes.get(from..self.at).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = slice(start) else { return self.malformed("expected a number") };
        if integral {
            let digits = slice(whole_start + zeros).unwrap_or(text);
            let signed = if negative && zeros == 0 { text } else { digits };
            return Ok(match signed.parse::<i64>() {
                Ok(value) => Number::Integer(if negative && zeros > 0 { value.wrapping_neg() } else { value }),
                Err(_) => Number::BigInteger(text),
            });
        }
        // A short exponent always makes a scale of 32 bits.
        if self.at - exponent_start > 8 && Decimal::parse(text).is_none() {
            return self.malformed("an exponent out of range");
        }
        Ok(Number::Decimal(text))
    }

    /// Skips one or more digits and counts them.
    fn digits(&mut self, why: &'static str) -> Read<usize> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.malformed(why) } else { Ok(self.at - start) }
    }

    /// A string: the input's own text where it has no escapes.
    fn string(&mut self) -> Read<Cow<'a, str>> {
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    let Some(text) = self.text.and_then(|text| text.get(start..self.at)) else { break };
                    self.at += 1;
                    return Ok(Cow::Borrowed(text));
                }
                b'\\' => break,
                0..0x20 => return self.malformed("a control character in a text"),
                _ => self.at += 1,
            }
        }
        self.at = start;
        self.escaped_string().map(Cow::Owned)
    }

    /// The rest of a string, built character by character.
    fn escaped_string(&mut self) -> Read<String> {
        let mut units = Units::default();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(units.into_text());
                }
                Some(b'\\') => {
                    self.at += 1;
                    units.push(self.escape()?);
                }
                Some(0..0x20) => return self.malformed("a control character in a text"),
                Some(byte @ 0x20..0x80) => {
                    units.push(byte.into());
                    self.at += 1;
                }
                Some(lead) => self.character(lead, &mut units)?,
                None => return self.malformed("a text without its closing quote"),
            }
        }
    }

    /// What follows a backslash: one UTF-16 unit.
    fn escape(&mut self) -> Read<u16> {
        let unit = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 1..self.at + 5);
                let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                let unit = digits.and_then(|digits| u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
                let Some(unit) = unit else { return self.malformed("expected four hexadecimal digits") };
                self.at += 5;
                return Ok(unit);
            }
            _ => return self.malformed("an unknown escape in a text"),
        };
        self.at += 1;
        Ok(unit.into())
    }

    /// A character of several bytes, as leniently as Jackson decodes it.
    fn character(&mut self, lead: u8, units: &mut Units) -> Read<()> {
        let (length, bits) = match lead {
            0xC0..0xE0 => (2, lead & 0x1F),
            0xE0..0xF0 => (3, lead & 0x0F),
            0xF0..0xF8 => (4, lead & 0x07),
            _ => return self.malformed("a byte that begins no character in UTF-8"),
        };
        let mut code = u32::from(bits);
        for offset in 1..length {
            match self.bytes.get(self.at + offset) {
                Some(byte @ 0x80..0xC0) => code = code << 6 | u32::from(byte & 0x3F),
                _ => return self.malformed("a character in UTF-8 that is cut off"),
            }
        }
        units.push_code(code, length == 4);
        self.at += length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node<'_> {
        read(text.as_bytes()).unwrap_or_else(|malformed| panic!("{text}: {}", malformed.message()))
    }

    #[test]
    fn leading_zeros_are_read() {
        assert_eq!(node("0012"), Node::Number(Number::Integer(12)));
        assert_eq!(node("-0012"), Node::Number(Number::Integer(-12)));
        assert_eq!(node("000"), Node::Number(Number::Integer(0)));
        assert_eq!(node("00.50").as_number().unwrap().to_decimal().to_string(), "0.50");
        assert_eq!(node("-009223372036854775808").as_number().unwrap().to_i64(), i64::MIN);
    }

    #[test]
    fn large_integers_wrap() {
        for (text, value) in [
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("9223372036854775808", i64::MIN),
            ("-9223372036854775809", i64::MAX),
            ("123456789012345678901234567890", -4_362_896_299_872_285_998),
        ] {
            assert_eq!(node(text).as_number().unwrap().to_i64(), value, "{text}");
        }
    }

    #[test]
    fn what_follows_the_first_value_does_not_count() {
        for text in ["[1] x", "[1][2]", "[1]]", "[1]//", "true false", "1 2", "\"a\"\"b\"", "{}\0", "null,"] {
            assert!(read(text.as_bytes()).is_ok(), "{text}");
        }
        for text in ["12abc", "1]", "truex", "true1", "nulle", "trueé", "1,"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn blanks_alone_are_missing() {
        assert_eq!(node(""), Node::Missing);
        assert_eq!(node(" \t\r\n"), Node::Missing);
    }

    #[test]
    fn what_jackson_refuses_is_refused() {
        for text in [
            "+1",
            ".5",
            "1.",
            "1e",
            "1e+",
            "-",
            "NaN",
            "Infinity",
            "'a'",
            "/**/1",
            "[1,]",
            "[,1]",
            "[",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":1,}",
            "{\"a\":1",
            "\"a",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "tru",
            ",1",
            ":",
            "\0",
            "1e99999999999",
            "1e-2147483648",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\"\xff\"").is_err());
        assert!(read(b"\"caf\xe9\"").is_err());
    }

    #[test]
    fn limits_are_jacksons() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(1000).as_bytes()).is_ok());
        assert!(read(nested(1001).as_bytes()).is_err());
        assert!(read("1".repeat(1000).as_bytes()).is_ok());
        assert!(read("1".repeat(1001).as_bytes()).is_err());
        assert!(read(format!("0.{}", "1".repeat(999)).as_bytes()).is_ok());
        assert!(read(format!("0.{}", "1".repeat(1000)).as_bytes()).is_err());
        assert!(read(format!("{}1", "0".repeat(2000)).as_bytes()).is_ok());
    }

    #[test]
    fn texts_are_decoded_as_leniently_as_jackson_does() {
        assert_eq!(node(r#""a\"\\\/\b\f\n\r\t\u00e9""#).as_text(), Some("a\"\\/\u{8}\u{c}\n\r\té"));
        assert_eq!(node(r#""\ud83d\ude00""#).as_text(), Some("😀"));
        assert_eq!(node(r#""\ud83dx""#).as_text(), Some("\u{fffd}x"));
        assert_eq!(read(b"\"\xc0\x80\"").unwrap().as_text(), Some("\0"));
        assert_eq!(read(b"\"\xed\xa0\xbd\xed\xb8\x80\"").unwrap().as_text(), Some("😀"));
        assert!(matches!(node("\"é\""), Node::Text(Cow::Borrowed("é"))));
    }

    #[test]
    fn of_two_members_of_a_name_the_last_counts() {
        assert_eq!(node(r#"{"a":1,"a":2}"#).get("a"), Some(&Node::Number(Number::Integer(2))));
    }
}
