//! Which records go into which object, and what it is called: one way per dialect.

use crate::aiven::AivenLayout;
use crate::confluent::ConfluentLayout;
use crate::plan::{PartitionRecords, Plan};

/// Which records go into which object.
#[derive(Debug, Clone)]
pub enum Layout {
    /// By directory of a partitioner, cut at `flush.size`.
    Confluent(ConfluentLayout),
    /// By file name template.
    Aiven(AivenLayout),
}

impl Layout {
    /// Plans the objects of one topic-partition.
    #[must_use]
    pub fn plan(&self, partition: &PartitionRecords<'_, '_>) -> Plan {
        match self {
            Self::Confluent(layout) => layout.plan(partition),
            Self::Aiven(layout) => layout.plan(partition),
        }
    }
}
