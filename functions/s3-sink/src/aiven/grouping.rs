//! Which records share an object (`RecordGrouper` and its implementations in Aiven's commons).

use std::borrow::Cow;
use std::collections::HashMap;

use connect::config::Tolerance;
use connect::{Exception, SinkRecord};
use jiff::tz::TimeZone;

use super::key_text;
use super::moment::{Moment, TimestampSource};
use super::template::{Grouping, NameTemplate, PrefixTemplate, Variables};
use crate::plan::{Identity, PartitionRecords, Plan, PlannedObject};

/// Which records go into which object, by file name template.
#[derive(Debug, Clone)]
pub struct AivenLayout {
    /// `file.name.template`: it says which records share an object, and mostly what that is called.
    pub template: NameTemplate,
    /// Where names come from.
    pub naming: Naming,
    /// The most records of an object; none is no limit (`file.max.records`).
    pub most_records: Option<usize>,
    /// Whose time counts (`file.name.timestamp.source`).
    pub timestamp_source: TimestampSource,
    /// The zone of times (`file.name.timestamp.timezone`).
    pub zone: TimeZone,
}

/// Where names come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// From the template.
    Template,
    /// From a prefix and the first record (`aws.s3.prefix`): prefix, topic, partition, offset of 20 digits, extension.
    Prefix {
        /// What names begin with.
        prefix: PrefixTemplate,
        /// What they end in: that of the compression.
        extension: &'static str,
    },
}

impl AivenLayout {
    /// Plans the objects of one topic-partition. Records of several are grouped as well, each by its own topic and partition.
    ///
    /// The offset in a name is that of the first record of its topic-partition (and key, where the template has it) in this
    /// batch, even where a time in the name parts the records: Java counts from its last flush.
    ///
    /// An object of [`Identity::RecordKey`] holds one record, the last of its name; the earlier ones are filtered.
    #[must_use]
    pub fn plan(&self, partition: &PartitionRecords<'_, '_>) -> Plan {
        let mut groups = Groups::new(self, partition);
        let mut bad = partition.bad.clone();
        for (index, record) in partition.good() {
            if let Err(exception) = groups.add(index, record) {
                bad.insert(index, exception);
                if partition.tolerance == Tolerance::None {
                    break;
                }
            }
        }
        groups.superseded.sort_unstable();
        Plan { objects: groups.objects, filtered: groups.superseded, bad }
    }
}

struct Groups<'g> {
    layout: &'g AivenLayout,
    most_records: Option<usize>,
    now: i64,
    today: Moment,
    objects: Vec<PlannedObject>,
    /// Records whose place a later one of the same name took.
    superseded: Vec<usize>,
    /// The open object of a template's name.
    open: HashMap<String, usize>,
    /// The offset that a topic-partition's (and key's) names carry.
    start_offsets: HashMap<Owner<'g>, i64>,
    /// Where the last record went: most often the next one goes there too, and needs no name to find its object.
    latest: Option<(Place<'g>, usize)>,
    /// The calendar of the last record's second.
    latest_moment: Option<(i64, Moment)>,
}

/// Whose offsets are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Owner<'g> {
    topic: &'g str,
    partition: i32,
    key: Option<Cow<'g, str>>,
}

/// All that decides on a name.
#[derive(Debug, Clone, PartialEq)]
struct Place<'g> {
    owner: Owner<'g>,
    start_offset: i64,
    time: Option<Moment>,
}

impl<'g> Groups<'g> {
    fn new(layout: &'g AivenLayout, partition: &PartitionRecords<'_, '_>) -> Self {
        let each_alone = partition.replay && layout.template.grouping() != Grouping::LastOfKey;
        Self {
            layout,
            most_records: if each_alone { Some(1) } else { layout.most_records },
            now: partition.now,
            today: Moment::new(partition.now, &TimeZone::UTC),
            objects: Vec::new(),
            superseded: Vec::new(),
            open: HashMap::new(),
            start_offsets: HashMap::new(),
            latest: None,
            latest_moment: None,
        }
    }

    fn add(&mut self, index: usize, record: &'g SinkRecord<'_>) -> Result<(), Exception> {
        let template = &self.layout.template;
        let key = if template.pieces.ask_for_key() { Some(key_text::of(&record.key)?) } else { None };
        let time = if template.pieces.ask_for_time() { Some(self.moment(record)?) } else { None };
        let owner = Owner { topic: &record.topic, partition: record.partition, key };
        let start_offset = self.start_offset(&owner, record.offset);
        let mut place = Place { owner, start_offset, time };
        if let Some((latest, object)) = &self.latest
            && *latest == place
            && self.has_room(*object)
        {
            self.push(*object, index);
            return Ok(());
        }
        let mut name = self.name(&place);
        let mut object = self.open.get(&name).copied();
        // With a limit, an object that is full or not there yet begins with this record, and is named after it.
        if self.most_records.is_some() && !object.is_some_and(|object| self.has_room(object)) {
            place.start_offset = record.offset;
            self.start_offsets.insert(place.owner.clone(), record.offset);
            name = self.name(&place);
            object = self.open.get(&name).copied();
        }
        let object = match object {
            Some(object) => object,
            None => self.open(name, record)?,
        };
        self.push(object, index);
        self.latest = Some((place, object));
        Ok(())
    }

    fn start_offset(&mut self, owner: &Owner<'g>, offset: i64) -> i64 {
        match &self.latest {
            Some((latest, _)) if latest.owner == *owner => latest.start_offset,
            _ => *self.start_offsets.entry(owner.clone()).or_insert(offset),
        }
    }

    fn moment(&mut self, record: &SinkRecord<'_>) -> Result<Moment, Exception> {
        let milliseconds = self.layout.timestamp_source.of(record, self.now)?;
        let second = milliseconds.div_euclid(1000);
        match self.latest_moment {
            Some((latest, moment)) if latest == second => Ok(moment),
            _ => {
                let moment = Moment::new(milliseconds, &self.layout.zone);
                self.latest_moment = Some((second, moment));
                Ok(moment)
            }
        }
    }

    fn has_room(&self, object: usize) -> bool {
        let records = self.objects.get(object).map_or(0, |object| object.records.len());
        self.most_records.is_none_or(|most| records < most)
    }

    fn push(&mut self, object: usize, index: usize) {
        let Some(object) = self.objects.get_mut(object) else { return };
        if object.identity == Identity::RecordKey {
            self.superseded.append(&mut object.records);
        }
        object.records.push(index);
    }

    fn name(&self, place: &Place<'_>) -> String {
        let variables = Variables {
            topic: place.owner.topic,
            partition: place.owner.partition,
            start_offset: place.start_offset,
            key: place.owner.key.as_deref(),
            time: place.time,
            now: self.today,
        };
        self.layout.template.pieces.name(variables).to_string()
    }

    /// A new object of this template's name that begins with this record.
    fn open(&mut self, name: String, record: &SinkRecord<'_>) -> Result<usize, Exception> {
        let full_name = match &self.layout.naming {
            Naming::Template => name.clone(),
            Naming::Prefix { prefix, extension } => self.old_name(prefix, extension, record)?,
        };
        if full_name.is_empty() {
            return Err(Exception::data("The record's key is empty, and so would be the object's name"));
        }
        let identity = match self.layout.template.grouping() {
            Grouping::TopicPartition | Grouping::TopicPartitionKey => Identity::StartOffset,
            Grouping::LastOfKey => Identity::RecordKey,
        };
        let object = self.objects.len();
        self.objects.push(PlannedObject { name: full_name, identity, records: Vec::new() });
        self.open.insert(name, object);
        Ok(object)
    }

    fn old_name(
        &mut self,
        prefix: &PrefixTemplate,
        extension: &str,
        record: &SinkRecord<'_>,
    ) -> Result<String, Exception> {
        let time = if prefix.pieces.ask_for_time() { Some(self.moment(record)?) } else { None };
        let (topic, partition, offset) = (&*record.topic, record.partition, record.offset);
        let variables = Variables { topic, partition, start_offset: offset, key: None, time, now: self.today };
        let prefix = prefix.pieces.name(variables);
        Ok(format!("{prefix}{topic}-{partition}-{offset:020}{extension}"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use connect::{Data, TimestampType};

    use super::*;

    fn layout(template: &str) -> AivenLayout {
        AivenLayout {
            template: NameTemplate::parse("", template).unwrap(),
            naming: Naming::Template,
            most_records: None,
            timestamp_source: TimestampSource::Event,
            zone: TimeZone::UTC,
        }
    }

    fn record(offset: i64, timestamp: Option<i64>, key: Option<&'static str>) -> SinkRecord<'static> {
        SinkRecord {
            topic: "orders".into(),
            original_topic: "orders",
            partition: 3,
            offset,
            timestamp,
            timestamp_type: TimestampType::CreateTime,
            key: key.map_or(Data::NULL, |key| Data::Text(key.into())),
            value: Data::NULL,
            headers: Vec::new(),
        }
    }

    fn planned(layout: &AivenLayout, records: &[SinkRecord<'_>], tolerance: Tolerance, replay: bool) -> Plan {
        let bad = BTreeMap::new();
        let now = 1_700_000_000_123;
        layout.plan(&PartitionRecords { topic: "orders", partition: 3, records, bad: &bad, tolerance, now, replay })
    }

    fn names(plan: &Plan) -> Vec<(&str, &[usize])> {
        plan.objects.iter().map(|object| (object.name.as_str(), object.records.as_slice())).collect()
    }

    const HOUR: i64 = 3_600_000;
    const HOURLY: &str = "{{timestamp:unit=HH}}/{{topic}}-{{partition}}-{{start_offset}}";

    #[test]
    fn an_hour_that_comes_back_goes_on_in_its_object() {
        let records = [record(7, Some(0), None), record(8, Some(HOUR), None), record(9, Some(1), None)];
        let plan = planned(&layout(HOURLY), &records, Tolerance::None, false);
        assert_eq!(names(&plan), [("00/orders-3-7", &[0, 2][..]), ("01/orders-3-7", &[1])]);
    }

    #[test]
    fn a_full_object_gives_way_to_one_named_after_the_next_record() {
        let mut layout = layout(HOURLY);
        layout.most_records = Some(2);
        let records: Vec<_> = (10..15).map(|offset| record(offset, Some(0), None)).collect();
        let plan = planned(&layout, &records, Tolerance::None, false);
        assert_eq!(
            names(&plan),
            [("00/orders-3-10", &[0, 1][..]), ("00/orders-3-12", &[2, 3]), ("00/orders-3-14", &[4])]
        );
    }

    #[test]
    fn every_record_of_a_replay_has_its_own_name() {
        let records = [record(7, None, None), record(9, None, None)];
        let plan = planned(&layout("{{topic}}-{{partition}}-{{start_offset}}"), &records, Tolerance::None, true);
        assert_eq!(names(&plan), [("orders-3-7", &[0][..]), ("orders-3-9", &[1])]);
    }

    #[test]
    fn an_object_named_by_its_key_holds_the_last_record_of_it() {
        let keys = [Some("a"), None, Some("a"), Some("b"), Some("a")];
        let records: Vec<_> = keys.into_iter().zip(7..).map(|(key, offset)| record(offset, None, key)).collect();
        let plan = planned(&layout("{{key}}"), &records, Tolerance::None, false);
        assert_eq!(names(&plan), [("a", &[4][..]), ("null", &[1]), ("b", &[3])]);
        assert_eq!(plan.filtered, [0, 2]);
        assert!(plan.objects.iter().all(|object| object.identity == Identity::RecordKey));
    }

    #[test]
    fn a_record_without_the_time_that_its_name_needs_is_bad() {
        let records = [record(7, Some(0), None), record(8, None, None), record(9, Some(0), None)];
        let stopped = planned(&layout(HOURLY), &records, Tolerance::None, false);
        assert_eq!(names(&stopped), [("00/orders-3-7", &[0][..])]);
        assert_eq!(stopped.bad.keys().collect::<Vec<_>>(), [&1]);
        let tolerated = planned(&layout(HOURLY), &records, Tolerance::All, false);
        assert_eq!(names(&tolerated), [("00/orders-3-7", &[0, 2][..])]);
        assert_eq!(tolerated.bad.keys().collect::<Vec<_>>(), [&1]);
    }

    #[test]
    fn a_key_that_makes_an_empty_name_is_bad() {
        let plan = planned(&layout("{{key}}"), &[record(7, None, Some(""))], Tolerance::All, false);
        assert_eq!((plan.objects.len(), plan.bad.len()), (0, 1));
    }

    #[test]
    fn a_key_of_bytes_is_named_by_its_text_and_refused_without_one() {
        let mut text = record(7, None, None);
        text.key = Data::Bytes(b"k-1");
        let mut noise = record(8, None, None);
        noise.key = Data::Bytes(b"\xff");
        let plan = planned(&layout("{{key}}"), &[text, noise], Tolerance::All, false);
        assert_eq!(names(&plan), [("k-1", &[0][..])]);
        assert_eq!(plan.bad.len(), 1);
    }

    #[test]
    fn the_old_naming_has_prefix_and_padded_offset() {
        let mut layout = layout("{{topic}}-{{partition}}-{{start_offset}}");
        let prefix = PrefixTemplate::parse("in/{{utc_date}}/{{ timestamp:unit=HH }}/{{unknown}}/").unwrap();
        layout.naming = Naming::Prefix { prefix, extension: ".gz" };
        let plan = planned(&layout, &[record(7, Some(HOUR), None), record(8, None, None)], Tolerance::None, false);
        let name = "in/2023-11-14/01/{{unknown}}/orders-3-00000000000000000007.gz";
        assert_eq!(names(&plan), [(name, &[0, 1][..])]);
    }
}
