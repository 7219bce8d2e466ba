//! Templates of object names: text and `{{variable:parameter=value}}` (`Template`, `FilenameTemplateValidator` and
//! `RecordGrouperFactory` of Aiven's commons).

use std::fmt;

use super::moment::Moment;
use super::parts::{Part, Variable, parse};

/// A template of object names that is valid for one way of grouping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTemplate {
    /// What names are made of.
    pub(super) pieces: Pieces,
    /// Which records share an object.
    pub(super) grouping: Grouping,
}

/// Which records share an object, as the variables of its template say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Those of a topic-partition (`TopicPartitionRecordGrouper`).
    TopicPartition,
    /// Those of a topic-partition with the same key (`TopicPartitionKeyRecordGrouper`).
    TopicPartitionKey,
    /// The last one of a name that holds the key and no offset (`KeyRecordGrouper`, `KeyAndTopicPartitionRecordGrouper`).
    LastOfKey,
}

/// What a name is made of, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Topic,
    /// With 10 digits where padded.
    Partition {
        padded: bool,
    },
    /// With 20 digits where padded.
    StartOffset {
        padded: bool,
    },
    Timestamp(Unit),
    Key,
    /// Today's date: `{{utc_date}}`, `{{local_date}}`.
    Today,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Day,
    Hour,
}

/// What the variables of a name stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Variables<'a> {
    pub(super) topic: &'a str,
    pub(super) partition: i32,
    pub(super) start_offset: i64,
    /// The key's text, where the template asks for it.
    pub(super) key: Option<&'a str>,
    /// The time, where the template asks for it.
    pub(super) time: Option<Moment>,
    /// The wall clock's time in UTC.
    pub(super) now: Moment,
}

impl NameTemplate {
    /// The template of a `file.prefix.template` and a `file.name.template`, one behind the other.
    ///
    /// # Errors
    /// Says what is wrong, as Aiven's validator does.
    pub fn parse(prefix: &str, name: &str) -> Result<Self, String> {
        if prefix.is_empty() && name.starts_with(".well-known/acme-challenge") {
            return Err("cannot start with '.well-known/acme-challenge'".to_owned());
        }
        let mut parts = parse(prefix)?;
        parts.extend(parse(name)?);
        let variables = || parts.iter().filter_map(Part::variable);
        if variables()
            .any(|variable| !["topic", "partition", "start_offset", "timestamp", "key"].contains(&variable.name))
        {
            return Err(unsupported_variables());
        }
        if !variables().all(Variable::has_supported_parameter) {
            return Err(UNSUPPORTED_PARAMETERS.to_owned());
        }
        if variables().any(|variable| variable.name == "timestamp" && variable.parameter.is_none()) {
            return Err(
                "parameter unit is required for the the variable timestamp, supported values are: yyyy|MM|dd|HH"
                    .to_owned(),
            );
        }
        let names: Vec<&str> = variables().map(|variable| variable.name).collect();
        let grouping = Grouping::of(&names).ok_or_else(unsupported_variables)?;
        let pieces = parts.iter().map(|part| match part {
            Part::Variable(variable) if grouping.binds(variable.name) => variable.piece(),
            _ => Piece::Text(part.text().to_owned()),
        });
        Ok(Self { pieces: Pieces(pieces.collect()), grouping })
    }

    /// Which records share an object.
    #[must_use]
    pub fn grouping(&self) -> Grouping {
        self.grouping
    }
}

/// What stands before the name under the old naming (`aws.s3.prefix`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixTemplate {
    pub(super) pieces: Pieces,
}

impl PrefixTemplate {
    /// Reads a prefix. Its variables are those of a name, but for the key, and `utc_date` and `local_date`; any other one
    /// stays in the text as it stands.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = parse(text)?;
        let mut pieces = Vec::with_capacity(parts.len());
        for part in &parts {
            pieces.push(match part {
                Part::Variable(variable) if variable.name == "timestamp" && !variable.has_unit() => {
                    return Err(format!(
                        "{} needs a unit: yyyy, MM, dd or HH, as in {{{{timestamp:unit=yyyy}}}}",
                        part.text()
                    ));
                }
                // Without padding, whatever is asked for.
                Part::Variable(variable) if variable.name == "partition" => Piece::Partition { padded: false },
                Part::Variable(variable) if variable.name != "key" => variable.piece(),
                _ => Piece::Text(part.text().to_owned()),
            });
        }
        Ok(Self { pieces: Pieces(pieces) })
    }
}

/// The template with its years (`yyyy`) for what older configurations say (`YYYY`), as Aiven's S3 connector reads them.
#[must_use]
pub fn with_lower_case_years(template: &str) -> String {
    let Ok(parts) = parse(template) else {
        return template.to_owned();
    };
    let corrected = |part: &Part<'_>| match part.variable() {
        Some(Variable { name: "timestamp", parameter: Some(("unit", "YYYY")), placeholder }) => {
            placeholder.replace("YYYY", "yyyy")
        }
        _ => part.text().to_owned(),
    };
    parts.iter().map(corrected).collect()
}

impl Grouping {
    /// Looks for the first grouping that the variables allow. Beside all that a grouping needs there may be others where
    /// at least one of them is one that it takes.
    fn of(names: &[&str]) -> Option<Self> {
        let fits = |needed: &[&str], optional: &[&str]| {
            let mut others = names.iter().filter(|name| !needed.contains(name)).peekable();
            needed.iter().all(|name| names.contains(name))
                && (others.peek().is_none() || others.any(|name| optional.contains(name)))
        };
        if fits(&["topic", "partition", "key", "start_offset"], &["timestamp"]) {
            Some(Self::TopicPartitionKey)
        } else if fits(&["topic", "partition", "start_offset"], &["timestamp"]) {
            Some(Self::TopicPartition)
        } else if fits(&["key"], &["topic", "partition"]) {
            Some(Self::LastOfKey)
        } else {
            None
        }
    }

    /// Whether a variable is filled in; one that is not stays in the name as it stands.
    fn binds(self, name: &str) -> bool {
        match self {
            Self::TopicPartition | Self::TopicPartitionKey => true,
            Self::LastOfKey => matches!(name, "key" | "topic" | "partition"),
        }
    }
}

impl Pieces {
    /// Whether a name depends on the time.
    pub(super) fn ask_for_time(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Timestamp(_)))
    }

    /// Whether a name depends on the key.
    pub(super) fn ask_for_key(&self) -> bool {
        self.0.contains(&Piece::Key)
    }

    /// The name, for whoever writes it.
    pub(super) fn name<'a>(&'a self, variables: Variables<'a>) -> Name<'a> {
        Name { pieces: self, variables }
    }
}

/// A template with its variables filled in.
pub(super) struct Name<'a> {
    pieces: &'a Pieces,
    variables: Variables<'a>,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables = &self.variables;
        self.pieces.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => out.write_str(text),
            Piece::Topic => out.write_str(variables.topic),
            Piece::Partition { padded: false } => write!(out, "{}", variables.partition),
            Piece::Partition { padded: true } => write!(out, "{:010}", variables.partition),
            Piece::StartOffset { padded: false } => write!(out, "{}", variables.start_offset),
            Piece::StartOffset { padded: true } => write!(out, "{:020}", variables.start_offset),
            Piece::Timestamp(unit) => unit.write(variables.time.unwrap_or(variables.now), out),
            Piece::Key => out.write_str(variables.key.unwrap_or("null")),
            Piece::Today => {
                let Moment { year, month, day, .. } = variables.now;
                write!(out, "{year:04}-{month:02}-{day:02}")
            }
        })
    }
}

impl Unit {
    fn of(text: &str) -> Option<Self> {
        Some(match text {
            "yyyy" => Self::Year,
            "MM" => Self::Month,
            "dd" => Self::Day,
            "HH" => Self::Hour,
            _ => return None,
        })
    }

    /// As Java's `DateTimeFormatter` does.
    fn write(self, time: Moment, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            // The year of the era, which begins anew before the year 1.
            Self::Year if time.year < 1 => write!(out, "{:04}", 1 - time.year),
            Self::Year if time.year > 9999 => write!(out, "+{}", time.year),
            Self::Year => write!(out, "{:04}", time.year),
            Self::Month => write!(out, "{:02}", time.month),
            Self::Day => write!(out, "{:02}", time.day),
            Self::Hour => write!(out, "{:02}", time.hour),
        }
    }
}

impl Variable<'_> {
    fn piece(&self) -> Piece {
        let padded = matches!(self.parameter, Some((_, value)) if value.eq_ignore_ascii_case("true"));
        match (self.name, self.parameter) {
            ("topic", _) => Piece::Topic,
            ("partition", _) => Piece::Partition { padded },
            ("start_offset", _) => Piece::StartOffset { padded },
            ("key", _) => Piece::Key,
            ("utc_date" | "local_date", _) => Piece::Today,
            ("timestamp", Some((_, unit))) => {
                Unit::of(unit).map_or_else(|| Piece::Text(self.placeholder.to_owned()), Piece::Timestamp)
            }
            _ => Piece::Text(self.placeholder.to_owned()),
        }
    }
    fn has_unit(&self) -> bool {
        matches!(self.parameter, Some(("unit", unit)) if Unit::of(unit).is_some())
    }

    /// Topic and key take any parameter, without effect.
    fn has_supported_parameter(&self) -> bool {
        match (self.name, self.parameter) {
            ("partition" | "start_offset", Some(parameter)) => matches!(parameter, ("padding", "true" | "false")),
            ("timestamp", Some(_)) => self.has_unit(),
            _ => true,
        }
    }
}

fn unsupported_variables() -> String {
    "unsupported set of template variables, supported sets are: topic,partition,start_offset,timestamp; \
     topic,partition,key,start_offset,timestamp; key; key,topic,partition"
        .to_owned()
}

const UNSUPPORTED_PARAMETERS: &str = "unsupported set of template variables parameters, supported sets are: \
                                      partition:padding=true|false,start_offset:padding=true|false,\
                                      timestamp:unit=yyyy|MM|dd|HH";

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &str) -> String {
        let moment = Moment { year: 2023, month: 1, day: 2, hour: 3 };
        let variables = Variables {
            topic: "t0",
            partition: 12,
            start_offset: 100,
            key: Some("k1"),
            time: Some(moment),
            now: moment,
        };
        NameTemplate::parse("", template).unwrap().pieces.name(variables).to_string()
    }

    #[test]
    fn variables_stand_for_their_values() {
        assert_eq!(rendered("{{topic}}-{{partition}}-{{start_offset}}"), "t0-12-100");
        assert_eq!(
            rendered("{{ topic }}+{{ partition:padding=true }}+{{ start_offset:padding=true }}.x"),
            "t0+0000000012+00000000000000000100.x"
        );
        assert_eq!(
            rendered(
                "{{timestamp:unit=yyyy}}/{{timestamp:unit=MM}}/{{timestamp:unit=dd}}/{{timestamp:unit=HH}}/{{topic}}{{partition}}{{start_offset}}"
            ),
            "2023/01/02/03/t012100"
        );
    }

    #[test]
    fn a_variable_that_the_grouping_does_not_fill_in_stays() {
        assert_eq!(rendered("{{key}}-{{topic}}-{{ start_offset }}"), "k1-t0-{{ start_offset }}");
    }

    #[test]
    fn a_parameter_of_the_topic_has_no_effect() {
        assert_eq!(rendered("{{topic:padding=true}}-{{partition}}-{{start_offset}}"), "t0-12-100");
    }

    #[test]
    fn the_variables_choose_the_grouping() {
        let grouping = |template| NameTemplate::parse("", template).map(|template| template.grouping()).ok();
        assert_eq!(grouping("{{topic}}{{partition}}{{start_offset}}"), Some(Grouping::TopicPartition));
        assert_eq!(grouping("{{topic}}{{partition}}{{start_offset}}{{key}}"), Some(Grouping::TopicPartitionKey));
        assert_eq!(grouping("{{key}}"), Some(Grouping::LastOfKey));
        assert_eq!(grouping("{{key}}{{partition}}"), Some(Grouping::LastOfKey));
        for wrong in ["", "name", "{{topic}}", "{{topic}}{{partition}}", "{{key}}{{start_offset}}", "{{key}}{{other}}"]
        {
            assert_eq!(grouping(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_prefix_and_a_name_are_one_template() {
        let template = NameTemplate::parse("{{timestamp:unit=yyyy}}/", "{{topic}}-{{partition}}-{{start_offset}}");
        assert_eq!(template.unwrap().grouping(), Grouping::TopicPartition);
        let template = NameTemplate::parse("{{key}}/", "{{topic}}-{{partition}}-{{start_offset}}");
        assert_eq!(template.unwrap().grouping(), Grouping::TopicPartitionKey);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let told = |template| NameTemplate::parse("", template).unwrap_err();
        assert!(told("{{timestamp}}{{topic}}{{partition}}{{start_offset}}").starts_with("parameter unit is required"));
        assert_eq!(told("{{topic}}{{partition:padding=yes}}{{start_offset}}"), UNSUPPORTED_PARAMETERS);
    }

    #[test]
    fn a_prefix_of_the_old_naming_needs_units_for_its_times() {
        assert!(PrefixTemplate::parse("{{timestamp}}").unwrap_err().contains("needs a unit"));
        assert!(PrefixTemplate::parse("{{timestamp:unit=mm}}").is_err());
        assert!(PrefixTemplate::parse("{{local_date}}/{{topic}}/{{whatever:x=y}}").is_ok());
    }

    #[test]
    fn years_out_of_four_digits_are_written_as_java_writes_them() {
        let year = |year| {
            let mut out = String::new();
            Unit::Year.write(Moment { year, month: 1, day: 1, hour: 0 }, &mut out).unwrap();
            out
        };
        assert_eq!([year(55840), year(1), year(0), year(-43)], ["+55840", "0001", "0001", "0044"]);
    }
}
