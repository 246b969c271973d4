//! Answers that a part holds: each is found again, whoever put it and whatever it is.

use std::fs::File;
use std::io::ErrorKind;

use rand::{Rng as _, SeedableRng as _};
use trailproof::base::limits::Limits;
use trailproof::source::GetError;
use trailproof::source::parts::{AnswerSink as _, PartReader, PartState, PartWriter};

use super::{header, open, write};
use crate::support::forge::Rng;

/// A question and its answer: short and long ones, that deflate well or not at all.
fn pair(n: u32) -> (Vec<u8>, Vec<u8>) {
    let mut rng = Rng::seed_from_u64(n.into());
    let mut noise = vec![0; (n as usize * 37) % 5_000];
    rng.fill_bytes(&mut noise);
    let answer = match n % 3 {
        0 => noise,
        1 => format!("answer {n} ").repeat(n as usize % 900).into_bytes(),
        _ => Vec::new(),
    };
    (format!("question {n}").into_bytes(), answer)
}

#[test]
fn answers_of_many_threads_are_found_again_and_the_first_one_stays() {
    const PAIRS: u32 = 3_000;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    let counts = write(&path, 0, |part| {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for n in 0..PAIRS {
                        let (question, answer) = pair((n + thread * 700) % PAIRS);
                        part.put(&question, &answer);
                    }
                });
            }
        });
        for n in 0..PAIRS {
            part.put(&pair(n).0, b"a later answer");
        }
    });
    assert_eq!(counts.answers, u64::from(PAIRS));
    assert_eq!(counts.bytes, path.metadata().expect("a file").len());
    let part = PartReader::open(&path, &Limits::default()).expect("a part");
    assert_eq!(part.header(), &header(0));
    assert_eq!(part.answers(), counts.answers);
    assert_eq!(part.sha256(), counts.sha256);
    for n in 0..PAIRS {
        let (question, answer) = pair(n);
        let found = part.answer(&question).expect("readable");
        assert!(found == Some(answer), "{n}");
    }
    for other in ["", "question", "question 3000"] {
        assert_eq!(part.answer(other.as_bytes()).expect("readable"), None);
    }
}

#[test]
fn a_part_without_answers_is_a_part() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    assert_eq!(write(&path, 0, |_| ()).answers, 0);
    assert_eq!(open(1, &[&path]).state(0), PartState::Present);
    let part = PartReader::open(&path, &Limits::default()).expect("a part");
    assert_eq!(part.answer(b"any").expect("readable"), None);
}

#[test]
fn what_cannot_be_written_ends_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    File::create_new(&path).expect("a file");
    let file = File::open(&path).expect("a file that is not writable");
    let part = PartWriter::new(file, &header(0), &Limits::default()).expect("nothing written yet");
    assert!(part.check().is_ok());
    let (_, noise) = pair(3 * 44);
    for n in 0_u32..200 {
        part.put(&n.to_le_bytes(), &noise);
    }
    assert!(part.failure().is_some());
    assert!(matches!(part.check(), Err(GetError::Cancelled(_))));
    assert!(part.finish().is_err());
}

#[test]
fn an_answer_beyond_the_limit_fails_the_part_and_is_never_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let small = Limits {
        part_answer: 1_000,
        ..Limits::default()
    };
    let file = File::create_new(dir.path().join("small")).expect("a file");
    let part = PartWriter::new(file, &header(0), &small).expect("a part");
    part.put(b"small", &[0; 1_000]);
    assert_eq!(part.failure(), None);
    part.put(b"large", &[0; 1_001]);
    assert!(part.failure().is_some_and(|why| why.contains("too long")));

    // A bomb in a part of somebody else is not inflated.
    let path = dir.path().join("part");
    write(&path, 0, |part| part.put(b"large", &[0; 1_001]));
    let part = PartReader::open(&path, &small).expect("a part");
    let error = part.answer(b"large").expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
}

#[test]
fn nothing_is_added_to_a_complete_part() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    let part = super::writer(&path, &header(0));
    part.put(b"question", b"answer");
    part.finish().expect("a part");
    part.put(b"late", b"answer");
    assert!(part.check().is_err());
    assert!(part.finish().is_err());
    assert!(PartReader::open(&path, &Limits::default()).is_ok());
}
