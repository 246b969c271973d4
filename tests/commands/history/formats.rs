//! The three formats: as they were reviewed and kept, and with hostile text.

use std::fs;

use scraper::{Html, Selector};
use serde_json::{Value, json};
use trailproof::base::text::is_unsafe;
use trailproof::report::history::HistoryFormat;

use super::{everything, json_of, october, of, shown};
use crate::support::program::{assert_matches, root, validator};
use crate::support::states::state;

const ALL: [(HistoryFormat, &str); 3] = [
    (HistoryFormat::Text, "txt"),
    (HistoryFormat::Json, "json"),
    (HistoryFormat::Html, "html"),
];

#[test]
fn golden_history_of_a_month_in_every_format() {
    let history = of(&state(), &october());
    for (format, extension) in ALL {
        let made = shown(&history, format);
        let path = root().join(format!("tests/golden/history.{extension}"));
        if std::env::var_os("TRAILPROOF_BLESS").is_some() {
            fs::write(&path, &made).expect("a file");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            made == kept,
            "{} is not what is kept; write it anew with TRAILPROOF_BLESS=1:\n{made}",
            path.display()
        );
    }
}

#[test]
fn the_json_matches_its_schema() {
    let schema = fs::read_to_string(root().join("src/report/history/v1.schema.json"));
    let validator = validator(&schema.expect("the schema"));
    for request in [october(), everything()] {
        assert_matches(&validator, &json_of(&of(&state(), &request)));
    }
}

/// The first line says on what all the others rest, and the page never says it in the program's own name.
#[test]
fn every_format_for_people_says_that_it_rests_on_the_state() {
    for is_given in [false, true] {
        let mut request = october();
        request.is_given = is_given;
        let history = of(&state(), &request);
        for format in [HistoryFormat::Text, HistoryFormat::Html] {
            let shown = shown(&history, format);
            assert!(shown.contains("According to the state, from 2026-10-01T00:00:00Z"));
            assert!(shown.contains(&request.sha256.to_string()), "{shown}");
            assert_eq!(shown.contains("not compared"), !is_given, "{shown}");
        }
    }
}

/// The heading says the worst first, and only what is verified has the sign for it.
#[test]
fn the_heading_says_the_worst_first() {
    let history = of(&state(), &october());
    let page = shown(&history, HistoryFormat::Html);
    assert!(
        page.contains(": FAILED, 99.82 % verified</title>"),
        "{page}"
    );
    assert!(shown(&history, HistoryFormat::Text).contains("\n  FAILED, 99.82 % verified\n"));
    let failed = history.sentences[0].find("1 chain failed (digest-missing)");
    assert!(
        failed < history.sentences[0].find("hours"),
        "{}",
        history.sentences[0]
    );
    let mut quiet = state();
    let chains = quiet["chains"].as_array_mut().expect("chains");
    chains.truncate(1);
    let page = shown(&of(&quiet, &october()), HistoryFormat::Html);
    assert!(page.contains("100 % VERIFIED</p>"), "{page}");
    quiet["chains"][0]["seen"][0]["state"] = json!("gap");
    let page = shown(&of(&quiet, &october()), HistoryFormat::Html);
    assert!(page.contains("GAPS, 0 % verified</p>"), "{page}");
}

/// Replaces every text that is not a word of a closed set or a time.
fn poison(value: &mut Value, name: &str, text: &str) {
    match value {
        Value::String(old) => {
            let closed = [
                "schema",
                "source",
                "state",
                "verdict",
                "code",
                "severity",
                "cause",
                "certainty",
            ];
            let is_time = old.parse::<jiff::Timestamp>().is_ok();
            if !closed.contains(&name) && !is_time {
                *old = text.to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|v| poison(v, name, text)),
        Value::Object(fields) => fields.iter_mut().for_each(|(n, v)| poison(v, n, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn hostile_text_is_shown_and_has_no_effect() {
    let plain = Html::parse_document(&shown(&of(&state(), &october()), HistoryFormat::Html));
    let any = Selector::parse("*").expect("a selector");
    let elements = |page: &Html| -> Vec<String> {
        let all = page.select(&any).map(|e| e.value().name().to_owned());
        all.collect()
    };
    for text in [
        "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{7f}",
        "<script>alert(1)</script>",
        "</title></style></svg></main><b>bold",
        "\"><img src=x onerror=alert(1)>",
        "a\u{202e}gpj.exe\u{200b}\r\n\n# heading",
        "{{ 7*7 }}{% raw %}",
    ] {
        let mut hostile = state();
        hostile["scope"]["regions"] = json!(["eu-west-1"]);
        poison(&mut hostile, "", text);
        let history = of(&hostile, &october());
        for (format, name) in ALL {
            let shown = shown(&history, format);
            let bad = |c: char| c != '\n' && is_unsafe(c);
            assert!(!shown.contains(bad), "{name}: {text:?}");
            if format == HistoryFormat::Html {
                let mut expected = state();
                expected["scope"]["regions"] = json!(["eu-west-1"]);
                poison(&mut expected, "", "x");
                let expected = super::shown(&of(&expected, &october()), format);
                let expected = elements(&Html::parse_document(&expected));
                assert_eq!(
                    elements(&Html::parse_document(&shown)),
                    expected,
                    "{text:?}"
                );
            }
        }
    }
    assert!(!elements(&plain).contains(&"script".to_owned()));
}

/// Many chains with long lists stay a page, and it says what it leaves out.
#[test]
fn reports_for_people_are_bounded() {
    let mut many = state();
    let like = many["chains"][2].clone();
    let mut chains = Vec::new();
    for n in 0..3_000 {
        let mut chain = like.clone();
        chain["id"] = json!(format!("{:012}/eu-west-1/eu-west-1/main", n));
        chains.push(chain);
    }
    many["chains"] = json!(chains);
    let history = of(&many, &october());
    let text = shown(&history, HistoryFormat::Text);
    assert!(text.lines().count() < 1_500, "{}", text.lines().count());
    assert!(text.contains("--format json lists them all"));
    let page = shown(&history, HistoryFormat::Html);
    assert!(page.len() < 3 << 20, "{}", page.len());
    assert!(page.contains("The JSON report has them all"));
}
