//! Parts of a sharded validation: one whose bytes were changed is never read, and a part that somebody made with the
//! right hash costs no more than its size, whatever it says.

use std::fs;

use trailproof::base::limits::Limits;
use trailproof::source::parts::{AnswerSink as _, PartError, PartHeader, PartReader, PartWriter};

use super::outcome::Outcome;
use super::scratch::with_file;
use super::targets::FuzzTarget;
use crate::support::forge::text::sha256_hex;

pub const PART_FILES: FuzzTarget = FuzzTarget::new(
    "part-files",
    part_files,
    || vec![part(0), part(6), part(700)],
    &[
        "trailproof.part/v1\n",
        "\"shard\":",
        "\n",
        "\u{0}\u{0}\u{0}\u{0}",
        "\u{7f}\u{7f}\u{7f}\u{7f}",
    ],
)
.longest(64 << 10);

/// The hash at the end of a part, in bytes.
const HASH: usize = 32;

/// The longest answer here.
const LONGEST: u64 = 1 << 20;

fn limits() -> Limits {
    Limits {
        part_answer: LONGEST,
        ..Limits::default()
    }
}

fn question(number: usize) -> Vec<u8> {
    format!("q{number}").into_bytes()
}

fn answer(number: usize) -> Vec<u8> {
    format!("answer {number} ")
        .repeat(1 + number % 40)
        .into_bytes()
}

/// A part with as many answers.
fn part(answers: usize) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("part");
    let header = PartHeader {
        plan_sha256: "0a".repeat(32),
        trailproof: "0.1.0".into(),
        shard: 3,
    };
    let file = fs::File::create(&path).expect("a file");
    let writer = PartWriter::new(file, &header, &limits()).expect("a part");
    (0..answers).for_each(|number| writer.put(&question(number), &answer(number)));
    writer.finish().expect("a part");
    fs::read(path).expect("a part")
}

fn hash_of(bytes: &[u8]) -> Vec<u8> {
    let digits = sha256_hex(bytes);
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits");
    (0..HASH).map(|at| byte(2 * at)).collect()
}

fn part_files(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let before = &input[..input.len().saturating_sub(HASH)];
    let mended = [before, &hash_of(before)].concat();
    if input != mended {
        let read = with_file(input, |path| PartReader::open(path, &limits()));
        assert!(read.is_err(), "a part with another hash is read");
    }
    with_file(&mended, |path| match PartReader::open(path, &limits()) {
        Ok(part) => {
            assert_eq!(
                PartReader::claimed_header(path).as_ref(),
                Some(part.header())
            );
            assert!(
                part.answers() <= mended.len() as u64 / 24,
                "more answers than fit"
            );
            outcome.size(part.answers());
            for number in [0, 1, 5, 63, 64, 500, 699, 700, 9_999] {
                let found = part.answer(&question(number));
                if let Ok(Some(answer)) = &found {
                    assert!(answer.len() as u64 <= LONGEST, "an answer beyond the limit");
                }
                outcome.add(
                    found
                        .map(|found| found.is_some())
                        .map_err(|error| error.kind())
                        .is_ok(),
                );
            }
        }
        Err(error) => {
            assert!(!matches!(error, PartError::Unreadable(_)), "{error}");
            outcome.message(&error.to_string());
        }
    });
    outcome.number()
}
