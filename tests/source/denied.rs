//! Folders that may not be listed, or not even be searched.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::case::{ACCOUNT, Case, REGION};
use crate::support::forge::damage;
use crate::support::program::{Run, finish, reported};

/// Runs the program as a user for whom the modes of files count: the superuser gives up the rights that
/// override them.
fn report_by_mode(dir: &Path, args: &[String]) -> (i32, Value) {
    let program = env!("CARGO_BIN_EXE_trailproof");
    let id = finish(Command::new("id").arg("-u"));
    let mut run = if id.stdout.trim() == "0" {
        let mut run = Command::new("setpriv");
        run.args(["--bounding-set", "-dac_override,-dac_read_search", program]);
        run
    } else {
        Command::new(program)
    };
    run.current_dir(dir).args(["validate", "--format", "json"]);
    let Run {
        code,
        stdout,
        stderr,
    } = finish(run.args(args));
    reported(Run {
        code,
        stdout,
        stderr,
    })
}

fn set_mode(folder: &Path, mode: u32) {
    fs::set_permissions(folder, Permissions::from_mode(mode)).expect("a mode");
}

/// The report on a copy in which one folder has another mode.
fn with_mode(case: &Case, folder: &str, mode: u32) -> (i32, Value) {
    let dir = case.copied();
    let folder = dir.path().join("bucket").join(folder);
    set_mode(&folder, mode);
    let found = report_by_mode(dir.path(), &case.args);
    set_mode(&folder, 0o755);
    found
}

fn codes(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let word = |f: &Value, name: &str| f[name].as_str().unwrap_or("-").to_owned();
    findings
        .iter()
        .filter(|f| f["severity"] != "note")
        .map(|f| format!("{} {}", word(f, "code"), word(f, "reason")))
        .collect()
}

#[test]
fn a_folder_that_may_not_be_listed_makes_the_report_incomplete_wherever_it_lies() {
    let mut case = Case::new("denied-folders", 4, "");
    case.chain(5);
    let account = format!("AWSLogs/{ACCOUNT}");
    let mut folders = vec!["AWSLogs".to_owned(), account.clone()];
    for kind in ["CloudTrail", "CloudTrail-Digest"] {
        let mut folder = format!("{account}/{kind}");
        for part in ["", REGION, "2026", "03", "01"] {
            if !part.is_empty() {
                folder = format!("{folder}/{part}");
            }
            folders.push(folder.clone());
        }
    }
    for folder in &folders {
        for mode in [0o000, 0o311] {
            let (code, report) = with_mode(&case, folder, mode);
            assert_eq!(
                (
                    code,
                    &report["complete"],
                    &report["totals"]["findings"]["failed"]
                ),
                (4, &false.into(), &0.into()),
                "{folder} {mode:o} {report:#}"
            );
            let found = codes(&report);
            let expected = "source-unreadable denied".to_owned();
            assert!(found.contains(&expected), "{folder} {mode:o} {found:?}");
        }
    }
}

/// The day that cannot be listed may hold a backfill digest, which no link refers to.
#[test]
fn a_log_is_not_unreferenced_where_a_backfill_digest_may_be_unseen() {
    let mut case = Case::new("unseen-backfill", 4, "");
    let chain = case.chain(30);
    let log = chain.digests[3].logs[0].place.clone();
    let mut planted = log.clone();
    let random = planted.key.len() - ".json.gz".len();
    planted.key.replace_range(random - 4..random, "zzzz");
    damage::copy(&mut case.world, &log, &planted);
    let (_, report) = with_mode(&case, "", 0o755);
    let planted = codes(&report);
    assert!(
        planted.iter().any(|c| c.starts_with("log-unreferenced")),
        "{planted:?}"
    );
    let day = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/01");
    let (code, report) = with_mode(&case, &day, 0o311);
    assert_eq!(
        (code, codes(&report)),
        (4, vec!["source-unreadable denied".to_owned()])
    );
}

#[test]
fn what_can_be_opened_by_name_is_opened() {
    let mut case = Case::new("searchable-folders", 4, "");
    let chain = case.chain(5);
    let all = chain.digests.iter().map(|d| d.logs.len()).sum::<usize>();
    let day = |kind: &str| format!("AWSLogs/{ACCOUNT}/{kind}/{REGION}/2026/03/01");
    // Digests list the logs, so each is opened, and found altered or not.
    let (_, report) = with_mode(&case, &day("CloudTrail"), 0o311);
    assert_eq!(report["chains"][0]["logs"]["valid"], all, "{report:#}");
    assert_eq!(codes(&report), ["source-unreadable denied"]);
    let (_, report) = with_mode(&case, &day("CloudTrail"), 0o000);
    assert_eq!(report["chains"][0]["logs"]["valid"], 0, "{report:#}");
    // The digests of a day that cannot be listed are known by the links of later ones.
    let mut case = Case::new("searchable-days", 4, "");
    case.chain(30);
    let (_, report) = with_mode(&case, &day("CloudTrail-Digest"), 0o311);
    assert_eq!(report["chains"][0]["digests"]["valid"], 31, "{report:#}");
    assert_eq!(codes(&report), ["source-unreadable denied"]);
    // With --logs none each log is looked up by its name.
    case.args.extend(["--logs".to_owned(), "none".to_owned()]);
    let (_, report) = with_mode(&case, &day("CloudTrail"), 0o311);
    assert_eq!(report["chains"][0]["logs"]["unproven"], 0, "{report:#}");
}
