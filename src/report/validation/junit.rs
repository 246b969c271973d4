//! JUnit XML for CI systems: one test suite per chain, those that are missing included, with one test case for
//! its verdict and one for each group of findings. The first suite has the facts of custody as properties. There is a failure exactly if the verdict of the report
//! is not `verified`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::absent::{ChainRow, absent_chains, absent_verdict};
use super::custody;
use super::events::event_values;
use super::groups::{FindingGroup, OTHERS};
use super::headline::{NOT_COMPLETE, meaning};
use super::label::Label;
use super::v1::{Chain, Finding, Report};
use super::wording::{explained, logs_read, span, until};
use crate::base::text::{escape, plural};
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::proof::finding::{Severity, Verdict};

/// Stretches of one chain shown, and gaps.
const STRETCHES: usize = 100;

/// A test case.
struct Case {
    name: String,
    failure: Option<Failure>,
    /// The output of a case that did not fail.
    out: Option<String>,
}

struct Failure {
    kind: String,
    message: String,
    text: String,
}

/// What a test suite is about.
#[derive(Clone, Copy)]
enum Subject<'a> {
    /// Everything that concerns no chain.
    Run,
    /// A chain.
    Chain(&'a Chain),
    /// A chain without a digest, and the worst finding about it.
    Absent(&'a Finding),
}

/// A test suite.
struct Suite<'a> {
    name: String,
    subject: Subject<'a>,
    groups: Vec<&'a FindingGroup<'a>>,
}

/// Writes the suites.
///
/// # Errors
/// When writing fails.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let groups = FindingGroup::of_each_chain(&report.findings);
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
    /// How many cases it has: one for its verdict, and one per group.
    fn tests(&self) -> usize {
        1 + self.groups.len()
    }

    fn failures(&self, report: &Report) -> usize {
        let failed = match self.subject {
            Subject::Run => !report.complete,
            Subject::Chain(chain) => chain.verdict != Verdict::Verified,
            Subject::Absent(worst) => absent_verdict(worst) != Verdict::Verified,
        };
        let groups = self.groups.iter();
        let groups = groups.filter(|group| group.first.severity != Severity::Note);
        usize::from(failed) + groups.count()
    }
}

/// The suite of everything that concerns no chain, then one for each chain, and one for each that is missing.
fn suites<'a>(report: &'a Report, groups: &'a [FindingGroup<'a>]) -> Vec<Suite<'a>> {
    let absent = absent_chains(report);
    let name = |chain: &'a Chain| (chain.id.as_str(), chain.organization.as_deref());
    let here = report.chains.iter().map(|chain| name(chain));
    let here = here.chain(absent.keys().copied());
    let mut of_chains: HashMap<ChainRow<'_>, Vec<&FindingGroup<'_>>> =
        here.map(|name| (name, Vec::new())).collect();
    let mut without_chain = Vec::new();
    for group in groups {
        let organization = group.first.organization.as_deref();
        let chain = group.first.chain.as_deref();
        chain
            .and_then(|id| of_chains.get_mut(&(id, organization)))
            .unwrap_or(&mut without_chain)
            .push(group);
    }
    let mut suites = vec![Suite {
        name: "trailproof".into(),
        subject: Subject::Run,
        groups: without_chain,
    }];
    let found = report.chains.iter();
    let found = found.map(|chain| (name(chain), chain.name(), Subject::Chain(chain)));
    let absent = absent.into_iter();
    let absent =
        absent.filter_map(|(key, worst)| Some((key, worst.chain_name()?, Subject::Absent(worst))));
    suites.extend(found.chain(absent).map(|(key, name, subject)| Suite {
        name,
        subject,
        groups: of_chains.remove(&key).unwrap_or_default(),
    }));
    suites
}

/// Whether everything requested could be read.
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

/// The verdict of a chain.
fn verdict(chain: &Chain) -> Case {
    let failure = (chain.verdict != Verdict::Verified).then(|| Failure {
        kind: chain.verdict.as_str().into(),
        message: format!("{}: {}", chain.verdict.as_str(), until(chain)),
        text: not_verified(chain),
    });
    let lines = [Some(until(chain)), logs_read(chain)];
    Case {
        name: "verdict".into(),
        failure,
        out: Some(Vec::from_iter(lines.into_iter().flatten()).join("; ")),
    }
}

/// The verdict of a chain without a digest.
fn absent(worst: &Finding) -> Case {
    let verdict = absent_verdict(worst).as_str();
    Case {
        name: "verdict".into(),
        failure: Some(Failure {
            kind: verdict.into(),
            message: format!("{verdict}: no digest of this chain was found"),
            text: String::new(),
        }),
        out: None,
    }
}

/// The time that is neither verified nor pending, and the gaps of which something is known.
fn not_verified(chain: &Chain) -> String {
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
    text
}

/// A group of findings.
fn group_case(group: &FindingGroup<'_>, report: &Report) -> Case {
    let finding = group.first;
    let mut lines: Vec<String> = Vec::new();
    let line = |(name, value): (Label, String)| format!("{name}: {}", escape(&value));
    lines.extend(group.values(OTHERS).into_iter().map(line));
    let (events, more) = group.events_in(report);
    for event in events {
        lines.push(format!("event: {}", escape(&event.event_name)));
        lines.extend(event_values(event).into_iter().map(line));
    }
    if more > 0 {
        lines.push(format!("and {}", plural(more, "more event")));
    }
    let hint = finding.hint.as_ref();
    lines.extend(hint.map(|hint| format!("hint: {}", escape(hint))));
    let command = finding.command_line();
    lines.extend(command.map(|line| format!("command: {line}")));
    let text = lines.join("\n");
    let place = finding.key.clone().or_else(|| finding.chain_name());
    let mut name = finding.code.word().into_owned();
    name.extend(place.iter().flat_map(|place| [" ", place]));
    // A chain may have many findings without an object; their time tells them apart.
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
    let first = match suite.subject {
        Subject::Run => complete(report),
        Subject::Chain(chain) => verdict(chain),
        Subject::Absent(worst) => absent(worst),
    };
    // Some readers keep only one of several cases with the same name, so repeated names get a number.
    let mut known: HashMap<String, usize> = HashMap::new();
    // Cases are made one by one, because together their texts take as much memory as the report.
    let cases =
        std::iter::once(first).chain(suite.groups.iter().map(|group| group_case(group, report)));
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
            ("name", inert(&suite.name).as_ref()),
            ("tests", &suite.tests().to_string()),
            ("failures", &suite.failures(report).to_string()),
            ("errors", "0"),
            ("timestamp", &report.run.started.to_string()),
        ])
        .write_inner_content(|xml| {
            if let Subject::Run = suite.subject {
                properties(report, xml)?;
            }
            let class = inert(&suite.name);
            cases.try_for_each(|c| case(&c, &class, xml))
        })?;
    Ok(())
}

/// What an auditor files, and compares with another report.
fn properties<W: Write>(report: &Report, xml: &mut Writer<W>) -> io::Result<()> {
    xml.create_element("properties")
        .write_inner_content(|xml| {
            for (name, value) in custody::known(report) {
                xml.create_element("property")
                    .with_attributes([("name", name), ("value", &inert(&value))])
                    .write_empty()?;
            }
            Ok(())
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

/// A text without the characters that XML 1.0 does not allow.
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
