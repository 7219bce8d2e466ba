//! Keys that no other S3 sink has: they begin with `lambda.` and mean the same in every dialect.

use connect::config::{Check, Key, Settings};

use super::{LedgerOptions, blank_or_one_of};

pub(super) static LEDGER_ADOPT: Key<bool> =
    Key::boolean("lambda.ledger.adopt", "Whether objects that another connector or cluster wrote are taken over")
        .default("false");
pub(super) static REPEATS: Key<String> = Key::text(
    "lambda.repeats",
    "Records at offsets that an object covers already: check = they are repeats unless their timestamps are later than \
     all of the object's; drop = they are repeats whatever their timestamps say",
)
.default("check")
.check(Check::OneOfIgnoringCase(&["check", "drop"]));
pub(super) static STORAGE_CLASS: Key<String> =
    Key::text("lambda.s3.storage.class", "S3's storage class of new objects; empty: the bucket's default")
        .default("")
        .check(Check::Custom(|text| blank_or_one_of(text, STORAGE_CLASSES)));

/// `StorageClass` of S3's `PutObject`.
const STORAGE_CLASSES: &[&str] = &[
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
    "EXPRESS_ONEZONE",
    "OUTPOSTS",
    "SNOW",
];

/// How repeats are told from new records.
pub(super) fn ledger(settings: &Settings) -> Option<LedgerOptions> {
    let drop_repeats = settings.get(&REPEATS)?.eq_ignore_ascii_case("drop");
    Some(LedgerOptions { adopt: settings.get(&LEDGER_ADOPT)?, drop_repeats })
}

/// The storage class, where one is asked for.
pub(super) fn storage_class(settings: &Settings) -> Option<String> {
    settings.get(&STORAGE_CLASS).filter(|class| !class.is_empty())
}
