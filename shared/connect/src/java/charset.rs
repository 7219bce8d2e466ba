//! Character sets (`java.nio.charset.Charset`) and blanks (`String.trim`).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A character set known by name. Bytes that mean nothing in it become U+FFFD, as in Java.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, the default.
    Utf8,
    /// UTF-16 with a byte order mark, big-endian without one.
    Utf16,
    /// UTF-32 with a byte order mark, big-endian without one; or as told.
    Utf32(Option<ByteOrder>),
    /// ISO-8859-1: every byte is the character of that number.
    Latin1,
    /// US-ASCII.
    Ascii,
    /// Any other that browsers know too.
    Other(&'static Encoding),
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    /// The highest.
    Big,
    /// The lowest.
    Little,
}

impl Charset {
    /// The character set of a name or an alias, in any case: `UTF-8`, `latin1`, `windows-1252`, `Cp1252`, `Shift_JIS`.
    pub(crate) fn for_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "utf-16" | "utf16" | "utf_16" | "unicode" => return Some(Self::Utf16),
            "utf-16be" | "utf_16be" => return Some(Self::Other(UTF_16BE)),
            "utf-16le" | "utf_16le" => return Some(Self::Other(UTF_16LE)),
            "utf-32" | "utf32" | "utf_32" => return Some(Self::Utf32(None)),
            "utf-32be" | "utf_32be" => return Some(Self::Utf32(Some(ByteOrder::Big))),
            "utf-32le" | "utf_32le" => return Some(Self::Utf32(Some(ByteOrder::Little))),
            // Browsers read these two as windows-1252; Java does not.
            "iso-8859-1" | "iso8859-1" | "iso8859_1" | "iso_8859-1" | "8859_1" | "latin1" | "l1" | "cp819" => {
                return Some(Self::Latin1);
            }
            "us-ascii" | "ascii" | "iso646-us" | "646" => return Some(Self::Ascii),
            _ => {}
        }
        let known = |name: &str| Encoding::for_label_no_replacement(name.as_bytes());
        match known(&name).or_else(|| known(&name.replace('_', "-")))? {
            encoding if encoding == UTF_8 => Some(Self::Utf8),
            encoding => Some(Self::Other(encoding)),
        }
    }

    /// The text of the bytes.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => decode_utf8(bytes),
            Self::Utf16 => match bytes {
                [0xFE, 0xFF, rest @ ..] => decode_utf16(rest, true),
                [0xFF, 0xFE, rest @ ..] => decode_utf16(rest, false),
                _ => decode_utf16(bytes, true),
            },
            Self::Utf32(order) => decode_utf32(bytes, order),
            Self::Latin1 => bytes.iter().copied().map(char::from).collect(),
            Self::Ascii => {
                let character =
                    |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
                bytes.iter().map(character).collect()
            }
            Self::Other(encoding) => {
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                if !encoding.name().starts_with("windows-125") {
                    return text;
                }
                // Browsers read a byte without a meaning as a control character.
                let known = |character| if ('\u{80}'..='\u{9f}').contains(&character) { '\u{fffd}' } else { character };
                text.chars().map(known).collect()
            }
        }
    }
}

/// The text of UTF-8 bytes (`new String(bytes, UTF_8)`). It is the usual replacement by U+FFFD, but for an encoded
/// surrogate, which becomes one of them, not three.
pub(crate) fn decode_utf8(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let (mut text, mut rest) = (String::with_capacity(bytes.len()), bytes);
    while let Some(chunk) = rest.utf8_chunks().next() {
        text.push_str(chunk.valid());
        rest = rest.get(chunk.valid().len()..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        text.push(char::REPLACEMENT_CHARACTER);
        let malformed = match rest {
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => 3,
            [0xED, 0xA0..=0xBF, ..] => 2,
            _ => chunk.invalid().len(),
        };
        rest = rest.get(malformed..).unwrap_or_default();
    }
    Cow::Owned(text)
}

/// The text of UTF-16 bytes without a byte order mark.
pub(crate) fn decode_utf16(bytes: &[u8], big_endian: bool) -> Cow<'_, str> {
    let encoding = if big_endian { UTF_16BE } else { UTF_16LE };
    encoding.decode_without_bom_handling(bytes).0
}

/// The text of UTF-32 bytes; an order that is not told is told by a byte order mark.
fn decode_utf32(bytes: &[u8], order: Option<ByteOrder>) -> Cow<'_, str> {
    let (order, bytes) = match (order, bytes) {
        (Some(order), _) => (order, bytes),
        (None, [0xFF, 0xFE, 0, 0, rest @ ..]) => (ByteOrder::Little, rest),
        (None, [0, 0, 0xFE, 0xFF, rest @ ..]) => (ByteOrder::Big, rest),
        (None, _) => (ByteOrder::Big, bytes),
    };
    let (characters, rest) = bytes.as_chunks();
    let number = match order {
        ByteOrder::Big => u32::from_be_bytes,
        ByteOrder::Little => u32::from_le_bytes,
    };
    let known = |bytes: &[u8; 4]| char::from_u32(number(*bytes)).unwrap_or(char::REPLACEMENT_CHARACTER);
    let cut_off = (!rest.is_empty()).then_some(char::REPLACEMENT_CHARACTER);
    characters.iter().map(known).chain(cut_off).collect()
}

/// Strips what Java calls blanks: all characters up to the space (`String.trim`).
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}

/// Whether there is nothing but blanks.
pub(crate) fn is_blank(text: &str) -> bool {
    trim(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(name: &str, bytes: &[u8]) -> String {
        Charset::for_name(name).unwrap_or_else(|| panic!("{name} is known")).decode(bytes).into_owned()
    }

    #[test]
    fn names_are_known_in_any_case_and_spelling() {
        assert_eq!(decode("utf8", b"\xc3\xa9"), "é");
        assert_eq!(decode("UTF-16", b"\0h\0\xe9"), "hé");
        assert_eq!(decode("UTF-16", b"\xff\xfeh\0\xe9\0"), "hé");
        assert_eq!(decode("UTF-16LE", b"h\0\xe9\0"), "hé");
        assert_eq!(decode("UTF-32", b"\0\0\0h\0\0\0\xe9\0"), "hé\u{fffd}");
        assert_eq!(decode("UTF-32", b"\xff\xfe\0\0h\0\0\0"), "h");
        assert_eq!(decode("UTF-32LE", b"h\0\0\0\0\0\0\xff"), "h\u{fffd}");
        assert_eq!(decode("ISO8859_1", b"\x80\xe9"), "\u{80}é");
        assert_eq!(decode("us-ascii", b"a\xe9"), "a\u{fffd}");
        assert_eq!(decode("windows-1252", b"\x80\x99\x81"), "€™\u{fffd}");
        assert_eq!(decode("Cp1252", b"\x80"), "€");
        assert_eq!(decode("Shift_JIS", b"\x93\xfa\x96\x7b"), "日本");
        assert_eq!(Charset::for_name("no-such"), None);
        assert_eq!(Charset::for_name(""), None);
    }

    #[test]
    fn malformed_utf8_is_replaced_as_java_does() {
        assert_eq!(decode_utf8(b"a\xff\xfeb"), "a\u{fffd}\u{fffd}b");
        assert_eq!(decode_utf8(b"\xc0\xaf"), "\u{fffd}\u{fffd}");
        assert_eq!(decode_utf8(b"\xf4\x90\x80\x80"), "\u{fffd}\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(decode_utf8(b"\xe2\x28\xa1ok\x80"), "\u{fffd}(\u{fffd}ok\u{fffd}");
        assert_eq!(decode_utf8(b"x\xed\xa0\x80y"), "x\u{fffd}y");
        assert_eq!(decode_utf8(b"\xed\xa0"), "\u{fffd}");
        assert_eq!(decode_utf8(b"\xe2\x82"), "\u{fffd}");
    }

    #[test]
    fn blanks_are_all_characters_up_to_the_space() {
        assert_eq!(trim("\u{1}\t a b\0"), "a b");
        assert!(is_blank(" \r\n"));
        assert!(!is_blank("\u{a0}"));
    }
}
