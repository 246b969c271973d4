//! What was found besides gaps. Findings that say the same of many objects or chains are one group: the first in
//! full, and of the others what differs.

use std::io::{self, Write as _};

use askama::Template;

use super::events::Events;
use super::facts::{Fact, facts};
use super::links::{Links, NamedChain};
use super::sign::Sign as _;
use crate::base::text::{counts, grouped, noun, plural, sentence};
use crate::proof::finding::Severity;
use crate::report::validation::absent::absent_chains;
use crate::report::validation::groups::{FindingGroup, distinct_values, store_values};
use crate::report::validation::label::Label;
use crate::report::validation::over_chains::number_of_all_chains;
use crate::report::validation::v1::{Finding, FindingCounts, Report};

/// Groups of findings shown.
const FINDINGS: usize = 200;
/// Bytes after which no further group is started.
const FINDING_BYTES: usize = 2 << 20;
/// Other findings of a group shown.
const OTHERS: usize = 200;
/// Bytes after which no further finding of a group is shown.
const OTHERS_BYTES: usize = 200_000;
/// Other findings of a group shown unfolded.
const FEW: usize = 3;

/// The section. Places that explain chains without a digest are added to the links.
pub(super) fn section(
    report: &Report,
    groups: &[FindingGroup<'_>],
    links: &mut Links<'_>,
) -> io::Result<Vec<u8>> {
    let all = number_of_all_chains(report);
    let mut page = Vec::new();
    FindingsBegin {
        counts: counted(&report.totals.findings),
        is_empty: groups.is_empty(),
        has_gaps: report.totals.findings.gap > 0,
        has_notes: report.totals.findings.note > 0,
    }
    .write_into(&mut page)?;
    let shown = write(groups, 0, all, links, &mut page)?;
    for (n, group) in groups.iter().take(shown).enumerate() {
        add_places(report, group, n, links);
    }
    writeln!(page, "</section>")?;
    Ok(page)
}

/// The section of the notes. `number` is that of the first. `None` without a note.
pub(super) fn notes(
    report: &Report,
    notes: &[FindingGroup<'_>],
    number: usize,
    links: &Links<'_>,
) -> io::Result<Option<Vec<u8>>> {
    if notes.is_empty() {
        return Ok(None);
    }
    let count = plural(report.totals.findings.note, "note");
    let mut page = Vec::new();
    writeln!(
        page,
        "\n<section id=\"notes\">\n<h2>Notes</h2>\n<p>No verdict depends on these.</p>\n\
         <details class=\"notes\">\n<summary>{count}</summary>"
    )?;
    let all = number_of_all_chains(report);
    write(notes, number, all, links, &mut page)?;
    writeln!(page, "</details>\n</section>")?;
    Ok(Some(page))
}

/// Writes groups until there are too many or they are too long, and how many are left. Returns how many were
/// written. `number` is that of the first.
fn write(
    groups: &[FindingGroup<'_>],
    number: usize,
    all: usize,
    links: &Links<'_>,
    page: &mut Vec<u8>,
) -> io::Result<usize> {
    let mut shown = 0;
    for group in groups.iter().take(FINDINGS) {
        if page.len() > FINDING_BYTES {
            break;
        }
        FindingPart::of(number + shown, group, all, links).write_into(page)?;
        shown += 1;
    }
    let more = groups.len() - shown;
    if more > 0 {
        let kinds = plural(more, "more kind");
        writeln!(
            page,
            "<p>And {kinds} of findings. The JSON report has them all.</p>"
        )?;
    }
    Ok(shown)
}

/// A group of findings explains the cells of those of its chains that have no digest.
fn add_places(report: &Report, group: &FindingGroup<'_>, n: usize, links: &mut Links<'_>) {
    let absent = absent_chains(report);
    for finding in std::iter::once(&group.first).chain(group.others()) {
        let Some(id) = finding.chain.as_deref() else {
            continue;
        };
        if !absent.contains_key(&(id, finding.organization.as_deref())) {
            continue;
        }
        let mut id = id.split('/');
        if let (Some(account), Some(region)) = (id.next(), id.next()) {
            links.add_cell(account, region, format!("f{n}"));
        }
    }
}

/// The part before the findings.
#[derive(Template)]
#[template(
    source = r#"
<section id="findings">
<h2>Findings</h2>
<p>{{ counts }}.{% if is_empty && has_gaps && has_notes %} The gaps and notes are shown below.{% else if is_empty && has_gaps %} The gaps are shown below.{% else if is_empty && has_notes %} The notes are shown below.{% endif %}</p>
"#,
    ext = "html",
    config = "src/report/validation/html/askama.toml"
)]
struct FindingsBegin {
    counts: String,
    is_empty: bool,
    has_gaps: bool,
    has_notes: bool,
}

fn counted(findings: &FindingCounts) -> String {
    let counts = counts([
        (findings.failed, "failed"),
        (findings.unproven, "unproven"),
        (findings.gap, noun(findings.gap, "gap").as_ref()),
        (findings.note, noun(findings.note, "note").as_ref()),
    ]);
    counts.unwrap_or_else(|| "No findings".to_owned())
}

/// Another finding of a group.
struct OtherFinding {
    chain: Option<NamedChain>,
    facts: Vec<Fact>,
}

/// A group of findings.
#[derive(Template)]
#[template(
    path = "finding.html",
    config = "src/report/validation/html/askama.toml"
)]
struct FindingPart<'a> {
    n: usize,
    finding: &'a Finding,
    code: String,
    count: u64,
    /// In how many chains, if in several.
    in_chains: Option<String>,
    chain: Option<NamedChain>,
    facts: Vec<Fact>,
    events: Events,
    others: Vec<OtherFinding>,
    more: usize,
}

impl<'a> FindingPart<'a> {
    fn of(n: usize, group: &FindingGroup<'a>, all: usize, links: &Links<'_>) -> Self {
        let finding = group.first;
        let chains = group.chains();
        let several = chains.names.len() > 1;
        let in_chains = several.then(|| chains.words(all)).flatten();
        let (events, more_events) = group.events();
        let mut values = group.first_values();
        values.retain(|(label, _)| *label != Label::What);
        values.extend(store_values(finding));
        let mut bytes = 0;
        let others = group.others().iter().take(OTHERS).map(|finding| {
            let mut values = distinct_values(finding);
            values.extend(store_values(finding));
            let chain = finding.chain_name().filter(|_| several);
            OtherFinding {
                chain: chain.map(|name| links.chain(name)),
                facts: facts(values),
            }
        });
        let others: Vec<OtherFinding> = others
            .take_while(|other| {
                let room = bytes < OTHERS_BYTES;
                bytes += other.facts.iter().map(|f| f.value.len()).sum::<usize>();
                room
            })
            .collect();
        FindingPart {
            n,
            finding,
            code: finding.code.word().into_owned(),
            count: group.count(),
            in_chains,
            chain: finding.chain_name().map(|name| links.chain(name)),
            facts: facts(values),
            events: Events::of(events, more_events),
            more: group.others().len() - others.len(),
            others,
        }
    }
}
