//! Configuration: one table of keys per connector is its parser, its validator, the report on a pasted configuration, and
//! the reference in its documentation.
//!
//! A [`Key`] is declared once, as a static; a [`Dialect`] lists the keys of one connector class; [`load`] reads a pasted
//! configuration by them and either gives a [`Connector`] or names every problem at once.

mod connector;
mod framework;
mod key;
mod problem;
mod raw;
mod reference;
mod report;
mod setting;
mod settings;

pub use connector::{Connector, ConnectorConfig, Dialect, Invalid, load};
pub use framework::{ErrorsConfig, Framework, Tolerance};
pub use key::{Check, Key, KeySpec, Kind, Standing};
pub use problem::{Problem, Problems};
pub use raw::{RawConfig, RawConfigError, parse_json};
pub use reference::markdown;
pub use report::{Report, ReportedSetting};
pub use setting::{Secret, SettingValue};
pub use settings::Settings;
