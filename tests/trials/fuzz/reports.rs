//! Saved reports, and every format of them: what is read is written as it was read, and no text in it becomes an
//! escape code, a formula, markup or a command.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::LazyLock;

use serde_json::Value;
use trailproof::base::text::is_unsafe;
use trailproof::report::Format;
use trailproof::report::validation::presentation::Presentation;
use trailproof::report::validation::saved::Saved;

use super::markup::{cells, elements, is_inert};
use super::outcome::Outcome;
use super::seeds::{files, stored};
use super::targets::FuzzTarget;

pub const SAVED_REPORTS: FuzzTarget = FuzzTarget::new(
    "saved-reports",
    saved_reports,
    || {
        let mut seeds = vec![everything()];
        let reports = files(|path| path.ends_with("expected.json"));
        seeds.extend(reports.iter().step_by(5).map(|report| with_run(report)));
        seeds
    },
    &[
        "\"schema\":\"trailproof.report/v1\"",
        "\"chains\":[",
        "\"coverage\":[",
        "\"gaps\":[",
        "\"findings\":[",
        "\"evidence\":[",
        "\"verdict\":\"failed\"",
        "\"state\":\"pending\"",
        "\"code\":\"",
        "null",
        "[]",
        "{}",
        "\"from\":\"2026-03-01T00:00:00Z\"",
        "\"9999-12-31T00:00:00Z\"",
        "\"-009999-01-01T00:00:00Z\"",
        "\"count\":18446744073709551615",
        "-1",
        "\"changes\":[",
        "\"evidence_sha256\":\"",
        "\u{1b}[31m",
        "<script>",
        "=1+1",
    ],
)
.longest(80 << 10);

pub const HOSTILE_TEXTS: FuzzTarget = FuzzTarget::new(
    "hostile-texts",
    hostile_texts,
    || {
        HOSTILE
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect()
    },
    &[
        "<script>",
        "</style>",
        "<!--",
        "-->",
        "]]>",
        "<b onclick=\"x\">",
        "\"",
        "'",
        "`",
        "```",
        "|",
        "&lt;",
        "&#60;",
        "=1",
        ";=1",
        "\t",
        "\r\n",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{200b}",
        "$(id)",
        "`id`",
        "; rm x",
        "\n# h",
        "[a](http://b)",
        "javascript:",
        "{{1}}",
        "aws s3 ",
        "/",
        "s3://",
        "\u{9b}",
    ],
)
.longest(600)
.room(256 << 20);

const HOSTILE: &[&str] = &[
    "plain",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "\"><img src=x onerror=alert(1)>",
    "</title></style></svg>--><!-- ]]> <![CDATA[ &amp;",
    "q;=SUM(1+1);r; @x",
    "a\u{202e}gpj\nline\r\n# heading\n```\n",
    "`code` | **bold** [link](http://evil.example)",
    "it's $(id); `x` && rm -rf / > y",
    "1/2/3/4",
];

fn everything() -> Vec<u8> {
    stored("tests/golden/everything.json")
}

/// The report of a case with a run, which is not kept.
fn with_run(report: &[u8]) -> Vec<u8> {
    let everything: Value = serde_json::from_slice(&everything()).expect("JSON");
    let mut report: Value = serde_json::from_slice(report).expect("JSON");
    report["run"] = everything["run"].clone();
    report.to_string().into_bytes()
}

/// A report in a format.
fn rendered(saved: &mut Saved<Cursor<&[u8]>>, format: Format) -> String {
    let mut out = Vec::new();
    saved
        .render(&Presentation::default(), format, &mut out)
        .expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

fn saved_reports(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let mut saved = match Saved::read(Cursor::new(input)) {
        Ok(saved) => saved,
        Err(why) => return outcome.message(&why.to_string()).number(),
    };
    let json = rendered(&mut saved, Format::Json);
    let mut again = Saved::read(Cursor::new(json.as_bytes())).expect("what was written is read");
    assert_eq!(
        rendered(&mut again, Format::Json),
        json,
        "written otherwise"
    );
    // Fields of later versions are kept.
    let (read, written): (Value, Value) = (value(input), value(json.as_bytes()));
    assert!(read.is_null() || read == written, "a field is lost");
    for format in Format::ALL {
        let text = rendered(&mut saved, *format);
        let of_again = rendered(&mut again, *format);
        assert!(
            text == of_again || *format == Format::InToto,
            "{} differs",
            format.as_str()
        );
        checked(*format, &text);
        outcome.size(text.len());
    }
    let report = saved.report();
    outcome
        .size(report.chains.len())
        .size(report.findings.len());
    outcome.number()
}

/// A JSON value; null where names stand twice or numbers are of no plain form, as then there are several readings.
fn value(json: &[u8]) -> Value {
    let is_plain = trailproof::base::json::strict::check(json).is_ok();
    let value: Value = serde_json::from_slice(json).unwrap_or_default();
    match is_plain && !has_fractions(&value) {
        true => value,
        false => Value::Null,
    }
}

fn has_fractions(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(values) => values.iter().any(has_fractions),
        Value::Object(members) => members.values().any(has_fractions),
        _ => false,
    }
}

/// Fields that hold words of closed sets, or times.
fn is_fixed(name: &str, text: &str) -> bool {
    let closed = [
        "schema",
        "verdict",
        "severity",
        "state",
        "start_origin",
        "end_origin",
    ];
    closed.contains(&name)
        || (name != "last_modified" && text.parse::<trailproof::Timestamp>().is_ok())
}

/// The report that has every field, with this text in all that are free.
fn filled(with: &str) -> Vec<u8> {
    fn fill(name: &str, value: &mut Value, with: &str) {
        match value {
            Value::String(text) if !is_fixed(name, text) => *text = with.to_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| fill(name, item, with)),
            Value::Object(fields) => fields.iter_mut().for_each(|(name, v)| fill(name, v, with)),
            _ => {}
        }
    }
    static EVERYTHING: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_slice(&everything()).expect("JSON"));
    let mut report = EVERYTHING.clone();
    fill("", &mut report, with);
    let fields = report.as_object_mut().expect("a report");
    // It is that of the chains, or computed.
    fields.remove("evidence_sha256");
    report.to_string().into_bytes()
}

fn hostile_texts(input: &[u8]) -> u64 {
    let mut outcome = Outcome::default();
    let text = String::from_utf8_lossy(input);
    let report = filled(&text);
    let mut saved = Saved::read(Cursor::new(report.as_slice())).expect("a report");
    for format in Format::ALL {
        let text = rendered(&mut saved, *format);
        checked(*format, &text);
        outcome.size(text.len());
        if matches!(format, Format::Html | Format::Junit) {
            let found = elements(&text).unwrap_or_default();
            let known = &ELEMENTS[usize::from(*format == Format::Junit)];
            let new: Vec<&String> = found.difference(known).collect();
            assert!(
                new.is_empty(),
                "{}: elements of no other page: {new:?}",
                format.as_str()
            );
        }
    }
    let note = Presentation {
        title: Some(text.clone().into_owned()),
        note: Some(text.into_owned()),
        ..Presentation::default()
    };
    let html = note.note_html().unwrap_or_default();
    let found = elements(&html).unwrap_or_else(|why| panic!("a note: {why} in {html}"));
    let is_plain = |tag: &String| {
        ![
            "script", "img", "style", "iframe", "svg", "h1", "h2", "form",
        ]
        .contains(&&*tag.to_ascii_lowercase())
    };
    assert!(found.iter().all(is_plain), "{found:?}");
    outcome.add(found);
    outcome.number()
}

/// The elements of pages on texts that are not hostile.
static ELEMENTS: LazyLock<[BTreeSet<String>; 2]> = LazyLock::new(|| {
    let mut known: [BTreeSet<String>; 2] = Default::default();
    let mut reports = vec![everything(), filled("plain"), filled("1/2/3/4"), filled("")];
    reports.extend(
        files(|path| path.ends_with("expected.json"))
            .iter()
            .map(|report| with_run(report)),
    );
    for report in &reports {
        let mut saved = Saved::read(Cursor::new(report.as_slice())).expect("a report");
        for (known, format) in known.iter_mut().zip([Format::Html, Format::Junit]) {
            known.extend(elements(&rendered(&mut saved, format)).expect("well-formed"));
        }
    }
    known
});

/// What must hold of each format, whatever texts are in it.
fn checked(format: Format, text: &str) {
    let name = format.as_str();
    let is_own = |c: char| match format {
        Format::Csv => matches!(c, '\r' | '\n'),
        Format::AwsCli => matches!(c, '\t' | '\n'),
        _ => c == '\n',
    };
    let bad = text.chars().find(|c| is_unsafe(*c) && !is_own(*c));
    assert_eq!(bad, None, "{name} holds an unsafe character");
    match format {
        Format::Html | Format::Junit => {
            elements(text).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
        Format::Csv => {
            let rows = cells(text).expect("CSV");
            let columns = rows.first().map_or(0, Vec::len);
            assert!(
                rows.iter().all(|row| row.len() == columns),
                "{name}: another number of columns"
            );
            rows.iter().flatten().for_each(|cell| is_inert(cell));
        }
        Format::Jsonl | Format::Ocsf => {
            let is_object =
                |line: &str| serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object());
            assert!(
                text.lines().all(is_object),
                "{name}: a line is not an object"
            );
        }
        Format::Json | Format::InToto => {
            assert!(
                serde_json::from_str::<Value>(text).is_ok(),
                "{name} is not JSON"
            );
        }
        Format::Prometheus => {
            let is_sample = |line: &str| line.starts_with('#') || sample(line).is_some();
            let bad = text.lines().find(|line| !is_sample(line));
            assert_eq!(bad, None, "{name}: a line is not a sample");
        }
        Format::Text | Format::Markdown | Format::AwsCli | Format::Commands => {}
    }
}

/// The value of a line of metrics: a name, labels in quotes, and a number.
fn sample(line: &str) -> Option<f64> {
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let mut rest = &line[end..];
    if let Some(mut labels) = rest.strip_prefix('{') {
        loop {
            let (name, value) = labels.split_once("=\"")?;
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return None;
            }
            let mut is_escaped = false;
            let close = value.find(|c| {
                let closes = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                closes
            })?;
            labels = &value[close + 1..];
            match labels.strip_prefix(',') {
                Some(more) => labels = more,
                None => break,
            }
        }
        rest = labels.strip_prefix('}')?;
    }
    rest.trim().parse().ok()
}
