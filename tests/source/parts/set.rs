//! All parts of a plan: whose answer counts, and which files are refused.

use std::fs;

use trailproof::base::limits::Limits;
use trailproof::source::GetError;
use trailproof::source::parts::{
    AnswerSink as _, LogShare, PartAnswers as _, PartError, PartHeader, PartSet, PartState,
};

use super::{expected, header, open, write, writer};
use crate::support::case::{ACCOUNT, HOME, REGION};

#[test]
fn any_answer_is_that_of_the_lowest_shard_and_a_shard_answers_for_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = [2, 0, 1].map(|shard| dir.path().join(format!("part-{shard}")));
    for (path, shard) in paths.iter().zip([2, 0, 1]) {
        write(path, shard, |part| {
            part.put(b"each", format!("of {shard}").as_bytes());
            part.put(format!("only {shard}").as_bytes(), b"found");
        });
    }
    let set = open(4, &paths.each_ref().map(|path| path.as_path()));
    assert_eq!(set.of_any(b"each"), Ok(Some(b"of 0".to_vec())));
    assert_eq!(set.of_any(b"only 2"), Ok(Some(b"found".to_vec())));
    assert_eq!(set.of_any(b"none"), Ok(None));
    assert_eq!(set.of_shard(2, b"each"), Ok(Some(b"of 2".to_vec())));
    assert_eq!(set.of_shard(1, b"only 2"), Ok(None));
    let absent = Err(GetError::NotInParts(Some(3)));
    assert_eq!(set.of_shard(3, b"each"), absent);
    assert_eq!(set.state(2), PartState::Present);
    assert_eq!(set.state(3), PartState::Absent);
}

#[test]
fn shards_of_a_group_come_in_the_order_of_their_shares() {
    let set = open(3, &[]);
    let shards = |account: &str, region: &str| {
        let account = account.parse().expect("an account");
        set.shards_of(&account, &region.parse().expect("a region"))
    };
    let share = |shard: u32| {
        (
            LogShare {
                part: shard + 1,
                of: 3,
            },
            shard,
        )
    };
    assert_eq!(shards(ACCOUNT, REGION), [share(0), share(1), share(2)]);
    assert_eq!(shards(ACCOUNT, HOME), []);
    assert_eq!(shards("222222222222", REGION), []);
}

#[test]
fn a_broken_file_is_the_state_of_the_shard_that_it_claims() {
    let dir = tempfile::tempdir().expect("a folder");
    let [cut, other, intact] = ["cut", "other", "intact"].map(|name| dir.path().join(name));
    write(&cut, 1, |part| part.put(b"question", b"answer"));
    let bytes = fs::read(&cut).expect("a part");
    fs::write(&cut, &bytes[..bytes.len() - 1]).expect("a file");
    fs::write(&other, "something else").expect("a file");
    write(&intact, 0, |part| part.put(b"question", b"answer"));
    let set = open(3, &[&cut, &other, &intact]);
    assert_eq!(set.state(0), PartState::Present);
    assert_eq!(set.state(1), PartState::Broken(PartError::Altered));
    assert_eq!(set.state(2), PartState::Absent);
    let broken: Vec<_> = set.broken().iter().map(|b| (b.shard, &b.error)).collect();
    let expected = [(Some(1), &PartError::Altered), (None, &PartError::NotAPart)];
    assert_eq!(broken, expected);
    // A repeated shard beside what is left of the first attempt.
    let again = dir.path().join("again");
    write(&again, 1, |_| ());
    assert_eq!(open(3, &[&cut, &again]).state(1), PartState::Present);
}

#[test]
fn an_intact_part_of_something_else_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    let refused = |header: PartHeader| {
        writer(&path, &header).finish().expect("a part");
        let paths = [path.clone()];
        let refused = PartSet::open(&expected(2), &paths, &Limits::default());
        fs::remove_file(&path).expect("a file");
        refused.expect_err("another part").error
    };
    let plan = PartHeader {
        plan_sha256: "other".into(),
        ..header(0)
    };
    assert_eq!(refused(plan), PartError::OtherPlan("other".into()));
    let version = PartHeader {
        trailproof: "0.0.9".into(),
        ..header(0)
    };
    assert_eq!(refused(version), PartError::OtherVersion("0.0.9".into()));
    assert_eq!(refused(header(2)), PartError::NoSuchShard(2));
}

#[test]
fn of_two_parts_of_one_shard_the_first_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    let paths = ["a", "b", "c"].map(|name| dir.path().join(name));
    for (path, answer) in paths.iter().zip(["same", "same", "other"]) {
        write(path, 0, |part| part.put(b"question", answer.as_bytes()));
    }
    let opened = |paths: &[_]| PartSet::open(&expected(1), paths, &Limits::default());
    let same = opened(&paths[..2]).expect("the same part twice");
    assert_eq!(same.repeated(), []);
    let repeated = opened(&paths).expect("another part");
    assert_eq!(
        repeated.of_shard(0, b"question"),
        Ok(Some(b"same".to_vec()))
    );
    let [part] = repeated.repeated() else {
        panic!("one part: {:?}", repeated.repeated());
    };
    assert_eq!(
        (part.shard, &part.path, &part.first),
        (0, &paths[2], &paths[0])
    );
}

#[test]
fn a_part_that_breaks_while_it_is_read_is_broken_from_then_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("part");
    write(&path, 0, |part| part.put(b"question", b"answer"));
    let set = open(1, &[&path]);
    let file = fs::OpenOptions::new().write(true).open(&path);
    file.expect("a file").set_len(30).expect("a cut");
    let lost = Err(GetError::NotInParts(Some(0)));
    assert_eq!(set.of_shard(0, b"question"), lost);
    assert_eq!(set.of_any(b"question"), lost);
    assert!(matches!(
        set.state(0),
        PartState::Broken(PartError::Unreadable(_))
    ));
}
