//! Logs: large ones, and those that are not read.

mod not_copied;
mod reader;
mod temporary;

use crate::support::case::{BUCKET, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::World;
use crate::support::program::{report, run, severity_codes};
use crate::support::testdata::{case, validate, with};

#[test]
fn logs_of_two_megabytes_and_of_five_hundred_events_are_proven() {
    let mut world = World::new(24);
    let chain = running(
        &mut world,
        spec()
            .logs(1..=1)
            .events(500..=500)
            .pad(2_000_000..=2_000_000),
        2,
    );
    let dir = copy_of(&world);
    let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
    assert_eq!(
        (code, report["chains"][0]["logs"]["valid"].as_u64()),
        (0, Some(chain.all_logs().count() as u64))
    );
    assert!(report["totals"]["bytes_hashed"].as_u64() > Some(4_000_000));
}

#[test]
fn with_logs_none_logs_must_still_exist() {
    let (exit, unread) = report(&case("log-modified"), &with(&["--logs", "none"]));
    assert_eq!((exit, unread["verdict"].as_str()), (0, Some("verified")));
    assert_eq!(unread["chains"][0]["logs"]["valid"], 0);
    assert_eq!(unread["chains"][0]["logs"]["not_read"], 8);
    let text = run(&case("log-modified"), &validate(&["--logs", "none"])).stdout;
    let first = text.lines().next().expect("a line");
    assert!(first.contains("0 of 8 logs read (--logs none)"), "{first}");

    let (exit, missing) = report(&case("log-missing"), &with(&["--logs", "none"]));
    assert_eq!(
        (exit, severity_codes(&missing)),
        (
            1,
            ["note logs-not-read", "failed log-missing"]
                .map(str::to_owned)
                .into()
        )
    );
}
