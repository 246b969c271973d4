//! Nothing that is not proven is shown, and no text from a record reaches a terminal or a page as it is.

use serde_json::Value;
use trailproof::base::text::is_unsafe;

use super::{calls, copied, forged, json, timeline};
use crate::support::case::{HOME, wide_trail};
use crate::support::forge::json::Json;
use crate::support::forge::{Chain, ChainSpec, World, damage, ts};
use crate::support::incident::{MADE_KEY, SESSION, SESSION_KEY};

#[test]
fn the_records_of_an_altered_log_are_not_part_of_it() {
    let (incident, mut world) = forged();
    let logs = incident.home.digests.iter().flat_map(|digest| &digest.logs);
    let mut logs = logs.filter(|log| {
        let text = String::from_utf8_lossy(&log.json);
        text.contains("\"CreateAccessKey\"") && text.contains(MADE_KEY)
    });
    let place = logs.next().expect("a log").place.clone();
    damage::edit_content(&mut world, &place, |text| {
        let name = b"CreateAccessKey";
        let at = text.windows(name.len()).position(|part| part == name);
        text[at.expect("the name")..][..6].copy_from_slice(b"Delete");
    });
    let (code, report) = json(copied(&world).path(), &[]);
    assert_eq!(code, 1);
    let found = calls(&report);
    let of_log = |call: &&String| call.contains("teAccessKey ") && call.contains("T02:");
    assert_eq!(found.iter().find(of_log), None);
    let marks = report["timeline"]["marks"].as_array().expect("marks");
    assert!(
        marks.iter().any(|mark| mark["code"] == "log-modified"),
        "{marks:#?}"
    );
}

#[test]
fn a_world_without_a_mark_has_an_empty_timeline() {
    let mut world = World::new(7);
    let spec = ChainSpec::new(wide_trail(), HOME).logs(1..=2);
    let mut chain = Chain::new(spec.events(1..=3));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-01T04:30:00Z"));
    let dir = copied(&world);
    // The window begins after the call that switched logging on.
    let (code, report) = json(dir.path(), &["--start-time", "2026-03-01T02:12:34Z"]);
    assert_eq!(code, 0);
    let timeline = &report["timeline"];
    assert_eq!(timeline["events"], Value::Array(Vec::new()));
    assert_eq!(timeline["searches"], 0);
    assert_eq!(timeline["complete"], true);
}

#[test]
fn a_role_is_not_the_user_of_the_same_name() {
    let (mut incident, mut world) = forged();
    let other = "arn:aws:iam::111111111111:user/admin/ci-deploy";
    let mut identity = serde_json::json!({"type": "IAMUser", "accountId": "111111111111"});
    identity["arn"] = other.into();
    identity["userName"] = "ci-deploy".into();
    for (at, parameter) in [("09:40", "roleName"), ("09:41", "userName")] {
        let mut record = incident.home.caller.clone();
        record.set("userIdentity", identity.clone());
        record.set("eventTime", format!("2026-03-01T{at}:00Z"));
        record.set("eventSource", "iam.amazonaws.com");
        record.set("eventName", format!("Put{parameter}"));
        record.set(
            "requestParameters",
            serde_json::json!({parameter: "deploy"}),
        );
        record.set("recipientAccountId", "111111111111");
        incident.home.record(record);
    }
    incident
        .home
        .run_until(&mut world, ts("2026-03-01T10:30:00Z"));
    let (_, report) = json(copied(&world).path(), &[]);
    let found = calls(&report);
    let has = |name: &str| found.iter().any(|call| call.contains(name));
    // The user `deploy` is a subject, and no role of that name is.
    assert!(has("PutuserName") && !has("PutroleName"), "{found:#?}");
}

#[test]
fn a_caller_whose_name_is_escaped_is_found() {
    let (mut incident, mut world) = forged();
    let (arn, key) = (SESSION.replace('/', "\\/"), &SESSION_KEY[1..]);
    let identity = format!(
        r#"{{"type":"AssumedRole","arn":"{arn}","accountId":"111111111111","accessKeyId":"\u0041{key}"}}"#
    );
    let mut record = incident.home.caller.clone();
    record.set("userIdentity", Json::Written(identity));
    record.set("eventTime", "2026-03-01T09:40:00Z");
    record.set("eventSource", "ec2.amazonaws.com");
    record.set("eventName", "TerminateInstances");
    record.set("recipientAccountId", "111111111111");
    incident.home.record(record);
    incident
        .home
        .run_until(&mut world, ts("2026-03-01T10:30:00Z"));
    let (_, report) = json(copied(&world).path(), &[]);
    let call = format!("2026-03-01T09:40:00Z TerminateInstances {SESSION_KEY}");
    assert!(calls(&report).contains(&call), "{:#?}", calls(&report));
}

#[test]
fn no_text_of_a_record_becomes_markup_or_an_escape_code() {
    let (mut incident, mut world) = forged();
    let mut record = incident.home.caller.clone();
    record.set("eventTime", "2026-03-01T09:40:00Z");
    record.set("eventSource", "ec2.amazonaws.com");
    record.set("eventName", "Describe<script>alert(1)</script>");
    record.set("userAgent", "\u{1b}[2J\u{202e}<img src=x>");
    record.set("sourceIPAddress", "203.0.113.66");
    record.set("recipientAccountId", "111111111111");
    incident.home.record(record);
    incident
        .home
        .run_until(&mut world, ts("2026-03-01T10:30:00Z"));
    let dir = copied(&world);
    for format in ["text", "html", "json"] {
        let shown = timeline(dir.path(), &["--format", format]).stdout;
        assert!(shown.contains("203.0.113.66"));
        assert!(!shown.contains(|c| c != '\n' && is_unsafe(c)), "{format}");
        if format == "html" {
            assert!(shown.contains("Describe&#60;script&#62;"), "{shown}");
            assert!(!shown.contains("<script") && !shown.contains("<img"));
        }
    }
}
