//! What reports in several formats say about altered logs, gaps and the window.

use serde_json::{Value, json};
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
            own.contains(&format!("<dd>{} bytes</dd>", 1_000 + n)),
            "{own}"
        );
    }
    assert!(!page.contains("the JSON report has them all</p>\n</article>"));
    let page = shown(&altered(1_000), Format::Html);
    assert!(
        page.contains("and 799 more; the JSON report has them all"),
        "it says what it left out"
    );
    for format in [Format::Text, Format::Markdown, Format::Junit] {
        let text = shown(&altered(150), format);
        for n in 0..11 {
            assert!(text.contains(&format!("log-{n:04}")) && text.contains(&format!("{n:064x}")));
        }
        assert!(
            text.contains("139 more; the JSON report has them all"),
            "{text}"
        );
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
        let why = "    why      nothing that remains says why\n";
        let text = shown(&report, Format::Text);
        assert!(text.contains(why), "{case}: {text}");
        let page = shown(&report, Format::Html);
        assert!(page.contains("<dt>who</dt><dd>not known</dd>"), "{case}");
    }
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
        nothing.contains("  window   not known (no digest was found) to not known"),
        "{nothing}"
    );
    report["chains"][0]["window"]["from"] = json!("2026-02-28T00:07:21Z");
    let message =
        "2026-02-28T00:07:21Z (from the data: each chain's first digest, this is the earliest) to";
    assert!(shown(&report, Format::Text).contains(message));
}
