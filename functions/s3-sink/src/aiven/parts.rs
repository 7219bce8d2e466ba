//! Templates taken apart: text, and variables in double braces (`TemplateParser` of Aiven's commons).

/// A piece of a template as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Text(&'t str),
    Variable(Variable<'t>),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Variable<'t> {
    pub(super) name: &'t str,
    /// Its parameter's name and value.
    pub(super) parameter: Option<(&'t str, &'t str)>,
    /// All of it, braces and blanks.
    pub(super) placeholder: &'t str,
}

impl<'t> Part<'t> {
    /// As it is written.
    pub(super) fn text(&self) -> &'t str {
        match self {
            Self::Text(text) => text,
            Self::Variable(variable) => variable.placeholder,
        }
    }

    pub(super) fn variable(&self) -> Option<&Variable<'t>> {
        match self {
            Self::Text(_) => None,
            Self::Variable(variable) => Some(variable),
        }
    }
}

/// Splits a template at its variables. What is not quite a variable is text.
pub(super) fn parse(template: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    let mut text_length = 0;
    while let Some(from) = rest.get(text_length..).and_then(|tail| tail.find("{{")).map(|found| found + text_length) {
        let (text, placeholder_on) = rest.split_at(from);
        let Some((variable, after)) = variable(template, placeholder_on)? else {
            text_length = from + 1;
            continue;
        };
        parts.push(Part::Text(text));
        parts.push(Part::Variable(variable));
        rest = after;
        text_length = 0;
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

/// Reads a variable at the start of a text that begins with two braces: it, and what follows. None where it is text.
fn variable<'t>(template: &str, text: &'t str) -> Result<Option<(Variable<'t>, &'t str)>, String> {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\x0B' | '\x0C' | '\r');
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let inside = text.get(2..).unwrap_or_default().trim_start_matches(is_blank);
    let (name, behind_name) = split_while(inside, is_word);
    let behind_colon = behind_name.strip_prefix(':');
    let (parameter, behind) = split_while(behind_colon.unwrap_or(behind_name), |c| is_word(c) || c == '=');
    let Some(after) = behind.trim_start_matches(is_blank).strip_prefix("}}") else {
        return Ok(None);
    };
    if name.is_empty() {
        return Err(format!("Variable name hasn't been set for template: {template}"));
    }
    if behind_colon.is_some() && parameter.is_empty() {
        return Err("Wrong variable with parameter definition".to_owned());
    }
    let placeholder = text.strip_suffix(after).unwrap_or(text);
    Ok(Some((Variable { name, parameter: self::parameter(name, parameter)?, placeholder }, after)))
}

/// Reads `name=value`; what follows a second equals sign does not count.
fn parameter<'t>(variable: &str, text: &'t str) -> Result<Option<(&'t str, &'t str)>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut sides = text.split('=');
    let (name, value) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
    if name.is_empty() {
        return Err(format!("Parameter name for variable `{variable}` has not been set"));
    }
    if value.is_empty() {
        return Err(format!("Parameter value for variable `{variable}` and parameter `{name}` has not been set"));
    }
    Ok(Some((name, value)))
}

fn split_while(text: &str, accepts: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !accepts(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(template: &str) -> Vec<(&str, Option<(&str, &str)>)> {
        let parts = parse(template).unwrap();
        let texts: String = parts.iter().map(Part::text).collect();
        assert_eq!(texts, template, "nothing is lost");
        parts.iter().filter_map(Part::variable).map(|variable| (variable.name, variable.parameter)).collect()
    }

    #[test]
    fn variables_have_names_and_perhaps_a_parameter() {
        assert_eq!(variables("a{{ b_1:c=d }}{{\te}}f"), [("b_1", Some(("c", "d"))), ("e", None)]);
        assert_eq!(variables("{{a:b=c=d}}"), [("a", Some(("b", "c")))]);
    }

    #[test]
    fn what_is_not_quite_a_variable_is_text() {
        assert_eq!(variables("{{{a}}}"), [("a", None)]);
        assert_eq!(variables("{{b}-{{a}} {{c d}} {{ü}} {{e:f = g}} {{"), [("a", None)]);
        assert_eq!(variables("{"), []);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let told = |template| parse(template).unwrap_err();
        assert_eq!(told("{{}}"), "Variable name hasn't been set for template: {{}}");
        assert_eq!(told("{{topic:}}"), "Wrong variable with parameter definition");
        assert_eq!(told("{{topic:=x}}"), "Parameter name for variable `topic` has not been set");
        assert_eq!(
            told("{{topic:padding}}"),
            "Parameter value for variable `topic` and parameter `padding` has not been set"
        );
    }
}
