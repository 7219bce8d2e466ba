//! The commands, one file each.

pub(crate) mod demo;
mod function;
pub(crate) mod invoke;
pub(crate) mod run;
pub(crate) mod s3;
mod stop;
pub(crate) mod terminal;
