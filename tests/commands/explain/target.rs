//! What `explain` accepts as a key, and what it refuses.

use super::explained;

use crate::support::case::{Case, REGION, hour, trail};
use crate::support::forge::{Chain, ChainSpec, damage};
use crate::support::program::{root, run};

#[test]
fn an_invalid_key_is_refused_and_hostile_names_are_shown_as_text() {
    let nasty = "\u{1b}[31mred\u{202e}\t\n";
    let key = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/111111111111_CloudTrail_eu-west-1_20260301T0320Z_Abcdefgh12345678.json.gz";
    let dir = root().join("testdata/log-modified");
    for refused in [
        nasty,
        "",
        "AWSLogs/x.json.gz",
        "s3://bucket",
        "s3:///",
        &key.replace("0320Z", "9920Z"),
    ] {
        let run = run(
            &dir,
            &["explain", refused, "--path", "bucket", "--keys", "keys"],
        );
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{refused:?}");
        assert!(
            run.stderr.starts_with("error: ") && !run.stderr.contains(['\u{1b}', '\u{202e}', '\t']),
            "{:?}",
            run.stderr
        );
    }
    // A trail's prefix may be any text.
    let hostile = format!("{nasty}/{key}");
    let args = ["explain", &hostile, "--path", "bucket", "--keys", "keys"];
    let text = run(&dir, &args);
    assert_eq!(
        (text.code, text.stderr.as_str()),
        (4, ""),
        "{}",
        text.stdout
    );
    let safe = |c: char| c == '\n' || !trailproof::base::text::is_unsafe(c);
    assert!(text.stdout.chars().all(safe), "{:?}", text.stdout);
    assert!(
        text.stdout
            .contains("\\u{1b}[31mred\\u{202e}\\u{9}\\u{a}/AWSLogs/"),
        "{}",
        text.stdout
    );
    let (_, report) = explained(run(&dir, &[&args[..], &["--format", "json"]].concat()));
    assert_eq!(
        report["object"]["key"], hostile,
        "JSON readers get the key as it is"
    );

    // The same for a log that exists and was altered.
    let mut case = Case::new("escapes", 1, "");
    let spec = ChainSpec::new(trail().prefix(nasty), REGION);
    let mut chain = Chain::new(spec);
    chain.start(&mut case.world, hour(0));
    chain.run_until(&mut case.world, hour(3));
    let log = &chain.digests[2].logs[0].place;
    damage::modify_log(&mut case.world, log);
    let dir = case.copied();
    let args = ["explain", &log.key, "--path", "bucket", "--keys", "keys"];
    let text = run(dir.path(), &args);
    assert_eq!(text.code, 1, "{}{}", text.stdout, text.stderr);
    assert!(text.stdout.chars().all(safe), "{:?}", text.stdout);
}
