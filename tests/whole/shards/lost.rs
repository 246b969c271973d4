//! A part that is lost or damaged: its chains are not proven, by name, and everything else is as in a single run.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use trailproof::report::Format;

use super::same::without_run;
use super::site::{Planned, Site};
use crate::support::compare::difference;
use crate::support::random_org::RandomOrg;

const SHARDS: usize = 7;
const LOST: usize = 3;

/// The chains of a shard, as the plan lists them.
fn chains_of(planned: &Planned, shard: usize) -> BTreeSet<String> {
    let groups = planned.shards[shard]["groups"].as_array().expect("groups");
    let chains = groups
        .iter()
        .flat_map(|group| group["chains"].as_array().expect("chains"));
    chains
        .map(|chain| chain["chain"].as_str().expect("a chain").to_owned())
        .collect()
}

fn chain<'a>(report: &'a Value, id: &str) -> &'a Value {
    let chains = report["chains"].as_array().expect("chains");
    let found = chains.iter().find(|chain| chain["id"] == id);
    found.unwrap_or_else(|| panic!("the report lists no {id}"))
}

/// Asserts that only the chains of the lost shard are judged otherwise than in a single run.
fn assert_only_its_chains_differ(site: &Site, planned: &Planned, merged: &str) {
    let (single, report) = (site.report("single"), site.report(merged));
    assert_eq!(report["complete"], false);
    let lost = chains_of(planned, LOST);
    assert!(!lost.is_empty());
    let findings = report["findings"].as_array().expect("findings");
    for id in &lost {
        let verdict = chain(&report, id)["verdict"].as_str();
        assert_eq!(verdict, Some("unproven"), "{id}");
        let is_said = findings
            .iter()
            .any(|finding| finding["chain"] == *id && finding["reason"] == "not-in-parts");
        assert!(is_said, "{id} is not in the parts, and no finding says so");
    }
    for expected in single["chains"].as_array().expect("chains") {
        let id = expected["id"].as_str().expect("an id");
        if !lost.contains(id) {
            let found = chain(&report, id);
            for field in ["verdict", "coverage", "digests", "logs", "evidence_sha256"] {
                assert_eq!(found[field], expected[field], "{id}: {field}");
            }
        }
    }
}

#[test]
fn a_part_that_is_lost_or_damaged_makes_its_chains_unproven() {
    let site = Site::of_copy(&RandomOrg::new(1));
    site.single("single", &[Format::Json]);
    let planned = site.plan(SHARDS);
    site.run_all(&planned);
    let part = site.part(&planned, LOST);
    let intact = fs::read(&part).expect("a part");
    let mut flipped = intact.clone();
    flipped[intact.len() / 2] ^= 1;
    let cut = intact[..intact.len() / 2].to_vec();
    for (name, bytes) in [
        ("lost", None),
        ("cut", Some(cut)),
        ("flipped", Some(flipped)),
    ] {
        match bytes {
            None => fs::remove_file(&part).expect("removed"),
            Some(bytes) => fs::write(&part, bytes).expect("a part"),
        }
        site.merge(&planned, name, &[Format::Json]);
        assert_only_its_chains_differ(&site, &planned, name);
    }
    fs::write(&part, intact).expect("a part");
    site.merge(&planned, "whole", &[Format::Json]);
    let [one, other] = ["single", "whole"].map(|folder| without_run(site.report(folder)));
    assert!(one == other, "{}", difference(&one, &other));
}
