//! The filters of a request, and which chains match them.

use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::request::Request;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour, spec};
use crate::support::disk::{copy_of, ids, running};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};
use crate::support::program::{report, run, severity_codes};
use crate::support::testdata::{case, validate};

#[test]
fn an_arn_does_not_match_another_organizations_trail_of_the_same_name() {
    let mut case = Case::new("foreign-organization", 0, "");
    let trail = Trail::new("999999999999", REGION, "main", BUCKET).organization("o-a1b2c3d4e5");
    let mut member = Chain::new(ChainSpec { trail, ..spec() }.account("222222222222"));
    member.start(&mut case.world, ts("2026-03-01T00:12:34Z"));
    member.run_until(&mut case.world, hour(4));
    let ring = ring(&case.world, &[REGION]);
    let mut request = request();
    let arn = |account: &str| {
        format!("arn:aws:cloudtrail:{REGION}:{account}:trail/main")
            .parse()
            .expect("an arn")
    };
    request.filter.trail_arns = vec![arn(ACCOUNT)];
    let outcome = prove(&source(&case.world), &ring, &request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Unproven, vec![Code::NothingFound])
    );
    // With the organization given, the trail is unambiguous, and no member answers for its owner.
    request.filter.organizations = vec!["o-a1b2c3d4e5".parse().expect("an organization")];
    let prove = |request: &Request| prove(&source(&case.world), &ring, request);
    let outcome = prove(&request);
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Unproven, vec![Code::NothingFound])
    );
    // It need not be there if only the member is asked for.
    request.filter.accounts = vec!["222222222222".parse().expect("an account")];
    assert_eq!(prove(&request).verdict, Verdict::Verified);
}

#[test]
fn an_organization_trail_has_a_chain_for_each_account_and_its_arn_means_them_all() {
    let mut world = World::new(13);
    let trail = Trail::new(ACCOUNT, REGION, "org", BUCKET)
        .organization("o-a1b2c3d4e5")
        .prefix("p/q");
    for account in [ACCOUNT, "222222222222"] {
        running(
            &mut world,
            ChainSpec {
                trail: trail.clone(),
                ..spec()
            }
            .account(account),
            3,
        );
    }
    running(&mut world, spec(), 3);
    let dir = copy_of(&world);
    let base = ["--path", BUCKET, "--keys", "keys", "--s3-bucket", BUCKET];
    let with = |more: &[&str]| report(dir.path(), &[&base[..], more].concat());
    assert_eq!(
        with(&["--trail-arn", &trail.arn()]).1["chains"]
            .as_array()
            .expect("chains")
            .len(),
        2
    );
    let (code, member) = with(&[
        "--organization-id",
        "o-a1b2c3d4e5",
        "--account-id",
        "222222222222",
    ]);
    assert_eq!(
        (code, ids(&member)),
        (
            0,
            vec!["222222222222/eu-west-1/eu-west-1/org verified".to_owned()]
        )
    );
    let place = &member["chains"][0]["locations"][0];
    assert_eq!(
        (&place["prefix"], &place["organization"]),
        (&"p/q".into(), &"o-a1b2c3d4e5".into())
    );
    assert_eq!(ids(&with(&["--s3-prefix", "p/q/"]).1).len(), 2);
    let (code, other) = with(&["--organization-id", "o-zzzzzzzzzz"]);
    assert_eq!(
        (code, severity_codes(&other)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
    let (code, one_of_two) = with(&["--region", REGION, "--region", "ap-south-1"]);
    assert_eq!(
        (code, severity_codes(&one_of_two)),
        (4, vec!["unproven nothing-found".to_owned()])
    );
}

/// Two accounts, of which one ends long before the other.
fn one_ends() -> (Case, Chain) {
    let mut case = Case::new("one-ends", 3, "");
    let mut ended = None;
    for (account, hours) in [(ACCOUNT, 12), ("999999999999", 3)] {
        let trail = Trail::new(account, HOME, "main", BUCKET);
        let mut chain = Chain::new(ChainSpec::new(trail, HOME).logs(1..=1).events(1..=1));
        chain.start(&mut case.world, hour(0));
        chain.run_until(&mut case.world, hour(hours));
        ended = Some(chain);
    }
    (case, ended.expect("a chain"))
}

#[test]
fn a_chain_beside_the_window_is_a_gap_unless_it_was_named() {
    let (case, _) = one_ends();
    let (source, keys) = (source(&case.world), ring(&case.world, &[HOME]));
    let in_window = |change: &dyn Fn(&mut trailproof::Request)| {
        let mut request = trailproof::Request {
            from: Some(hour(6)),
            to: Some(hour(10)),
            ..request()
        };
        change(&mut request);
        prove(&source, &keys, &request)
    };
    let other = || "999999999999".parse().expect("an account");
    let chain = || format!("999999999999/{HOME}/{HOME}/main");

    let outcome = in_window(&|_| {});
    assert_eq!(
        (outcome.verdict, codes(&outcome)),
        (Verdict::Gaps, vec![Code::CoverageTail])
    );
    for request in [
        &|request: &mut trailproof::Request| request.filter.accounts = vec![other()],
        &|request: &mut trailproof::Request| {
            request.filter.accounts = vec![ACCOUNT.parse().expect("an account"), other()];
        },
        &|request: &mut trailproof::Request| {
            request.expect = [chain().parse().expect("a chain")].into();
        },
    ] as [&dyn Fn(&mut trailproof::Request); 3]
    {
        let outcome = in_window(request);
        assert_eq!(outcome.verdict, Verdict::Unproven);
        assert!(
            codes(&outcome).contains(&Code::NothingFound),
            "{:#?}",
            outcome.findings
        );
    }
    let left_out = in_window(&|request| {
        request.filter.exclude = vec![chain().parse().expect("a pattern")];
    });
    assert_eq!(
        (left_out.verdict, left_out.chains.len()),
        (Verdict::Verified, 1)
    );
    let sentence = format!(
        "anything of the chains that --exclude left out: {}",
        chain()
    );
    assert!(
        left_out.not_proven.contains(&sentence),
        "{:#?}",
        left_out.not_proven
    );
    let all = in_window(&|request| {
        request.filter.exclude = vec!["*/*/*/main".parse().expect("a pattern")];
    });
    assert_eq!(
        (all.verdict, codes(&all)),
        (Verdict::Unproven, vec![Code::NothingFound])
    );
}

#[test]
fn what_is_expected_must_be_within_what_was_asked_for() {
    let dir = case("coverage-tail--excluded");
    let files = tempfile::tempdir().expect("a folder");
    let expect = files.path().join("expect");
    std::fs::write(&expect, format!("999999999999/{HOME}/{HOME}/main\n")).expect("a file");
    let expect = expect.to_str().expect("UTF-8");
    for scope in [
        ["--region", REGION],
        ["--account-id", ACCOUNT],
        ["--exclude", "999999999999/*/*/*"],
        [
            "--trail-arn",
            "arn:aws:cloudtrail:us-east-1:111111111111:trail/other",
        ],
    ] {
        let run = run(&dir, &validate(&["--expect", expect, scope[0], scope[1]]));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{scope:?}");
        assert!(
            run.stderr.contains("which other options leave out"),
            "{}",
            run.stderr
        );
    }
    let run = run(
        &dir,
        &validate(&["--expect", expect, "--account-id", "999999999999"]),
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
}
