//! What the demo shows at its end.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, Table};

use super::super::terminal::{megabytes, per_second, thousands};
use super::Produced;
use super::check::Object;

/// So many objects are listed, and of more than those so many per partition.
const LISTED: usize = 24;
const LISTED_PER_PARTITION: usize = 2;

/// Prints the objects and the totals.
pub(super) fn print(objects: &[Object], produced: &Produced, time: Duration, bucket: &Path) -> Result<()> {
    let records: u64 = objects.iter().map(|object| object.order_ids.len() as u64).sum();
    let stored: u64 = objects.iter().map(|object| object.bytes).sum();
    let count = produced.count() as u64;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", table(objects))?;
    writeln!(out, "records in   {:>12}   {} of JSON", thousands(count), megabytes(produced.bytes))?;
    writeln!(
        out,
        "records out  {:>12}   {} in {} objects",
        thousands(records),
        megabytes(stored),
        thousands(objects.len() as u64)
    )?;
    writeln!(out, "records/s    {:>12}   from the first poll to the last commit", per_second(count, time))?;
    writeln!(out, "the objects  {}", bucket.display())?;
    if let Some(object) = objects.first() {
        writeln!(out, "look inside  gzip -dc '{}' | head", bucket.join(&object.key).display())?;
    }
    Ok(())
}

fn table(objects: &[Object]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(["object", "records", "bytes"]);
    for partition in objects.chunk_by(|one, other| one.partition == other.partition) {
        let listed = if objects.len() <= LISTED { partition.len() } else { LISTED_PER_PARTITION };
        for object in partition.iter().take(listed) {
            table.add_row(row(&object.key, object.order_ids.len() as u64, object.bytes));
        }
        let rest = partition.get(listed..).unwrap_or_default();
        if !rest.is_empty() {
            let records = rest.iter().map(|object| object.order_ids.len() as u64).sum();
            let bytes = rest.iter().map(|object| object.bytes).sum();
            table.add_row(row(&format!("… and {} more of its partition", rest.len()), records, bytes));
        }
    }
    table
}

fn row(object: &str, records: u64, bytes: u64) -> [Cell; 3] {
    let number = |number| Cell::new(thousands(number)).set_alignment(CellAlignment::Right);
    [Cell::new(object), number(records), number(bytes)]
}
