//! Progress: one bar on a terminal, from the sign-in to the last check, and nothing for quick work; findings
//! appear as they are known. Without a terminal there are lines on request.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{On, Shown, command, run_to_end, without_escapes};
use crate::support::aws::{Answer, Fault};
use crate::support::case::{ACCOUNT, BUCKET, REGION};
use crate::support::forge::Place;
use crate::support::forge::damage::modify_log;
use crate::support::short_trail::{of_trail, serving, stage, world};
use crate::support::stage::Stage;
use crate::support::testdata::case;

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

/// The percentages that were drawn, in this order.
fn percentages(text: &str) -> Vec<u64> {
    let numbers = text.split("% ").filter_map(|part| {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        part[digits..].parse().ok()
    });
    numbers.collect()
}

/// A copy is read at once. On a busy machine the bar may be drawn, and is then removed.
#[test]
fn quick_work_leaves_nothing_on_the_terminal() {
    let args = ["validate", "--path", "bucket", "--keys", "keys"];
    let seen = run_to_end(&mut command(&case("gap"), On::Err, 80, &args));
    assert_eq!(seen.code, 3);
    let drawn = seen.first >= Some(0.3) && seen.err.ends_with("\u{1b}[2K");
    assert!(seen.err.is_empty() || drawn, "{:?}", seen.err);
}

#[test]
fn one_bar_shows_all_phases_and_never_goes_back() {
    let stage = slow(stage());
    let seen = run(&stage, On::Err, 100, &[], &[]);
    assert_eq!(seen.code, 0);
    assert!(seen.first >= Some(0.3), "{:?}", seen.first);
    let text = without_escapes(&seen.err);
    let logs = serde_json::from_str::<serde_json::Value>(&seen.out).expect("a report");
    let logs = logs["totals"]["logs"]["valid"].as_u64().expect("a number");
    assert!(text.contains(&format!(" of {logs}")), "{logs}: {text:?}");
    assert!(text.contains("logs "), "{text:?}");
    assert!(text.contains("/s"), "{text:?}");
    assert!(text.contains(" left"), "{text:?}");
    let shares = percentages(&text);
    assert!(shares.is_sorted(), "{shares:?}");
    let different: BTreeSet<_> = shares.iter().collect();
    assert!(
        different.len() > 3 && shares.last() <= Some(&99),
        "{shares:?}"
    );
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
        (On::Err, &["--progress", "none"], &[]),
        (On::Err, &["--progress", "plain", "--quiet"], &[]),
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

/// Before the first answer there is a line, too: nobody has to guess what a run waits for.
#[test]
fn what_comes_before_the_first_answer_is_shown() {
    for (operation, phase) in [
        ("DescribeTrails", "looking up trails and buckets in AWS"),
        ("ListObjectsV2", "listing digests"),
    ] {
        let stage = stage();
        let late = Fault::new(Answer::Delay(Duration::from_millis(1500))).operation(operation);
        stage.loopback.fault(late);
        let seen = run(&stage, On::Err, 100, &[], &[]);
        let text = without_escapes(&seen.err);
        let line = format!("{phase}, ");
        assert!(text.contains(&line), "{operation}: {text:?}");
        assert!(seen.first < Some(1.5), "{operation}: {:?}", seen.first);
    }
}

#[test]
fn lines_for_a_log_end_with_what_was_done() {
    let stage = stage();
    for on in [On::None, On::Err] {
        let seen = run(&stage, on, 100, &["--progress", "plain"], &[]);
        assert_eq!((seen.code, seen.err.contains('\u{1b}')), (0, false));
        let report: serde_json::Value = serde_json::from_str(&seen.out).expect("a report");
        let logs = report["totals"]["logs"]["valid"]
            .as_u64()
            .expect("a number");
        assert!(seen.err.starts_with("progress: ended "), "{}", seen.err);
        assert_eq!(seen.err.lines().count(), 1, "{}", seen.err);
        let counts = format!(" digests, {logs} logs, ");
        assert!(seen.err.contains(&counts), "{}", seen.err);
        assert!(seen.err.contains(" read"), "{}", seen.err);
    }
    // A run that ends early says so after its line.
    let args = ["validate", "--path", "nowhere", "--progress", "plain"];
    let seen = run_to_end(&mut command(stage.dir.path(), On::None, 80, &args));
    assert_eq!(seen.code, 2);
    assert!(seen.err.starts_with("progress: ended "), "{}", seen.err);
    assert!(seen.err.contains("\nerror: cannot open"), "{}", seen.err);
}
