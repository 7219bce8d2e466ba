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

/// A number of records, which, and their latest time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Records {
    /// How many.
    pub count: u64,
    /// Which: the 64-bit FNV-1a hash of their offsets, in order, each as eight bytes, the least significant one first.
    pub offsets_hash: u64,
    /// The latest of their timestamps, in milliseconds since 1970.
    pub latest_timestamp: Option<i64>,
}

/// Those of our records whose offsets are not beyond the last one of an object that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shared {
    /// How many, which, and their latest time.
    pub records: Records,
    /// The first one's timestamp, in milliseconds since 1970.
    pub first_timestamp: Option<i64>,
}

/// What to do where an object of the same name is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: it holds all of ours, or a later record of the same key.
    Repeat,
    /// Ours holds all of it and more, or a later record of the same key: ours takes its place.
    Replace,
    /// It stays as it is, and those of our records that it may lack, which are those from this offset on, are written to an
    /// object that is named after the first of them. Some may then be there twice.
    Beside {
        /// The first offset of these records.
        from: i64,
    },
    /// None of these: somebody has to decide.
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
    /// Each holds what the other lacks, and so do the objects of the next names.
    #[error(
        "holds other records of the same range, and so do those that the rest of the batch would be written to: move them away, \
         and the batch is written in their place"
    )]
    Diverged,
}

/// Judges an object that is there.
///
/// Ranges are comparable because names carry the offset that they start with; a name without an offset holds one record, the
/// latest of its key.
#[must_use]
pub fn decide(identity: Identity, ours: &Ledger, shared: Shared, theirs: &Ledger, options: LedgerOptions) -> Decision {
    if (&theirs.connector, &theirs.cluster) != (&ours.connector, &ours.cluster) && !options.adopt {
        return Decision::Refuse(Refusal::OtherOwner {
            theirs: Box::new((theirs.connector.clone(), theirs.cluster.clone())),
            ours: Box::new((ours.connector.clone(), ours.cluster.clone())),
        });
    }
    let is_of_one_partition = (&theirs.topic, theirs.partition) == (&ours.topic, ours.partition);
    match identity {
        Identity::RecordKey if !is_of_one_partition => decide_by_time(ours, theirs),
        // Producers may stamp a key's records in any order: only the offset says which one is the latest.
        Identity::RecordKey if ours.last_offset > theirs.last_offset => Decision::Replace,
        Identity::RecordKey => Decision::Repeat,
        Identity::StartOffset if !is_of_one_partition => {
            let (topic, partition) = (theirs.topic.clone(), theirs.partition);
            Decision::Refuse(Refusal::OtherPartition { topic, partition })
        }
        Identity::StartOffset => decide_by_offsets(ours, shared, theirs, options),
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

/// A record that only one of the two holds must stay, and an object holds no list of its offsets: what it covers is known
/// where its hash is that of ours, or that of every offset of its range.
fn decide_by_offsets(ours: &Ledger, shared: Shared, theirs: &Ledger, options: LedgerOptions) -> Decision {
    let is_longer = ours.last_offset > theirs.last_offset;
    let begins_alike = ours.first_offset == theirs.first_offset;
    let is_same = shared.records.is_same(&theirs.records);
    let theirs_is_whole = theirs.first_offset <= ours.first_offset
        && theirs.records.is_every_offset(theirs.first_offset, theirs.last_offset);
    // The rest of its range cannot be told from its hash: the first part of a batch that was written whole is a repeat.
    let is_first_part =
        begins_alike && ours.last_offset < theirs.last_offset && ours.records.count < theirs.records.count;
    let theirs_covers_shared = is_same || theirs_is_whole || is_first_part;
    let in_both = match (theirs_covers_shared, begins_alike) {
        (true, _) => shared.records.latest_timestamp,
        (false, true) => shared.first_timestamp,
        (false, false) => None,
    };
    if let (Some(ours), Some(theirs_latest)) = (in_both, theirs.records.latest_timestamp)
        && ours > theirs_latest
        && !options.drop_repeats
    {
        let (first_offset, last_offset) = (theirs.first_offset, theirs.last_offset);
        return Decision::Refuse(Refusal::NotARepeat { first_offset, last_offset, theirs: theirs_latest, ours });
    }
    let ours_is_whole = ours.first_offset <= theirs.first_offset
        && ours.last_offset >= theirs.last_offset
        && shared.records.is_every_offset(ours.first_offset, theirs.last_offset);
    if theirs_covers_shared && !is_longer {
        Decision::Repeat
    } else if is_same || ours_is_whole {
        Decision::Replace
    } else if theirs_covers_shared {
        Decision::Beside { from: theirs.last_offset.saturating_add(1) }
    } else if begins_alike {
        Decision::Beside { from: ours.first_offset.saturating_add(1) }
    } else {
        Decision::Beside { from: ours.first_offset }
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
            (OFFSETS_HASH.to_owned(), format!("{:016x}", self.records.offsets_hash)),
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
            records: Records {
                count: metadata.get(RECORD_COUNT)?.parse().ok()?,
                offsets_hash: u64::from_str_radix(metadata.get(OFFSETS_HASH)?, 16).ok()?,
                latest_timestamp,
            },
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
    /// Counts one more, which comes after the others.
    pub fn add(&mut self, offset: i64, timestamp: Option<i64>) {
        self.count = self.count.saturating_add(1);
        self.offsets_hash = hash_on(self.offsets_hash, offset);
        self.latest_timestamp = self.latest_timestamp.max(timestamp);
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.count, self.offsets_hash) == (other.count, other.offsets_hash)
    }

    /// Whether these are exactly the offsets from the first to the last one, each once.
    fn is_every_offset(&self, first: i64, last: i64) -> bool {
        let length = last.checked_sub(first).and_then(|length| u64::try_from(length).ok()?.checked_add(1));
        length == Some(self.count)
            && self.count <= MOST_RECORDS
            && (first..=last).fold(NO_OFFSETS_HASH, hash_on) == self.offsets_hash
    }
}

impl Default for Records {
    /// None.
    fn default() -> Self {
        Self { count: 0, offsets_hash: NO_OFFSETS_HASH, latest_timestamp: None }
    }
}

/// More records than an event of 6 MB can hold: metadata that claims more is not worth the counting.
const MOST_RECORDS: u64 = 10_000_000;

/// FNV-1a's hash of nothing, and its prime.
///
/// Source: RFC 9923, "The FNV Non-Cryptographic Hash Algorithm".
const NO_OFFSETS_HASH: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash with one more offset.
fn hash_on(hash: u64, offset: i64) -> u64 {
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
    offset.to_le_bytes().into_iter().fold(hash, add)
}

const CONNECTOR: &str = "ledger-connector";
const CLUSTER: &str = "ledger-cluster";
const TOPIC: &str = "ledger-topic";
const PARTITION: &str = "ledger-partition";
const FIRST_OFFSET: &str = "ledger-first-offset";
const LAST_OFFSET: &str = "ledger-last-offset";
const RECORD_COUNT: &str = "ledger-record-count";
const OFFSETS_HASH: &str = "ledger-offsets-hash";
const LATEST_TIMESTAMP: &str = "ledger-latest-timestamp";

/// Header values are printable ASCII without blanks at their ends: everything else as in a URL.
fn escape(text: &str) -> String {
    percent::encode(text, |byte| byte.is_ascii_graphic() && byte != b'%')
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: LedgerOptions = LedgerOptions { adopt: false, drop_repeats: false };

    /// These offsets, each stamped with its own number of milliseconds.
    fn holding(offsets: impl IntoIterator<Item = i64>) -> Ledger {
        let mut records = Records::default();
        let offsets: Vec<i64> = offsets.into_iter().collect();
        for offset in &offsets {
            records.add(*offset, Some(*offset));
        }
        Ledger {
            connector: "orders-to-s3".to_owned(),
            cluster: "arn:aws:kafka:eu-central-1:1:cluster/lake".to_owned(),
            topic: "orders".to_owned(),
            partition: 3,
            first_offset: offsets[0],
            last_offset: offsets[offsets.len() - 1],
            records,
        }
    }

    fn ledger(first_offset: i64, last_offset: i64) -> Ledger {
        holding(first_offset..=last_offset)
    }

    /// As [`holding`], all stamped later by so many milliseconds, and what of it lies up to an offset.
    fn later(offsets: &[i64], by: i64, last_offset: i64) -> (Ledger, Shared) {
        let mut ours = holding(offsets.iter().copied());
        ours.records.latest_timestamp = Some(ours.last_offset + by);
        let mut shared = Shared { records: Records::default(), first_timestamp: Some(ours.first_offset + by) };
        for offset in offsets.iter().filter(|offset| **offset <= last_offset) {
            shared.records.add(*offset, Some(offset + by));
        }
        (ours, shared)
    }

    /// Ours and theirs by their offsets, each of which is stamped with its own number.
    fn decided_by_offsets(ours: &[i64], theirs: &[i64]) -> Decision {
        let (ours, shared) = later(ours, 0, theirs[theirs.len() - 1]);
        decide(Identity::StartOffset, &ours, shared, &holding(theirs.iter().copied()), OPTIONS)
    }

    /// What of a range without holes lies up to the end of theirs.
    fn shared(ours: &Ledger, theirs: &Ledger) -> Shared {
        let last = ours.last_offset.min(theirs.last_offset);
        if last < ours.first_offset {
            return Shared::default();
        }
        Shared { records: ledger(ours.first_offset, last).records, first_timestamp: Some(ours.first_offset) }
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
    fn an_object_of_a_key_is_replaced_only_by_a_higher_offset_whatever_the_timestamps() {
        for latest_timestamp in [None, Some(0), Some(5), Some(99)] {
            let ours = |offset| {
                let ours = ledger(offset, offset);
                Ledger { records: Records { latest_timestamp, ..ours.records }, ..ours }
            };
            let decided = |ours: &Ledger| {
                let shared = Shared { records: ours.records, first_timestamp: latest_timestamp };
                decide(Identity::RecordKey, ours, shared, &ledger(5, 5), OPTIONS)
            };
            assert_eq!(decided(&ours(9)), Decision::Replace, "{latest_timestamp:?}");
            assert_eq!(decided(&ours(5)), Decision::Repeat, "{latest_timestamp:?}");
            assert_eq!(decided(&ours(3)), Decision::Repeat, "{latest_timestamp:?}");
        }
    }

    #[test]
    fn records_that_were_skipped_and_are_now_good_replace_the_object() {
        let theirs = [0, 1, 2, 3, 5, 6, 8, 9];
        let all: Vec<i64> = (0..20).collect();
        assert_eq!(decided_by_offsets(&all[..10], &theirs), Decision::Replace);
        assert_eq!(decided_by_offsets(&all, &theirs), Decision::Replace);
    }

    #[test]
    fn a_record_that_is_now_good_and_the_latest_is_no_topic_made_anew() {
        let theirs = ledger(0, 4);
        let (ours, shared) = later(&[0, 2, 4], 0, 4);
        let theirs = Ledger { records: holding([0, 1, 4]).records, ..theirs };
        let stamped =
            |latest| Shared { records: Records { latest_timestamp: Some(latest), ..shared.records }, ..shared };
        let decision = decide(Identity::StartOffset, &ours, stamped(99), &theirs, OPTIONS);
        assert_eq!(decision, Decision::Beside { from: 1 });
    }

    #[test]
    fn what_compaction_has_removed_since_stays_in_the_object() {
        assert_eq!(decided_by_offsets(&[0, 5, 9], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), Decision::Repeat);
        assert_eq!(decided_by_offsets(&[0, 3], &[0, 1, 2, 3, 4, 5]), Decision::Repeat);
    }

    #[test]
    fn an_object_without_holes_is_gone_on_from_behind_it() {
        let decision = decided_by_offsets(&[0, 1, 2, 5, 10, 11], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(decision, Decision::Beside { from: 10 });
    }

    #[test]
    fn where_each_may_hold_more_all_but_the_first_record_is_written_again() {
        for (ours, theirs) in [
            (&[0, 1, 5][..], &[0, 2, 5][..]),
            (&[0, 2, 9], &[0, 1, 5]),
            // As many records, but the range of theirs ends later.
            (&[0, 1, 2, 4], &[0, 2, 4, 5]),
        ] {
            assert_eq!(decided_by_offsets(ours, theirs), Decision::Beside { from: 1 }, "{ours:?} {theirs:?}");
        }
    }

    #[test]
    fn the_first_part_of_a_batch_with_holes_is_a_repeat() {
        assert_eq!(decided_by_offsets(&[0, 2, 5], &[0, 2, 5, 9]), Decision::Repeat);
        assert_eq!(decided_by_offsets(&[0, 2, 5, 9], &[0, 2, 5]), Decision::Replace);
    }

    #[test]
    fn a_record_before_the_objects_first_is_written_too() {
        assert_eq!(decided_by_offsets(&[3, 6], &[4, 6]), Decision::Beside { from: 3 });
        assert_eq!(decided_by_offsets(&[4, 6], &[3, 4, 5, 6]), Decision::Repeat);
        assert_eq!(decided_by_offsets(&[3, 4, 5], &[4, 5]), Decision::Replace);
    }

    #[test]
    fn a_record_that_came_twice_hides_no_hole() {
        assert_eq!(decided_by_offsets(&[0, 1, 2, 3], &[0, 2, 2, 3]), Decision::Replace);
        assert_eq!(decided_by_offsets(&[0, 1, 3], &[0, 2, 2, 3]), Decision::Beside { from: 1 });
    }

    #[test]
    fn a_later_timestamp_at_the_same_offsets_is_no_repeat() {
        let theirs = ledger(0, 9);
        for offsets in [(0..6).collect::<Vec<_>>(), (0..31).collect(), vec![0, 4, 12]] {
            let (ours, shared) = later(&offsets, 90, 9);
            let decision = decide(Identity::StartOffset, &ours, shared, &theirs, OPTIONS);
            let Decision::Refuse(Refusal::NotARepeat { first_offset: 0, last_offset: 9, theirs: 9, .. }) = decision
            else {
                panic!("{offsets:?}: {decision:?}");
            };
        }
        // The objects differ, and yet both hold the first record.
        let (ours, shared) = later(&[0, 1, 2, 3], 90, 3);
        let decision = decide(Identity::StartOffset, &ours, shared, &holding([0, 2, 3]), OPTIONS);
        assert!(matches!(decision, Decision::Refuse(Refusal::NotARepeat { ours: 90, .. })), "{decision:?}");
    }

    #[test]
    fn dropping_repeats_looks_at_no_timestamps() {
        let (ours, shared) = later(&[0, 1, 2], 90, 9);
        let options = LedgerOptions { drop_repeats: true, ..OPTIONS };
        assert_eq!(decide(Identity::StartOffset, &ours, shared, &ledger(0, 9), options), Decision::Repeat);
    }

    #[test]
    fn the_hash_is_fnv_1a_over_the_bytes_of_the_offsets() {
        let mut records = Records::default();
        records.add(i64::from_le_bytes(*b"foobar\0\0"), None);
        let foobar = 0x8594_4171_f739_67e8_u64;
        let with_two_zero_bytes = foobar.wrapping_mul(FNV_PRIME).wrapping_mul(FNV_PRIME);
        assert_eq!(records.offsets_hash, with_two_zero_bytes);
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
            let decision = decide(Identity::StartOffset, &ledger(0, 9), Shared::default(), &theirs, options);
            assert!(matches!(decision, Decision::Refuse(Refusal::OtherPartition { .. })), "{decision:?}");
        }
    }

    #[test]
    fn a_key_that_moved_to_another_partition_keeps_its_latest_record() {
        let theirs = Ledger { partition: 4, ..ledger(50, 50) };
        let ours =
            |latest_timestamp| Ledger { records: Records { latest_timestamp, ..ledger(7, 7).records }, ..ledger(7, 7) };
        let decided = |ours: &Ledger| decide(Identity::RecordKey, ours, Shared::default(), &theirs, OPTIONS);
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
        let records = Records { latest_timestamp: Some(3), ..ledger(9, 9).records };
        let ours = Ledger { records, ..ledger(9, 9) };
        assert_eq!(ours.in_place_of(&ledger(5, 5)).records.latest_timestamp, Some(5));
    }
}
