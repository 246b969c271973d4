//! A part that is not exactly as it was written is never read.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rand::{RngExt as _, SeedableRng as _};
use trailproof::base::limits::Limits;
use trailproof::base::sha256::Sha256;
use trailproof::source::parts::{AnswerSink as _, PartError, PartReader};

use super::write;
use crate::support::forge::Rng;

/// The bytes of a small part.
fn small(dir: &Path) -> Vec<u8> {
    let path = dir.join("intact");
    write(&path, 3, |part| {
        for n in 0_u8..5 {
            part.put(&[n; 4], &[n; 6]);
        }
        part.put(b"long", &[7; 900]);
    });
    fs::read(path).expect("a part")
}

fn opened(path: &Path, bytes: &[u8]) -> Result<PartReader, PartError> {
    fs::write(path, bytes).expect("a file");
    PartReader::open(path, &Limits::default())
}

#[test]
fn every_truncation_and_every_addition_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let (part, path) = (small(dir.path()), dir.path().join("part"));
    for length in 0..part.len() {
        let error = opened(&path, &part[..length]).expect_err("cut off");
        let is_expected = matches!(error, PartError::Altered | PartError::NotAPart);
        assert!(is_expected, "{length}: {error}");
    }
    for more in [1, 24, 48, 5_000] {
        let longer = [&part[..], &vec![0; more]].concat();
        assert!(opened(&path, &longer).is_err(), "{more}");
    }
    let twice = [&part[..], &part[..]].concat();
    assert!(opened(&path, &twice).is_err());
    assert!(opened(&path, &part).is_ok());
}

#[test]
fn every_flipped_bit_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let (part, path) = (small(dir.path()), dir.path().join("part"));
    for at in 0..part.len() {
        let mut flipped = part.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(opened(&path, &flipped).is_err(), "byte {at}");
    }
}

/// Gives bytes the SHA-256 that belongs at their end.
fn sealed(bytes: &mut [u8]) {
    let hash_at = bytes.len() - 32;
    let Sha256(hash) = Sha256::of(&bytes[..hash_at]);
    bytes[hash_at..].copy_from_slice(&hash);
}

#[test]
fn whoever_seals_any_bytes_gets_no_panic_no_large_memory_and_no_other_answer() {
    let dir = tempfile::tempdir().expect("a folder");
    let (part, path) = (small(dir.path()), dir.path().join("part"));
    let mut rng = Rng::seed_from_u64(23);
    let mut readable = 0;
    for _ in 0..3_000 {
        let mut forged = part.clone();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..forged.len() - 32);
            forged[at] = match rng.random_range(0..3) {
                0 => 0xff,
                1 => 0,
                _ => rng.random(),
            };
        }
        sealed(&mut forged);
        let Ok(part) = opened(&path, &forged) else {
            continue;
        };
        readable += 1;
        for question in [&[0; 4][..], &[4; 4], b"long", b"never asked"] {
            // Any answer has bounded length; an error is no answer.
            if let Ok(Some(answer)) = part.answer(question) {
                assert!(answer.len() <= 1 << 16, "{}", answer.len());
            }
        }
    }
    assert!(readable > 100, "{readable}");
}

#[test]
fn what_is_no_part_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    let refused = |bytes: &[u8]| opened(&path, bytes).expect_err("no part");
    assert_eq!(refused(b""), PartError::NotAPart);
    assert_eq!(
        refused(b"{\"schema\":\"trailproof.plan/v1\"}\n"),
        PartError::NotAPart
    );
    assert_eq!(refused(b"trailproof.part/v2\n"), PartError::NotAPart);
    let mut header = b"trailproof.part/v1\n{}\n".to_vec();
    header.resize(header.len() + 48, 0);
    sealed(&mut header);
    assert_eq!(refused(&header), PartError::Malformed);

    let refused = |path: &Path| PartReader::open(path, &Limits::default()).expect_err("no file");
    assert!(matches!(refused(dir.path()), PartError::Unreadable(_)));
    let absent = dir.path().join("absent");
    symlink("nowhere", &absent).expect("a link");
    assert!(matches!(refused(&absent), PartError::Unreadable(_)));
}
