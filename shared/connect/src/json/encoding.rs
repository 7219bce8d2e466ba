//! Which encoding a JSON text has (Jackson's `ByteSourceJsonBootstrapper`).

use std::borrow::Cow;

use super::read::Malformed;
use crate::java::decode_utf16;

/// The text as UTF-8, without its byte order mark: UTF-16 and UTF-32 are told by a mark, or by the zeros of an ASCII
/// character. What is taken for UTF-8 is given back unchecked.
pub(super) fn to_utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Malformed> {
    let utf16 = |bytes, big_endian| match decode_utf16(bytes, big_endian) {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    Ok(match bytes {
        [0, 0, 0xFE, 0xFF, rest @ ..] => utf32(rest, u32::from_be_bytes)?,
        [0xFF, 0xFE, 0, 0, rest @ ..] => utf32(rest, u32::from_le_bytes)?,
        [0, 0, 0xFF, 0xFE, ..] | [0xFE, 0xFF, 0, 0, ..] => {
            return Err(Malformed::at(0, "UTF-32 in an unknown byte order"));
        }
        [0xFE, 0xFF, _, _, ..] => utf16(bytes.get(2..).unwrap_or_default(), true),
        [0xFF, 0xFE, _, _, ..] => utf16(bytes.get(2..).unwrap_or_default(), false),
        [0xEF, 0xBB, 0xBF, rest @ ..] if !rest.is_empty() => Cow::Borrowed(rest),
        [0, 0, 0, _, ..] => utf32(bytes, u32::from_be_bytes)?,
        [_, 0, 0, 0, ..] => utf32(bytes, u32::from_le_bytes)?,
        [0, _, 0, 0, ..] | [0, 0, _, 0, ..] => return Err(Malformed::at(0, "UTF-32 in an unknown byte order")),
        [0, _, ..] => utf16(bytes, true),
        [_, 0, ..] => utf16(bytes, false),
        _ => Cow::Borrowed(bytes),
    })
}

/// Bytes that are no whole character at the end do not count: Jackson does not read that far.
fn utf32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> Result<Cow<'_, [u8]>, Malformed> {
    let (characters, _) = bytes.as_chunks();
    let text: Option<String> = characters.iter().map(|bytes| char::from_u32(number(*bytes))).collect();
    text.map(|text| Cow::Owned(text.into_bytes())).ok_or(Malformed::at(0, "a character that UTF-32 does not have"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_by_marks_and_zeros() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        let utf32 =
            |text: &str| text.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect::<Vec<_>>();
        for bytes in [
            b"[\"\xc3\xa9\"]".to_vec(),
            b"\xef\xbb\xbf[\"\xc3\xa9\"]".to_vec(),
            utf16("[\"é\"]"),
            utf16("\u{feff}[\"é\"]"),
            utf16("[\"é\"]").chunks(2).flat_map(|unit| unit.iter().rev().copied()).collect(),
            utf32("[\"é\"]"),
            utf32("\u{feff}[\"é\"]"),
        ] {
            assert_eq!(to_utf8(&bytes).unwrap(), "[\"é\"]".as_bytes(), "{bytes:?}");
        }
    }

    #[test]
    fn short_texts_have_an_encoding_too() {
        assert_eq!(to_utf8(b"").unwrap(), b"".as_slice());
        assert_eq!(to_utf8(b"1").unwrap(), b"1".as_slice());
        assert_eq!(to_utf8(b"\x001").unwrap(), b"1".as_slice());
        assert_eq!(to_utf8(b"1\0").unwrap(), b"1".as_slice());
        assert!(to_utf8(b"\0\0\0\0\x01{\"a").is_err());
    }
}
