//! Splits a text at the characters that mean something (`Values.Parser`).

use crate::java::{is_blank, trim};

/// Reads tokens: each of `:,{}[]"` that no backslash escapes, and the texts between them.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    original: &'a str,
    /// Behind the tokens that were read, the next one included.
    position: usize,
    /// A token that was looked at and not taken.
    next: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(original: &'a str) -> Self {
        Self { original, position: 0, next: None }
    }

    /// The whole text.
    pub(super) fn original(&self) -> &'a str {
        self.original
    }

    /// Where the next token begins.
    pub(super) fn mark(&self) -> usize {
        self.position - self.next.map_or(0, str::len)
    }

    /// Goes back to where a token began.
    pub(super) fn rewind(&mut self, mark: usize) {
        (self.position, self.next) = (mark, None);
    }

    /// Whether there is another token.
    pub(super) fn has_next(&self) -> bool {
        self.next.is_some() || self.position < self.original.len()
    }

    /// Takes the next token; an empty one at the end.
    pub(super) fn take(&mut self) -> &'a str {
        self.next.take().unwrap_or_else(|| self.read())
    }

    /// Takes as many tokens, as one text. Takes none where there are not as many.
    pub(super) fn take_many(&mut self, count: usize) -> Option<&'a str> {
        let start = self.mark();
        for _ in 0..count {
            if !self.has_next() {
                self.rewind(start);
                return None;
            }
            self.take();
        }
        self.original.get(start..self.position)
    }

    /// Takes the next token that is not blank if it is the expected one, blanks around it aside. If it is not, the blank
    /// tokens before it are gone all the same.
    pub(super) fn consume(&mut self, expected: &str) -> bool {
        let is_next = self.is_next(expected);
        if is_next {
            self.next = None;
        }
        is_next
    }

    fn is_next(&mut self, expected: &str) -> bool {
        if !self.has_next() {
            return false;
        }
        let mut token = self.next.unwrap_or_else(|| self.read());
        while is_blank(token) && self.position < self.original.len() {
            token = self.read();
        }
        self.next = Some(token);
        trim(token) == expected
    }

    fn read(&mut self) -> &'a str {
        let start = self.position;
        let rest = self.original.get(start..).unwrap_or_default();
        let mut escaped = false;
        let mut end = rest.len();
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                b'\\' => escaped = !escaped,
                b':' | b',' | b'{' | b'}' | b'[' | b']' | b'"' if !escaped => {
                    // A separator is a token of its own, or ends the one before it.
                    end = at.max(1);
                    break;
                }
                _ => escaped = false,
            }
        }
        self.position = start + end;
        rest.get(..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_texts_are_tokens() {
        let mut tokens = Tokens::new(r#"{"a b" : 1\:2,é}"#);
        let mut read = Vec::new();
        while tokens.has_next() {
            read.push(tokens.take());
        }
        assert_eq!(read, ["{", "\"", "a b", "\"", " ", ":", r" 1\:2", ",", "é", "}"]);
    }

    #[test]
    fn a_token_that_was_looked_at_stays_next() {
        let mut tokens = Tokens::new("  [ 1");
        assert_eq!(tokens.mark(), 0);
        assert!(!tokens.consume("{"));
        assert_eq!(tokens.mark(), 2);
        assert!(tokens.consume("["));
        assert_eq!(tokens.take(), " 1");
        tokens.rewind(0);
        assert_eq!(tokens.take_many(9), None);
        assert_eq!(tokens.take_many(2), Some("  ["));
    }
}
