//! Aiven's way: objects named by a template, records grouped by the template's variables.

use crate::plan::{PartitionRecords, Plan};

/// Which records go into which object, by file name template.
#[derive(Debug, Clone)]
pub struct AivenLayout;

impl AivenLayout {
    /// Plans the objects of one topic-partition.
    #[must_use]
    pub fn plan(&self, _partition: &PartitionRecords<'_, '_>) -> Plan {
        Plan::default()
    }
}
