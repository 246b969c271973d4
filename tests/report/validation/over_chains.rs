//! What many chains have in common is said once.

use serde_json::{Value, json};
use trailproof::report::Format;

use crate::support::reports::{everything, organization, parsed, shown};

/// The organization with this many chains that are like the one with a gap, and a gap in each that begins at its
/// own minute of the hour, as digests do.
fn with_gaps(chains: u32) -> Value {
    let mut report = parsed(&organization());
    let all = report["chains"].as_array().expect("chains");
    let with_gap = |chain: &&Value| {
        chain["gaps"]
            .as_array()
            .is_some_and(|gaps| !gaps.is_empty())
    };
    let like = all.iter().find(with_gap).expect("a gap").clone();
    let finding = report["findings"].as_array().expect("findings").iter();
    let finding = finding.clone().find(|f| f["code"] == "coverage-head");
    let finding = finding.expect("a finding").clone();
    let mut events = parsed(&everything())["chains"][0]["gaps"][0]["evidence"].clone();
    events.as_array_mut().expect("events").truncate(1);
    let (mut clones, mut findings) = (Vec::new(), Vec::new());
    for n in 0..chains {
        let account = format!("{n:012}");
        let id = format!("{account}/eu-west-1/us-east-1/org-trail");
        let at = |hour: u32| format!("2026-03-02T{hour:02}:{:02}:00Z", n % 60);
        let mut chain = like.clone();
        chain["id"] = json!(id);
        chain["account"] = json!(account);
        let gap = &mut chain["gaps"][0];
        (gap["from"], gap["to"]) = (json!(at(3)), json!(at(9)));
        gap["cause"] = json!("logging-stopped");
        gap["certainty"] = json!("signed");
        gap["evidence"] = events.clone();
        clones.push(chain);
        let mut finding = finding.clone();
        finding["code"] = json!("gap");
        finding["chain"] = json!(id);
        (finding["from"], finding["to"]) = (json!(at(3)), json!(at(9)));
        finding["message"] = json!(format!("no digest covers {} to {}", at(3), at(9)));
        findings.push(finding);
    }
    report["chains"] = json!(clones);
    report["findings"] = json!(findings);
    report["verdict"] = json!("gaps");
    report["changes"] = json!([]);
    report["totals"]["chains"] = json!(chains);
    report
}

#[test]
fn a_gap_of_160_chains_is_one_paragraph() {
    let report = with_gaps(160);
    let text = shown(&report, Format::Text);
    assert_eq!(text.matches("\n  GAP ").count(), 1, "{text}");
    let heading = "\n  GAP gap  2026-03-02T03:00:00Z to 2026-03-02T09:59:00Z, 6h in each chain  in all 160 \
                   chains\n";
    assert!(text.contains(heading), "{text}");
    // No finding says it again, and the event is shown once.
    assert_eq!(text.matches("\n    event    ").count(), 1, "{text}");
    let ticket = shown(&report, Format::Markdown);
    assert!(ticket.contains("\n- In all 160 chains\n"), "{ticket}");
    assert_eq!(ticket.matches("\n- What: ").count(), 1, "{ticket}");
}

#[test]
fn gaps_that_differ_in_cause_or_time_stay_apart() {
    let change: [fn(&mut Value); 4] = [
        |report| report["chains"][5]["gaps"][0]["cause"] = json!("trail-deleted"),
        |report| report["chains"][5]["gaps"][0]["certainty"] = json!("unsigned"),
        |report| report["chains"][5]["gaps"][0]["evidence"][0]["event_id"] = json!("another"),
        |report| {
            let to = json!("2026-03-02T14:00:00Z");
            report["chains"][5]["gaps"][0]["to"] = to.clone();
            report["findings"][5]["to"] = to;
        },
    ];
    for change in change {
        let mut report = with_gaps(12);
        change(&mut report);
        let text = shown(&report, Format::Text);
        assert_eq!(text.matches("\n  GAP ").count(), 2, "{text}");
        assert!(text.contains("  in 11 of 12 chains\n"), "{text}");
        assert!(
            text.contains("  000000000005/eu-west-1/us-east-1/org-trail\n"),
            "{text}"
        );
    }
}

#[test]
fn a_finding_on_many_chains_is_one_paragraph_and_lists_them() {
    let mut report = parsed(&organization());
    let like = parsed(&everything());
    let like = like["findings"].as_array().expect("findings").iter();
    let like = like
        .clone()
        .find(|f| f["code"] == "digest-signature-absent");
    let like = like.expect("a finding").clone();
    let chains = report["chains"].as_array().expect("chains").clone();
    let of = |chain: &Value| {
        let mut finding = like.clone();
        finding["chain"] = chain["id"].clone();
        finding["organization"] = chain["organization"].clone();
        finding["key"] = json!(format!("{}.json.gz", chain["id"].as_str().expect("an id")));
        finding
    };
    report["findings"] = chains.iter().map(of).collect();
    let text = shown(&report, Format::Text);
    let heading = "\n  UNPROVEN digest-signature-absent (12)  in all 12 chains\n";
    assert!(text.contains(heading), "{text}");
    report["findings"] = chains.iter().take(3).map(of).collect();
    let text = shown(&report, Format::Text);
    let heading =
        "\n  UNPROVEN digest-signature-absent (3)  in 3 of 12 chains\n    chains   111111111111/";
    assert!(text.contains(heading), "{text}");
    let ticket = shown(&report, Format::Markdown);
    assert!(
        ticket.contains("\n- In 3 of 12 chains: `111111111111/"),
        "{ticket}"
    );
}
