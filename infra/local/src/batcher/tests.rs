use proptest::prelude::*;

use super::*;

const EMPTY_EVENT: usize = 100;
const OVERHEAD: usize = 10;

struct Clock(Instant);

impl Clock {
    fn at(&self, milliseconds: u64) -> Instant {
        self.0 + Duration::from_millis(milliseconds)
    }
}

fn clock() -> Clock {
    Clock(Instant::now())
}

fn batcher(records: usize, window_ms: u64, bytes: usize, partitions: i32) -> Batcher<u64> {
    let mut batcher = Batcher::new(Limits { records, window: Duration::from_millis(window_ms), bytes }, EMPTY_EVENT);
    for partition in 0..partitions {
        batcher.assign(partition, OVERHEAD);
    }
    batcher
}

fn batch(partitions: &[(i32, &[u64])], closed: Closed) -> Option<Batch<u64>> {
    let partitions = partitions.iter().map(|&(partition, records)| (partition, records.to_vec())).collect();
    Some(Batch { partitions, closed })
}

#[test]
fn a_batch_closes_at_the_batch_size_before_its_window() {
    let (clock, mut batcher) = (clock(), batcher(2, 500, 1_000, 1));
    batcher.push(0, 1, 20, clock.at(0));
    assert_eq!(batcher.next_batch(clock.at(0)), Ok(None));
    batcher.push(0, 2, 20, clock.at(1));
    batcher.push(0, 3, 20, clock.at(1));
    assert_eq!(batcher.next_batch(clock.at(1)), Ok(batch(&[(0, &[1, 2])], Closed::Records)));
}

#[test]
fn the_window_opens_at_the_first_record() {
    let (clock, mut batcher) = (clock(), batcher(100, 500, 1_000, 2));
    assert_eq!(batcher.due(), None);
    batcher.push(1, 1, 20, clock.at(10_000));
    batcher.push(0, 2, 20, clock.at(10_400));
    assert_eq!(batcher.due(), Some(clock.at(10_500)));
    assert_eq!(batcher.next_batch(clock.at(10_499)), Ok(None));
    assert_eq!(batcher.next_batch(clock.at(10_500)), Ok(batch(&[(0, &[2]), (1, &[1])], Closed::Window)));
}

#[test]
fn without_a_window_a_record_goes_at_once() {
    let (clock, mut batcher) = (clock(), batcher(100, 0, 1_000, 1));
    batcher.push(0, 1, 20, clock.at(0));
    assert_eq!(batcher.next_batch(clock.at(0)), Ok(batch(&[(0, &[1])], Closed::Window)));
}

#[test]
fn a_batch_may_be_exactly_as_large_as_the_payload_limit_and_no_byte_larger() {
    let clock = clock();
    // The first partition has no comma before it: 100 + 9 + 2 * 40 = 189.
    for (limit, expected) in [(189, batch(&[(0, &[1, 2])], Closed::Bytes)), (188, batch(&[(0, &[1])], Closed::Bytes))] {
        let mut batcher = batcher(100, 500, limit, 1);
        for record in 1..=3 {
            batcher.push(0, record, 40, clock.at(0));
        }
        assert_eq!(batcher.next_batch(clock.at(0)), Ok(expected), "limit {limit}");
    }
}

#[test]
fn a_second_partition_pays_for_its_name() {
    let clock = clock();
    // 100 + 9 + 40, and 10 + 40 more.
    for (limit, expected) in [(199, &[(0, &[1][..]), (1, &[2])][..]), (198, &[(0, &[1])])] {
        let mut batcher = batcher(100, 500, limit, 2);
        batcher.push(0, 1, 40, clock.at(0));
        batcher.push(1, 2, 40, clock.at(1));
        let partitions = batcher.next_batch(clock.at(500)).unwrap().unwrap().partitions;
        let expected = expected.iter().map(|&(partition, records)| (partition, records.to_vec())).collect();
        assert_eq!(partitions, expected, "limit {limit}");
    }
}

#[test]
fn a_partition_has_one_batch_in_flight() {
    let (clock, mut batcher) = (clock(), batcher(2, 0, 1_000, 2));
    for record in 1..=4 {
        batcher.push(0, record, 20, clock.at(0));
    }
    batcher.push(1, 5, 20, clock.at(1));
    assert_eq!(batcher.next_batch(clock.at(2)), Ok(batch(&[(0, &[1, 2])], Closed::Records)));
    assert_eq!(batcher.next_batch(clock.at(2)), Ok(batch(&[(1, &[5])], Closed::Window)));
    assert_eq!(batcher.next_batch(clock.at(9_999)), Ok(None));
    assert_eq!(batcher.due(), None);
    batcher.complete(0);
    assert_eq!(batcher.next_batch(clock.at(9_999)), Ok(batch(&[(0, &[3, 4])], Closed::Records)));
}

#[test]
fn a_batch_is_filled_from_the_partition_that_waited_longest() {
    let (clock, mut batcher) = (clock(), batcher(3, 500, 1_000, 3));
    batcher.push(2, 1, 20, clock.at(0));
    batcher.push(0, 2, 20, clock.at(1));
    batcher.push(1, 3, 20, clock.at(2));
    batcher.push(2, 4, 20, clock.at(3));
    assert_eq!(batcher.next_batch(clock.at(3)), Ok(batch(&[(0, &[2]), (2, &[1, 4])], Closed::Records)));
}

#[test]
fn a_record_that_no_event_can_hold_is_an_error_once_it_is_next() {
    let (clock, mut batcher) = (clock(), batcher(100, 500, 200, 1));
    batcher.push(0, 1, 20, clock.at(0));
    batcher.push(0, 2, 92, clock.at(0));
    assert_eq!(batcher.next_batch(clock.at(0)), Ok(batch(&[(0, &[1])], Closed::Bytes)));
    batcher.complete(0);
    assert_eq!(batcher.next_batch(clock.at(0)), Err(TooLarge { partition: 0, record: 2, event_bytes: 201 }));
}

#[test]
fn a_revoked_partition_takes_its_records_along() {
    let (clock, mut batcher) = (clock(), batcher(100, 500, 1_000, 2));
    batcher.push(0, 1, 20, clock.at(0));
    batcher.push(1, 2, 20, clock.at(0));
    batcher.revoke(0);
    batcher.push(0, 3, 20, clock.at(0));
    assert_eq!(batcher.next_batch(clock.at(500)), Ok(batch(&[(1, &[2])], Closed::Window)));
    assert!(batcher.is_done(0));
}

#[derive(Debug, Clone)]
enum Step {
    Push { partition: i32, bytes: usize },
    Wait { milliseconds: u64 },
    Take,
    Complete { partition: i32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_i32, 1..200_usize).prop_map(|(partition, bytes)| Step::Push { partition, bytes }),
        1 => (0..700_u64).prop_map(|milliseconds| Step::Wait { milliseconds }),
        2 => Just(Step::Take),
        1 => (0..3_i32).prop_map(|partition| Step::Complete { partition }),
    ]
}

proptest! {
    /// Whatever happens in whatever order: no record is lost, doubled or overtaken, and no batch breaks a limit.
    #[test]
    fn every_record_leaves_once_in_order_and_within_the_limits(
        steps in proptest::collection::vec(step(), 0..200),
        records in 1..8_usize,
        bytes in 320..700_usize,
    ) {
        let (clock, mut batcher) = (clock(), batcher(records, 500, bytes, 3));
        let mut elapsed = 0;
        let mut sizes: Vec<usize> = Vec::new();
        let mut pushed: [Vec<u64>; 3] = Default::default();
        let mut taken: [Vec<u64>; 3] = Default::default();
        let mut in_flight = [false; 3];

        let drain = (0..3).map(|partition| Step::Complete { partition }).chain([Step::Wait { milliseconds: 500 }, Step::Take]);
        let steps = steps.into_iter().chain(drain.cycle().take(200 * 5));
        for step in steps {
            match step {
                Step::Push { partition, bytes } => {
                    let record = sizes.len() as u64;
                    sizes.push(bytes);
                    pushed[partition as usize].push(record);
                    batcher.push(partition, record, bytes, clock.at(elapsed));
                }
                Step::Wait { milliseconds } => elapsed += milliseconds,
                Step::Complete { partition } => {
                    in_flight[partition as usize] = false;
                    batcher.complete(partition);
                }
                Step::Take => {
                    let Some(batch) = batcher.next_batch(clock.at(elapsed)).unwrap() else { continue };
                    prop_assert!(!batch.partitions.is_empty());
                    let mut event_bytes = EMPTY_EVENT - 1;
                    let mut count = 0;
                    for (partition, records) in batch.partitions {
                        prop_assert!(!records.is_empty());
                        prop_assert!(!in_flight[partition as usize], "two batches of partition {} in flight", partition);
                        in_flight[partition as usize] = true;
                        count += records.len();
                        event_bytes += OVERHEAD + records.iter().map(|&record| sizes[record as usize]).sum::<usize>();
                        taken[partition as usize].extend(records);
                    }
                    prop_assert!(count <= records);
                    prop_assert!(event_bytes <= bytes);
                    if batch.closed == Closed::Records {
                        prop_assert_eq!(count, records);
                    }
                }
            }
        }
        prop_assert!(batcher.due().is_none());
        prop_assert_eq!(pushed, taken);
        for partition in 0..3 {
            prop_assert_eq!(batcher.waiting_bytes(partition), 0);
        }
    }
}
