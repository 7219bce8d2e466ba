//! Finds the end of a JSON text without building anything.

/// How deep lists and objects may be nested (Jackson's `StreamReadConstraints`).
pub(super) const DEEPEST: usize = 1000;

/// Longer numbers are left to the reader, which knows their limits.
const LONGEST_NUMBER: usize = 400;

/// Whether a text may be passed on as it is: one JSON object, list or plain text by RFC 8259, on one line, that every reader
/// understands as `JsonConverter` does. That leaves out integers beyond 64 bits, negative zeros, and exponents that might
/// lead out of a double's range. Other scalars are left out because building them costs nothing. Of members with one name
/// all are passed on; readers take the last.
pub(crate) fn is_passable(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(b'{' | b'[') => {}
        // What JsonConverter would write in another way: escapes, and characters beyond the basic plane.
        Some(b'"') if !bytes.iter().any(|byte| *byte == b'\\' || *byte >= 0xF0) => {}
        _ => return false,
    }
    value_end(bytes, 0) == Some(bytes.len())
}

/// The end of the one-line JSON value that begins at `at`, blanks before it aside. `None`: the value is not [passable], or
/// ends too early. The bytes are taken to be UTF-8.
///
/// [passable]: is_passable
pub(super) fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut nesting = Nesting::default();
    loop {
        at = skip_blanks(bytes, at);
        match bytes.get(at)? {
            b'{' => {
                at = skip_blanks(bytes, at + 1);
                nesting.enter(true)?;
                if *bytes.get(at)? != b'}' {
                    at = name_end(bytes, at)?;
                    continue;
                }
            }
            b'[' => {
                at = skip_blanks(bytes, at + 1);
                nesting.enter(false)?;
                if *bytes.get(at)? != b']' {
                    continue;
                }
            }
            b'"' => at = string_end(bytes, at + 1)?,
            b't' => at = literal_end(bytes, at, b"true")?,
            b'f' => at = literal_end(bytes, at, b"false")?,
            b'n' => at = literal_end(bytes, at, b"null")?,
            _ => at = number_end(bytes, at)?,
        }
        // What a value, or an empty object or list, is followed by.
        loop {
            let Some(in_object) = nesting.in_object() else { return Some(at) };
            at = skip_blanks(bytes, at);
            match (bytes.get(at)?, in_object) {
                (b'}', true) | (b']', false) => {
                    nesting.leave();
                    at += 1;
                }
                (b',', true) => {
                    at = name_end(bytes, skip_blanks(bytes, at + 1))?;
                    break;
                }
                (b',', false) => {
                    at += 1;
                    break;
                }
                _ => return None,
            }
        }
    }
}

/// Whether each of the open objects and lists is an object: one bit for each.
#[derive(Debug, Default)]
struct Nesting {
    objects: [u64; DEEPEST.div_ceil(64)],
    depth: usize,
}

impl Nesting {
    fn enter(&mut self, object: bool) -> Option<()> {
        if self.depth == DEEPEST {
            return None;
        }
        let word = self.objects.get_mut(self.depth / 64)?;
        let bit = 1 << (self.depth % 64);
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        Some(())
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether the innermost is an object; none: nothing is open.
    fn in_object(&self) -> Option<bool> {
        let innermost = self.depth.checked_sub(1)?;
        Some(self.objects.get(innermost / 64)? >> (innermost % 64) & 1 == 1)
    }
}

/// Line breaks are blanks in JSON, but not here.
pub(super) fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// A member's name with its colon.
fn name_end(bytes: &[u8], at: usize) -> Option<usize> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let at = skip_blanks(bytes, string_end(bytes, at + 1)?);
    (*bytes.get(at)? == b':').then_some(at + 1)
}

fn literal_end(bytes: &[u8], at: usize, literal: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(literal).then_some(at + literal.len())
}

/// The end of a string whose first character is at `at`.
pub(super) fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at = skip_plain::<false>(bytes, at);
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                _ => return None,
            },
            0..0x20 => return None,
            _ => at += 1,
        }
    }
}

/// Skips what needs no look, eight bytes at a time: stops at or before a quote, a backslash, a control character, and if
/// `ASTRAL` a character of four bytes.
pub(super) fn skip_plain<const ASTRAL: bool>(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    const LEAD: u64 = u64::from_le_bytes([0xF0; 8]);
    // The high bit of each byte that is zero; perhaps also of bytes behind the first zero.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*chunk);
        let special = zeros(word ^ ONES.wrapping_mul(u64::from(b'"')))
            | zeros(word ^ ONES.wrapping_mul(u64::from(b'\\')))
            | (word.wrapping_sub(ONES.wrapping_mul(0x20)) & !word & HIGH)
            | if ASTRAL { zeros((word & LEAD) ^ LEAD) } else { 0 };
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at
}

fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let whole = start + usize::from(bytes.get(start) == Some(&b'-'));
    let mut at = digits_end(bytes, whole)?;
    let starts_with_zero = *bytes.get(whole)? == b'0';
    if starts_with_zero && (at > whole + 1 || is_negative_zero(bytes, start)) {
        return None;
    }
    let whole_digits = at - whole;
    let mut integer = true;
    if bytes.get(at) == Some(&b'.') {
        (at, integer) = (digits_end(bytes, at + 1)?, false);
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        let end = digits_end(bytes, at)?;
        // With at most 19 digits before the point, two digits cannot lead out of a double's range.
        if end - at > 2 {
            return None;
        }
        (at, integer) = (end, false);
    }
    let fits = match whole_digits {
        0..=18 => at - start <= LONGEST_NUMBER,
        19 => !integer || std::str::from_utf8(bytes.get(start..at)?).ok()?.parse::<i64>().is_ok(),
        _ => false,
    };
    fits.then_some(at)
}

/// The end of one or more digits.
fn digits_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while bytes.get(at)?.is_ascii_digit() {
        at += 1;
    }
    (at > start).then_some(at)
}

/// Whether the number at `start` is `-0`, however written.
fn is_negative_zero(bytes: &[u8], start: usize) -> bool {
    let mantissa = |byte: &&u8| matches!(**byte, b'-' | b'.' | b'0'..=b'9');
    bytes.get(start) == Some(&b'-')
        && !bytes.iter().skip(start).take_while(mantissa).any(|byte| matches!(*byte, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_line_of_json_is_passable() {
        for text in [
            "{}",
            "[]",
            "[ ]",
            r#"{ "a" : [1,-2.5e-10,true,false,null,{"b":"\u00e9\n\"é😀"}] }"#,
            "[9223372036854775807,-9223372036854775808]",
            "[0,0.0,-0.1,1E+22]",
            r#""plain é""#,
            r#"{"a":1,"a":2}"#,
        ] {
            assert!(is_passable(text), "{text}");
        }
    }

    #[test]
    fn what_others_would_read_differently_is_not_passable() {
        for text in [
            "",
            " ",
            "1",
            "null",
            "true",
            "[",
            "]",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{1:2}",
            "[1]x",
            "[1] ",
            "{}{}",
            "[01]",
            "[1.]",
            "[.5]",
            "[+1]",
            "[1e]",
            "[-]",
            "[tru]",
            "[nulll]",
            "['a']",
            "[\"\\x\"]",
            "[\"\\u12g4\"]",
            "[\"a]",
            "[\n1]",
            "[1\r]",
            "[\"a\nb\"]",
            "{\"a\":1]",
            "[1}",
            "[1}]",
            "[9223372036854775808]",
            "[-9223372036854775809]",
            "[123456789012345678901]",
            "[-0]",
            "[-0.00e1]",
            "[1e400]",
            "[1e100]",
            "[1e-400]",
            r#""\u00e9""#,
            "\"😀\"",
        ] {
            assert!(!is_passable(text), "{text}");
        }
    }

    #[test]
    fn nesting_is_passable_to_its_limit() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(is_passable(&nested(DEEPEST)));
        assert!(!is_passable(&nested(DEEPEST + 1)));
        let mixed = format!("{}{}", "[{\"a\":".repeat(200), "}]".repeat(200));
        assert!(!is_passable(&mixed));
        assert!(is_passable(&mixed.replacen(":}", ":1}", 1)));
    }

    #[test]
    fn eight_bytes_at_a_time_stop_where_one_at_a_time_would() {
        for special in 0..=255_u8 {
            for position in 0..20 {
                let mut bytes = vec![b'x'; 20];
                if let Some(byte) = bytes.get_mut(position) {
                    *byte = special;
                }
                let is_special = matches!(special, b'"' | b'\\' | 0..0x20);
                let end = skip_plain::<false>(&bytes, 0);
                assert!(if is_special { end <= position } else { end == 16 }, "{special} at {position}: {end}");
                let end = skip_plain::<true>(&bytes, 0);
                assert!(if is_special || special >= 0xF0 { end <= position } else { end == 16 });
            }
        }
    }

    proptest! {
        #[test]
        fn passable_texts_are_valid_for_serde(text in r#"[\[\]{},:"\\ 0-9.eE+\-a-fu]{0,30}"#) {
            if is_passable(&text) {
                prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{}", text);
            }
        }

        #[test]
        fn bytes_that_look_like_json_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let text = String::from_utf8_lossy(&bytes);
            is_passable(&text);
        }
    }
}
