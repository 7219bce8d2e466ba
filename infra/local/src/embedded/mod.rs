//! Servers that run inside this process, so that nothing has to be installed.

pub mod kafka;
pub mod s3;
