//! Base64 as Jackson reads it (`Base64Variant.decode`, MIME without line feeds).

/// The bytes of a text: padding is required, and may come in the middle; blanks may stand between groups of four.
///
/// # Errors
/// What is wrong.
pub(super) fn decode_base64(text: &str) -> Result<Vec<u8>, &'static str> {
    if let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(text) {
        return Ok(bytes);
    }
    let mut characters = text.chars().peekable();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    loop {
        while characters.next_if(|character| *character <= ' ').is_some() {}
        if characters.peek().is_none() {
            return Ok(bytes);
        }
        let mut next = || characters.next().ok_or("base64 that is cut off");
        let mut group = digit(next()?).ok_or("a character that is not base64")? << 18;
        group |= digit(next()?).ok_or("a character that is not base64")? << 12;
        let (third, fourth) = (next()?, next()?);
        let (length, rest) = match (digit(third), third, digit(fourth), fourth) {
            (Some(third), _, Some(fourth), _) => (3, third << 6 | fourth),
            (Some(third), _, None, '=') => (2, third << 6),
            (None, '=', None, '=') => (1, 0),
            _ => return Err("a character that is not base64"),
        };
        let [_, group @ ..] = (group | rest).to_be_bytes();
        bytes.extend(group.iter().take(length));
    }
}

fn digit(character: char) -> Option<u32> {
    let digit = match u8::try_from(character).ok()? {
        byte @ b'A'..=b'Z' => byte - b'A',
        byte @ b'a'..=b'z' => byte - b'a' + 26,
        byte @ b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(digit.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_jackson_does() {
        assert_eq!(decode_base64(""), Ok(vec![]));
        assert_eq!(decode_base64(" MDk= \n"), Ok(b"09".to_vec()));
        assert_eq!(decode_base64("MDk=MDk="), Ok(b"0909".to_vec()));
        assert_eq!(decode_base64("//8="), Ok(vec![0xff, 0xff]));
        assert_eq!(decode_base64("//9="), Ok(vec![0xff, 0xff]));
        for text in ["MDk", "M", "MD=k", "M===", "1.56", "MD k=", "_-8=", "é"] {
            assert!(decode_base64(text).is_err(), "{text}");
        }
    }
}
