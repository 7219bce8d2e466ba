//! An invocation's body, read once: what surrounds the records, and what kind of invocation it is.

mod header;
mod plain;
mod record;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};

use crate::foreign;
use crate::shape::{Read, Scalar, Shape};
use crate::{Buffers, Event, EventError, Invocation, JsonType, Source, SourceKind};
use record::{Place, RecordShape};

/// Says what one invocation's body is, and decodes its records.
///
/// A Kafka event whose `records` are missing, null or empty is an event without records.
///
/// # Errors
/// The body is no JSON, or an event of another kind, or records are not where a Kafka event has them. What is wrong within
/// one record is never an error here: see [`crate::Partition::records`].
pub fn decode(body: &[u8]) -> Result<Invocation, EventError> {
    decode_into(body, &mut Buffers::default())
}

/// Does what [`decode`] does, in memory that an earlier event has left behind ([`Event::into_buffers`]).
///
/// A Kafka event takes the buffers with it and leaves empty ones; a tick or an error leaves them in place.
///
/// # Errors
/// As [`decode`].
pub fn decode_into(body: &[u8], buffers: &mut Buffers) -> Result<Invocation, EventError> {
    if u32::try_from(body.len()).is_err() {
        return Err(EventError::TooLarge { length: body.len() });
    }
    let body = utf8(body)?;
    buffers.clear();
    // Three bytes for four characters of base64, and less than that for the numbers of headers: it is never outgrown.
    buffers.bytes.reserve(body.len() / 4 * 3);

    let envelope = match plain::read(body, buffers) {
        Some(envelope) => envelope,
        None => {
            buffers.clear();
            read(body, buffers)?
        }
    };
    if let Some(error) = envelope.error {
        return Err(error);
    }
    let Some(event_source) = envelope.event_source.as_deref() else {
        if envelope.tick || is_scheduled(&envelope) {
            return Ok(Invocation::Tick);
        }
        return Err(not_kafka(body));
    };
    let Some(kind) = SourceKind::parse(event_source) else {
        return Err(not_kafka(body));
    };
    if let Some(error) = envelope.records_error {
        return Err(error);
    }
    buffers.arrange();
    let source = Source {
        kind,
        event_source_arn: envelope.event_source_arn.map(Cow::into_owned),
        bootstrap_servers: envelope.bootstrap_servers.map(Cow::into_owned),
    };
    let event = Event::new(source, std::mem::take(buffers));
    Ok(if envelope.replay { Invocation::Replay(event) } else { Invocation::Kafka(event) })
}

/// Checking the body as a whole is several times faster than checking it string by string.
fn utf8(body: &[u8]) -> Result<&str, EventError> {
    simdutf8::basic::from_utf8(body)
        .or_else(|_| std::str::from_utf8(body).map_err(|error| EventError::NotUtf8 { position: error.valid_up_to() }))
}

fn read<'de>(body: &'de str, buffers: &mut Buffers) -> Result<Envelope<'de>, EventError> {
    let mut json = serde_json::Deserializer::from_str(body);
    let envelope = Read(EnvelopeShape { buffers })
        .deserialize(&mut json)
        .and_then(|envelope| json.end().map(|()| envelope))
        .map_err(|error| if error.is_eof() { EventError::Truncated(error) } else { EventError::NotJson(error) })?;
    envelope.ok_or_else(|| not_kafka(body))
}

fn not_kafka(body: &str) -> EventError {
    EventError::NotKafka { what: foreign::describe(body) }
}

/// An EventBridge rule's schedule names `aws.events`, an EventBridge Scheduler's `aws.scheduler`.
fn is_scheduled(envelope: &Envelope<'_>) -> bool {
    envelope.detail_type.as_deref() == Some("Scheduled Event")
        && matches!(envelope.source.as_deref(), Some("aws.events" | "aws.scheduler"))
}

/// What surrounds the records.
#[derive(Default)]
struct Envelope<'de> {
    event_source: Option<Cow<'de, str>>,
    event_source_arn: Option<Cow<'de, str>>,
    bootstrap_servers: Option<Cow<'de, str>>,
    source: Option<Cow<'de, str>>,
    detail_type: Option<Cow<'de, str>>,
    replay: bool,
    tick: bool,
    /// What is wrong with a marker of our own, which no other event has.
    error: Option<EventError>,
    /// What is wrong if this turns out to be a Kafka event: other services have `records` of their own form.
    records_error: Option<EventError>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum EnvelopeMember {
    EventSource,
    EventSourceArn,
    BootstrapServers,
    Records,
    LambdaConnectReplay,
    LambdaConnectTick,
    Source,
    #[serde(rename = "detail-type")]
    DetailType,
    #[serde(other)]
    Unknown,
}

impl<'de> Envelope<'de> {
    fn text(&mut self, member: &str, value: Scalar<'de>) -> Option<Cow<'de, str>> {
        match value {
            Scalar::Text(text) => Some(text),
            Scalar::Null => None,
            other => {
                let error = EventError::Unexpected {
                    member: member.to_owned(),
                    expected: "a string",
                    found: other.json_type(),
                };
                self.records_error.get_or_insert(error);
                None
            }
        }
    }

    fn flag(&mut self, member: &str, value: &Scalar<'de>) -> bool {
        match value {
            Scalar::Boolean(flag) => *flag,
            other => {
                let error = EventError::Unexpected {
                    member: member.to_owned(),
                    expected: "true or false",
                    found: other.json_type(),
                };
                self.error.get_or_insert(error);
                false
            }
        }
    }
}

struct EnvelopeShape<'b> {
    buffers: &'b mut Buffers,
}

impl<'de> Shape<'de> for EnvelopeShape<'_> {
    type Value = Option<Envelope<'de>>;

    fn other(self, _found: JsonType) -> Self::Value {
        None
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(member) = members.next_key()? {
            match member {
                EnvelopeMember::EventSource => {
                    envelope.event_source = envelope.text("eventSource", members.next_value()?);
                }
                EnvelopeMember::EventSourceArn => {
                    envelope.event_source_arn = envelope.text("eventSourceArn", members.next_value()?);
                }
                EnvelopeMember::BootstrapServers => {
                    envelope.bootstrap_servers = envelope.text("bootstrapServers", members.next_value()?);
                }
                EnvelopeMember::Records => {
                    let records = RecordsShape { buffers: &mut *self.buffers };
                    if let Err(error) = members.next_value_seed(Read(records))? {
                        envelope.records_error.get_or_insert(error);
                    }
                }
                EnvelopeMember::LambdaConnectReplay => {
                    envelope.replay = envelope.flag("lambdaConnectReplay", &members.next_value()?);
                }
                EnvelopeMember::LambdaConnectTick => {
                    envelope.tick = envelope.flag("lambdaConnectTick", &members.next_value()?);
                }
                EnvelopeMember::Source => envelope.source = members.next_value::<Scalar>()?.text(),
                EnvelopeMember::DetailType => envelope.detail_type = members.next_value::<Scalar>()?.text(),
                EnvelopeMember::Unknown => {
                    members.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
        Ok(Some(envelope))
    }
}

/// `records`: topic-partitions with their records.
struct RecordsShape<'b> {
    buffers: &'b mut Buffers,
}

impl<'de> Shape<'de> for RecordsShape<'_> {
    type Value = Result<(), EventError>;

    fn other(self, found: JsonType) -> Self::Value {
        let expected = "an object of topic-partitions with their records";
        Err(EventError::Unexpected { member: "records".to_owned(), expected, found })
    }

    fn null(self) -> Self::Value {
        Ok(())
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut result = Ok(());
        while let Some(Name(topic_partition)) = members.next_key()? {
            let place = Place::of(&topic_partition, self.buffers);
            let entry = EntryShape { buffers: &mut *self.buffers, place };
            if let Err(found) = members.next_value_seed(Read(entry))?
                && result.is_ok()
            {
                let member = format!("records[{topic_partition:?}]");
                result = Err(EventError::Unexpected { member, expected: "an array of records", found });
            }
        }
        Ok(result)
    }
}

/// The records of one topic-partition.
struct EntryShape<'b> {
    buffers: &'b mut Buffers,
    place: Place,
}

impl<'de> Shape<'de> for EntryShape<'_> {
    type Value = Result<(), JsonType>;

    fn other(self, found: JsonType) -> Self::Value {
        Err(found)
    }

    fn null(self) -> Self::Value {
        Ok(())
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let Self { buffers, place } = self;
        while items.next_element_seed(Read(RecordShape { buffers: &mut *buffers, place }))?.is_some() {}
        Ok(Ok(()))
    }
}

/// A member's name, borrowed from the body where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
