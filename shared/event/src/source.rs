//! Where an event comes from.

/// Which of the two event source mappings for Kafka sent the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// Amazon MSK: `"eventSource": "aws:kafka"`.
    Msk,
    /// Any other Kafka: `"eventSource": "SelfManagedKafka"`.
    SelfManaged,
}

impl SourceKind {
    /// The value of `eventSource`, as AWS writes it.
    pub fn event_source(self) -> &'static str {
        match self {
            Self::Msk => "aws:kafka",
            Self::SelfManaged => "SelfManagedKafka",
        }
    }

    /// AWS's own pages have shown self-managed Kafka with and without the prefix.
    pub(crate) fn parse(event_source: &str) -> Option<Self> {
        match event_source {
            "aws:kafka" => Some(Self::Msk),
            "SelfManagedKafka" | "aws:SelfManagedKafka" => Some(Self::SelfManaged),
            _ => None,
        }
    }
}

/// The event source: the Kafka cluster, as the event names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// Amazon MSK, or any other Kafka.
    pub kind: SourceKind,
    /// The ARN of the MSK cluster. A self-managed event has none.
    pub event_source_arn: Option<String>,
    /// The brokers, `host:port`, joined by commas.
    pub bootstrap_servers: Option<String>,
}

impl Source {
    /// What identifies the cluster: its ARN, else its bootstrap servers as the event lists them. An event with neither
    /// (AWS sends none such; people write them) is identified by the value of `eventSource`.
    pub fn cluster(&self) -> &str {
        self.event_source_arn
            .as_deref()
            .or(self.bootstrap_servers.as_deref())
            .unwrap_or_else(|| self.kind.event_source())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_its_arn_else_its_bootstrap_servers() {
        let mut source = Source {
            kind: SourceKind::Msk,
            event_source_arn: Some("arn:aws:kafka:eu-west-1:123456789012:cluster/shop/c-1".to_owned()),
            bootstrap_servers: Some("b-1:9098,b-2:9098".to_owned()),
        };
        assert_eq!(source.cluster(), "arn:aws:kafka:eu-west-1:123456789012:cluster/shop/c-1");
        source.event_source_arn = None;
        assert_eq!(source.cluster(), "b-1:9098,b-2:9098");
        source.bootstrap_servers = None;
        assert_eq!(source.cluster(), "aws:kafka");
    }
}
