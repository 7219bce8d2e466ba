//! Texts in JSON: read from Java's UTF-16 units, written escaped.

use std::borrow::Cow;

use super::scan::skip_plain;

/// A text under construction, from UTF-16 units whose surrogates may come one by one. A surrogate without its partner
/// becomes U+FFFD: it cannot be written as UTF-8.
#[derive(Debug, Default)]
pub(super) struct Units {
    text: String,
    high: Option<u16>,
}

impl Units {
    /// Appends one UTF-16 unit.
    pub(super) fn push(&mut self, unit: u16) {
        match (self.high.take(), unit) {
            (high, 0xD800..0xDC00) => {
                self.replace(high);
                self.high = Some(unit);
            }
            (Some(high), 0xDC00..0xE000) => self.text.extend(char::decode_utf16([high, unit]).flatten()),
            (high, _) => {
                self.replace(high);
                self.text.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
    }

    /// Appends a character by its number; `long` if it took four bytes and is split in two units, whatever its number.
    #[expect(clippy::cast_possible_truncation, reason = "Java casts to a char of 16 bits here")]
    pub(super) fn push_code(&mut self, code: u32, long: bool) {
        if long {
            let offset = code.cast_signed() - 0x1_0000;
            self.push((0xD800 | offset >> 10) as u16);
            self.push((0xDC00 | offset & 0x3FF) as u16);
        } else {
            self.push(code as u16);
        }
    }

    pub(super) fn into_text(mut self) -> String {
        let high = self.high.take();
        self.replace(high);
        self.text
    }

    fn replace(&mut self, lone: Option<u16>) {
        self.text.extend(lone.map(|_| char::REPLACEMENT_CHARACTER));
    }
}

/// Appends bytes as base64 in quotes.
pub(crate) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    base64_simd::STANDARD.encode_append(bytes, out);
    out.push(b'"');
}

/// Appends a text in quotes, escaped as Jackson does: characters beyond the basic plane as two `\uXXXX`, no other but
/// quotes, backslashes and control characters.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while let Some((plain, character)) = before_escape(rest) {
        out.extend_from_slice(plain.as_bytes());
        rest = rest.get(plain.len() + character.len_utf8()..).unwrap_or_default();
        let escape: Cow<'_, str> = match character {
            '"' => "\\\"".into(),
            '\\' => "\\\\".into(),
            '\u{8}' => "\\b".into(),
            '\t' => "\\t".into(),
            '\n' => "\\n".into(),
            '\u{c}' => "\\f".into(),
            '\r' => "\\r".into(),
            _ => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
        };
        out.extend_from_slice(escape.as_bytes());
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// The first character that has to be escaped, and what stands before it.
fn before_escape(text: &str) -> Option<(&str, char)> {
    let bytes = text.as_bytes();
    let start = skip_plain::<true>(bytes, 0);
    let needs_escape = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20 | 0xF0..);
    let (plain, rest) = text.split_at_checked(start + bytes.get(start..)?.iter().position(needs_escape)?)?;
    Some((plain, rest.chars().next()?))
}

/// Appends an integer.
pub(super) fn write_integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_jackson_does() {
        let text = "plain \"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f} é漢 😀 and a long plain end";
        let mut out = Vec::new();
        write_text(text, &mut out);
        let expected =
            r#""plain \"\\/\b\f\n\r\t\u0001\u001F"#.to_owned() + "\u{7f} é漢 \\uD83D\\uDE00 and a long plain end\"";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
