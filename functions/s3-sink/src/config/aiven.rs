//! Aiven's keys (`S3ConfigFragment`, `FileNameFragment`, `OutputFormatFragment`).

use connect::config::{KeySpec, Problems, Settings};

use super::S3SinkConfig;

pub(super) static KEYS: &[&KeySpec] = &[];

pub(super) fn build(_settings: &Settings, problems: &mut Problems) -> Option<S3SinkConfig> {
    problems.about("connector.class", "Aiven's dialect is not there yet");
    None
}
