//! Whose place a chain is in: an account's own trail and a trail of its organization, or of another company's,
//! may have the same name and the same account and regions.

use serde_json::Value;

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::case::{ACCOUNT, BUCKET, Case, HOME, REGION, hour};
use crate::support::disk::{copied, ids};
use crate::support::forge::{
    Chain, ChainSpec, Heads, KeyFileStyle, Object, Place, Trail, World, damage, ts,
};
use crate::support::program::{report, severity_codes};
use crate::support::stage::Stage;

const ORGANIZATION: &str = "o-a1b2c3d4e5";
const FOREIGN: &str = "o-z9y8x7w6v5";
const OWNER: &str = "999999999999";

/// An account's own trail `main`.
fn own(account: &str) -> Trail {
    Trail::new(account, HOME, "main", BUCKET)
}

/// The trail `main` of an organization.
fn shared(owner: &str, organization: &str) -> Trail {
    own(owner).organization(organization)
}

/// Twelve hours of a trail's chain in its home region, for an account.
fn running(world: &mut World, trail: Trail, account: &str) -> Chain {
    let mut chain = begun(world, trail, account);
    chain.run_until(world, hour(12));
    chain
}

fn begun(world: &mut World, trail: Trail, account: &str) -> Chain {
    let spec = ChainSpec::new(trail, HOME).account(account);
    let mut chain = Chain::new(spec.logs(1..=1).events(1..=1));
    chain.start(world, ts("2026-03-01T00:12:34Z"));
    chain
}

/// Validates a copy of the usual bucket.
fn validate(world: &World, more: &[&str]) -> (i32, Value) {
    let regions = [HOME, REGION];
    let dir = copied(world, &[BUCKET], &regions, &Heads::All, KeyFileStyle::V2Iso);
    let base = ["--path", BUCKET, "--s3-bucket", BUCKET, "--keys", "keys"];
    report(dir.path(), &[&base[..], more].concat())
}

/// The organization and the verdict of each chain.
fn verdicts(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("own").to_owned();
    let chains = report["chains"].as_array().expect("chains").iter();
    chains
        .map(|c| (text(&c["organization"]), text(&c["verdict"])))
        .collect()
}

fn pairs<'a>(of: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

#[test]
fn a_members_own_trail_does_not_cover_what_is_missing_from_its_organizations() {
    for (hurt, verdicts_then) in [
        (0, [("own", "failed"), (ORGANIZATION, "verified")]),
        (1, [("own", "verified"), (ORGANIZATION, "failed")]),
    ] {
        let mut world = World::new(31);
        let chains = [
            running(&mut world, own(ACCOUNT), ACCOUNT),
            running(&mut world, shared(OWNER, ORGANIZATION), ACCOUNT),
        ];
        for digest in &chains[hurt].digests[4..8] {
            damage::delete(&mut world, &digest.place);
        }
        let (code, report) = validate(&world, &[]);
        assert_eq!((code, verdicts(&report)), (1, pairs(&verdicts_then)));
        let missing = &report["chains"][hurt]["digests"];
        assert_eq!(
            (&missing["missing"], &missing["missing_inferred"]),
            (&1.into(), &3.into())
        );
        let organization = [Value::Null, ORGANIZATION.into()][hurt].clone();
        let findings = report["findings"].as_array().expect("findings");
        let missing = findings.iter().filter(|f| f["code"] == "digest-missing");
        assert!(missing.clone().count() > 0);
        assert!(
            missing
                .into_iter()
                .all(|f| f["organization"] == organization)
        );
    }
}

#[test]
fn an_own_trail_does_not_cover_the_end_of_its_organizations() {
    let mut world = World::new(32);
    running(&mut world, own(ACCOUNT), ACCOUNT);
    let chain = running(&mut world, shared(OWNER, ORGANIZATION), ACCOUNT);
    for digest in &chain.digests[8..] {
        damage::delete(&mut world, &digest.place);
    }
    let window = [
        "--start-time",
        "2026-03-01T01:12:34Z",
        "--end-time",
        "2026-03-01T12:12:34Z",
    ];
    let (_, report) = validate(&world, &window);
    assert_eq!(
        verdicts(&report)[0],
        ("own".to_owned(), "verified".to_owned())
    );
    assert_ne!(verdicts(&report)[1].1, "verified", "{report:#}");
}

#[test]
fn an_accounts_trail_has_nothing_in_an_organizations_folder() {
    let mut world = World::new(33);
    running(&mut world, own(ACCOUNT), ACCOUNT);
    // Another company's trail of the same name, with trouble of its own.
    let foreign = running(&mut world, shared(OWNER, FOREIGN), "222222222222");
    damage::tamper_digest(&mut world, &foreign.digests[3].place);
    let arn = own(ACCOUNT).arn();
    let (code, report) = validate(&world, &["--trail-arn", &arn]);
    assert_eq!(
        (code, verdicts(&report)),
        (0, pairs(&[("own", "verified")]))
    );
    assert_eq!(validate(&world, &[]).0, 1);

    // Nor has it where the account is a member of the organization, and both trails run at the same time.
    let member = running(&mut world, shared(OWNER, ORGANIZATION), ACCOUNT);
    damage::tamper_digest(&mut world, &member.digests[3].place);
    let (code, report) = validate(&world, &["--trail-arn", &arn]);
    assert_eq!(
        (code, verdicts(&report)),
        (0, pairs(&[("own", "verified")]))
    );

    // DescribeTrails says the same of a trail that is the account's.
    let stage = Stage::of(&world, &[TrailConfig::from(&own(ACCOUNT))]);
    let (code, report) = stage.report(&online(&arn));
    assert_eq!(
        (code, verdicts(&report)),
        (0, pairs(&[("own", "verified")]))
    );
}

fn online(arn: &str) -> Vec<String> {
    let window = [
        "--trail-arn",
        arn,
        "--start-time",
        "2026-03-01T01:12:34Z",
        "--end-time",
        "2026-03-01T12:12:34Z",
        "--as-of",
        "2026-03-01T12:12:34Z",
    ];
    window.map(String::from).to_vec()
}

#[test]
fn an_organizations_trail_is_answered_by_its_owner_alone() {
    let mut world = World::new(34);
    let trail = shared(OWNER, ORGANIZATION);
    let owner = running(&mut world, trail.clone(), OWNER);
    running(&mut world, trail.clone(), "222222222222");
    running(&mut world, shared("888888888888", FOREIGN), "888888888888");
    let named = ["--trail-arn", &trail.arn()];
    let (code, report) = validate(&world, &named);
    let organization = [(ORGANIZATION, "verified"); 2];
    assert_eq!(
        (code, verdicts(&report)),
        (0, pairs(&organization)),
        "{report:#}"
    );

    // The owner's chain is gone: no member and no foreign organization answers for it.
    for digest in &owner.digests {
        damage::delete(&mut world, &digest.place);
    }
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    for (code, report) in [
        validate(&world, &named),
        stage.report(&online(&trail.arn())),
    ] {
        assert_eq!(code, 4, "{report:#}");
        let codes = severity_codes(&report);
        assert!(
            codes.contains(&"unproven nothing-found".into()),
            "{codes:?}"
        );
    }
    let (code, report) = validate(
        &world,
        &[&named[..], &["--organization-id", ORGANIZATION]].concat(),
    );
    assert_eq!(
        (code, verdicts(&report)),
        (4, pairs(&[(ORGANIZATION, "verified")]))
    );

    // The whole organization is gone.
    world
        .buckets
        .get_mut(BUCKET)
        .expect("a bucket")
        .retain(|key, _| !key.contains(ORGANIZATION));
    assert_eq!(validate(&world, &named).0, 4);
    let stage = Stage::of(&world, &[TrailConfig::from(&trail)]);
    assert_eq!(stage.report(&online(&trail.arn())).0, 4);
}

/// A trail that becomes its owner's organization's, and goes on in another folder with a link.
fn migrated(world: &mut World, back: bool) -> Chain {
    let (from, to) = (own(ACCOUNT), shared(ACCOUNT, ORGANIZATION));
    let (from, to) = if back { (to, from) } else { (from, to) };
    let mut chain = begun(world, from, ACCOUNT);
    chain.run_until(world, hour(6));
    chain.spec.trail = to;
    chain.run_until(world, hour(12));
    chain
}

#[test]
fn a_trail_that_became_an_organizations_is_one_chain() {
    for (back, organization) in [(false, ORGANIZATION), (true, "own")] {
        let mut world = World::new(35);
        let chain = migrated(&mut world, back);
        let arn = own(ACCOUNT).arn();
        for more in [&[][..], &["--trail-arn", &arn]] {
            let (code, report) = validate(&world, more);
            let one = pairs(&[(organization, "verified")]);
            assert_eq!((code, verdicts(&report)), (0, one), "{report:#}");
            assert_eq!(report["chains"][0]["digests"]["valid"], 13);
            assert_eq!(
                report["chains"][0]["locations"].as_array().map(Vec::len),
                Some(2)
            );
            assert_eq!(report["chains"][0]["logs"]["unreferenced"], 0);
        }
        let stage = Stage::of(&world, &[TrailConfig::from(&chain.spec.trail)]);
        let (code, report) = stage.report(&online(&arn));
        let chains = report["chains"].as_array().map(Vec::len);
        assert_eq!((code, chains), (0, Some(1)), "{report:#}");
    }
}

#[test]
fn what_is_missing_before_a_trail_became_an_organizations_shows() {
    let mut world = World::new(36);
    let chain = migrated(&mut world, false);
    for digest in &chain.digests[2..5] {
        damage::delete(&mut world, &digest.place);
    }
    let (code, report) = validate(&world, &[]);
    assert_eq!((code, ids(&report).len()), (1, 1), "{report:#}");
    let digests = &report["chains"][0]["digests"];
    assert_eq!(
        (&digests["missing"], &digests["missing_inferred"]),
        (&1.into(), &2.into())
    );
}

#[test]
fn a_line_with_four_parts_means_both_chains() {
    let mut case = Case::new("expected", 0, "");
    running(&mut case.world, shared(OWNER, ORGANIZATION), ACCOUNT);
    let regions = [HOME, REGION];
    let dir = copied(
        &case.world,
        &[BUCKET],
        &regions,
        &Heads::All,
        KeyFileStyle::V2Iso,
    );
    let line = format!("{ACCOUNT}/{HOME}/{HOME}/main");
    std::fs::write(dir.path().join("expect"), &line).expect("written");
    let args = [
        "--path",
        BUCKET,
        "--keys",
        "keys",
        "--s3-bucket",
        BUCKET,
        "--expect",
        "expect",
    ];
    let (code, report) = report(dir.path(), &args);
    assert_eq!(code, 0, "{report:#}");
}

/// A trail that wrote under the prefix `old`, and under `new` since validation was switched on again. Between
/// seven and nine o'clock it wrote no digest.
fn moved_without_validation(world: &mut World) -> Chain {
    let mut chain = begun(world, own(ACCOUNT).prefix("old"), ACCOUNT);
    chain.run_until(world, hour(6));
    chain.disable_validation(world, ts("2026-03-01T06:20:00Z"));
    chain.spec.trail = own(ACCOUNT).prefix("new");
    chain.start(world, ts("2026-03-01T09:12:34Z"));
    chain.run_until(world, hour(12));
    chain
}

#[test]
fn a_prefix_of_before_is_searched_where_the_digests_begin_late() {
    let mut world = World::new(37);
    let chain = moved_without_validation(&mut world);
    let stage = Stage::of(&world, &[TrailConfig::from(&chain.spec.trail)]);
    let arn = chain.spec.trail.arn();
    let bucket = ["--s3-bucket".to_owned(), BUCKET.to_owned()];
    for more in [&[][..], &bucket] {
        let (code, report) = stage.report(&[&online(&arn)[..], more].concat());
        assert_eq!(code, 3, "{report:#}");
        let chain = &report["chains"][0];
        let gaps = chain["gaps"].as_array().expect("gaps");
        assert_eq!(gaps.len(), 1, "{gaps:#?}");
        assert_ne!(gaps[0]["cause"], "before-first-digest");
        assert_eq!(chain["coverage"][0]["state"], "verified");
        let prefixes = chain["locations"].as_array().expect("locations").iter();
        let prefixes: Vec<&Value> = prefixes.map(|l| &l["prefix"]).collect();
        assert_eq!(prefixes, ["old", "new"]);
    }

    // A window that begins later needs no wider search.
    let searched = |stage: &Stage| {
        let calls = stage.calls("ListObjectsV2").into_iter();
        calls
            .filter(|call| format!("{call:?}").contains("old/"))
            .count()
    };
    let before = searched(&stage);
    let later: Vec<String> = online(&arn)
        .into_iter()
        .map(|a| a.replace("T01:12:34Z", "T10:12:34Z"))
        .collect();
    assert_eq!(stage.report(&later).0, 0);
    assert_eq!(searched(&stage), before);
}

#[test]
fn a_wider_search_that_is_denied_changes_no_verdict() {
    let mut world = World::new(38);
    let mut chain = begun(&mut world, own(ACCOUNT).prefix("new"), ACCOUNT);
    chain.run_until(&mut world, hour(12));
    let other = Object::delivered(b"{}".to_vec(), hour(1));
    world.put(&Place::new(BUCKET, "private/of/somebody.json"), other);
    let stage = Stage::of(&world, &[TrailConfig::from(&chain.spec.trail)]);
    let mut args = online(&own(ACCOUNT).arn());
    args[3] = "2026-02-28T12:12:34Z".into();
    let (code, report) = stage.report(&args);
    assert_eq!(code, 3, "{report:#}");
    stage.loopback.fault(
        Fault::new(Answer::access_denied())
            .operation("ListObjectsV2")
            .under("private/"),
    );
    let (code, denied) = stage.report(&args);
    assert_eq!((code, &denied["complete"]), (3, &true.into()), "{denied:#}");
    let sentences = denied["not_proven"].as_array().expect("sentences").iter();
    let told = sentences.filter_map(Value::as_str);
    assert!(told.into_iter().any(|s| s.contains("under another prefix")));
    assert_eq!(report["chains"], denied["chains"]);
}
