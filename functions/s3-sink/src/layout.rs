//! Which records go into which object, and what it is called: one way per dialect.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::aiven::AivenLayout;
use crate::aiven::template::Grouping;
use crate::confluent::{ConfluentLayout, Scheme};
use crate::plan::{Identity, PartitionRecords, Plan, PlannedObject};

/// Which records go into which object.
#[derive(Debug, Clone)]
pub enum Layout {
    /// By directory of a partitioner, cut at `flush.size`.
    Confluent(ConfluentLayout),
    /// By file name template.
    Aiven(AivenLayout),
}

impl Layout {
    /// Plans the objects of one topic-partition. No two of them have one name.
    #[must_use]
    pub fn plan(&self, partition: &PartitionRecords<'_, '_>) -> Plan {
        let plan = match self {
            Self::Confluent(layout) => layout.plan(partition),
            Self::Aiven(layout) => layout.plan(partition),
        };
        with_distinct_names(plan)
    }

    /// Whether names hold what records say, their keys or their fields: then they belong in no log.
    #[must_use]
    pub fn names_hold_contents(&self) -> bool {
        match self {
            Self::Confluent(layout) => matches!(layout.partitioner.scheme, Scheme::Fields(_)),
            Self::Aiven(layout) => layout.template.grouping() != Grouping::TopicPartition,
        }
    }
}

/// Joins objects of one name, as where an offset comes twice and each record has an object of its own: the second would be
/// taken for a repeat of the first.
fn with_distinct_names(plan: Plan) -> Plan {
    let Plan { objects: planned, mut filtered, bad } = plan;
    let mut objects: Vec<PlannedObject> = Vec::with_capacity(planned.len());
    let mut positions: HashMap<String, usize> = HashMap::with_capacity(planned.len());
    for mut object in planned {
        let joined = match positions.entry(object.name.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(objects.len());
                None
            }
            Entry::Occupied(occupied) => objects.get_mut(*occupied.get()),
        };
        let Some(joined) = joined else {
            objects.push(object);
            continue;
        };
        if joined.identity == Identity::RecordKey {
            filtered.append(&mut joined.records);
        }
        joined.records.append(&mut object.records);
        joined.records.sort_unstable();
    }
    filtered.sort_unstable();
    Plan { objects, filtered, bad }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn planned(name: &str, identity: Identity, records: &[usize]) -> PlannedObject {
        PlannedObject { name: name.to_owned(), identity, records: records.to_vec() }
    }

    #[test]
    fn objects_of_one_name_are_joined() {
        let start = Identity::StartOffset;
        let objects = vec![planned("a", start, &[0]), planned("b", start, &[1]), planned("a", start, &[2, 3])];
        let plan = with_distinct_names(Plan { objects, filtered: vec![4], bad: BTreeMap::new() });
        assert_eq!(plan.objects, [planned("a", start, &[0, 2, 3]), planned("b", start, &[1])]);
        assert_eq!(plan.filtered, [4]);
    }

    #[test]
    fn of_two_objects_of_one_key_the_later_record_stays() {
        let key = Identity::RecordKey;
        let objects = vec![planned("k", key, &[1]), planned("k", key, &[3])];
        let plan = with_distinct_names(Plan { objects, filtered: vec![2], bad: BTreeMap::new() });
        assert_eq!((plan.objects, plan.filtered), (vec![planned("k", key, &[3])], vec![1, 2]));
    }
}
