//! Markdown for tickets: cut to fit, with commands and quotes intact.

use serde_json::json;
use trailproof::report::Format;

use crate::support::reports::{everything, parsed, shown};

#[test]
fn a_finding_that_does_not_fit_a_ticket_hides_no_other() {
    let mut report = parsed(&everything());
    let evidence = report["chains"][0]["gaps"].as_array().expect("gaps");
    let like = evidence.iter().find_map(|gap| gap["evidence"].get(0));
    let mut event = like.expect("an event").clone();
    event["user_agent"] = json!("x".repeat(100_000));
    event["log"] = json!("y".repeat(100_000));
    report["findings"][0]["evidence"] = json!(vec![event; 20]);
    report["findings"][0]["message"] = json!("many words ".repeat(10_000));
    let ticket = shown(&report, Format::Markdown);
    let codes = report["findings"].as_array().expect("findings").iter();
    for code in codes.map(|f| f["code"].as_str().expect("a code")) {
        assert!(ticket.contains(&format!("`{code}`")), "{code}: {ticket}");
    }
}

#[test]
fn commands_and_quotes_are_not_broken_in_a_ticket() {
    let mut report = parsed(&everything());
    let command = "aws s3api head-object --bucket b --key 'a  b (c).gz'";
    report["findings"][0]["hint"] = json!(format!("look first ({command}), then ask"));
    report["findings"][0]["message"] =
        json!("by the trail's owner with \"an agent; 1.0\" from there");
    let ticket = shown(&report, Format::Markdown);
    assert!(
        ticket.contains(&format!("Look first (`{command}`), then ask.")),
        "{ticket}"
    );
    assert!(
        ticket.contains("owner with `\"an agent; 1.0\"` from there"),
        "{ticket}"
    );
}
