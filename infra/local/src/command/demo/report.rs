//! What the demo shows at its end.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};

use super::super::terminal::{megabytes, per_second, thousands};
use super::Produced;
use super::check::Object;

/// About so many objects are listed, and the others summed up.
const LISTED: usize = 24;

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
    table.load_style(UTF8_FULL_CONDENSED).set_header(["object", "records", "bytes"]);
    let partitions: Vec<&[Object]> = objects.chunk_by(|one, other| one.partition == other.partition).collect();
    let listed = if objects.len() <= LISTED { LISTED } else { (LISTED / partitions.len()).max(1) };
    for partition in partitions.iter().take(LISTED) {
        let (listed, rest) = partition.split_at(listed.min(partition.len()));
        for object in listed {
            table.add_row(row(&object.key, std::slice::from_ref(object)));
        }
        if let [first, ..] = rest {
            table.add_row(row(&format!("… and {} more of partition {}", rest.len(), first.partition), rest));
        }
    }
    let rest: Vec<&Object> = partitions.iter().skip(LISTED).copied().flatten().collect();
    if !rest.is_empty() {
        table.add_row(row(&format!("… and {} of {} other partitions", rest.len(), partitions.len() - LISTED), rest));
    }
    table
}

fn row<'o>(text: &str, objects: impl IntoIterator<Item = &'o Object>) -> [Cell; 3] {
    let (records, bytes) = objects
        .into_iter()
        .fold((0, 0), |(records, bytes), object| (records + object.order_ids.len() as u64, bytes + object.bytes));
    let number = |number| Cell::new(thousands(number)).set_alignment(CellAlignment::Right);
    [Cell::new(text), number(records), number(bytes)]
}
