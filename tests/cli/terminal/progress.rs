//! Progress: shown only on a terminal and only for work that takes over a second; findings appear
//! as they are known.

use std::time::Duration;

use super::{On, Shown, command, run_to_end, without_escapes};
use crate::support::aws::{Answer, Fault};
use crate::support::case::{ACCOUNT, BUCKET, REGION};
use crate::support::forge::Place;
use crate::support::forge::damage::modify_log;
use crate::support::short_trail::{of_trail, serving, stage, world};
use crate::support::stage::Stage;

/// A run over the trail, with standard error on a terminal of this many columns, or in a pipe.
fn run(stage: &Stage, on: On, columns: u16, more: &[&str], env: &[(&str, &str)]) -> Shown {
    let args = of_trail(&[&["--jobs", "2"], more].concat());
    let mut command = command(stage.dir.path(), on, columns, &args);
    run_to_end(command.envs(stage.loopback.env()).envs(env.iter().copied()))
}

/// AWS that answers slowly for logs.
fn slow(stage: Stage) -> Stage {
    let logs = format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/");
    let late = Fault::new(Answer::Delay(Duration::from_millis(500)));
    stage
        .loopback
        .fault(late.operation("GetObject").under(&logs));
    stage
}

#[test]
fn quick_work_shows_nothing() {
    let seen = run(&stage(), On::Err, 80, &[], &[]);
    assert_eq!((seen.code, seen.err.as_str()), (0, ""));
}

#[test]
fn after_a_second_progress_is_shown() {
    let stage = slow(stage());
    let seen = run(&stage, On::Err, 100, &[], &[]);
    assert_eq!(seen.code, 0);
    assert!(seen.first >= Some(1.0), "{:?}", seen.first);
    let text = without_escapes(&seen.err);
    let logs = serde_json::from_str::<serde_json::Value>(&seen.out).expect("a report");
    let logs = logs["totals"]["logs"]["valid"].as_u64().expect("a number");
    assert!(text.contains(&format!(" of {logs}")), "{logs}: {text:?}");
    assert!(text.contains("logs "), "{text:?}");
    assert!(text.contains("/s"), "{text:?}");
    assert!(text.contains(" left"), "{text:?}");
    let spins = |line: &str| line.is_empty() || line.starts_with(['|', '/', '-', '\\', ' ']);
    assert!(
        text.split('\r').all(spins),
        "nothing else is drawn: {text:?}"
    );
    // The progress line is removed when the work is done.
    assert!(
        seen.err.ends_with("\u{1b}[2K") || seen.err.ends_with('\r'),
        "{:?}",
        seen.err
    );
}

#[test]
fn no_progress_is_shown_off_a_terminal_or_when_disabled() {
    let stage = slow(stage());
    for (on, more, env) in [
        (On::None, &[][..], &[][..]),
        (On::Out, &[], &[]),
        (On::Err, &["--quiet"], &[]),
        (On::Err, &[], &[("TERM", "dumb")]),
        (On::Err, &[], &[("TERM", "")]),
    ] {
        let seen = run(&stage, on, 80, more, env);
        assert_eq!((seen.code, seen.err.as_str()), (0, ""));
    }
}

#[test]
fn progress_fits_a_narrow_terminal() {
    let seen = run(&slow(stage()), On::Err, 30, &[], &[]);
    let text = without_escapes(&seen.err);
    assert!(text.contains("logs "), "{text:?}");
    for line in text.split(['\r', '\n']) {
        assert!(line.chars().count() <= 30, "{line:?}");
    }
}

#[test]
fn findings_are_shown_while_the_work_goes_on() {
    let mut world = world(6);
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/");
    let mut keys = world.buckets[BUCKET].keys();
    let log = keys.find(|key| key.starts_with(&folder)).expect("a log");
    let log = log.clone();
    modify_log(&mut world, &Place::new(BUCKET, &log));
    let stage = slow(serving(&world));
    for (env, colour) in [
        (&[][..], true),
        (&[("NO_COLOR", "")], true),
        (&[("NO_COLOR", "1")], false),
    ] {
        let seen = run(&stage, On::Err, 200, &[], env);
        assert_eq!(seen.code, 1);
        assert_eq!(seen.err.contains("\u{1b}[31m"), colour, "{:?}", seen.err);
        let text = without_escapes(&seen.err);
        let position = text.find(&format!("FAILED log-modified  {log}: "));
        let position = position.unwrap_or_else(|| panic!("{text:?}"));
        // The progress bar goes on below the finding, and counts it.
        assert!(text[position..].contains("logs "), "{text:?}");
        assert!(text[position..].contains("1 finding"), "{text:?}");
    }
}
