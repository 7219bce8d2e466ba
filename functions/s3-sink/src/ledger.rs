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
mod tests;
