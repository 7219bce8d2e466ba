//! Aiven's way: objects named by a template, records grouped by the template's variables.
//!
//! `parts` and [`template`] read templates, [`zone`] and `moment` give their times, `key_text` their keys, and `grouping`
//! sorts records into objects.

mod grouping;
mod key_text;
mod moment;
mod parts;
pub mod template;
pub mod zone;

pub use grouping::{AivenLayout, Naming};
pub use moment::TimestampSource;
