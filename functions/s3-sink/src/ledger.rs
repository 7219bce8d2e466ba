//! What an object holds, kept in its metadata, and what it means for an object of the same name that is to be written.

use std::collections::HashMap;

use thiserror::Error;

use crate::config::LedgerOptions;
use crate::percent;
use crate::plan::Identity;

/// Whose records they are, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The connector that wrote the object.
    pub connector: String,
    /// The Kafka cluster that the records came from.
    pub cluster: String,
    /// The topic that they were consumed from.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// The first record's offset.
    pub first_offset: i64,
    /// The last record's offset.
    pub last_offset: i64,
    /// Which records lie between the two.
    pub records: Records,
}

/// A number of records, and their latest time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Records {
    /// How many.
    pub count: u64,
    /// The latest of their timestamps, in milliseconds since 1970.
    pub latest_timestamp: Option<i64>,
}

/// What to do where an object of the same name is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: it holds all of ours, or a later record of the same key.
    Repeat,
    /// Ours holds all of it and more, or a later record of the same key: ours takes its place.
    Replace,
    /// Neither: somebody has to decide.
    Refuse(Refusal),
}

/// Why an object is neither a repeat of ours nor to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Its metadata does not say what it holds.
    #[error(
        "was not written by this kind of connector (its metadata names none), and is left alone: move it away, or let this \
         connector write to another place"
    )]
    Foreign,
    /// Another connector, or records of another cluster.
    #[error(
        "was written by connector {} with records of cluster {}, and this is connector {} with records of cluster {}: let \
         each write to a place of its own, or take the objects over with lambda.ledger.adopt=true",
        theirs.0, theirs.1, ours.0, ours.1
    )]
    OtherOwner {
        /// Connector and cluster of the object.
        theirs: Box<(String, String)>,
        /// Connector and cluster of what was to be written.
        ours: Box<(String, String)>,
    },
    /// Another topic-partition.
    #[error(
        "holds records of topic {topic} partition {partition}: two topics whose records get one name, because a transform \
         renames them, must be written to places of their own"
    )]
    OtherPartition {
        /// The object's topic.
        topic: String,
        /// The object's partition.
        partition: i32,
    },
    /// The same offsets with later timestamps.
    #[error(
        "holds offsets {first_offset} to {last_offset} already, with timestamps up to {theirs} ms since 1970, and the records \
         at these offsets now have timestamps up to {ours}: the topic was made anew, or its offsets were reset. Move the \
         object away, let the connector write to another place, or drop such records with lambda.repeats=drop"
    )]
    NotARepeat {
        /// The object's first offset.
        first_offset: i64,
        /// The object's last offset.
        last_offset: i64,
        /// The object's latest timestamp.
        theirs: i64,
        /// The latest timestamp of ours among its offsets.
        ours: i64,
    },
    /// Some records are only there, others only here.
    #[error(
        "holds {theirs} records up to offset {last_offset}, of which this batch has {ours}, and neither can take the place of \
         the other: records were compacted away, or converted otherwise, since it was written. Move the object away, and the \
         batch is written beside it"
    )]
    Diverged {
        /// The object's last offset.
        last_offset: i64,
        /// How many records it holds.
        theirs: u64,
        /// How many of ours lie in its range.
        ours: u64,
    },
}

/// Judges an object that is there. `shared` are those of our records whose offsets are not beyond its last.
///
/// Ranges are comparable because names carry the offset that they start with; a name without an offset holds one record, the
/// latest of its key.
#[must_use]
pub fn decide(identity: Identity, ours: &Ledger, shared: Records, theirs: &Ledger, options: LedgerOptions) -> Decision {
    if (&theirs.connector, &theirs.cluster) != (&ours.connector, &ours.cluster) && !options.adopt {
        return Decision::Refuse(Refusal::OtherOwner {
            theirs: Box::new((theirs.connector.clone(), theirs.cluster.clone())),
            ours: Box::new((ours.connector.clone(), ours.cluster.clone())),
        });
    }
    if (&theirs.topic, theirs.partition) != (&ours.topic, ours.partition) {
        return match identity {
            Identity::RecordKey => decide_by_time(ours, theirs),
            Identity::StartOffset => {
                let (topic, partition) = (theirs.topic.clone(), theirs.partition);
                Decision::Refuse(Refusal::OtherPartition { topic, partition })
            }
        };
    }
    if let (Some(ours), Some(theirs_latest)) = (shared.latest_timestamp, theirs.records.latest_timestamp)
        && ours > theirs_latest
        && !options.drop_repeats
    {
        let (first_offset, last_offset) = (theirs.first_offset, theirs.last_offset);
        return Decision::Refuse(Refusal::NotARepeat { first_offset, last_offset, theirs: theirs_latest, ours });
    }
    let is_longer = ours.last_offset > theirs.last_offset;
    match identity {
        Identity::RecordKey if is_longer => Decision::Replace,
        Identity::RecordKey => Decision::Repeat,
        Identity::StartOffset => decide_by_count(is_longer, ours, shared.count, theirs),
    }
}

/// Records of one key in two topic-partitions, as where partitions were added: their offsets say nothing of each other, so the
/// later time stays. Without times the last writer's record stays, as on Kafka Connect.
fn decide_by_time(ours: &Ledger, theirs: &Ledger) -> Decision {
    match (ours.records.latest_timestamp, theirs.records.latest_timestamp) {
        (Some(ours), Some(theirs)) if ours <= theirs => Decision::Repeat,
        _ => Decision::Replace,
    }
}

/// Both begin with the same record. Whichever holds records that the other lacks must stay.
fn decide_by_count(is_longer: bool, ours: &Ledger, shared: u64, theirs: &Ledger) -> Decision {
    let ours_has_more = is_longer || shared > theirs.records.count;
    let theirs_has_more = theirs.last_offset > ours.last_offset || theirs.records.count > shared;
    match (ours_has_more, theirs_has_more) {
        (false, _) => Decision::Repeat,
        (true, false) => Decision::Replace,
        (true, true) => Decision::Refuse(Refusal::Diverged {
            last_offset: theirs.last_offset,
            theirs: theirs.records.count,
            ours: shared,
        }),
    }
}

impl Ledger {
    /// The ledger as S3 metadata: names and values that are safe in HTTP headers.
    #[must_use]
    pub fn to_metadata(&self) -> HashMap<String, String> {
        let mut metadata = HashMap::from([
            (CONNECTOR.to_owned(), escape(&self.connector)),
            (CLUSTER.to_owned(), escape(&self.cluster)),
            (TOPIC.to_owned(), escape(&self.topic)),
            (PARTITION.to_owned(), self.partition.to_string()),
            (FIRST_OFFSET.to_owned(), self.first_offset.to_string()),
            (LAST_OFFSET.to_owned(), self.last_offset.to_string()),
            (RECORD_COUNT.to_owned(), self.records.count.to_string()),
        ]);
        if let Some(timestamp) = self.records.latest_timestamp {
            metadata.insert(LATEST_TIMESTAMP.to_owned(), timestamp.to_string());
        }
        metadata
    }

    /// The ledger in S3 metadata; none where the metadata has none, or no whole one.
    #[must_use]
    pub fn from_metadata(metadata: &HashMap<String, String>) -> Option<Self> {
        let text = |name: &str| percent::decode(metadata.get(name)?);
        let latest_timestamp = match metadata.get(LATEST_TIMESTAMP) {
            Some(timestamp) => Some(timestamp.parse().ok()?),
            None => None,
        };
        Some(Self {
            connector: text(CONNECTOR)?,
            cluster: text(CLUSTER)?,
            topic: text(TOPIC)?,
            partition: metadata.get(PARTITION)?.parse().ok()?,
            first_offset: metadata.get(FIRST_OFFSET)?.parse().ok()?,
            last_offset: metadata.get(LAST_OFFSET)?.parse().ok()?,
            records: Records { count: metadata.get(RECORD_COUNT)?.parse().ok()?, latest_timestamp },
        })
    }

    /// The ledger of an object that takes another's place: it remembers the latest timestamp of both.
    #[must_use]
    pub fn in_place_of(mut self, theirs: &Self) -> Self {
        let latest = &mut self.records.latest_timestamp;
        *latest = (*latest).max(theirs.records.latest_timestamp);
        self
    }
}

impl Records {
    /// Counts one more.
    pub fn add(&mut self, timestamp: Option<i64>) {
        self.count += 1;
        self.latest_timestamp = self.latest_timestamp.max(timestamp);
    }
}

const CONNECTOR: &str = "ledger-connector";
const CLUSTER: &str = "ledger-cluster";
const TOPIC: &str = "ledger-topic";
const PARTITION: &str = "ledger-partition";
const FIRST_OFFSET: &str = "ledger-first-offset";
const LAST_OFFSET: &str = "ledger-last-offset";
const RECORD_COUNT: &str = "ledger-record-count";
const LATEST_TIMESTAMP: &str = "ledger-latest-timestamp";

/// Header values are printable ASCII without blanks at their ends: everything else as in a URL.
fn escape(text: &str) -> String {
    percent::encode(text, |byte| byte.is_ascii_graphic() && byte != b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: LedgerOptions = LedgerOptions { adopt: false, drop_repeats: false };

    /// Every offset of the range, each stamped with its own number of milliseconds.
    fn ledger(first_offset: i64, last_offset: i64) -> Ledger {
        Ledger {
            connector: "orders-to-s3".to_owned(),
            cluster: "arn:aws:kafka:eu-central-1:1:cluster/lake".to_owned(),
            topic: "orders".to_owned(),
            partition: 3,
            first_offset,
            last_offset,
            records: Records {
                count: u64::try_from(last_offset - first_offset + 1).unwrap(),
                latest_timestamp: Some(last_offset),
            },
        }
    }

    fn shared(ours: &Ledger, theirs: &Ledger) -> Records {
        let last = ours.last_offset.min(theirs.last_offset);
        if last < ours.first_offset { Records::default() } else { ledger(ours.first_offset, last).records }
    }

    fn decided(identity: Identity, ours: &Ledger, theirs: &Ledger) -> Decision {
        decide(identity, ours, shared(ours, theirs), theirs, OPTIONS)
    }

    #[test]
    fn the_same_and_a_longer_object_make_ours_a_repeat() {
        assert_eq!(decided(Identity::StartOffset, &ledger(7, 49), &ledger(7, 49)), Decision::Repeat);
        assert_eq!(decided(Identity::StartOffset, &ledger(7, 20), &ledger(7, 49)), Decision::Repeat);
    }

    #[test]
    fn a_shorter_object_is_replaced() {
        assert_eq!(decided(Identity::StartOffset, &ledger(7, 49), &ledger(7, 20)), Decision::Replace);
    }

    #[test]
    fn an_object_of_a_key_is_replaced_only_by_a_higher_offset() {
        assert_eq!(decided(Identity::RecordKey, &ledger(9, 9), &ledger(5, 5)), Decision::Replace);
        assert_eq!(decided(Identity::RecordKey, &ledger(5, 5), &ledger(5, 5)), Decision::Repeat);
        assert_eq!(decided(Identity::RecordKey, &ledger(3, 3), &ledger(5, 5)), Decision::Repeat);
    }

    #[test]
    fn records_that_were_skipped_and_are_now_good_replace_the_object() {
        let mut theirs = ledger(0, 9);
        theirs.records.count = 8;
        assert_eq!(decided(Identity::StartOffset, &ledger(0, 9), &theirs), Decision::Replace);
        assert_eq!(decided(Identity::StartOffset, &ledger(0, 19), &theirs), Decision::Replace);
    }

    #[test]
    fn neither_of_two_objects_that_each_hold_more_is_given_up() {
        let compacted = Records { count: 3, latest_timestamp: Some(9) };
        let refusal = Refusal::Diverged { last_offset: 9, theirs: 10, ours: 3 };
        let decision = decide(Identity::StartOffset, &ledger(0, 19), compacted, &ledger(0, 9), OPTIONS);
        assert_eq!(decision, Decision::Refuse(refusal));
        let mut theirs = ledger(0, 9);
        theirs.records.count = 4;
        let decision = decided(Identity::StartOffset, &ledger(0, 5), &theirs);
        assert_eq!(decision, Decision::Refuse(Refusal::Diverged { last_offset: 9, theirs: 4, ours: 6 }));
    }

    #[test]
    fn what_compaction_has_removed_since_stays_in_the_object() {
        let compacted = Records { count: 3, latest_timestamp: Some(9) };
        let decision = decide(Identity::StartOffset, &ledger(0, 9), compacted, &ledger(0, 9), OPTIONS);
        assert_eq!(decision, Decision::Repeat);
    }

    #[test]
    fn a_later_timestamp_at_the_same_offsets_is_no_repeat() {
        for (identity, last) in [(Identity::StartOffset, 5), (Identity::StartOffset, 30), (Identity::RecordKey, 0)] {
            let ours = Ledger { records: Records { count: 1, latest_timestamp: Some(99) }, ..ledger(0, last) };
            let refusal = Refusal::NotARepeat { first_offset: 0, last_offset: 9, theirs: 9, ours: 99 };
            assert_eq!(decide(identity, &ours, ours.records, &ledger(0, 9), OPTIONS), Decision::Refuse(refusal));
        }
    }

    #[test]
    fn dropping_repeats_looks_at_no_timestamps() {
        let ours = Ledger { records: Records { count: 6, latest_timestamp: Some(99) }, ..ledger(0, 5) };
        let options = LedgerOptions { drop_repeats: true, ..OPTIONS };
        let decision = decide(Identity::StartOffset, &ours, ours.records, &ledger(0, 9), options);
        assert_eq!(decision, Decision::Repeat);
    }

    #[test]
    fn records_without_timestamps_are_judged_by_their_offsets() {
        let mut theirs = ledger(0, 9);
        theirs.records.latest_timestamp = None;
        assert_eq!(decided(Identity::StartOffset, &ledger(0, 5), &theirs), Decision::Repeat);
    }

    #[test]
    fn an_object_of_another_owner_is_left_alone_unless_it_is_adopted() {
        let other_connector = Ledger { connector: "old".to_owned(), ..ledger(0, 4) };
        let other_cluster = Ledger { cluster: "old".to_owned(), ..ledger(0, 4) };
        for theirs in [other_connector, other_cluster] {
            let Decision::Refuse(refusal) = decided(Identity::StartOffset, &ledger(0, 9), &theirs) else {
                panic!("{theirs:?} is taken over");
            };
            let message = refusal.to_string();
            for part in ["old", "orders-to-s3", "cluster/lake", "lambda.ledger.adopt=true"] {
                assert!(message.contains(part), "{part} is not in: {message}");
            }
            let options = LedgerOptions { adopt: true, ..OPTIONS };
            let ours = ledger(0, 9);
            let decision = decide(Identity::StartOffset, &ours, shared(&ours, &theirs), &theirs, options);
            assert_eq!(decision, Decision::Replace);
        }
    }

    #[test]
    fn an_object_of_another_topic_partition_is_never_touched() {
        for theirs in [Ledger { partition: 4, ..ledger(0, 4) }, Ledger { topic: "refunds".to_owned(), ..ledger(0, 4) }]
        {
            let options = LedgerOptions { adopt: true, drop_repeats: true };
            let decision = decide(Identity::StartOffset, &ledger(0, 9), Records::default(), &theirs, options);
            assert!(matches!(decision, Decision::Refuse(Refusal::OtherPartition { .. })), "{decision:?}");
        }
    }

    #[test]
    fn a_key_that_moved_to_another_partition_keeps_its_latest_record() {
        let theirs = Ledger { partition: 4, ..ledger(50, 50) };
        let ours = |latest_timestamp| Ledger { records: Records { count: 1, latest_timestamp }, ..ledger(7, 7) };
        let decided = |ours: &Ledger| decide(Identity::RecordKey, ours, Records::default(), &theirs, OPTIONS);
        assert_eq!(decided(&ours(Some(51))), Decision::Replace);
        assert_eq!(decided(&ours(Some(50))), Decision::Repeat);
        assert_eq!(decided(&ours(Some(49))), Decision::Repeat);
        assert_eq!(decided(&ours(None)), Decision::Replace);
    }

    #[test]
    fn a_ledger_comes_back_from_its_metadata() {
        let mut ledger = ledger(0, 9);
        ledger.connector = " Bestellungen für 100% S3\n".to_owned();
        let metadata = ledger.to_metadata();
        let safe = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
        assert!(metadata.iter().all(|(name, value)| safe(name) && safe(value)), "{metadata:?}");
        assert_eq!(Ledger::from_metadata(&metadata), Some(ledger.clone()));
        ledger.records.latest_timestamp = None;
        assert_eq!(Ledger::from_metadata(&ledger.to_metadata()), Some(ledger));
    }

    #[test]
    fn metadata_without_a_whole_ledger_has_none() {
        assert_eq!(Ledger::from_metadata(&HashMap::new()), None);
        for name in ledger(0, 9).to_metadata().keys() {
            let mut metadata = ledger(0, 9).to_metadata();
            metadata.insert(name.clone(), "%".to_owned());
            assert_eq!(Ledger::from_metadata(&metadata), None, "{name}");
        }
    }

    #[test]
    fn an_object_remembers_the_latest_timestamp_of_what_it_replaced() {
        let ours = Ledger { records: Records { count: 1, latest_timestamp: Some(3) }, ..ledger(9, 9) };
        assert_eq!(ours.in_place_of(&ledger(5, 5)).records.latest_timestamp, Some(5));
    }
}
