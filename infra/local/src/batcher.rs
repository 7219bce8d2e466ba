//! How records become batches: the event source mapping's rules, as a state machine without clock or I/O.
//!
//! A batch closes when it holds the batch size's number of records, when the batching window has passed since the oldest
//! of its records arrived, or when one more record would make the event larger than the payload limit. It may hold records
//! of several partitions, and a partition has at most one batch in flight, which keeps its order.
//! (AWS Lambda developer guide, "Batching behavior" of event source mappings, and the parameters of Kafka's.)
//!
//! Where AWS leaves a choice, a batch is filled from the partition whose records have waited longest, and goes on to the
//! next one only while there is room: under a backlog each batch is of one partition or two, and batches of different
//! partitions run side by side.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// The most records that AWS puts into a batch.
pub const LARGEST_BATCH_SIZE: usize = 10_000;
/// The longest batching window that AWS allows.
pub const LONGEST_WINDOW: Duration = Duration::from_secs(300);

/// When a batch closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// `BatchSize`: the most records in a batch, 1 to 10,000.
    pub records: usize,
    /// `MaximumBatchingWindowInSeconds`: how long a batch may wait for more records, 0 s to 300 s.
    pub window: Duration,
    /// The largest event in bytes of JSON.
    pub bytes: usize,
}

impl Default for Limits {
    /// AWS's defaults: 100 records, 500 ms, 6 MB.
    fn default() -> Self {
        Self { records: 100, window: Duration::from_millis(500), bytes: event::write::MAX_EVENT_BYTES }
    }
}

/// Why a batch closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It holds the batch size's number of records.
    Records,
    /// One more record would have made the event too large.
    Bytes,
    /// The batching window has passed.
    Window,
}

/// A closed batch: records of each partition in the order of their arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<R> {
    /// The records by partition; none is empty.
    pub partitions: BTreeMap<i32, Vec<R>>,
    /// Why it closed.
    pub closed: Closed,
}

/// A record alone makes an event larger than the payload limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLarge<R> {
    /// Its partition.
    pub partition: i32,
    /// The record, taken out of its queue.
    pub record: R,
    /// The length in bytes of the event that it would make.
    pub event_bytes: usize,
}

/// Records that wait for a batch, by partition.
#[derive(Debug)]
pub struct Batcher<R> {
    limits: Limits,
    empty_event: usize,
    queues: BTreeMap<i32, Queue<R>>,
}

#[derive(Debug)]
struct Queue<R> {
    waiting: VecDeque<Waiting<R>>,
    bytes: usize,
    /// What the partition's first record adds to an event beyond its own bytes.
    overhead: usize,
    in_flight: bool,
}

#[derive(Debug)]
struct Waiting<R> {
    record: R,
    bytes: usize,
    arrived: Instant,
}

impl<R> Batcher<R> {
    /// No partition yet. `empty_event` is the length in bytes of an event without records.
    pub fn new(limits: Limits, empty_event: usize) -> Self {
        Self { limits, empty_event, queues: BTreeMap::new() }
    }

    /// Takes a partition in, or empties it if it is there. `overhead` is what the partition costs in an event: its name
    /// and brackets, and the comma before it.
    pub fn assign(&mut self, partition: i32, overhead: usize) {
        self.queues.insert(partition, Queue { waiting: VecDeque::new(), bytes: 0, overhead, in_flight: false });
    }

    /// Forgets a partition with the records that wait in it.
    pub fn revoke(&mut self, partition: i32) {
        self.queues.remove(&partition);
    }

    /// Queues a record that arrived at `now`. `bytes` is its length in the event, with the comma before it. A record of a
    /// partition that is not assigned is dropped: whoever has the partition now reads it again.
    pub fn push(&mut self, partition: i32, record: R, bytes: usize, now: Instant) {
        if let Some(queue) = self.queues.get_mut(&partition) {
            queue.bytes += bytes;
            queue.waiting.push_back(Waiting { record, bytes, arrived: now });
        }
    }

    /// Takes the next batch that is closed by `now`, if any, and puts its partitions in flight until
    /// [`complete`](Self::complete). Fails when a record is next that no event can hold; it is out of its queue then.
    pub fn next_batch(&mut self, now: Instant) -> Result<Option<Batch<R>>, TooLarge<R>> {
        let overdue = self.due().is_some_and(|due| due <= now);
        if !overdue && !self.is_full() {
            return Ok(None);
        }
        let mut longest_waiting: Vec<(Instant, i32)> = self.idle().map(|(oldest, id, _)| (oldest, id)).collect();
        longest_waiting.sort_unstable();

        let mut partitions = BTreeMap::new();
        let mut closed = Closed::Window;
        let mut room = self.limits.records;
        let mut event_bytes = self.empty_event;
        for (_, id) in longest_waiting {
            let Some(queue) = self.queues.get_mut(&id) else { continue };
            // The first partition of an event has no comma before it.
            let overhead = queue.overhead.saturating_sub(usize::from(partitions.is_empty()));
            let fitting = queue.fitting(room, self.limits.bytes.saturating_sub(event_bytes + overhead));
            if fitting.records > 0 {
                event_bytes += overhead + fitting.bytes;
                room -= fitting.records;
                queue.bytes -= fitting.bytes;
                queue.in_flight = true;
                partitions.insert(id, queue.waiting.drain(..fitting.records).map(|waiting| waiting.record).collect());
            }
            if queue.waiting.is_empty() && room > 0 {
                continue;
            }
            if partitions.is_empty()
                && let Some(waiting) = queue.waiting.pop_front()
            {
                queue.bytes -= waiting.bytes;
                let event_bytes = event_bytes + overhead + waiting.bytes;
                return Err(TooLarge { partition: id, record: waiting.record, event_bytes });
            }
            closed = if room == 0 { Closed::Records } else { Closed::Bytes };
            break;
        }
        Ok((!partitions.is_empty()).then_some(Batch { partitions, closed }))
    }

    /// When the batching window of the records that wait now will have passed. None while nothing waits that could go.
    pub fn due(&self) -> Option<Instant> {
        self.idle().map(|(oldest, ..)| oldest).min()?.checked_add(self.limits.window)
    }

    /// Says that the partition's batch is no longer in flight: its next one may go.
    pub fn complete(&mut self, partition: i32) {
        if let Some(queue) = self.queues.get_mut(&partition) {
            queue.in_flight = false;
        }
    }

    /// Whether nothing of the partition waits or is in flight.
    pub fn is_done(&self, partition: i32) -> bool {
        self.queues.get(&partition).is_none_or(|queue| queue.waiting.is_empty() && !queue.in_flight)
    }

    /// Whether nothing waits and nothing is in flight.
    pub fn is_idle(&self) -> bool {
        self.queues.values().all(|queue| queue.waiting.is_empty() && !queue.in_flight)
    }

    /// How many bytes of events wait in a partition.
    pub fn waiting_bytes(&self, partition: i32) -> usize {
        self.queues.get(&partition).map_or(0, |queue| queue.bytes)
    }

    /// The queues that the next batch may take from, each with the arrival of its first record.
    fn idle(&self) -> impl Iterator<Item = (Instant, i32, &Queue<R>)> {
        self.queues
            .iter()
            .filter(|(_, queue)| !queue.in_flight)
            .filter_map(|(&id, queue)| Some((queue.waiting.front()?.arrived, id, queue)))
    }

    /// Whether a batch closes by its size, whatever the time.
    fn is_full(&self) -> bool {
        let (mut records, mut bytes) = (0, self.empty_event);
        for (_, _, queue) in self.idle() {
            bytes += queue.overhead.saturating_sub(usize::from(records == 0)) + queue.bytes;
            records += queue.waiting.len();
        }
        records >= self.limits.records || bytes > self.limits.bytes
    }
}

/// How much of a queue goes into a batch.
struct Fitting {
    records: usize,
    bytes: usize,
}

impl<R> Queue<R> {
    /// The longest run from the queue's front within both limits.
    fn fitting(&self, records: usize, bytes: usize) -> Fitting {
        let mut fitting = Fitting { records: 0, bytes: 0 };
        for waiting in self.waiting.iter().take(records) {
            if fitting.bytes + waiting.bytes > bytes {
                break;
            }
            fitting.records += 1;
            fitting.bytes += waiting.bytes;
        }
        fitting
    }
}

#[cfg(test)]
mod tests;
