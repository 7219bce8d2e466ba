//! What an event that is not ours looks like, so that the error names the mistake.

use serde_json::{Map, Value};

/// Names the kind of event that `body`, sound JSON, seems to be. Read again from the start: this is no path to be fast on.
pub(crate) fn describe(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(Value::Object(event)) => object(&event),
        Ok(Value::Array(items)) => array(&items),
        Ok(_) => "JSON, but not an object".to_owned(),
        Err(_) => "JSON that is nested too deeply".to_owned(),
    }
}

fn object(event: &Map<String, Value>) -> String {
    if let Some(event_source) = event_source(event).or_else(|| first_record(event).and_then(event_source)) {
        return service(event_source);
    }
    let has = |member: &str| event.contains_key(member);
    if let (Some(source), Some(detail_type)) = (text(event, "source"), text(event, "detail-type")) {
        return format!("an Amazon EventBridge event ({detail_type:?} from {source:?})");
    }
    if has("requestContext") || has("httpMethod") {
        return "an HTTP request (Amazon API Gateway, function URL or load balancer)".to_owned();
    }
    if has("deliveryStreamArn") {
        return "an Amazon Data Firehose event".to_owned();
    }
    if has("awslogs") {
        return "an Amazon CloudWatch Logs event".to_owned();
    }
    if has("triggerSource") {
        return "an Amazon Cognito event".to_owned();
    }
    if event.get("records").is_some_and(Value::is_object) {
        return "an event with records, but without eventSource (\"aws:kafka\" or \"SelfManagedKafka\")".to_owned();
    }
    if event.is_empty() {
        return "an empty JSON object".to_owned();
    }
    "a JSON object without eventSource".to_owned()
}

/// EventBridge Pipes hands over an array of records, those of Kafka among them.
fn array(items: &[Value]) -> String {
    match items.first().and_then(Value::as_object).and_then(event_source) {
        Some(_) => "a batch from Amazon EventBridge Pipes".to_owned(),
        None => "a JSON array".to_owned(),
    }
}

fn service(event_source: &str) -> String {
    let service = match event_source {
        "aws:sqs" => "an Amazon SQS event",
        "aws:sns" => "an Amazon SNS event",
        "aws:s3" => "an Amazon S3 event",
        "aws:ses" => "an Amazon SES event",
        "aws:kinesis" => "an Amazon Kinesis event",
        "aws:dynamodb" => "an Amazon DynamoDB Streams event",
        "aws:docdb" => "an Amazon DocumentDB event",
        "aws:mq" | "aws:amq" | "aws:rmq" => "an Amazon MQ event",
        other => return format!("an event of {other:?}"),
    };
    service.to_owned()
}

fn first_record(event: &Map<String, Value>) -> Option<&Map<String, Value>> {
    event.get("Records")?.as_array()?.first()?.as_object()
}

/// Amazon SNS writes its name for it with a capital letter.
fn event_source(record: &Map<String, Value>) -> Option<&str> {
    text(record, "eventSource").or_else(|| text(record, "EventSource"))
}

fn text<'a>(object: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    object.get(member)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_other_services_are_named() {
        let cases = [
            (r#"{"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": "b"}]}"#, "an Amazon SQS event"),
            (r#"{"Records": [{"EventSource": "aws:sns", "Sns": {}}]}"#, "an Amazon SNS event"),
            (r#"{"Records": [{"eventSource": "aws:s3", "s3": {}}]}"#, "an Amazon S3 event"),
            (r#"{"eventSource": "aws:rmq", "rmqMessagesByQueue": {}}"#, "an Amazon MQ event"),
            (r#"{"eventSource": "aws:new"}"#, r#"an event of "aws:new""#),
            (
                r#"{"source": "aws.s3", "detail-type": "Object Created", "detail": {}}"#,
                r#"an Amazon EventBridge event ("Object Created" from "aws.s3")"#,
            ),
            (
                r#"{"version": "2.0", "requestContext": {"http": {}}}"#,
                "an HTTP request (Amazon API Gateway, function URL or load balancer)",
            ),
            (r#"{"deliveryStreamArn": "a", "records": []}"#, "an Amazon Data Firehose event"),
            (r#"{"awslogs": {"data": "H4s"}}"#, "an Amazon CloudWatch Logs event"),
            (r#"{"triggerSource": "PreSignUp_SignUp"}"#, "an Amazon Cognito event"),
            (
                r#"{"records": {"orders-0": []}}"#,
                r#"an event with records, but without eventSource ("aws:kafka" or "SelfManagedKafka")"#,
            ),
            (r#"[{"eventSource": "aws:kafka", "topic": "orders"}]"#, "a batch from Amazon EventBridge Pipes"),
            ("[1]", "a JSON array"),
            ("{}", "an empty JSON object"),
            (r#"{"order_id": 1}"#, "a JSON object without eventSource"),
            ("null", "JSON, but not an object"),
        ];
        for (body, what) in cases {
            assert_eq!(describe(body), what, "{body}");
        }
    }
}
