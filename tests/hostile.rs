//! Hostile input: bounded memory and time, no way out of the root, no escape code.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use trailproof::base::text::is_unsafe;

use crate::support::case::{ACCOUNT, BUCKET, Case, REGION};
use crate::support::forge::Heads;
use crate::support::forge::damage::{rewrite_digest, write_bomb};
use crate::support::program::{assert_matches_schema, codes, peak_of, report, run};

const TWO_GIB: u64 = 2 << 30;
const MIB_64: u64 = 64 << 10;

/// Runs `validate` and gives its exit code, its report and its peak resident memory in KiB.
fn measured(dir: &Path, args: &[String]) -> (i32, serde_json::Value, u64) {
    let mut all = vec!["validate", "--format", "json"];
    all.extend(args.iter().map(String::as_str));
    let (code, peak) = peak_of(dir, &all, "report.json");
    let report = serde_json::from_slice(&fs::read(dir.join("report.json")).expect("a report"))
        .expect("JSON");
    assert_matches_schema(&report);
    (code, report, peak)
}

#[test]
fn two_gib_from_a_small_log_are_hashed_in_bounded_memory() {
    let mut case = Case::new("bomb-log", 1, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let log = &chain.digests[2].logs[0].place.key;
    write_bomb(&dir.path().join("bucket").join(log), TWO_GIB);
    let (code, report, peak) = measured(dir.path(), &case.args);
    assert_eq!(
        (code, codes(&report)),
        (1, vec!["failed log-modified".to_owned()])
    );
    assert!(
        report["totals"]["bytes_hashed"].as_u64() > Some(TWO_GIB),
        "it was read to its end"
    );
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}

#[test]
fn two_gib_from_a_small_digest_are_told_from_what_its_successor_recorded() {
    let mut case = Case::new("bomb-digest", 1, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let bomb = |key: &str| write_bomb(&dir.path().join("bucket").join(key), TWO_GIB);
    bomb(&chain.digests[2].place.key);
    let (code, report, peak) = measured(dir.path(), &case.args);
    assert_eq!(
        (code, codes(&report)),
        (1, vec!["failed digest-malformed".to_owned()])
    );
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}

#[test]
fn a_digest_that_nothing_records_and_that_inflates_too_far_was_not_looked_at() {
    let mut case = Case::new("bomb-newest", 4, "");
    let chain = case.chain(3);
    let dir = case.copied();
    write_bomb(
        &dir.path().join("bucket").join(&chain.last().place.key),
        64 << 20,
    );
    let (code, report, peak) = measured(dir.path(), &case.args);
    assert_eq!(
        (code, codes(&report)),
        (4, vec!["unproven digest-unreadable".to_owned()])
    );
    assert_eq!(report["findings"][0]["reason"], "too-large");
    assert!(peak < MIB_64, "peak resident {peak} KiB");
}

#[test]
fn no_key_leads_out_of_the_root() {
    let mut case = Case::new("traversal", 4, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let secret = dir.path().join("secret");
    fs::write(&secret, "secret").expect("a file");
    for key in [
        "../secret",
        "AWSLogs/../../secret",
        secret.to_str().expect("UTF-8"),
        "a//b",
        "AWSLogs/./x",
        "a\0b",
    ] {
        let mut world = case.world.clone();
        rewrite_digest(&mut world, chain.last(), REGION, |fields| {
            let log = fields.log_files_mut()[0].as_object_mut().expect("a log");
            log.set("s3Object", key);
        });
        world.write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
        let (code, report) = report(dir.path(), &case.args);
        assert_eq!(
            (code, codes(&report)),
            (4, vec!["unproven log-unreadable".to_owned()]),
            "{key:?}"
        );
        assert_eq!(report["findings"][0]["reason"], "refused", "{key:?}");
    }
}

#[test]
fn links_pipes_and_folders_in_the_place_of_objects_are_refused_and_named() {
    let mut case = Case::new("special-files", 4, "");
    let chain = case.chain(5);
    let dir = case.copied();
    let bucket = dir.path().join("bucket");
    let at = |i: usize| bucket.join(&chain.digests[i].logs[0].place.key);
    for i in 1..=3 {
        fs::remove_file(at(i)).expect("a log");
    }
    std::os::unix::fs::symlink(at(4), at(1)).expect("a link");
    assert!(
        Command::new("mkfifo")
            .arg(at(2))
            .status()
            .expect("mkfifo")
            .success()
    );
    fs::create_dir(at(3)).expect("a folder");
    // A day of digests behind a link: its digests are known by the links between them.
    let outside = dir.path().join("outside");
    let day = bucket.join(format!(
        "AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/01"
    ));
    let (code, first) = report(dir.path(), &case.args);
    assert_eq!(code, 4);
    assert_eq!(codes(&first), ["unproven log-unreadable"; 3]);
    let said = first["findings"].to_string();
    for what in ["a symbolic link", "a pipe", "a folder"] {
        assert!(said.contains(what), "{what}: {said}");
    }
    fs::rename(&day, &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, &day).expect("a link");
    let (code, second) = report(dir.path(), &case.args);
    assert_eq!(code, 4, "{second:#}");
    assert!(
        second["findings"].to_string().contains("a symbolic link"),
        "{:#}",
        second["findings"]
    );
}

#[test]
fn a_link_instead_of_a_day_hides_nothing_that_links_still_name() {
    let mut case = Case::new("linked-day", 4, "");
    let chain = case.chain(30);
    let dir = case.copied();
    let day = dir.path().join(format!(
        "bucket/AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/01"
    ));
    let outside = dir.path().join("outside");
    fs::rename(&day, &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, &day).expect("a link");
    let (code, report) = report(dir.path(), &case.args);
    assert_eq!(code, 4, "{:#}", report["findings"]);
    assert!(
        !codes(&report).iter().any(|c| c.starts_with("failed")),
        "{:?}",
        codes(&report)
    );
    // Those of the next day are proven, and the last of the hidden one is known by its link.
    let digests = &report["chains"][0]["digests"];
    let hidden = &chain.digests[..]
        .iter()
        .rfind(|d| d.place.key.contains("/2026/03/01/"))
        .expect("a digest");
    assert!(
        report["findings"].to_string().contains(&hidden.place.key),
        "{:#}",
        report["findings"]
    );
    assert_eq!(
        digests["valid"],
        chain.digests.iter().filter(|d| d.end > hidden.end).count()
    );
}

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
    let told = format!(
        "\nLog file\ts3://{BUCKET}/AWSLogs/\\u{{9}}tab\\u{{a}}line\\u{{1b}}[31mred\\u{{7}}\\u{{9b}}2J\
         \\u{{202e}}gpj.\\u{{2028}}.json.gz\tINVALID: not found\n\n"
    );
    assert_eq!((like_aws.code, like_aws.stderr), (1, told));
    let shown = |c: char| matches!(c, '\n' | '\t') || !is_unsafe(c);
    assert!(like_aws.stdout.chars().all(shown), "{}", like_aws.stdout);
    let (_, report) = report(dir.path(), &case.args);
    assert_eq!(
        report["findings"][0]["key"], nasty,
        "JSON readers get the key as it is"
    );
    // And on standard error.
    let refused = run(dir.path(), &["validate", "--path", "\u{1b}[31m"]);
    assert!(
        refused.code == 2 && !refused.stderr.contains('\u{1b}'),
        "{:?}",
        refused.stderr
    );
}

#[test]
fn a_large_folder_is_listed_in_several_passes_and_the_report_is_the_same() {
    use trailproof::base::limits::Limits;
    use trailproof::source::disk::DiskSource;
    use trailproof::source::{Listed, Range, RootId, Source as _};
    let mut case = Case::new("passes", 0, "");
    case.chain(30);
    let dir = case.copied();
    let list = |names_at_once| {
        let mut source = DiskSource::new(Limits {
            names_at_once,
            ..Limits::default()
        });
        source
            .mount(&dir.path().join("bucket"), Vec::new())
            .expect("a folder");
        let mut keys = Vec::new();
        source
            .list(
                RootId(0),
                "",
                &Range::default(),
                &mut |listed| match listed {
                    Listed::Object(key, _) => keys.push(key.to_owned()),
                    Listed::Refused(key, why) => panic!("{key}: {why}"),
                },
            )
            .expect("a listing");
        keys
    };
    let whole = list(50_000);
    let expected: Vec<String> = case.world.buckets[BUCKET].keys().cloned().collect();
    assert_eq!(whole, expected, "every key, in the order of its bytes");
    for few in [1, 2, 7] {
        assert_eq!(list(few), whole, "{few} names at once");
    }
}

#[test]
fn a_folder_kept_open_leads_nowhere_else_when_its_name_does() {
    use trailproof::base::limits::Limits;
    use trailproof::source::disk::DiskSource;
    use trailproof::source::{GetError, RootId, Source as _};
    let dir = tempfile::tempdir().expect("a folder");
    let (root, outside) = (dir.path().join("root"), dir.path().join("outside"));
    let day = root.join("a/day");
    fs::create_dir_all(&day).expect("a folder");
    fs::create_dir(&outside).expect("a folder");
    fs::write(day.join("one"), "1").expect("a file");
    fs::write(outside.join("secret"), "secret").expect("a file");
    let mut source = DiskSource::new(Limits::default());
    source.mount(&root, Vec::new()).expect("a folder");
    let get = |key: &str| {
        let mut object = source.get(RootId(0), key, false)?;
        let mut text = String::new();
        object.body.read_to_string(&mut text).expect("a body");
        Ok::<_, GetError>(text)
    };
    assert_eq!(get("a/day/one"), Ok("1".to_owned()));
    // Its name becomes a link: what it held is there, and what the link leads to is not looked at.
    fs::rename(&day, dir.path().join("moved")).expect("moved");
    std::os::unix::fs::symlink(&outside, &day).expect("a link");
    let link = Err(GetError::Refused("a symbolic link in its path".into()));
    assert_eq!(get("a/day/secret"), link);
    assert_eq!(
        get("a/day/../day/one").map_err(|e| e.reason()),
        Err("refused")
    );
    // Another folder takes its name: what lies in that is found.
    fs::remove_file(&day).expect("no link");
    fs::create_dir(&day).expect("a folder");
    fs::write(day.join("two"), "2").expect("a file");
    assert_eq!(get("a/day/two"), Ok("2".to_owned()));
    assert_eq!(get("a/day/one"), Err(GetError::NotFound));
}
