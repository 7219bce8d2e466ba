//! What a function knows to be stored while a batch is not done: an attempt that follows another asks S3 only for the rest.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ledger::Ledger;

/// Objects by name, the oldest forgotten first.
///
/// Only what this process itself has written or looked at, and only until its batch is done: an object that somebody removes,
/// so that its records be written again, is not taken for one that is there.
#[derive(Debug)]
pub(crate) struct Known {
    most_bytes: usize,
    objects: Mutex<Objects>,
}

#[derive(Debug, Default)]
struct Objects {
    ledgers: HashMap<String, Ledger>,
    oldest_first: VecDeque<String>,
    bytes: usize,
}

impl Known {
    /// Knows nothing yet, and takes about so much memory at most.
    pub(crate) fn within(most_bytes: usize) -> Self {
        Self { most_bytes, objects: Mutex::default() }
    }

    /// What the object of this name holds, as far as is known.
    pub(crate) fn ledger(&self, name: &str) -> Option<Ledger> {
        self.objects().ledgers.get(name).cloned()
    }

    /// An object that is there.
    pub(crate) fn insert(&self, name: &str, ledger: Ledger) {
        let mut objects = self.objects();
        let bytes = size(name, &ledger);
        match objects.ledgers.insert(name.to_owned(), ledger) {
            Some(before) => objects.bytes = objects.bytes.saturating_sub(size(name, &before)),
            None => objects.oldest_first.push_back(name.to_owned()),
        }
        objects.bytes = objects.bytes.saturating_add(bytes);
        while objects.bytes > self.most_bytes
            && let Some(oldest) = objects.oldest_first.pop_front()
        {
            if let Some(ledger) = objects.ledgers.remove(&oldest) {
                objects.bytes = objects.bytes.saturating_sub(size(&oldest, &ledger));
            }
        }
    }

    /// The batch is done, and comes no more.
    pub(crate) fn forget(&self) {
        *self.objects() = Objects::default();
    }

    /// What a thread that panicked has left is at worst too little.
    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About what an entry takes, in bytes: its name stands in two places.
fn size(name: &str, ledger: &Ledger) -> usize {
    const FIXED: usize = size_of::<Ledger>() + 4 * size_of::<String>();
    let texts = 2 * name.len() + ledger.connector.len() + ledger.cluster.len() + ledger.topic.len();
    FIXED.saturating_add(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Records;

    fn ledger(first_offset: i64) -> Ledger {
        Ledger {
            connector: "orders-to-s3".to_owned(),
            cluster: "lake".to_owned(),
            topic: "orders".to_owned(),
            partition: 0,
            first_offset,
            last_offset: first_offset,
            records: Records::default(),
        }
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let known = Known::within(2 * size("a", &ledger(0)));
        for (name, offset) in [("a", 0), ("b", 1), ("a", 2), ("c", 3)] {
            known.insert(name, ledger(offset));
        }
        assert_eq!(["a", "b", "c"].map(|name| known.ledger(name)), [None, Some(ledger(1)), Some(ledger(3))]);
    }

    #[test]
    fn nothing_is_known_once_a_batch_is_done() {
        let known = Known::within(10_000);
        known.insert("a", ledger(0));
        assert_eq!(known.ledger("a"), Some(ledger(0)));
        known.forget();
        assert_eq!(known.ledger("a"), None);
    }
}
