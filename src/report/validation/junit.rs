//! What runs tests reads this: a suite a chain, with a test case for its verdict and one for each kind
//! of finding. It fails exactly where the verdict is not `verified`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::groups::{FindingGroup, OTHERS};
use super::headline::{NOT_COMPLETE, meaning};
use super::v1::{Chain, Report};
use super::wording::{explained, facts, span, until};
use crate::base::text::{escape, plural};
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::proof::finding::{Severity, Verdict};

/// Stretches of one chain told.
const STRETCHES: usize = 100;

/// A test case, and what failed.
struct Case {
    name: String,
    failure: Option<Failure>,
    /// What is worth knowing of one that did not fail.
    out: Option<String>,
}

struct Failure {
    kind: String,
    message: String,
    text: String,
}

/// A suite: of what concerns no chain that is here, or of a chain.
struct Suite<'a> {
    name: &'a str,
    chain: Option<&'a Chain>,
    groups: Vec<&'a FindingGroup<'a>>,
}

/// Writes the suites.
///
/// # Errors
/// Where writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let groups = FindingGroup::all(&report.findings);
    let suites = suites(report, &groups);
    let tests: usize = suites.iter().map(Suite::tests).sum();
    let failures: usize = suites.iter().map(|s| s.failures(report)).sum();
    let run = report.run.finished.duration_since(report.run.started);
    let time = format!("{:.3}", run.as_secs_f64().max(0.0));
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .with_attributes([
            ("name", "trailproof"),
            ("tests", &tests.to_string()),
            ("failures", &failures.to_string()),
            ("errors", "0"),
            ("time", &time),
        ])
        .write_inner_content(|xml| suites.iter().try_for_each(|s| suite(s, report, xml)))?;
    out.write_all(b"\n")
}

impl Suite<'_> {
    /// How many cases it has: that of its verdict, and one a group.
    fn tests(&self) -> usize {
        1 + self.groups.len()
    }

    fn failures(&self, report: &Report) -> usize {
        let failed = match self.chain {
            Some(chain) => chain.verdict != Verdict::Verified,
            None => !report.complete,
        };
        let groups = self.groups.iter();
        let groups = groups.filter(|group| group.first.severity != Severity::Note);
        usize::from(failed) + groups.count()
    }
}

/// One for what concerns no chain that is here, and one for each chain.
fn suites<'a>(report: &'a Report, groups: &'a [FindingGroup<'a>]) -> Vec<Suite<'a>> {
    let here = report.chains.iter().map(|c| c.id.as_str());
    let mut of_chains: HashMap<&str, Vec<&FindingGroup<'_>>> =
        here.map(|id| (id, Vec::new())).collect();
    let mut whole = Vec::new();
    for group in groups {
        let chain = group.first.chain.as_deref();
        chain
            .and_then(|id| of_chains.get_mut(id))
            .unwrap_or(&mut whole)
            .push(group);
    }
    let mut suites = vec![Suite {
        name: "trailproof",
        chain: None,
        groups: whole,
    }];
    suites.extend(report.chains.iter().map(|chain| Suite {
        name: &chain.id,
        chain: Some(chain),
        groups: of_chains.remove(chain.id.as_str()).unwrap_or_default(),
    }));
    suites
}

fn complete(report: &Report) -> Case {
    let meaning = escape(&meaning(report)).into_owned();
    let failure = (!report.complete).then(|| Failure {
        kind: "not-complete".into(),
        message: NOT_COMPLETE.into(),
        text: meaning.clone(),
    });
    Case {
        name: "complete".into(),
        failure,
        out: Some(meaning),
    }
}

fn verdict(chain: &Chain) -> Case {
    let mut failure = None;
    if chain.verdict != Verdict::Verified {
        let bad = chain.coverage.iter();
        let bad: Vec<String> = bad
            .filter(|s| s.state > State::Pending)
            .map(|s| {
                let length = in_words_between(s.from, s.to);
                format!("{} {} to {} ({length})", s.state.as_str(), s.from, s.to)
            })
            .collect();
        let mut text = bad[..bad.len().min(STRETCHES)].join("\n");
        if bad.len() > STRETCHES {
            text += &format!("\nand {} more", bad.len() - STRETCHES);
        }
        let gaps = chain.gaps.iter().take(STRETCHES);
        for (gap, why) in gaps.filter_map(|gap| Some((gap, explained(gap)?))) {
            text += &format!("\ngap {}: {}", span(gap), escape(&why));
        }
        failure = Some(Failure {
            kind: chain.verdict.as_str().into(),
            message: format!("{}, {}", chain.verdict.as_str(), until(chain)),
            text,
        });
    }
    Case {
        name: "verdict".into(),
        failure,
        out: Some(until(chain)),
    }
}

fn found(group: &FindingGroup<'_>) -> Case {
    let finding = group.first;
    let mut lines: Vec<String> = Vec::new();
    let tell = |(name, value): (&str, String)| format!("{name}: {}", escape(&value));
    lines.extend(group.all_lines(OTHERS).into_iter().map(tell));
    let (events, more) = group.events();
    for event in events {
        lines.push(format!("event: {}", escape(&event.event_name)));
        lines.extend(facts(event).into_iter().map(tell));
    }
    if more > 0 {
        lines.push(format!("and {}", plural(more, "more event")));
    }
    lines.extend(finding.hint.clone().map(|hint| tell(("hint", hint))));
    let text = lines.join("\n");
    let place = finding.key.as_ref().or(finding.chain.as_ref());
    let mut name = finding.code.word().into_owned();
    name.extend(place.into_iter().flat_map(|place| [" ", place]));
    // Of one chain there may be many that concern no object.
    if let (None, Some(from)) = (&finding.key, finding.from) {
        name += &format!(" from {from}");
    }
    if finding.severity == Severity::Note {
        return Case {
            name,
            failure: None,
            out: Some(text),
        };
    }
    let kind = format!("{} {}", finding.severity.as_str(), finding.code.word());
    Case {
        name,
        failure: Some(Failure {
            kind,
            message: finding.message.clone(),
            text,
        }),
        out: None,
    }
}

fn suite<W: Write>(suite: &Suite<'_>, report: &Report, xml: &mut Writer<W>) -> io::Result<()> {
    let first = suite.chain.map_or_else(|| complete(report), verdict);
    // Of cases of one name, some readers keep one.
    let mut known: HashMap<String, usize> = HashMap::new();
    // One after the other: texts of many take as much room as the report.
    let cases = std::iter::once(first).chain(suite.groups.iter().map(|group| found(group)));
    let mut cases = cases.map(|mut case| {
        let times = known.entry(case.name.clone()).or_insert(0);
        *times += 1;
        if *times > 1 {
            case.name += &format!(" ({times})");
        }
        case
    });
    xml.create_element("testsuite")
        .with_attributes([
            ("name", inert(suite.name).as_ref()),
            ("tests", &suite.tests().to_string()),
            ("failures", &suite.failures(report).to_string()),
            ("errors", "0"),
            ("timestamp", &report.run.started.to_string()),
        ])
        .write_inner_content(|xml| {
            let class = inert(suite.name);
            cases.try_for_each(|c| case(&c, &class, xml))
        })?;
    Ok(())
}

fn case<W: Write>(case: &Case, class: &str, xml: &mut Writer<W>) -> io::Result<()> {
    let text = |text: &str| -> String { text.lines().map(inert).collect::<Vec<_>>().join("\n") };
    xml.create_element("testcase")
        .with_attributes([("classname", class), ("name", &inert(&case.name))])
        .write_inner_content(|xml| {
            if let Some(failure) = &case.failure {
                xml.create_element("failure")
                    .with_attributes([
                        ("message", inert(&failure.message).as_ref()),
                        ("type", &inert(&failure.kind)),
                    ])
                    .write_text_content(BytesText::new(&text(&failure.text)))?;
            } else if let Some(out) = &case.out {
                xml.create_element("system-out")
                    .write_text_content(BytesText::new(&text(out)))?;
            }
            Ok(())
        })?;
    Ok(())
}

/// A text with nothing that XML cannot hold.
fn inert(text: &str) -> Cow<'_, str> {
    let text = escape(text);
    let never = ['\u{fffe}', '\u{ffff}'];
    if !text.contains(never) {
        return text;
    }
    never
        .iter()
        .fold(text.into_owned(), |text, c| {
            text.replace(*c, &c.escape_unicode().to_string())
        })
        .into()
}
