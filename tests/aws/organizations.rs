//! The names of accounts from AWS Organizations: in the reports that show them, and without influence on the
//! verdict.

use crate::support::aws::{Answer, Fault, MemberAccount};
use crate::support::case::{ACCOUNT, BUCKET};
use crate::support::profiles::{command, write_profiles};
use crate::support::program::{Run, finish};
use crate::support::short_trail::{ARN, WINDOW, stage};
use crate::support::stage::Stage;

/// AWS with an organization of 45 accounts. That of the chain is in the last page.
fn organization() -> Stage {
    let stage = stage();
    let others =
        (0..44).map(|n| MemberAccount::active(&format!("{n:012}"), &format!("Account {n}")));
    let own = [MemberAccount::active(ACCOUNT, "Pay <b>roll</b>")];
    let accounts = others.chain(own).collect();
    stage.loopback.change(|cloud| cloud.accounts = accounts);
    stage
}

fn arguments<'a>(format: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let names = ["--names", "organizations", "--format", format];
    [&["validate", "--trail-arn", ARN], &WINDOW[..], &names, more].concat()
}

#[test]
fn names_come_in_pages_and_are_shown_beside_the_ids() {
    let stage = organization();
    let Run {
        code,
        stdout,
        stderr,
    } = stage.run(&[
        "validate",
        "--trail-arn",
        ARN,
        // Before the first digest, so that the chain is among those that are shown.
        "--start-time",
        "2026-02-27T00:00:00Z",
        WINDOW[2],
        WINDOW[3],
        "--names",
        "organizations",
        "--format",
        "markdown",
    ]);
    assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
    assert!(stdout.contains("`Pay <b>roll</b>`"), "{stdout}");
    let calls = stage.calls("ListAccounts");
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(
        calls
            .iter()
            .all(|call| call.region.as_deref() == Some("us-east-1"))
    );
    stage.assert_only_reads();

    let page = stage.run(&arguments("html", &[])).stdout;
    assert!(
        page.contains(ACCOUNT) && !page.contains("<b>roll"),
        "{page}"
    );
}

#[test]
fn without_an_answer_the_report_has_ids_alone_and_the_same_exit_status() {
    for (answer, expected) in [
        (
            Answer::error(400, "AccessDeniedException", "You don't have permissions"),
            "organizations:ListAccounts on * is missing or denied",
        ),
        (
            Answer::error(
                400,
                "AWSOrganizationsNotInUseException",
                "Your account is not a member",
            ),
            "AWSOrganizationsNotInUseException",
        ),
        (Answer::Close, "organizations:ListAccounts"),
        (
            Answer::Instead(b"<html>".to_vec()),
            "organizations:ListAccounts",
        ),
    ] {
        let stage = organization();
        let fault = Fault::new(answer.clone()).operation("ListAccounts");
        stage.loopback.fault(fault);
        let run = stage.run(&arguments("html", &[]));
        assert_eq!(run.code, 0, "{answer:?}: {}", run.stderr);
        assert!(run.stdout.contains(ACCOUNT), "{answer:?}");
        assert!(!run.stdout.contains("Pay &#60;b"), "{answer:?}");
        let note = "note: the names of accounts could not be looked up; the report shows account ids only: ";
        assert!(run.stderr.contains(note), "{answer:?}: {}", run.stderr);
        assert!(run.stderr.contains(expected), "{answer:?}: {}", run.stderr);
        assert!(run.stderr.contains("--names FILE"), "{}", run.stderr);
        stage.assert_only_reads();
    }
}

#[test]
fn nothing_is_looked_up_for_a_format_that_shows_no_names() {
    let stage = organization();
    let run = stage.run(&arguments("json", &[]));
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.contains("--names has no effect"),
        "{}",
        run.stderr
    );
    assert!(stage.calls("ListAccounts").is_empty());

    let unsigned = ["--s3-bucket", BUCKET, "--no-sign-request"];
    let run = stage.run(&arguments("html", &unsigned));
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
}

#[test]
fn the_profile_for_cloudtrail_looks_them_up() {
    let stage = organization();
    write_profiles(&stage, "");
    for (profiles, is_known) in [
        (&["--profile", "audit"][..], true),
        (
            &["--s3-profile", "stranger", "--trail-profile", "audit"],
            true,
        ),
        (
            &["--s3-profile", "audit", "--trail-profile", "stranger"],
            false,
        ),
    ] {
        let more = [profiles, &["--s3-bucket", BUCKET]].concat();
        let run = finish(&mut command(&stage, &arguments("markdown", &more)));
        let is_denied = run.stderr.contains("could not be looked up");
        assert_eq!(is_denied, !is_known, "{more:?}: {}", run.stderr);
    }
}

#[test]
fn an_endpoint_of_its_own_answers() {
    let stage = organization();
    let mut command = stage.command(&arguments("html", &[]));
    command.env("AWS_ENDPOINT_URL_ORGANIZATIONS", "http://127.0.0.1:9");
    let run = finish(&mut command);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stderr.contains("could not be looked up"),
        "{}",
        run.stderr
    );
    let mut command = stage.command(&arguments("html", &[]));
    command.env("AWS_ENDPOINT_URL_ORGANIZATIONS", "foo");
    assert_eq!(finish(&mut command).code, 2);
    let url = stage.loopback.cloudtrail_url();
    let mut command = stage.command(&arguments("html", &["--endpoint-url", &url]));
    command.env_remove("AWS_ENDPOINT_URL_ORGANIZATIONS");
    let run = finish(&mut command);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}
