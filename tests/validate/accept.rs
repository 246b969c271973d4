//! Accepted gaps and findings.

use std::fs;

use trailproof::base::time::Window;
use trailproof::proof::finding::Verdict;
use trailproof::validate::accept::{self, Acceptance};

use crate::library::{prove, request, ring, source};
use crate::support::case::{Case, REGION};
use crate::support::forge::ts;
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
        chain: outcome.chains[0].id.clone(),
        time,
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
