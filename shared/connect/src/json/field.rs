//! Reads one field of a JSON text, and skips the rest without building it.

use super::node::Node;
use super::read::{Malformed, read};
use super::scan::{skip_blanks, string_end, value_end};
use super::to_connect::schemaless;
use super::unreadable;
use crate::value::without_fields;
use crate::{Exception, Value};

/// The value at a path of names in a [passable] text; `None` where an object on the way lacks the name, or a null stands
/// there. Of members of one name the last counts.
///
/// # Errors
/// A `DataException` where something else than an object or a null stands on the way; or the text is not passable.
///
/// [passable]: super::is_passable
pub(crate) fn read_field(text: &str, path: &[impl AsRef<str>]) -> Result<Option<Value>, Exception> {
    let mut value = text.as_bytes();
    for name in path {
        match value.first() {
            Some(b'{') => {}
            Some(b'n') => return Ok(None),
            _ => return Err(without_fields(path)),
        }
        match last_member(value, name.as_ref()).map_err(unreadable)? {
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    read(value).map(|node| Some(schemaless(&node))).map_err(unreadable)
}

/// The text of the last member of a name, of an object that begins with its brace.
fn last_member<'o>(object: &'o [u8], name: &str) -> Result<Option<&'o [u8]>, Malformed> {
    let mut found = None;
    let mut at = skip_blanks(object, 1);
    while object.get(at) == Some(&b'"') {
        let member = member(object, at).ok_or(Malformed::at(at, "expected a member"))?;
        if is_name(member.name, name)? {
            found = Some(member.value);
        }
        at = skip_blanks(object, member.end);
        if object.get(at) != Some(&b',') {
            break;
        }
        at = skip_blanks(object, at + 1);
    }
    Ok(found)
}

/// A member's texts: its name with the quotes, its value, and where they end.
struct Member<'o> {
    name: &'o [u8],
    value: &'o [u8],
    end: usize,
}

/// The member whose name's first quote is at `at`.
fn member(object: &[u8], at: usize) -> Option<Member<'_>> {
    let name_end = string_end(object, at + 1)?;
    let colon = skip_blanks(object, name_end);
    let start = skip_blanks(object, colon + 1);
    let end = value_end(object, start)?;
    Some(Member { name: object.get(at..name_end)?, value: object.get(start..end)?, end })
}

/// Whether a text in quotes is this name.
fn is_name(quoted: &[u8], name: &str) -> Result<bool, Malformed> {
    if quoted.contains(&b'\\') {
        return Ok(matches!(read(quoted)?, Node::Text(text) if text == name));
    }
    Ok(matches!(quoted, [b'"', plain @ .., b'"'] if plain == name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::class;
    use crate::json::{is_passable, read_schemaless};

    fn field(text: &str, path: &[&str]) -> Result<Option<Value>, Exception> {
        assert!(is_passable(text), "{text}");
        read_field(text, path)
    }

    fn int(value: i64) -> Option<Value> {
        Some(Value::Int64(value))
    }

    #[test]
    fn a_member_is_found_by_its_path() {
        let text = r#"{ "a" : 1 ,"b":{"c": [true, {"d": null}], "e" : {"f":-2}},"g":"x\n" , "":3}"#;
        assert_eq!(field(text, &["a"]).unwrap(), int(1));
        assert_eq!(field(text, &["b", "e", "f"]).unwrap(), int(-2));
        assert_eq!(field(text, &["g"]).unwrap(), Some(Value::String("x\n".to_owned())));
        assert_eq!(field(text, &[""]).unwrap(), int(3));
        assert_eq!(field(text, &["b", "c"]).unwrap(), read_schemaless(br#"[true,{"d":null}]"#).ok());
        assert_eq!(field(text, &[]).unwrap(), read_schemaless(text.as_bytes()).ok());
    }

    #[test]
    fn a_missing_member_is_none_and_a_null_is_null() {
        let text = r#"{"a":null,"b":{},"c":{"d":1}}"#;
        assert_eq!(field(text, &["a"]).unwrap(), Some(Value::Null));
        for path in [&["d"][..], &["a", "x"], &["b", "x", "y"], &["c", "c"], &["A"], &["a "], &["\"a\""]] {
            assert_eq!(field(text, path).unwrap(), None, "{path:?}");
        }
        assert_eq!(field("{ }", &["a"]).unwrap(), None);
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for text in [r#"{"a":[{"b":1}]}"#, r#"{"a":"b"}"#, r#"{"a":1}"#, r#"{"a":true}"#, "[1]", "\"a\""] {
            let exception = field(text, &["a", "b"]).unwrap_err();
            assert_eq!(exception.class, class::DATA, "{text}");
            assert!(exception.message.contains("field a.b "), "{}", exception.message);
        }
    }

    #[test]
    fn of_members_of_one_name_the_last_counts() {
        assert_eq!(field(r#"{"a":1,"b":2,"a":3}"#, &["a"]).unwrap(), int(3));
        assert_eq!(field(r#"{"a":{"b":1},"a":{"c":2}}"#, &["a", "b"]).unwrap(), None);
        assert_eq!(field(r#"{"a":1,"\u0061":2}"#, &["a"]).unwrap(), int(2));
    }

    #[test]
    fn names_with_escapes_are_compared_by_what_they_mean() {
        let text = r#"{"\"\\":1,"\ud83d\ude00":2,"caf\u00e9":3,"\u0000":4,"é":5}"#;
        for (name, value) in [("\"\\", 1), ("😀", 2), ("café", 3), ("\0", 4), ("é", 5)] {
            assert_eq!(field(text, &[name]).unwrap(), int(value), "{name}");
        }
        assert_eq!(field(text, &[r"caf\u00e9"]).unwrap(), None);
    }

    /// Names from so few characters that they come more than once, some of them escaped.
    fn any_name() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["a", "b", r"\u0061", "", r#"\""#, "é", r"\u00E9", r"\ud83d"])
    }

    /// One line of JSON whose objects have members more than once.
    fn any_text() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["null", "true", "-1.5e3", "0", r#""x""#, r#""\"},{\u0061""#, "{}", "[ ]"]);
        let text = leaf.prop_map(str::to_owned).prop_recursive(4, 48, 6, |inner| {
            let member = (any_name(), " ?", inner.clone())
                .prop_map(|(name, blank, value)| format!("{blank}\"{name}\"{blank}:{blank}{value}{blank}"));
            prop_oneof![
                3 => prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
                1 => prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" ,"))),
            ]
        });
        text.prop_filter("passable", |text| is_passable(text))
    }

    proptest! {
        #[test]
        fn a_field_is_the_same_as_of_the_built_value(
            text in any_text(),
            path in prop::collection::vec(prop::sample::select(vec!["a", "b", "", "\"", "é", "\u{fffd}"]), 0..4),
        ) {
            let built = read_schemaless(text.as_bytes()).unwrap();
            prop_assert_eq!(read_field(&text, &path), built.field(&path).map(Option::<&Value>::cloned));
        }

        #[test]
        fn what_looks_like_json_does_not_panic(text in r#"[\[{]?[\[\]{},:"\\ 0-9.eE+\-a-fu]{0,30}"#, name in "[a-f]?") {
            let field = read_field(&text, &[&name]);
            if is_passable(&text) {
                let built = read_schemaless(text.as_bytes()).unwrap();
                prop_assert_eq!(field, built.field(&[&name]).map(Option::<&Value>::cloned));
            }
        }
    }
}
