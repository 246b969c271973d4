//! The filters of a request, and which chains match them.

use trailproof::proof::finding::{Code, Verdict};
use trailproof::validate::request::Request;

use crate::library::{codes, prove, request, ring, source};
use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour, spec};
use crate::support::disk::{copy_of, ids, running};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};
use crate::support::program::{report, severity_codes};

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
