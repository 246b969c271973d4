//! A check killed at any instant leaves the state of the check before it or its own, and the next one says the same
//! as if nobody had killed it.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;

use super::worlds::{Days, check_at};
use crate::support::growing::{Growing, STATE};
use crate::support::kill::Moment;
use crate::support::orderly::{in_parallel, note, orderly};
use crate::support::thorough::times_more;
use crate::support::tree::tree;

/// How many checks are killed, or with `TRAILPROOF_TRIALS=8` two hundred.
const KILLS: usize = 25;

/// A trail that was checked twice, an hour before now. Two of its digests are late, so the state has open time.
fn an_hour_later() -> Growing {
    let mut days = Days::of_hours(40);
    days.deliver_late(31, 115);
    let mut growing = days.served();
    for at in 31..=32 {
        growing.advance(check_at(at));
        assert_eq!(growing.check(&[]).code, 0);
    }
    growing.advance(check_at(33));
    growing
}

/// A report apart from its run, and the state that the run left.
#[derive(PartialEq)]
struct Left {
    report: Value,
    state: Vec<u8>,
}

/// Checks now. What is left beside the state is the lock alone.
fn check(growing: &Growing) -> Left {
    let mut report = growing.check(&[]).report;
    report.as_object_mut().expect("a report").remove("run");
    Left {
        report,
        state: growing.state_bytes(),
    }
}

#[test]
fn killed_at_any_instant_the_next_check_says_the_same() {
    let growing = an_hour_later();
    let before = growing.state_bytes();
    let undisturbed = growing.fork();
    let begun = Instant::now();
    let first = check(&undisturbed);
    // The end, in which no answer comes, is a part of the run.
    let after_the_last = begun.elapsed() / 2;
    let answers = undisturbed.stage.loopback.count_answered();
    let second = check(&undisturbed);
    let kills = KILLS * times_more();
    let moments = Moment::spread(kills as u64, answers, after_the_last);
    let counted = Mutex::new(BTreeMap::<&str, usize>::new());
    in_parallel(&moments, |&moment| {
        let growing = growing.fork();
        let mut command = growing.command(&growing.args(&[]));
        let was_killed = moment.kill(&mut command, &growing.stage.loopback);
        let (what, wanted) = match growing.state_bytes() {
            state if state == before => ("before the state was written", &first),
            state if state == first.state => ("after the state was written", &second),
            state => panic!("{moment:?}: {}", String::from_utf8_lossy(&state)),
        };
        let what = if was_killed { what } else { "not killed" };
        *counted
            .lock()
            .expect("no holder has panicked")
            .entry(what)
            .or_default() += 1;
        let left = check(&growing);
        assert_eq!(left.report, wanted.report, "{moment:?}: {what}");
        assert!(left.state == wanted.state, "{moment:?}: {what}");
        let files = tree(growing.stage.dir.path());
        let others = files.keys().filter(|name| !name.starts_with(STATE));
        assert_eq!(others.count(), 0, "{moment:?}: {:?}", files.keys());
    });
    let counted = counted.into_inner().expect("no holder has panicked");
    note(&format!("{kills} checks were killed: {counted:?}"));
    let before = counted["before the state was written"];
    assert!(
        before > kills / 2,
        "only {before} were killed before they ended"
    );
}

#[test]
fn of_two_checks_at_once_each_counts_or_ends_with_a_clear_error() {
    let growing = an_hour_later();
    let undisturbed = growing.fork();
    let (first, second) = (check(&undisturbed), check(&undisturbed));
    for _ in 0..8 {
        let growing = growing.fork();
        let start = || {
            let mut command = growing.command(&growing.args(&[]));
            let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            piped.spawn().expect("the binary runs")
        };
        let both = [start(), start()];
        let codes = both.map(|child| {
            let output = child.wait_with_output().expect("a child");
            let run = crate::support::program::Run {
                code: output.status.code().expect("an exit status"),
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            };
            let code = orderly(&run, "two at once");
            assert!(
                code == 0 || run.stdout.is_empty() && run.stderr.contains(STATE),
                "{}",
                run.stderr
            );
            code
        });
        let wanted = match codes {
            [0, 0] => &second.state,
            [0, 2] | [2, 0] => &first.state,
            _ => panic!("{codes:?}"),
        };
        assert!(growing.state_bytes() == *wanted, "{codes:?}");
    }
}
