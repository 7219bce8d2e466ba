//! Keys: what a connector's configuration may say, each declared once.

use std::marker::PhantomData;

use super::setting::{Secret, SettingValue};

/// What became of a key on its way from a Kafka Connect worker to a Lambda function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It means here what it means on Kafka Connect.
    Honoured,
    /// It is taken and has no effect here, for this reason.
    Accepted(&'static str),
    /// It is not the function's to decide: this setting of the infrastructure takes its place.
    Infrastructure(&'static str),
    /// Any value other than the default is a problem: why, and what to do instead.
    Refused(&'static str),
}

impl Standing {
    /// One word for reports and tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Honoured => "honoured",
            Self::Accepted(_) => "accepted",
            Self::Infrastructure(_) => "infrastructure",
            Self::Refused(_) => "refused",
        }
    }

    /// Why, or which setting takes its place; empty for an honoured key.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Honoured => "",
            Self::Accepted(text) | Self::Infrastructure(text) | Self::Refused(text) => text,
        }
    }
}

/// How a key's text is read (`org.apache.kafka.common.config.ConfigDef.Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, trimmed.
    Text,
    /// Text as it stands, blanks and all.
    Verbatim,
    /// Text that is never printed.
    Secret,
    /// A whole number of 64 bits.
    Integer,
    /// `true` or `false` in any case.
    Boolean,
    /// Items split at commas and trimmed.
    List,
    /// The name of a Java class.
    Class,
    /// Every key that begins with the name, for somebody else to read.
    Prefix,
}

impl Kind {
    /// One word for the reference.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text | Self::Verbatim => "string",
            Self::Secret => "password",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Class => "class",
            Self::Prefix => "prefix",
        }
    }
}

/// What a value must be beyond its kind.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Nothing more.
    Any,
    /// A number within these bounds, both included.
    Range(i64, i64),
    /// One of these words, exactly.
    OneOf(&'static [&'static str]),
    /// One of these words, in any case.
    OneOfIgnoringCase(&'static [&'static str]),
    /// Whatever the function accepts; its error says what would be right.
    Custom(fn(&str) -> Result<(), String>),
}

/// All that the table knows of a key, whatever its type.
#[derive(Debug)]
pub struct KeySpec {
    /// The key's name; with [`Kind::Prefix`], what names begin with.
    pub name: &'static str,
    /// Older names for the same thing.
    pub aliases: &'static [&'static str],
    /// How the text is read.
    pub kind: Kind,
    /// The value where none is given.
    pub default: Option<&'static str>,
    /// Whether a value must be given.
    pub required: bool,
    /// What a value must be.
    pub check: Check,
    /// What became of the key here.
    pub standing: Standing,
    /// One line of documentation.
    pub doc: &'static str,
}

/// A key whose values are of type `T`.
#[derive(Debug)]
pub struct Key<T> {
    /// What the table knows of it.
    pub spec: KeySpec,
    value: PhantomData<fn() -> T>,
}

impl Key<String> {
    /// A key of text, trimmed.
    #[must_use]
    pub const fn text(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Text, doc)
    }

    /// A key of text that is taken as it stands.
    #[must_use]
    pub const fn verbatim(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Verbatim, doc)
    }

    /// A key that names a Java class.
    #[must_use]
    pub const fn class(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Class, doc)
    }

    /// All keys that begin with `name`; read with [`Settings::with_prefix`](super::Settings::with_prefix).
    #[must_use]
    pub const fn prefix(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Prefix, doc)
    }
}

impl Key<Secret> {
    /// A key whose value is never printed.
    #[must_use]
    pub const fn secret(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Secret, doc)
    }
}

impl Key<i64> {
    /// A key of whole numbers.
    #[must_use]
    pub const fn integer(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Integer, doc)
    }

    /// The bounds of the number, both included.
    #[must_use]
    pub const fn within(mut self, least: i64, most: i64) -> Self {
        self.spec.check = Check::Range(least, most);
        self
    }
}

impl Key<bool> {
    /// A key of true or false.
    #[must_use]
    pub const fn boolean(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::Boolean, doc)
    }
}

impl Key<Vec<String>> {
    /// A key of items between commas.
    #[must_use]
    pub const fn list(name: &'static str, doc: &'static str) -> Self {
        Self::of_kind(name, Kind::List, doc)
    }
}

impl<T: SettingValue> Key<T> {
    const fn of_kind(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        let spec = KeySpec {
            name,
            aliases: &[],
            kind,
            default: None,
            required: false,
            check: Check::Any,
            standing: Standing::Honoured,
            doc,
        };
        Self { spec, value: PhantomData }
    }

    /// Older names for the same key.
    #[must_use]
    pub const fn aliases(mut self, names: &'static [&'static str]) -> Self {
        self.spec.aliases = names;
        self
    }

    /// The value where none is given.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.spec.default = Some(value);
        self
    }

    /// A value must be given.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.spec.required = true;
        self
    }

    /// What a value must be beyond its kind.
    #[must_use]
    pub const fn check(mut self, check: Check) -> Self {
        self.spec.check = check;
        self
    }

    /// Taken without effect: why.
    #[must_use]
    pub const fn accepted(mut self, why: &'static str) -> Self {
        self.spec.standing = Standing::Accepted(why);
        self
    }

    /// Decided by a setting of the infrastructure: which.
    #[must_use]
    pub const fn infrastructure(mut self, setting: &'static str) -> Self {
        self.spec.standing = Standing::Infrastructure(setting);
        self
    }

    /// A problem unless it has its default: why, and what to do instead.
    #[must_use]
    pub const fn refused(mut self, why: &'static str) -> Self {
        self.spec.standing = Standing::Refused(why);
        self
    }
}
