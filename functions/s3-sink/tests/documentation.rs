//! The README's table of keys is the table that the function reads its configuration by.

use std::path::Path;

use connect::config::{ConnectorConfig, markdown};
use s3_sink::S3SinkConfig;

const START: &str = "<!-- keys -->\n";
const END: &str = "<!-- end of keys -->";

#[test]
fn the_table_of_keys_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(START).expect("README.md marks where the keys start");
    let (_, after) = rest.split_once(END).expect("README.md marks where the keys end");
    let expected = format!("{before}{START}\n{}{END}{after}", markdown(S3SinkConfig::DIALECTS));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    assert!(
        readme == expected,
        "the keys have changed: run `UPDATE_DOCS=1 cargo test -p s3-sink` and commit README.md"
    );
}
