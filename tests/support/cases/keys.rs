//! Cases about keys.

use crate::support::case::{Case, Keys, REGION};
use crate::support::forge::damage::sign_with_key;
use crate::support::forge::key_file::render;
use crate::support::forge::{KeyFileStyle, ts};

pub fn cases() -> Vec<Case> {
    vec![
        unknown(),
        unavailable(),
        unavailable_none(),
        invalid(),
        outside_validity(),
        tampered_key(),
    ]
}

/// A key file for the usual time, in which `change` may replace text.
fn file(case: &Case, style: KeyFileStyle, change: impl Fn(String) -> String) -> Keys {
    let keys = case.world.keys.published(
        REGION,
        ts("2026-03-01T00:00:00Z"),
        ts("2026-03-02T00:00:00Z"),
    );
    Keys::Files(vec![(
        "keys.json",
        change(render(&case.world.keys, style, REGION, &keys)),
    )])
}

fn with_file(mut case: Case) -> Case {
    case.args = [
        "--path",
        "bucket",
        "--s3-bucket",
        "trail-logs",
        "--keys",
        "keys.json",
    ]
    .map(Into::into)
    .into();
    case
}

fn unknown() -> Case {
    let mut case = with_file(Case::new(
        "key-unknown",
        4,
        "the key file holds a key valid then, and not the one the digests name; from a file that may just be the wrong file",
    ));
    let chain = case.chain(3);
    let mut keys = case.world.keys.published(
        REGION,
        ts("2026-03-01T00:00:00Z"),
        ts("2026-03-02T00:00:00Z"),
    );
    for key in &mut keys {
        key.index = (0..4)
            .find(|i| chain.digests.iter().all(|d| d.key != *i))
            .expect("a key not used");
    }
    keys.truncate(1);
    case.keys = Keys::Files(vec![(
        "keys.json",
        render(&case.world.keys, KeyFileStyle::V1Epoch, REGION, &keys),
    )]);
    case
}

fn unavailable() -> Case {
    let mut case = with_file(Case::new(
        "key-unavailable",
        4,
        "the key file is of another year: no key valid then is to be had",
    ));
    case.chain(3);
    let (from, to) = (ts("2025-03-01T00:00:00Z"), ts("2025-03-02T00:00:00Z"));
    let mut keys = case.world.keys.published(REGION, from, to);
    keys.truncate(1);
    // In this forge a key is used again later; a key from another year must not match one of today.
    keys[0].index = (0..4)
        .find(|i| {
            case.world
                .keys
                .signing_index(REGION, ts("2026-03-01T00:12:34Z"))
                != *i
        })
        .expect("another key");
    case.keys = Keys::Files(vec![(
        "keys.json",
        render(&case.world.keys, KeyFileStyle::QuotedEpoch, REGION, &keys),
    )]);
    case
}

fn unavailable_none() -> Case {
    let mut case = Case::new(
        "key-unavailable--none-given",
        4,
        "no keys were given: nothing can be proven",
    )
    .args(&["--path", "bucket", "--s3-bucket", "trail-logs"])
    .disk_only();
    case.chain(2);
    case.keys = Keys::Files(Vec::new());
    case
}

fn invalid() -> Case {
    let mut case = with_file(Case::new(
        "key-invalid",
        4,
        "a key in the file is broken: that concerns the file, and the logs are proven by the others",
    ));
    case.chain(3);
    case.keys = file(&case, KeyFileStyle::V1Epoch, |text| {
        let broken = r#"{"PublicKeyList": [{"Value": "bm8ga2V5", "ValidityStartTime": 1.0, "ValidityEndTime": 2.0, "Fingerprint": "00000000000000000000000000000000"},"#;
        let at = text.find('[').expect("a list");
        format!("{broken}{}", &text[at + 1..])
    });
    case
}

fn tampered_key() -> Case {
    let mut case = with_file(Case::new(
        "key-invalid--fingerprint",
        4,
        "a key's fingerprint is not that of its value: it is not used, and nothing is proven without it",
    ));
    let chain = case.chain(2);
    let fingerprint = case.world.keys.fingerprint(REGION, chain.last().key);
    case.keys = file(&case, KeyFileStyle::V2Iso, |text| {
        text.replace(&fingerprint, &"ab".repeat(16))
    });
    case
}

fn outside_validity() -> Case {
    let mut case = with_file(Case::new(
        "key-outside-validity",
        4,
        "the newest digest is signed with a genuine key that was not valid when it was signed",
    ));
    let chain = case.chain(4);
    let last = chain.last();
    let key = case
        .world
        .keys
        .index_outside_validity(REGION, last.delivered);
    sign_with_key(&mut case.world, last, key);
    let mut keys = case.world.keys.published(
        REGION,
        ts("2026-03-01T00:00:00Z"),
        ts("2026-03-02T00:00:00Z"),
    );
    // The genuine key was valid a year ago.
    keys.push(crate::support::forge::PublishedKey {
        index: key,
        valid_from: ts("2025-01-01T00:00:00Z"),
        valid_to: ts("2025-01-31T00:00:00Z"),
    });
    case.keys = Keys::Files(vec![(
        "keys.json",
        render(&case.world.keys, KeyFileStyle::V2Iso, REGION, &keys),
    )]);
    case
}
