//! The partial batch response: which records of a batch the function hands back.
//! (AWS Lambda developer guide, "Retry configurations" of Kafka event source mappings.)

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use crate::record::Record;

/// What is left to deliver of a batch after the function's answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Remainder {
    /// Nothing: the batch is done.
    Nothing,
    /// The records that the function listed.
    Listed(BTreeMap<i32, Vec<Record>>),
    /// The whole batch, since the answer is not one that AWS understands.
    Everything(BTreeMap<i32, Vec<Record>>, String),
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Response {
    #[serde(rename = "batchItemFailures")]
    failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(rename = "itemIdentifier")]
    identifier: Identifier,
}

#[derive(Deserialize)]
struct Identifier {
    partition: String,
    offset: i64,
}

/// Applies an answer to the batch that it answers. An empty answer, null, or an empty list is success; an answer of another
/// form, or an identifier that is not in the batch, hands the whole batch back.
pub(super) fn remainder(answer: &[u8], topic: &str, mut batch: BTreeMap<i32, Vec<Record>>) -> Remainder {
    if answer.trim_ascii().is_empty() {
        return Remainder::Nothing;
    }
    let failures = match serde_json::from_slice::<Option<Response>>(answer) {
        Ok(response) => response.unwrap_or_default().failures.unwrap_or_default(),
        Err(error) => {
            return Remainder::Everything(batch, format!("the answer is no partial batch response: {error}"));
        }
    };
    let mut listed: HashSet<(i32, i64)> = HashSet::with_capacity(failures.len());
    for Failure { identifier: Identifier { partition, offset } } in failures {
        let number = partition
            .strip_prefix(topic)
            .and_then(|rest| rest.strip_prefix('-'))
            .and_then(|number| number.parse::<i32>().ok())
            .filter(|number| batch.get(number).is_some_and(|records| has(records, offset)));
        match number {
            Some(number) => listed.insert((number, offset)),
            None => return Remainder::Everything(batch, format!("{partition} offset {offset} is not in the batch")),
        };
    }
    if listed.is_empty() {
        return Remainder::Nothing;
    }
    for (&partition, records) in &mut batch {
        records.retain(|record| listed.contains(&(partition, record.offset)));
    }
    batch.retain(|_, records| !records.is_empty());
    Remainder::Listed(batch)
}

/// A partition's records are in the order of their offsets.
fn has(records: &[Record], offset: i64) -> bool {
    records.binary_search_by_key(&offset, |record| record.offset).is_ok()
}

#[cfg(test)]
mod tests {
    use connect::TimestampType;

    use super::*;

    fn batch(offsets: &[(i32, &[i64])]) -> BTreeMap<i32, Vec<Record>> {
        let record = |partition, offset| Record {
            partition,
            offset,
            timestamp: None,
            timestamp_type: TimestampType::None,
            key: None,
            value: None,
            headers: Vec::new(),
        };
        offsets
            .iter()
            .map(|&(partition, offsets)| (partition, offsets.iter().map(|&offset| record(partition, offset)).collect()))
            .collect()
    }

    fn answered(answer: &str) -> Remainder {
        remainder(answer.as_bytes(), "or-ders", batch(&[(0, &[1, 2, 4]), (3, &[7])]))
    }

    #[test]
    fn nothing_listed_is_success() {
        for answer in ["", " ", "null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(answered(answer), Remainder::Nothing, "{answer}");
        }
    }

    #[test]
    fn listed_records_are_left() {
        let answer = r#"{"batchItemFailures":[
            {"itemIdentifier":{"partition":"or-ders-0","offset":4}},
            {"itemIdentifier":{"partition":"or-ders-0","offset":2}}]}"#;
        assert_eq!(answered(answer), Remainder::Listed(batch(&[(0, &[2, 4])])));
    }

    #[test]
    fn an_identifier_that_is_not_in_the_batch_hands_everything_back() {
        for (partition, offset) in [("or-ders-0", 3), ("or-ders-1", 1), ("orders-0", 1), ("or-ders", 1)] {
            let answer = format!(
                r#"{{"batchItemFailures":[{{"itemIdentifier":{{"partition":"{partition}","offset":{offset}}}}}]}}"#
            );
            let Remainder::Everything(left, reason) = answered(&answer) else { panic!("{answer}") };
            assert_eq!(left, batch(&[(0, &[1, 2, 4]), (3, &[7])]));
            assert_eq!(reason, format!("{partition} offset {offset} is not in the batch"));
        }
    }

    #[test]
    fn an_answer_of_another_form_hands_everything_back() {
        for answer in ["[1]", "\"done\"", "{", r#"{"batchItemFailures":[{"itemIdentifier":"or-ders-0"}]}"#] {
            assert!(matches!(answered(answer), Remainder::Everything(..)), "{answer}");
        }
    }
}
