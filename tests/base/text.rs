//! Text from outside is escaped before it is printed.

use std::fs;

use trailproof::base::text::is_unsafe;

use crate::support::case::{ACCOUNT, BUCKET, Case, REGION};
use crate::support::forge::damage::rewrite_digest;
use crate::support::program::{report, run};

#[test]
fn no_escape_code_reaches_the_reports() {
    let mut case = Case::new("escapes", 1, "");
    let chain = case.chain(3);
    let nasty = "AWSLogs/\ttab\nline\u{1b}[31mred\u{7}\u{9b}2J\u{202e}gpj.\u{2028}.json.gz";
    rewrite_digest(&mut case.world, chain.last(), REGION, |fields| {
        let log = fields.log_files_mut()[0].as_object_mut().expect("a log");
        log.set("s3Object", nasty);
    });
    let dir = case.copied();
    let odd = dir.path().join(format!(
        "bucket/AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/\u{1b}]0;title\u{7}"
    ));
    fs::write(odd, "x").expect("a file");
    for format in ["text", "json"] {
        let mut args: Vec<&str> = vec!["validate", "--verbose", "--format", format];
        args.extend(case.args.iter().map(String::as_str));
        let run = run(dir.path(), &args);
        assert_eq!(run.code, 1);
        let shown =
            |c: char| c == '\n' || !(c.is_control() || matches!(c, '\u{202e}' | '\u{2028}'));
        assert!(run.stdout.chars().all(shown), "{format}");
        assert_eq!(run.stderr, "");
    }
    let mut args: Vec<&str> = vec!["validate", "--verbose", "--format", "aws-cli"];
    args.extend(case.args.iter().map(String::as_str));
    let like_aws = run(dir.path(), &args);
    let escaped = format!(
        "\nLog file\ts3://{BUCKET}/AWSLogs/\\u{{9}}tab\\u{{a}}line\\u{{1b}}[31mred\\u{{7}}\\u{{9b}}2J\
         \\u{{202e}}gpj.\\u{{2028}}.json.gz\tINVALID: not found\n\n"
    );
    let problems = like_aws.stderr.split("trailproof: exit status").next();
    assert_eq!((like_aws.code, problems), (1, Some(escaped.as_str())));
    let shown = |c: char| matches!(c, '\n' | '\t') || !is_unsafe(c);
    assert!(like_aws.stdout.chars().all(shown), "{}", like_aws.stdout);
    let (_, report) = report(dir.path(), &case.args);
    assert_eq!(
        report["findings"][0]["key"], nasty,
        "JSON readers get the key as it is"
    );
    // Standard error is escaped too.
    let refused = run(dir.path(), &["validate", "--path", "\u{1b}[31m"]);
    assert!(
        refused.code == 2 && !refused.stderr.contains('\u{1b}'),
        "{:?}",
        refused.stderr
    );
}
