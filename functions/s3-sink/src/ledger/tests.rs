//! What an object that is there means for one that is to be written.

use super::*;

const OPTIONS: LedgerOptions = LedgerOptions { adopt: false, drop_repeats: false };

/// These offsets, each stamped with its own number of milliseconds.
fn holding(offsets: impl IntoIterator<Item = i64>) -> Ledger {
    let mut records = Records::default();
    let offsets: Vec<i64> = offsets.into_iter().collect();
    for offset in &offsets {
        records.add(*offset, Some(*offset));
    }
    Ledger {
        connector: "orders-to-s3".to_owned(),
        cluster: "arn:aws:kafka:eu-central-1:1:cluster/lake".to_owned(),
        topic: "orders".to_owned(),
        partition: 3,
        first_offset: offsets[0],
        last_offset: offsets[offsets.len() - 1],
        records,
    }
}

fn ledger(first_offset: i64, last_offset: i64) -> Ledger {
    holding(first_offset..=last_offset)
}

/// As [`holding`], all stamped later by so many milliseconds, and what of it lies up to an offset.
fn later(offsets: &[i64], by: i64, last_offset: i64) -> (Ledger, Shared) {
    let mut ours = holding(offsets.iter().copied());
    ours.records.latest_timestamp = Some(ours.last_offset + by);
    let mut shared = Shared { records: Records::default(), first_timestamp: Some(ours.first_offset + by) };
    for offset in offsets.iter().filter(|offset| **offset <= last_offset) {
        shared.records.add(*offset, Some(offset + by));
    }
    (ours, shared)
}

/// Ours and theirs by their offsets, each of which is stamped with its own number.
fn decided_by_offsets(ours: &[i64], theirs: &[i64]) -> Decision {
    let (ours, shared) = later(ours, 0, theirs[theirs.len() - 1]);
    decide(Identity::StartOffset, &ours, shared, &holding(theirs.iter().copied()), OPTIONS)
}

/// What of a range without holes lies up to the end of theirs.
fn shared(ours: &Ledger, theirs: &Ledger) -> Shared {
    let last = ours.last_offset.min(theirs.last_offset);
    if last < ours.first_offset {
        return Shared::default();
    }
    Shared { records: ledger(ours.first_offset, last).records, first_timestamp: Some(ours.first_offset) }
}

fn decided(identity: Identity, ours: &Ledger, theirs: &Ledger) -> Decision {
    decide(identity, ours, shared(ours, theirs), theirs, OPTIONS)
}

#[test]
fn the_same_and_a_longer_object_make_ours_a_repeat() {
    assert_eq!(decided(Identity::StartOffset, &ledger(7, 49), &ledger(7, 49)), Decision::Repeat);
    assert_eq!(decided(Identity::StartOffset, &ledger(7, 20), &ledger(7, 49)), Decision::Repeat);
}

#[test]
fn a_shorter_object_is_replaced() {
    assert_eq!(decided(Identity::StartOffset, &ledger(7, 49), &ledger(7, 20)), Decision::Replace);
}

#[test]
fn an_object_of_a_key_is_replaced_only_by_a_higher_offset_whatever_the_timestamps() {
    for latest_timestamp in [None, Some(0), Some(5), Some(99)] {
        let ours = |offset| {
            let ours = ledger(offset, offset);
            Ledger { records: Records { latest_timestamp, ..ours.records }, ..ours }
        };
        let decided = |ours: &Ledger| {
            let shared = Shared { records: ours.records, first_timestamp: latest_timestamp };
            decide(Identity::RecordKey, ours, shared, &ledger(5, 5), OPTIONS)
        };
        assert_eq!(decided(&ours(9)), Decision::Replace, "{latest_timestamp:?}");
        assert_eq!(decided(&ours(5)), Decision::Repeat, "{latest_timestamp:?}");
        assert_eq!(decided(&ours(3)), Decision::Repeat, "{latest_timestamp:?}");
    }
}

#[test]
fn records_that_were_skipped_and_are_now_good_replace_the_object() {
    let theirs = [0, 1, 2, 3, 5, 6, 8, 9];
    let all: Vec<i64> = (0..20).collect();
    assert_eq!(decided_by_offsets(&all[..10], &theirs), Decision::Replace);
    assert_eq!(decided_by_offsets(&all, &theirs), Decision::Replace);
}

#[test]
fn a_record_that_is_now_good_and_the_latest_is_no_topic_made_anew() {
    let theirs = ledger(0, 4);
    let (ours, shared) = later(&[0, 2, 4], 0, 4);
    let theirs = Ledger { records: holding([0, 1, 4]).records, ..theirs };
    let stamped = |latest| Shared { records: Records { latest_timestamp: Some(latest), ..shared.records }, ..shared };
    let decision = decide(Identity::StartOffset, &ours, stamped(99), &theirs, OPTIONS);
    assert_eq!(decision, Decision::Beside { from: 1 });
}

#[test]
fn what_compaction_has_removed_since_stays_in_the_object() {
    assert_eq!(decided_by_offsets(&[0, 5, 9], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), Decision::Repeat);
    assert_eq!(decided_by_offsets(&[0, 3], &[0, 1, 2, 3, 4, 5]), Decision::Repeat);
}

#[test]
fn an_object_without_holes_is_gone_on_from_behind_it() {
    let decision = decided_by_offsets(&[0, 1, 2, 5, 10, 11], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(decision, Decision::Beside { from: 10 });
}

#[test]
fn where_each_may_hold_more_all_but_the_first_record_is_written_again() {
    for (ours, theirs) in [
        (&[0, 1, 5][..], &[0, 2, 5][..]),
        (&[0, 2, 9], &[0, 1, 5]),
        // As many records, but the range of theirs ends later.
        (&[0, 1, 2, 4], &[0, 2, 4, 5]),
    ] {
        assert_eq!(decided_by_offsets(ours, theirs), Decision::Beside { from: 1 }, "{ours:?} {theirs:?}");
    }
}

#[test]
fn the_first_part_of_a_batch_with_holes_is_a_repeat() {
    assert_eq!(decided_by_offsets(&[0, 2, 5], &[0, 2, 5, 9]), Decision::Repeat);
    assert_eq!(decided_by_offsets(&[0, 2, 5, 9], &[0, 2, 5]), Decision::Replace);
}

#[test]
fn a_record_before_the_objects_first_is_written_too() {
    assert_eq!(decided_by_offsets(&[3, 6], &[4, 6]), Decision::Beside { from: 3 });
    assert_eq!(decided_by_offsets(&[4, 6], &[3, 4, 5, 6]), Decision::Repeat);
    assert_eq!(decided_by_offsets(&[3, 4, 5], &[4, 5]), Decision::Replace);
}

#[test]
fn a_record_that_came_twice_hides_no_hole() {
    assert_eq!(decided_by_offsets(&[0, 1, 2, 3], &[0, 2, 2, 3]), Decision::Replace);
    assert_eq!(decided_by_offsets(&[0, 1, 3], &[0, 2, 2, 3]), Decision::Beside { from: 1 });
}

#[test]
fn a_later_timestamp_at_the_same_offsets_is_no_repeat() {
    let theirs = ledger(0, 9);
    for offsets in [(0..6).collect::<Vec<_>>(), (0..31).collect(), vec![0, 4, 12]] {
        let (ours, shared) = later(&offsets, 90, 9);
        let decision = decide(Identity::StartOffset, &ours, shared, &theirs, OPTIONS);
        let Decision::Refuse(Refusal::NotARepeat { first_offset: 0, last_offset: 9, theirs: 9, .. }) = decision else {
            panic!("{offsets:?}: {decision:?}");
        };
    }
    // The objects differ, and yet both hold the first record.
    let (ours, shared) = later(&[0, 1, 2, 3], 90, 3);
    let decision = decide(Identity::StartOffset, &ours, shared, &holding([0, 2, 3]), OPTIONS);
    assert!(matches!(decision, Decision::Refuse(Refusal::NotARepeat { ours: 90, .. })), "{decision:?}");
}

#[test]
fn dropping_repeats_looks_at_no_timestamps() {
    let (ours, shared) = later(&[0, 1, 2], 90, 9);
    let options = LedgerOptions { drop_repeats: true, ..OPTIONS };
    assert_eq!(decide(Identity::StartOffset, &ours, shared, &ledger(0, 9), options), Decision::Repeat);
}

#[test]
fn the_hash_is_fnv_1a_over_the_bytes_of_the_offsets() {
    let mut records = Records::default();
    records.add(i64::from_le_bytes(*b"foobar\0\0"), None);
    let foobar = 0x8594_4171_f739_67e8_u64;
    let with_two_zero_bytes = foobar.wrapping_mul(FNV_PRIME).wrapping_mul(FNV_PRIME);
    assert_eq!(records.offsets_hash, with_two_zero_bytes);
}

#[test]
fn records_without_timestamps_are_judged_by_their_offsets() {
    let mut theirs = ledger(0, 9);
    theirs.records.latest_timestamp = None;
    assert_eq!(decided(Identity::StartOffset, &ledger(0, 5), &theirs), Decision::Repeat);
}

#[test]
fn an_object_of_another_owner_is_left_alone_unless_it_is_adopted() {
    let other_connector = Ledger { connector: "old".to_owned(), ..ledger(0, 4) };
    let other_cluster = Ledger { cluster: "old".to_owned(), ..ledger(0, 4) };
    for theirs in [other_connector, other_cluster] {
        let Decision::Refuse(refusal) = decided(Identity::StartOffset, &ledger(0, 9), &theirs) else {
            panic!("{theirs:?} is taken over");
        };
        let message = refusal.to_string();
        for part in ["old", "orders-to-s3", "cluster/lake", "lambda.ledger.adopt=true"] {
            assert!(message.contains(part), "{part} is not in: {message}");
        }
        let options = LedgerOptions { adopt: true, ..OPTIONS };
        let ours = ledger(0, 9);
        let decision = decide(Identity::StartOffset, &ours, shared(&ours, &theirs), &theirs, options);
        assert_eq!(decision, Decision::Replace);
    }
}

#[test]
fn an_object_of_another_topic_partition_is_never_touched() {
    for theirs in [Ledger { partition: 4, ..ledger(0, 4) }, Ledger { topic: "refunds".to_owned(), ..ledger(0, 4) }] {
        let options = LedgerOptions { adopt: true, drop_repeats: true };
        let decision = decide(Identity::StartOffset, &ledger(0, 9), Shared::default(), &theirs, options);
        assert!(matches!(decision, Decision::Refuse(Refusal::OtherPartition { .. })), "{decision:?}");
    }
}

#[test]
fn a_key_that_moved_to_another_partition_keeps_its_latest_record() {
    let theirs = Ledger { partition: 4, ..ledger(50, 50) };
    let ours =
        |latest_timestamp| Ledger { records: Records { latest_timestamp, ..ledger(7, 7).records }, ..ledger(7, 7) };
    let decided = |ours: &Ledger| decide(Identity::RecordKey, ours, Shared::default(), &theirs, OPTIONS);
    assert_eq!(decided(&ours(Some(51))), Decision::Replace);
    assert_eq!(decided(&ours(Some(50))), Decision::Repeat);
    assert_eq!(decided(&ours(Some(49))), Decision::Repeat);
    assert_eq!(decided(&ours(None)), Decision::Replace);
}

#[test]
fn a_ledger_comes_back_from_its_metadata() {
    let mut ledger = ledger(0, 9);
    ledger.connector = " Bestellungen für 100% S3\n".to_owned();
    let metadata = ledger.to_metadata();
    let safe = |text: &String| text.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(metadata.iter().all(|(name, value)| safe(name) && safe(value)), "{metadata:?}");
    assert_eq!(Ledger::from_metadata(&metadata), Some(ledger.clone()));
    ledger.records.latest_timestamp = None;
    assert_eq!(Ledger::from_metadata(&ledger.to_metadata()), Some(ledger));
}

#[test]
fn metadata_without_a_whole_ledger_has_none() {
    assert_eq!(Ledger::from_metadata(&HashMap::new()), None);
    for name in ledger(0, 9).to_metadata().keys() {
        let mut metadata = ledger(0, 9).to_metadata();
        metadata.insert(name.clone(), "%".to_owned());
        assert_eq!(Ledger::from_metadata(&metadata), None, "{name}");
    }
}

#[test]
fn an_object_remembers_the_latest_timestamp_of_what_it_replaced() {
    let records = Records { latest_timestamp: Some(3), ..ledger(9, 9).records };
    let ours = Ledger { records, ..ledger(9, 9) };
    assert_eq!(ours.in_place_of(&ledger(5, 5)).records.latest_timestamp, Some(5));
}
