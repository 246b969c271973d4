//! Hostile text in every field of a report, through every format: it is shown and has no effect.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use scraper::{Html, Node};
use serde_json::Value;
use trailproof::base::text::{escape, is_unsafe};
use trailproof::report::Format;

use crate::support::reports::{everything, rendered};

/// Text that an attacker may write into a key, an ARN or a user agent.
pub(super) const HOSTILE: &[&str] = &[
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{7f}",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style></svg></dd></main><b>bold",
    "--><!-- ]]> <![CDATA[ &amp; &#65; &lt;i&gt; <?xml ?>",
    "javascript:alert(1)",
    "=cmd|' -C calc'!A0",
    "+1+cmd()",
    "-1+cmd()",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\u{ff1d}1",
    "\u{fe66}1",
    "  =1",
    "q;=SUM(1+1);r; @x",
    "audit\u{3164}\u{fe0f}\u{34f}\u{2800}\u{a0}\u{3000}\u{e0100}",
    "see GH-12, commit 1417636bea and JIRA-1",
    "a\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}\u{e0041}",
    "line\nbreak\r\nand\u{2028}more\u{0}\n\n# heading\n\n- item\n```\n",
    "`code` ``` | pipe **bold** _em_ [link](http://evil.example) <http://evil.example> ![i](x)",
    "www.evil.example https://evil.example a@evil.example @everyone #1 :smile: ~~~ --- 1. 2) + * > ===",
    "# heading",
    "1. item",
    "| a | b |",
    "\u{fffd}\u{fffe}\u{ffff}",
    "{{ 7*7 }}{% raw %}{# #}",
    "back\\slash \"quoted\" \\n {label=\"x\"} 1",
    "",
];

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
    closed.contains(&name) || (name != "last_modified" && text.parse::<jiff::Timestamp>().is_ok())
}

/// The report with this text in every free-text field.
fn filled(with: &str) -> Value {
    fn fill(name: &str, value: &mut Value, with: &str) {
        match value {
            Value::String(text) if !is_fixed(name, text) => *text = with.to_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| fill(name, item, with)),
            Value::Object(fields) => fields.iter_mut().for_each(|(name, v)| fill(name, v, with)),
            _ => {}
        }
    }
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    fill("", &mut report, with);
    // It is that of the chains, or computed.
    let fields = report.as_object_mut().expect("a report");
    fields.remove("evidence_sha256");
    report
}

/// A harmless text with the same number of slashes, because an id is split at them.
fn plain(like: &str) -> String {
    if like.is_empty() {
        return String::new();
    }
    vec!["plain"; like.split('/').count()].join("/")
}

fn each(check: impl Fn(&str, &Value)) {
    for hostile in HOSTILE {
        check(hostile, &filled(hostile));
    }
}

/// A line in the AWS CLI's format, with the tabs between its three columns replaced by commas.
fn columns(line: &str) -> String {
    let Some((file, rest)) = line.split_once(" file\t") else {
        return format!("{line}\n");
    };
    assert!(
        ["Digest", "(backfill) Digest", "Log"].contains(&file),
        "{line}"
    );
    let (place, state) = rest.split_once('\t').expect("three columns");
    assert!(state == "valid" || state.starts_with("INVALID: "), "{line}");
    format!("{file} file,{place},{state}\n")
}

#[test]
fn no_output_holds_control_or_direction_characters() {
    each(|hostile, report| {
        for format in Format::ALL {
            let mut text = rendered(&report.to_string(), *format);
            if *format == Format::Csv {
                // RFC 4180 ends lines with CR LF.
                text = text.replace("\r\n", "\n");
            }
            if *format == Format::AwsCli {
                text = text.lines().map(columns).collect();
            }
            let bad = text.lines().find(|line| line.contains(is_unsafe));
            assert_eq!(bad, None, "{} of {hostile:?}", format.as_str());
        }
    });
}

#[test]
fn json_readers_get_the_original_text() {
    each(|_, report| {
        let json = rendered(&report.to_string(), Format::Json);
        let read: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read, *report);
        for format in [Format::Jsonl, Format::Ocsf] {
            for line in rendered(&report.to_string(), format).lines() {
                let line: Value = serde_json::from_str(line).expect("JSON");
                assert!(line.is_object());
            }
        }
    });
}

/// Every element of a page with its attributes. Sorted, because the table of accounts is sorted by
/// text.
fn elements(page: &Html) -> Vec<String> {
    let element = |node: &Node| {
        let element = node.as_element()?;
        let attribute = |(name, value): (&str, &str)| match name {
            // This element belongs to the report.
            "aria-label" => name.to_owned(),
            _ => format!("{name}={value}"),
        };
        let attributes: BTreeSet<String> = element.attrs().map(attribute).collect();
        Some(format!("{} {attributes:?}", element.name()))
    };
    let mut elements: Vec<String> = page.tree.values().filter_map(element).collect();
    elements.sort();
    elements
}

#[test]
fn a_page_has_the_same_elements_whatever_the_text() {
    each(|hostile, report| {
        let page =
            |report: &Value| Html::parse_document(&rendered(&report.to_string(), Format::Html));
        let (hostile_page, plain_page) = (page(report), page(&filled(&plain(hostile))));
        let errors = &hostile_page.errors;
        assert!(errors.is_empty(), "{hostile:?}: {errors:?}");
        assert_eq!(
            elements(&hostile_page),
            elements(&plain_page),
            "{hostile:?}"
        );
        let text: String = hostile_page.root_element().text().collect();
        assert!(
            text.contains(escape(hostile).as_ref()),
            "{hostile:?} is not shown"
        );
        let comments = hostile_page.tree.values().filter(|n| n.is_comment());
        assert_eq!(comments.count(), 0, "{hostile:?}");
    });
    let ours = rendered(&everything(), Format::Html);
    for word in [
        "<script",
        "javascript:",
        "http://",
        "https://",
        "url(http",
        "@import",
    ] {
        assert!(!ours.contains(word), "{word}");
    }
}

#[test]
fn a_table_parsed_back_holds_the_same_text_and_no_formula() {
    each(|hostile, report| {
        let csv = rendered(&report.to_string(), Format::Csv);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let columns = reader.headers().expect("columns").clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
        let findings = report["findings"].as_array().expect("findings");
        assert_eq!(rows.len(), findings.len(), "{hostile:?}");
        for (row, finding) in rows.iter().zip(findings) {
            for (column, cell) in columns.iter().zip(row) {
                let formula = [
                    '=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
                    '\u{fe62}', '\u{fe63}', '\u{fe66}', '\u{fe6b}',
                ];
                // Where semicolons separate cells, the text after one is a cell too.
                for part in cell.split(';') {
                    assert!(
                        !part.trim_start().starts_with(formula),
                        "{column}: {cell:?}"
                    );
                }
                let expected = match finding.get(column) {
                    Some(Value::String(text)) => escape(text).into_owned(),
                    Some(Value::Null) => String::new(),
                    Some(other) => other.to_string(),
                    None => continue,
                };
                let meant = |text: &str| -> String {
                    let part = |part: &str| part.strip_prefix('\'').unwrap_or(part).to_owned();
                    text.split(';').map(part).collect::<Vec<_>>().join(";")
                };
                assert_eq!(meant(cell), meant(&expected), "{column}");
            }
        }
    });
}

#[test]
fn xml_is_well_formed_and_its_elements_are_ours() {
    each(|hostile, report| {
        let xml = rendered(&report.to_string(), Format::Junit);
        let mut reader = Reader::from_str(&xml);
        reader.config_mut().check_end_names = true;
        let mut open = 0;
        loop {
            match reader
                .read_event()
                .unwrap_or_else(|e| panic!("{hostile:?}: {e}: {xml}"))
            {
                Xml::Eof => break,
                Xml::Start(tag) => {
                    open += 1;
                    let name = tag.name();
                    let ours = [
                        "testsuites",
                        "testsuite",
                        "testcase",
                        "failure",
                        "system-out",
                        "properties",
                    ];
                    assert!(ours.contains(&name.as_ref()), "{name:?}");
                    for attribute in tag.attributes() {
                        let attribute = attribute.expect("an attribute");
                        let name = attribute.key.as_ref();
                        let ours = [
                            "name",
                            "tests",
                            "failures",
                            "errors",
                            "time",
                            "timestamp",
                            "classname",
                            "message",
                            "type",
                        ];
                        assert!(ours.contains(&name), "{name:?}");
                    }
                }
                Xml::End(_) => open -= 1,
                Xml::Empty(_) => {}
                Xml::Decl(_) | Xml::Text(_) | Xml::GeneralRef(_) => {}
                other => panic!("{hostile:?}: {other:?}"),
            }
        }
        assert_eq!(open, 0, "{hostile:?}");
        // Characters that XML cannot represent.
        assert!(!xml.contains(['\u{fffe}', '\u{ffff}']));
    });
}

/// The structure of a ticket, and its text outside code spans.
fn read(markdown: &str) -> (Vec<String>, String) {
    let (mut tags, mut text) = (Vec::new(), String::new());
    for event in Parser::new_ext(markdown, Options::all()) {
        match event {
            Event::Start(
                Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock | Tag::CodeBlock(_),
            ) => {
                panic!("{event:?} in {markdown}")
            }
            Event::Start(tag) => tags.push(format!("{tag:?}")),
            Event::End(tag) => tags.push(format!("/{tag:?}")),
            Event::Text(piece) => text.push_str(&piece),
            Event::Code(_) | Event::SoftBreak => text.push(' '),
            other => panic!("{other:?} in {markdown}"),
        }
    }
    (tags, text)
}

#[test]
fn a_ticket_has_the_same_structure_whatever_the_text() {
    each(|hostile, report| {
        let ticket = |report: &Value| rendered(&report.to_string(), Format::Markdown);
        let (tags, text) = read(&ticket(report));
        let (expected, _) = read(&ticket(&filled(&plain(hostile))));
        assert_eq!(tags, expected, "{hostile:?}");
        for linked in [
            "www.", "://", "@", "#", ":smile:", "GH-12", "1417636", "JIRA",
        ] {
            assert!(!text.contains(linked), "{hostile:?}: {text}");
        }
    });
}

/// The labels of a sample, parsed as the format specifies.
fn labels(line: &str) -> Vec<(String, String)> {
    let Some((_, rest)) = line.split_once('{') else {
        return Vec::new();
    };
    let mut chars = rest.chars();
    let mut labels = Vec::new();
    loop {
        let name: String = chars.by_ref().take_while(|c| *c != '=').collect();
        assert_eq!(chars.next(), Some('"'), "{line}");
        let mut value = String::new();
        loop {
            match chars.next().expect("an end") {
                '"' => break,
                '\\' => match chars.next().expect("an escape") {
                    'n' => value.push('\n'),
                    c => value.push(c),
                },
                c => value.push(c),
            }
        }
        labels.push((name, value));
        match chars.next() {
            Some(',') => {}
            Some('}') => break,
            other => panic!("{other:?} in {line}"),
        }
    }
    let value: String = chars.collect();
    value.trim().parse::<f64>().expect("a number");
    labels
}

#[test]
fn metrics_keep_labels_apart_from_values() {
    each(|hostile, report| {
        let metrics = rendered(&report.to_string(), Format::Prometheus);
        let mut chains = 0;
        for line in metrics.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.starts_with("trailproof_"), "{line}");
            let labels = labels(line);
            if let Some((_, trail)) = labels.iter().find(|(name, _)| name == "trail") {
                assert_eq!(*trail, escape(hostile), "{line}");
                chains += 1;
            }
        }
        assert!(chains > 10, "{metrics}");
        let plain = rendered(&filled(&plain(hostile)).to_string(), Format::Prometheus);
        assert_eq!(metrics.lines().count(), plain.lines().count());
    });
}

#[test]
fn a_mebibyte_in_every_field_is_cut_for_people() {
    // One field at a time: all at once would make a report of 1 GiB.
    fn once(name: &str, value: &mut Value, long: &str, known: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if !is_fixed(name, text) && known.insert(name.to_owned()) => {
                *text = long.to_owned();
            }
            Value::Array(items) => items.iter_mut().for_each(|i| once(name, i, long, known)),
            Value::Object(fields) => {
                fields
                    .iter_mut()
                    .for_each(|(name, v)| once(name, v, long, known));
            }
            _ => {}
        }
    }
    let long = "<b>=1".repeat((1 << 20) / 5);
    let mut report: Value = serde_json::from_str(&everything()).expect("JSON");
    let fields = report.as_object_mut().expect("a report");
    fields.remove("evidence_sha256");
    let mut known = BTreeSet::new();
    once("", &mut report, &long, &mut known);
    assert!(known.len() > 40, "{known:?}");
    let json = report.to_string();
    let page = rendered(&json, Format::Html);
    assert!(page.len() < 1 << 20, "{}", page.len());
    assert!(page.contains("1048575 characters)"), "it says what it cut");
    assert!(!page.contains("<b>="), "no markup");
    let ticket = rendered(&json, Format::Markdown);
    assert!(ticket.len() < 65_000, "{}", ticket.len());
    let csv = rendered(&json, Format::Csv);
    assert!(csv.contains(&long), "a table holds it whole");
}
