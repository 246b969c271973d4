//! Accepted gaps and findings.

use std::fs;

use jiff::Timestamp;
use trailproof::base::limits::Limits;
use trailproof::base::time::Window;
use trailproof::proof::finding::{Code, Verdict};
use trailproof::source::memory::MemorySource;
use trailproof::validate::accept::{self, Acceptance, Extent};
use trailproof::validate::outcome::Outcome;
use trailproof::validate::request::Request;

use crate::library::{prove, request, ring, source};
use crate::support::case::{Case, HOME, REGION};
use crate::support::disk::{link_away, on_disk};
use crate::support::forge::{damage, ts};
use crate::support::program::{report, run};
use crate::support::testdata::{case, validate, with};

#[test]
fn gaps_that_meet_may_be_accepted_one_by_one() {
    let mut case = Case::new("accepted-pair", 3, "");
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T05:00:00Z"));
    chain.cut();
    chain.start(&mut case.world, ts("2026-03-01T07:00:00Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T09:00:00Z"));
    let outcome = prove(
        &source(&case.world),
        &ring(&case.world, &[REGION]),
        &request(),
    );
    let gaps = &outcome.chains[0].gaps;
    assert_eq!((gaps.len(), outcome.verdict), (2, Verdict::Gaps));
    let accepted = |time: Window| Acceptance {
        chain: outcome.chains[0].id.clone().into(),
        extent: Extent::Within(time),
        reason: "known".into(),
        who: "me".into(),
    };
    let both: Vec<Acceptance> = gaps.iter().map(|g| accepted(g.time)).collect();
    assert_eq!(accept::remaining(&outcome, &both), Verdict::Verified);
    assert_eq!(accept::remaining(&outcome, &both[..1]), Verdict::Gaps);
}

#[test]
fn accepted_findings_are_shown_and_only_covered_ones_are_forgiven() {
    let dir = tempfile::tempdir().expect("a folder");
    let accept = |to: &str| {
        let path = dir.path().join("accept.toml");
        let text = format!(
            "[[accept]]\nchain = \"111111111111/eu-west-1/eu-west-1/main\"\nfrom = \"2026-03-01T03:30:00Z\"\n\
             to = \"{to}\"\nreason = \"known\"\nwho = \"me\"\n"
        );
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    };
    let exact = accept("2026-03-01T07:45:10Z");
    let (exit, whole) = report(&case("gap"), &with(&["--accept", &exact]));
    assert_eq!((exit, whole["verdict"].as_str()), (0, Some("gaps")));
    assert_eq!(
        (
            &whole["accepted"][0]["who"],
            &whole["accepted"][0]["findings"]
        ),
        (&"me".into(), &1.into())
    );
    let short = accept("2026-03-01T07:45:09Z");
    assert_eq!(report(&case("gap"), &with(&["--accept", &short])).0, 3);
    fs::write(dir.path().join("bad.toml"), "[[accept]]\nchain = \"x\"\n").expect("a file");
    let bad = dir.path().join("bad.toml");
    let bad = run(
        &case("gap"),
        &validate(&["--accept", bad.to_str().expect("UTF-8")]),
    );
    assert_eq!(bad.code, 2);
}

/// Random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// An acceptance of the usual chain, or of a pattern that it may match, over random time.
fn acceptance(random: &mut Random, only_patterns: bool) -> Acceptance {
    let parts = ["111111111111", REGION, HOME, "main"];
    let open = random.below(16) | u64::from(only_patterns);
    let part = |at: usize| match open >> at & 1 {
        1 => "*",
        _ => parts[at],
    };
    let chain: Vec<&str> = (0..4).map(part).collect();
    let within = |from, to| Extent::Within(Window { from, to });
    let extent = match random.below(5) {
        0 => within(Timestamp::MIN, Timestamp::MAX),
        1 => within(ts("2026-01-01T00:00:00Z"), ts("2027-01-01T00:00:00Z")),
        2 => within(ts("2026-03-01T01:00:00Z"), ts("2026-03-01T05:00:00Z")),
        3 => Extent::Follows(ts("2026-03-01T01:00:00Z")),
        _ => Extent::Follows(ts("2026-04-30T12:00:00Z")),
    };
    Acceptance {
        chain: chain.join("/").parse().expect("a pattern"),
        extent,
        reason: "random".into(),
        who: "nobody".into(),
    }
}

/// Outcomes of looks that failed, each in another way.
fn failed_looks() -> Vec<(&'static str, Outcome)> {
    let mut case = Case::new("failed-looks", 4, "");
    case.chain(6);
    let keys = ring(&case.world, &[REGION]);
    let later = Request {
        from: Some(ts("2026-05-01T00:00:00Z")),
        to: Some(ts("2026-05-02T00:00:00Z")),
        ..request()
    };
    let bounded = Request {
        limits: Limits {
            folders: 1,
            ..Limits::default()
        },
        ..request()
    };
    let world = source(&case.world);
    let (dir, linked) = on_disk(&case.world, Limits::default());
    link_away(dir.path(), "AWSLogs/111111111111/CloudTrail-Digest");
    let (day, hidden) = on_disk(&case.world, Limits::default());
    let folder = format!("AWSLogs/111111111111/CloudTrail-Digest/{REGION}/2026/03/01");
    link_away(day.path(), &folder);
    let (logs, unlisted) = on_disk(&case.world, Limits::default());
    let folder = format!("AWSLogs/111111111111/CloudTrail/{REGION}/2026/03/01");
    link_away(logs.path(), &folder);
    vec![
        (
            "nothing",
            prove(&MemorySource::default(), &keys, &request()),
        ),
        ("another time", prove(&world, &keys, &later)),
        (
            "no keys",
            prove(&world, &ring(&case.world, &[HOME]), &request()),
        ),
        ("a bound", prove(&world, &keys, &bounded)),
        ("a folder", prove(&linked, &keys, &request())),
        ("a day", prove(&hidden, &keys, &request())),
        ("a day of logs", prove(&unlisted, &keys, &request())),
    ]
}

#[test]
fn no_choice_makes_a_look_that_failed_a_success() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (what, outcome) in failed_looks() {
        assert!(outcome.verdict >= Verdict::Unproven, "{what}");
        for _ in 0..300 {
            let count = random.below(4);
            let accepted: Vec<Acceptance> =
                (0..count).map(|_| acceptance(&mut random, false)).collect();
            for fail_on in [Verdict::Failed, Verdict::Unproven, Verdict::Gaps] {
                let exit = accept::exit_verdict(&outcome, &accepted, fail_on.into()).verdict;
                assert!(exit >= Verdict::Unproven, "{what}: {accepted:#?}");
            }
        }
    }
}

#[test]
fn a_pattern_never_accepts_what_failed() {
    let mut case = Case::new("pattern-and-damage", 1, "");
    let chain = case.chain(6);
    damage::modify_log(&mut case.world, &chain.digests[3].logs[0].place);
    let keys = ring(&case.world, &[REGION]);
    let outcome = prove(&source(&case.world), &keys, &request());
    let mut random = Random(0xd1b5_4a32_d192_ed03);
    for _ in 0..300 {
        let accepted = vec![acceptance(&mut random, true); 2];
        for fail_on in [Verdict::Failed, Verdict::Unproven, Verdict::Gaps] {
            let exit = accept::exit_verdict(&outcome, &accepted, fail_on.into()).verdict;
            assert_eq!(exit, Verdict::Failed, "{accepted:#?}");
        }
    }
    // The chain's own name accepts it.
    let named = Acceptance {
        chain: outcome.chains[0].id.clone().into(),
        extent: Extent::Within(outcome.chains[0].window),
        reason: "known".into(),
        who: "me".into(),
    };
    assert!(outcome.findings.iter().any(|f| f.code == Code::LogModified));
    let exit = accept::exit_verdict(&outcome, &[named], Verdict::Gaps.into()).verdict;
    assert_eq!(exit, Verdict::Verified);
}
