//! What reports in several formats say about altered logs, gaps and the window.

use serde_json::{Value, json};
use trailproof::base::text::grouped;
use trailproof::report::Format;

use crate::support::reports::{altered, everything, of_case, parsed, shown};

#[test]
fn each_of_many_altered_logs_is_shown_with_its_actual_and_expected_hash() {
    let page = shown(&altered(150), Format::Html);
    for n in 0..150 {
        let at = page.find(&format!("log-{n:04}.json.gz")).expect("its name");
        let next = page
            .find(&format!("log-{:04}.json.gz", n + 1))
            .unwrap_or(page.len());
        let own = &page[at..next];
        assert!(
            own.contains(&format!("{n:064x} (SHA-256 of the content, inflated)")),
            "{own}"
        );
        assert!(
            own.contains(&format!("<dd>{} bytes</dd>", grouped(1_000 + n))),
            "{own}"
        );
    }
    assert!(!page.contains("The JSON report has them all.</p>\n</details>"));
    let page = shown(&altered(1_000), Format::Html);
    assert!(
        page.contains("And 799 more. The JSON report has them all."),
        "it says what it left out"
    );
    for format in [Format::Text, Format::Markdown, Format::Junit] {
        let text = shown(&altered(150), format);
        for n in 0..11 {
            assert!(text.contains(&format!("log-{n:04}")) && text.contains(&format!("{n:064x}")));
        }
        let more = text.contains("139 more; the JSON report has them all")
            || text.contains("139 more. The JSON report lists them all.");
        assert!(more, "{text}");
    }
}

/// If no call explains a gap, no format shows a caller for it.
#[test]
fn no_caller_is_shown_for_a_gap_that_no_call_explains() {
    for case in [
        "gap--stop-denied",
        "gap--digests-removed",
        "gap--stopped-and-still-digested",
    ] {
        let report = of_case(case);
        let unexplained = report["chains"][0]["gaps"].as_array().expect("gaps");
        assert!(
            unexplained.iter().any(|gap| gap["cause"] == "unexplained"),
            "{case}"
        );
        let text = shown(&report, Format::Text);
        assert!(!text.contains("; arn:"), "{case}: {text}");
        let page = shown(&report, Format::Html);
        // Beside those who removed objects, "unknown" would read as a contradiction.
        let unknown = page.contains("<dt>Who</dt><dd>Unknown</dd>");
        assert_eq!(unknown, case != "gap--digests-removed", "{case}");
    }
}

/// Where calls removed objects of a gap, each report for people shows who did it first, and not as a stop.
#[test]
fn a_gap_with_removals_begins_with_who_removed_which_objects_when() {
    let by = "arn:aws:iam::111111111111:user/ops (access key AKIAEXAMPLEOPS000001) called DeleteObjects on 3 \
              objects, the first s3://trail-logs/AWSLogs/";
    let circumstances = "(version version0) at 2026-03-01T09:20:00Z, from 203.0.113.7, without MFA \
                         (DeleteObjects, event ";
    let report = of_case("gap--digests-removed-by-one-call");
    let removals = report["chains"][0]["gaps"][0]["removals"]
        .as_str()
        .expect("removals");
    assert!(
        removals.starts_with(by) && removals.contains(circumstances),
        "{removals}"
    );
    let finding = report["findings"][0]["message"]
        .as_str()
        .expect("a message");
    assert!(finding.starts_with(removals), "{finding}");
    for format in [Format::Text, Format::Markdown, Format::Html, Format::Junit] {
        let text = shown(&report, format);
        let lower = text.to_lowercase();
        let marks = [
            "objects removed, ",
            "badge removed\">objects removed</strong>",
        ];
        assert!(marks.iter().any(|mark| lower.contains(mark)), "{text}");
    }
    for (part, begins) in [
        (Format::Text, "    what     "),
        (Format::Html, "<dt>Objects removed</dt><dd>"),
    ] {
        let text = shown(&report, part);
        assert!(text.contains(&format!("{begins}{by}")), "{text}");
    }
    let stop = shown(&of_case("gap--logging-stopped"), Format::Text);
    assert!(!stop.contains("objects removed"), "{stop}");
}

/// Where calls removed objects of a gap, the formats for programs set it apart from a stop.
#[test]
fn a_gap_with_removals_differs_from_a_stop_in_csv_ocsf_and_metrics() {
    let first_row = |case: &str| {
        let text = shown(&of_case(case), Format::Csv);
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let head = rows.headers().expect("a head").clone();
        let row = rows.records().next().expect("a row").expect("a row");
        move |name: &str| {
            let at = head.iter().position(|column| column == name);
            row[at.expect("a column")].to_owned()
        }
    };
    let removed = first_row("gap--digests-removed");
    assert_eq!(removed("code"), "gap");
    let events = removed("events");
    let first = "2026-03-01T09:20:00Z DeleteObject; ";
    assert!(events.starts_with(first), "{events}");
    assert!(
        events.ends_with("2026-03-01T08:00:00Z UpdateTrail"),
        "{events}"
    );
    let actors = removed("actors");
    assert!(actors.contains("assumed-role/admin/mallory"), "{actors}");
    let denied = first_row("gap--stop-denied");
    let events = denied("events");
    assert!(events.contains("StopLogging (AccessDenied)"), "{events}");
    assert!(
        !denied("actors").contains("; "),
        "the refused one is left out"
    );
    for (case, removals, severity) in [
        ("gap--digests-removed", 1, "High"),
        ("gap--logging-stopped", 0, "Medium"),
    ] {
        let report = of_case(case);
        let metrics = shown(&report, Format::Prometheus);
        let samples = metrics.lines();
        let mut samples = samples.filter(|l| l.starts_with("trailproof_chain_gap_removals{"));
        let sample = samples.next().expect("a sample");
        assert!(sample.ends_with(&format!(" {removals}")), "{sample}");
        let events = shown(&report, Format::Ocsf);
        let verdict = parsed(events.lines().next().expect("an event"));
        assert_eq!(verdict["severity"], severity, "{verdict}");
        let message = verdict["message"].as_str().expect("a message");
        let begins = report["chains"][0]["gaps"][0]["removals"].as_str();
        assert!(
            message.starts_with(begins.unwrap_or("no digest")),
            "{message}"
        );
    }
}

/// Each event shows the bucket, the object and its version, and what is known of the session; an event that bears
/// only indirectly on a gap says why it is shown.
#[test]
fn each_kind_of_event_shows_its_object_and_its_session() {
    let text = shown(&of_case("gap--digests-removed-by-one-call"), Format::Text);
    let events: Vec<&str> = text.split("    event    ").skip(1).collect();
    let of = |name: &str, at: &str| {
        let found = events
            .iter()
            .find(|e| e.starts_with(name) && e.contains(at));
        *found.unwrap_or_else(|| panic!("{name} in {text}"))
    };
    let listed = of("DeleteObjects", "T09:20:00Z");
    for value in [
        "identity   IAMUser",
        "access key AKIAEXAMPLEOPS000001 (long-term)",
        "MFA        no",
        "region     us-east-1",
        "version    version0",
        "version    version2",
    ] {
        assert!(listed.contains(value), "{value}: {listed}");
    }
    assert_eq!(
        listed
            .matches("object     s3://trail-logs/AWSLogs/")
            .count(),
        3,
        "{listed}"
    );
    for (name, at, why) in [
        (
            "DeleteObjects",
            "T09:21:00Z",
            "the record does not list the deleted objects",
        ),
        (
            "PutBucketLifecycle",
            "T09:22:00Z",
            "a lifecycle rule can make S3 delete objects",
        ),
        (
            "PutBucketVersioning",
            "T09:23:00Z",
            "S3 keeps no earlier version",
        ),
    ] {
        let event = of(name, at);
        for value in [
            "bucket     trail-logs",
            "MFA        yes",
            "issuer     arn:aws:iam::111111111111:role/admin",
            "(temporary)",
            "shown as   possible cause: ",
            why,
        ] {
            assert!(event.contains(value), "{value}: {event}");
        }
    }
    let (gaps, changes) = text
        .split_once("\nchanges to the trail")
        .expect("a section");
    assert!(!gaps.contains("PutBucketPolicy"), "{text}");
    assert!(changes.contains("PutBucketPolicy"), "{text}");
}

#[test]
fn a_window_from_the_data_is_shown_with_its_origin() {
    let mut report = parsed(&everything());
    for field in ["start", "end", "as_of"] {
        report["requested"][field] = Value::Null;
    }
    report["requested"]["source"] = json!("disk");
    report["requested"]["start_origin"] = json!("data");
    report["requested"]["end_origin"] = json!("data");
    let message = "2026-03-01T00:07:21Z (from the data: the first digest) to \
                2026-03-08T00:07:21Z (from the data: the last digest)";
    for format in [Format::Text, Format::Markdown, Format::Html] {
        assert!(
            shown(&report, format).contains(message),
            "{}",
            format.as_str()
        );
    }
    let nothing = shown(&of_case("nothing-found--empty"), Format::Text);
    assert!(
        nothing.contains("  window   unknown (no digest found)\n"),
        "{nothing}"
    );
    report["chains"][0]["window"]["from"] = json!("2026-02-28T00:07:21Z");
    let message =
        "2026-02-28T00:07:21Z (from the data: each chain's first digest, this is the earliest) to";
    assert!(shown(&report, Format::Text).contains(message));
}

/// A spreadsheet has a column for each: where a call was made and from where, with which key, by which issuer, with
/// MFA or not, on what, and its parameters. Each has one entry for each event.
#[test]
fn each_event_of_a_row_says_what_it_was_on_and_what_is_known_of_its_session() {
    let text = shown(&of_case("gap--digests-removed-by-one-call"), Format::Csv);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let head = rows.headers().expect("a head").clone();
    let row = rows.records().next().expect("a row").expect("a row");
    let cell = |name: &str| {
        let at = head.iter().position(|column| column == name);
        row[at.expect("a column")].to_owned()
    };
    let events = cell("events").split("; ").count();
    for (column, first) in [
        ("event_regions", "us-east-1"),
        ("event_sources", "203.0.113.7"),
        ("event_mfa", "no"),
        ("event_issuers", "not recorded"),
        ("event_access_keys", "AKIAEXAMPLEOPS000001 (long-term)"),
    ] {
        let value = cell(column);
        let entries: Vec<&str> = value.split("; ").collect();
        assert_eq!(entries.len(), events, "{column}: {value}");
        assert_eq!(entries[0], first, "{column}: {value}");
    }
    let objects = cell("event_objects");
    assert!(objects.starts_with("s3://trail-logs/AWSLogs/"), "{objects}");
    assert!(objects.contains("(version version2)"), "{objects}");
    assert!(cell("event_parameters").contains("bucketName"), "{text}");
}

/// The test of a gap has its events, as a finding has.
#[test]
fn the_events_of_a_gap_are_in_the_xml_for_ci_systems() {
    let xml = shown(&of_case("gap--logging-stopped"), Format::Junit);
    for value in [
        "event: StopLogging",
        "MFA: ",
        "issuer: ",
        "region: us-east-1",
    ] {
        assert!(xml.contains(value), "{value}: {xml}");
    }
}
