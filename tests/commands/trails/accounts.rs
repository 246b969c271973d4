//! `trailproof trails --accounts organizations`: which chains the accounts of an organization must have.

use std::collections::BTreeSet;
use std::fs;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, MemberAccount, TrailConfig};
use crate::support::case::{BUCKET, hour};
use crate::support::forge::{Chain, ChainSpec, Trail, World};
use crate::support::program::{Run, listed_chains};
use crate::support::stage::Stage;

const OWNER: &str = "111111111111";
/// In use, with all chains that it must have.
const FULL: &str = "222222222222";
/// In use, without one of its regions.
const PART: &str = "333333333333";
/// In use, and without a digest.
const NOTHING: &str = "444444444444";
/// Closed after six hours.
const CLOSED: &str = "555555555555";
/// Left the organization. Its two chains ended more than a day apart.
const LEFT: &str = "666666666666";
/// Never in the organization, with a trail of its own.
const FOREIGN: &str = "777777777777";
/// Joined just now.
const NEW: &str = "888888888888";

/// A region that is off until an account switches it on.
const OPT_IN: &str = "ap-east-1";

fn org_trail() -> Trail {
    Trail::new(OWNER, "us-east-1", "org", BUCKET).organization("o-a1b2c3d4e5")
}

fn id(account: &str, region: &str) -> String {
    format!("{account}/{region}/us-east-1/org")
}

fn stage() -> Stage {
    let mut world = World::new(21);
    for (account, region, from, to) in [
        (OWNER, "us-east-1", 0, 30),
        (OWNER, "eu-west-1", 0, 30),
        (OWNER, OPT_IN, 0, 30),
        (FULL, "us-east-1", 0, 30),
        (FULL, "eu-west-1", 0, 30),
        (PART, "us-east-1", 0, 30),
        (CLOSED, "us-east-1", 0, 6),
        (CLOSED, "eu-west-1", 0, 6),
        (LEFT, "us-east-1", 0, 6),
        (LEFT, "eu-west-1", -40, -30),
    ] {
        let spec = ChainSpec::new(org_trail(), region).account(account);
        let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
        chain.start(&mut world, hour(from));
        chain.run_until(&mut world, hour(to));
    }
    let own = Trail::new(FOREIGN, "us-east-1", "own", BUCKET);
    let mut chain = Chain::new(ChainSpec::new(own, "us-east-1").logs(1..=1).events(1..=1));
    chain.start(&mut world, hour(0));
    chain.run_until(&mut world, hour(30));
    let stage = Stage::of(&world, &[TrailConfig::from(&org_trail())]);
    let mut accounts: Vec<MemberAccount> = [OWNER, FULL, PART, NOTHING, NEW]
        .map(|id| MemberAccount::active(id, &format!("Account {id}")))
        .into();
    accounts[4].joined = Timestamp::now().as_second() as f64;
    let name = format!("Old\n{}", id("999999999999", "us-east-1"));
    accounts.push(MemberAccount::new(CLOSED, &name, "CLOSED"));
    stage.loopback.change(|cloud| cloud.accounts = accounts);
    stage
}

fn list(stage: &Stage, format: &str) -> Run {
    let args = ["trails", "--s3-bucket", BUCKET, "--format", format];
    stage.run(&[&args[..], &["--accounts", "organizations"]].concat())
}

/// The lines that are not comments.
fn chains(list: &str) -> BTreeSet<String> {
    let lines = list.lines();
    let chains = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    chains.map(str::to_owned).collect()
}

/// The entries for an `--accept` file that a list has as comments, completed.
fn entries(list: &str) -> String {
    let lines = list.lines().filter_map(|line| line.strip_prefix("#   "));
    let lines = lines.map(|line| line.replace("= \"\"", "= \"me\"") + "\n");
    lines.collect()
}

#[test]
fn each_account_in_use_is_expected_and_those_that_ended_are_not() {
    let stage = stage();
    let run = list(&stage, "expect");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    stage.assert_only_reads();
    let expected = [
        (OWNER, "us-east-1"),
        (OWNER, "eu-west-1"),
        (OWNER, OPT_IN),
        (FULL, "us-east-1"),
        (FULL, "eu-west-1"),
        (PART, "us-east-1"),
        (PART, "eu-west-1"),
        (NOTHING, "us-east-1"),
        (NOTHING, "eu-west-1"),
    ];
    let mut expected: BTreeSet<String> = expected.map(|(a, region)| id(a, region)).into();
    expected.insert(format!("{FOREIGN}/us-east-1/us-east-1/own"));
    assert_eq!(chains(&run.stdout), expected, "{}", run.stdout);
    for (account, region) in [(FULL, OPT_IN), (NEW, "us-east-1"), (NEW, "eu-west-1")] {
        let comment = format!("is new: {}\n", id(account, region));
        assert!(run.stdout.contains(&comment), "{}", run.stdout);
    }
    let closed =
        format!("# {CLOSED} Old\\u{{a}}999999999999/us-east-1/us-east-1/org: closed, joined ");
    assert!(run.stdout.contains(&closed), "{}", run.stdout);
    // One entry for the closed account, and one per chain where they ended on different days.
    let text = entries(&run.stdout);
    let patterns = [
        format!("chain = \"{CLOSED}/*/*/*\"\nfrom = \"{}\"\n", hour(6)),
        format!(
            "chain = \"{}\"\nfrom = \"{}\"\n",
            id(LEFT, "us-east-1"),
            hour(6)
        ),
        format!(
            "chain = \"{}\"\nfrom = \"{}\"\n",
            id(LEFT, "eu-west-1"),
            hour(-30)
        ),
    ];
    for pattern in &patterns {
        assert!(text.contains(pattern), "{text}");
    }
    assert_eq!(
        text.matches("follows = true").count(),
        patterns.len(),
        "{text}"
    );
}

#[test]
fn the_list_is_what_a_validation_expects_and_its_entries_end_closed_accounts() {
    let stage = stage();
    let list = list(&stage, "expect").stdout;
    let write = |name: &str, text: &str| fs::write(stage.dir.path().join(name), text);
    write("expect", &list).expect("a file");
    write("accept.toml", &entries(&list)).expect("a file");
    let (from, to) = (hour(20).to_string(), hour(30).to_string());
    let window = [
        "--s3-bucket",
        BUCKET,
        "--start-time",
        &from,
        "--end-time",
        &to,
    ];
    let expect = ["--expect", "expect"];
    let accept = ["--accept", "accept.toml"];
    let (code, report) = stage.report(&[&window[..], &expect, &accept].concat());
    assert_eq!(code, 4, "{report:#}");
    let findings = report["findings"].as_array().expect("findings");
    let missing = findings.iter().filter(|f| f["code"] == "chain-missing");
    let missing: BTreeSet<String> = missing
        .map(|f| f["chain"].as_str().expect("a chain").to_owned())
        .collect();
    let absent = [
        (PART, "eu-west-1"),
        (NOTHING, "us-east-1"),
        (NOTHING, "eu-west-1"),
    ];
    let absent: BTreeSet<String> = absent.map(|(a, region)| id(a, region)).into();
    assert_eq!(missing, absent);

    // Those apart, only the accounts that ended are left, and their entries accept that.
    let kept: Vec<&str> = list
        .lines()
        .filter(|line| !absent.contains(*line))
        .collect();
    write("expect", &kept.join("\n")).expect("a file");
    let (code, report) = stage.report(&[&window[..], &expect].concat());
    assert_eq!(
        (code, &report["verdict"]),
        (3, &json!("gaps")),
        "{report:#}"
    );
    let (code, report) = stage.report(&[&window[..], &expect, &accept].concat());
    assert_eq!(
        (code, &report["verdict"]),
        (0, &json!("gaps")),
        "{report:#}"
    );
}

#[test]
fn the_other_formats_have_the_accounts_too_and_without_the_option_nothing_is_looked_up() {
    let stage = stage();
    let (code, json) = listed_chains(list(&stage, "json"));
    assert_eq!(code, 0);
    let accounts = json["accounts"].as_array().expect("accounts");
    let of = |id: &str| {
        let account = accounts.iter().find(|account| account["id"] == id);
        account.expect("the account")
    };
    assert_eq!(accounts.len(), 7, "{json:#}");
    assert_eq!(
        (&of(CLOSED)["state"], &of(LEFT)["state"]),
        (&json!("closed"), &Value::Null)
    );
    let last = json!({
        "id": id(CLOSED, "us-east-1"),
        "organization": "o-a1b2c3d4e5",
        "last": hour(6).to_string(),
        "role": "ended",
    });
    assert_eq!(of(CLOSED)["chains"][1], last);
    assert_eq!(of(NOTHING)["chains"][2]["role"], "absent");
    let text = list(&stage, "text").stdout;
    assert!(text.contains(&id(NOTHING, "eu-west-1")), "{text}");
    let before = stage.calls("ListAccounts").len();
    let (_, json) =
        listed_chains(stage.run(&["trails", "--s3-bucket", BUCKET, "--format", "json"]));
    assert_eq!(json["accounts"], Value::Null);
    assert_eq!(stage.calls("ListAccounts").len(), before);
}

#[test]
fn a_scope_narrows_what_is_expected_of_accounts_too() {
    let stage = stage();
    let args = [
        "trails",
        "--s3-bucket",
        BUCKET,
        "--format",
        "expect",
        "--region",
        "eu-west-1",
    ];
    let args = [&args[..], &["--account-id", NOTHING, "--account-id", FULL]].concat();
    let run = stage.run(&[&args[..], &["--accounts", "organizations"]].concat());
    let expected = [FULL, NOTHING].map(|account| id(account, "eu-west-1"));
    assert_eq!(chains(&run.stdout), expected.into(), "{}", run.stdout);
}

#[test]
fn without_the_accounts_no_list_is_written() {
    let stage = stage();
    for (answer, expected) in [
        (
            Answer::error(400, "AccessDeniedException", "You don't have permissions"),
            "organizations:ListAccounts on * is missing or denied",
        ),
        (
            Answer::Instead(b"{\"Accounts\": []}".to_vec()),
            "lists no account",
        ),
        (
            Answer::Instead(b"{\"Accounts\": [{\"Id\": \"x\"}]}".to_vec()),
            "\"x\", which is not an account id",
        ),
    ] {
        let fault = Fault::new(answer).operation("ListAccounts");
        stage.loopback.fault(fault);
        let run = list(&stage, "expect");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert!(run.stderr.contains("--trail-profile"), "{}", run.stderr);
        stage.loopback.change(|cloud| cloud.faults.clear());
    }
    for more in [
        &["--path", "."][..],
        &["--s3-bucket", BUCKET, "--no-sign-request"],
    ] {
        let args = [
            "trails",
            "--format",
            "expect",
            "--accounts",
            "organizations",
        ];
        let run = stage.run(&[&args[..], more].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{more:?}");
        assert!(run.stderr.contains("needs AWS"), "{}", run.stderr);
    }
}
