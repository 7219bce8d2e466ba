//! Texts as Java has them: UTF-16 units, whose surrogates may come one by one.

/// A text under construction. A surrogate without its partner becomes U+FFFD: it cannot be written as UTF-8.
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
