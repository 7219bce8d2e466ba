//! What Lambda is told: success, a partial batch response, or an error for the whole batch.

use std::fmt::Write;

use lambda_runtime::Diagnostic;
use serde_json::{Value, json};

use crate::delivery::{PartitionDelivery, Stop};

/// Answers for a batch.
///
/// Nothing handed back is success. Otherwise the batch fails as a whole, or, where the event source mapping takes item
/// failures (`item_failures`) and every record can be named, only the records that are handed back fail.
///
/// Source: AWS Lambda Developer Guide, "Configuring error handling controls for Kafka event sources"; an identifier that
/// is not in the event would make Lambda retry the whole batch.
pub(crate) fn answer(deliveries: &[PartitionDelivery<'_>], item_failures: bool) -> Result<Value, Diagnostic> {
    let failed: Vec<&PartitionDelivery<'_>> =
        deliveries.iter().filter(|delivery| !delivery.handed_back.is_empty()).collect();
    if failed.is_empty() {
        return Ok(json!({ "batchItemFailures": [] }));
    }
    let named: Option<Vec<Value>> = failed.iter().flat_map(|delivery| identifiers(delivery)).collect();
    match named {
        Some(identifiers) if item_failures => Ok(json!({ "batchItemFailures": identifiers })),
        _ => Err(whole_batch(&failed)),
    }
}

fn identifiers<'a>(delivery: &'a PartitionDelivery<'_>) -> impl Iterator<Item = Option<Value>> + 'a {
    let partition = format!("{}-{}", delivery.topic, delivery.partition);
    let identifier = move |offset: &Option<i64>| {
        let offset = offset.filter(|_| delivery.partition >= 0)?;
        Some(json!({ "itemIdentifier": { "partition": partition, "offset": offset } }))
    };
    delivery.handed_back.iter().map(identifier)
}

fn whole_batch(failed: &[&PartitionDelivery<'_>]) -> Diagnostic {
    let count: usize = failed.iter().map(|delivery| delivery.handed_back.len()).sum();
    let mut message = format!("{count} records are handed back, and the event comes again as a whole:");
    for delivery in failed {
        // Writing to a String cannot fail.
        write!(message, "\n- {}", reason(delivery)).unwrap_or_default();
    }
    let bad_record = failed.iter().any(|delivery| matches!(delivery.stop, Some(Stop::BadRecord { .. })));
    let error_type = if bad_record { "HandedBack.BadRecord" } else { "HandedBack.Target" };
    Diagnostic { error_type: error_type.to_owned(), error_message: message }
}

/// Why one partition's records are handed back, and what to do about it.
pub(crate) fn reason(delivery: &PartitionDelivery<'_>) -> String {
    let (topic, partition) = (delivery.topic, delivery.partition);
    match &delivery.stop {
        Some(Stop::BadRecord { offset, error }) => {
            let offset = offset.map_or("that cannot be read".to_owned(), |offset| offset.to_string());
            format!(
                "topic {topic} partition {partition} offset {offset}: {error}; with errors.tolerance=none the partition \
                 stops here until the record is mended, or tolerated with errors.tolerance=all"
            )
        }
        Some(Stop::Target(error)) => format!("topic {topic} partition {partition}: {error}"),
        Some(Stop::Unaccounted) | None => {
            format!("topic {topic} partition {partition}: the sink did not say what became of some records")
        }
    }
}
