//! Metrics in CloudWatch's embedded metric format: a JSON object a batch, on standard output.
//!
//! Names are Kafka Connect's own (`sink-task-metrics`, `task-error-metrics`), the dimension is Amazon MSK Connect's, so that
//! existing dashboards keep their meaning.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::delivery::Counts;

/// The metrics' namespace in CloudWatch.
const NAMESPACE: &str = "LambdaConnect";

/// What one batch measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchMetrics {
    pub(crate) counts: Counts,
    pub(crate) retries: u64,
    pub(crate) put_time: Duration,
    /// The oldest record's timestamp, in milliseconds since 1970.
    pub(crate) oldest_timestamp: Option<i64>,
}

impl BatchMetrics {
    /// Writes the batch's line to standard output.
    pub(crate) fn emit(&self, connector: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = self.line(connector, i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
        #[expect(clippy::print_stdout, reason = "standard output is where CloudWatch reads embedded metrics")]
        {
            println!("{line}");
        }
    }

    fn line(&self, connector: &str, now: i64) -> Value {
        let counts = self.counts;
        let failures = counts.skipped.saturating_add(counts.handed_back);
        let mut metrics = vec![
            ("sink-record-read-total", "Count", json!(counts.total())),
            ("sink-record-send-total", "Count", json!(counts.stored)),
            ("sink-record-filtered-total", "Count", json!(counts.filtered)),
            ("total-records-skipped", "Count", json!(counts.skipped)),
            ("total-record-failures", "Count", json!(failures)),
            ("total-retries", "Count", json!(self.retries)),
            ("batch-size", "Count", json!(counts.total())),
            ("put-batch-time-ms", "Milliseconds", json!(self.put_time.as_secs_f64() * 1000.0)),
        ];
        if let Some(oldest) = self.oldest_timestamp {
            metrics.push(("record-age-ms", "Milliseconds", json!(now.saturating_sub(oldest).max(0))));
        }
        let declared: Vec<Value> =
            metrics.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
        let mut line = json!({
            "_aws": {
                "Timestamp": now,
                "CloudWatchMetrics": [
                    { "Namespace": NAMESPACE, "Dimensions": [["ConnectorName"]], "Metrics": declared }
                ]
            },
            "ConnectorName": connector,
        });
        if let Some(members) = line.as_object_mut() {
            members.extend(metrics.into_iter().map(|(name, _, value)| (name.to_owned(), value)));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declared_metric_has_its_value() {
        let counts = Counts { stored: 7, filtered: 1, skipped: 2, handed_back: 3 };
        let metrics =
            BatchMetrics { counts, retries: 4, put_time: Duration::from_millis(15), oldest_timestamp: Some(1_000) };
        let line = metrics.line("orders", 61_000);
        let declared = line.pointer("/_aws/CloudWatchMetrics/0/Metrics").and_then(Value::as_array).unwrap();
        for metric in declared {
            let name = metric.get("Name").and_then(Value::as_str).unwrap();
            assert!(line.get(name).is_some_and(Value::is_number), "{name}");
        }
        assert_eq!(line["sink-record-read-total"], 13);
        assert_eq!(line["total-record-failures"], 5);
        assert_eq!(line["record-age-ms"], 60_000);
        assert_eq!(line["ConnectorName"], "orders");
    }
}
