//! Values of keys: from the text of a configuration to a type.

use std::fmt;

/// A type that a key's text can be read as.
pub trait SettingValue: Sized {
    /// Reads the text, which is trimmed unless the key says otherwise.
    ///
    /// # Errors
    /// Says what the text should have been.
    fn read(text: &str) -> Result<Self, String>;
}

/// A password or a key: it has no `Display`, and its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the client that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(***)")
    }
}

impl SettingValue for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl SettingValue for Secret {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

impl SettingValue for i64 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "give a whole number".to_owned())
    }
}

impl SettingValue for bool {
    fn read(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err("give true or false".to_owned())
        }
    }
}

impl SettingValue for Vec<String> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::new());
        }
        Ok(text.split(',').map(|item| item.trim().to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::read("hunter2").unwrap();
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn booleans_come_in_any_case_and_lists_are_trimmed() {
        assert_eq!(bool::read("TRUE"), Ok(true));
        assert!(bool::read("yes").is_err());
        assert_eq!(Vec::read("a , b,"), Ok(vec!["a".to_owned(), "b".to_owned(), String::new()]));
        assert_eq!(Vec::<String>::read(""), Ok(vec![]));
    }
}
