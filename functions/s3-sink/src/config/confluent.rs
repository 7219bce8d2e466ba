//! x
use connect::config::{KeySpec, Problems, Settings};
use super::S3SinkConfig;
pub(super) static KEYS: &[&KeySpec] = &[];
pub(super) fn build(_settings: &Settings, _problems: &mut Problems) -> Option<S3SinkConfig> { None }
