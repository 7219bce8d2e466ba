//! Where an event comes from.

use std::borrow::Cow;
use std::collections::BTreeSet;

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
    /// What identifies the cluster: its ARN, else its bootstrap servers, each once and in alphabetical order, since an event
    /// may list them in any. An event with neither (AWS sends none such; people write them) is identified by the value of
    /// `eventSource`.
    ///
    /// At most a few hundred bytes: of a longer list the first server stands with the number and a digest of all.
    pub fn cluster(&self) -> Cow<'_, str> {
        const LONGEST_LIST: usize = 256;
        let servers = match (&self.event_source_arn, &self.bootstrap_servers) {
            (Some(arn), _) => return Cow::Borrowed(arn),
            (None, Some(servers)) => servers,
            (None, None) => return Cow::Borrowed(self.kind.event_source()),
        };
        let servers: BTreeSet<&str> = servers.split(',').map(str::trim).collect();
        let list = servers.iter().copied().collect::<Vec<_>>().join(",");
        if list.len() <= LONGEST_LIST {
            return Cow::Owned(list);
        }
        let first = servers.first().copied().unwrap_or_default();
        Cow::Owned(format!("{first} of {} servers, digest {:016x}", servers.len(), fnv_1a(list.as_bytes())))
    }
}

/// The 64-bit FNV-1a hash, which is the same on every machine and in every version.
fn fnv_1a(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
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
        source.bootstrap_servers = Some("b-2:9098, b-1:9098,b-2:9098".to_owned());
        assert_eq!(source.cluster(), "b-1:9098,b-2:9098");
        source.bootstrap_servers = None;
        assert_eq!(source.cluster(), "aws:kafka");
    }

    #[test]
    fn a_long_list_of_servers_is_shortened_but_still_told_apart() {
        let servers = |last: usize| (10..last).map(|n| format!("broker-{n}.kafka.internal.example:9092"));
        let cluster = |last| {
            let servers = servers(last).collect::<Vec<_>>().join(",");
            let kind = SourceKind::SelfManaged;
            Source { kind, event_source_arn: None, bootstrap_servers: Some(servers) }.cluster().into_owned()
        };
        assert!(cluster(40).starts_with("broker-10.kafka.internal.example:9092 of 30 servers, digest "));
        assert_ne!(cluster(40), cluster(41));
    }
}
