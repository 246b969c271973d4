//! Time that no digest covers. A gap that many chains have in common is shown once.

use std::io::{self, Write as _};

use askama::Template;

use super::events::Events;
use super::facts::Fact;
use super::links::{Links, NamedChain};
use crate::base::text::{capital, grouped, plural, sentence};
use crate::proof::finding::Code;
use crate::proof::gap::Cause;
use crate::report::validation::over_chains::{GapGroup, number_of_all_chains};
use crate::report::validation::v1::{Finding, Report};
use crate::report::validation::wording::{GapKind, cause, certainty, undigested, who};

/// Groups of gaps shown.
const GAPS: usize = 200;
/// Bytes after which no further group is started.
const GAP_BYTES: usize = 1 << 20;
/// Events of one group shown.
const EVENTS: usize = 10;
/// Events and chains of a group shown unfolded.
const FEW: usize = 3;
/// Chains of one group listed.
const CHAINS: usize = 200;

/// The section. `None` without a gap. Gaps with removed objects come first.
pub(super) fn section(report: &Report, links: &Links<'_>) -> io::Result<Option<Vec<u8>>> {
    let groups = GapGroup::all(report);
    if groups.is_empty() {
        return Ok(None);
    }
    let all = number_of_all_chains(report);
    let gaps: usize = report.chains.iter().map(|c| c.gaps.len()).sum();
    let mut page = Vec::new();
    writeln!(
        page,
        "\n<section id=\"gaps\">\n<h2>Gaps</h2>\n<p>No digest covers the time of a gap. {}.</p>",
        match groups.len() == gaps {
            true => format!("The report has {}", plural(gaps, "gap")),
            false => format!(
                "The report has {}, shown as {} because chains have gaps in common",
                plural(gaps, "gap"),
                grouped(groups.len())
            ),
        }
    )?;
    let mut shown = 0;
    for group in groups.iter().take(GAPS) {
        if page.len() > GAP_BYTES {
            break;
        }
        GapPart::of(group, all, links).write_into(&mut page)?;
        shown += 1;
    }
    if groups.len() > shown {
        let more = plural(groups.len() - shown, "more gap");
        writeln!(page, "<p>And {more}. The JSON report has them all.</p>")?;
    }
    writeln!(page, "</section>")?;
    Ok(Some(page))
}

/// One group of gaps.
#[derive(Template)]
#[template(path = "gap.html", config = "src/report/validation/html/askama.toml")]
struct GapPart {
    /// Recorded calls removed objects of its time.
    has_removals: bool,
    /// The code of the finding that reports it, if it says more than `gap`.
    code: Option<String>,
    title: String,
    in_chains: Option<String>,
    chains: Vec<NamedChain>,
    more_chains: usize,
    facts: Vec<Fact>,
    hint: Option<String>,
    command: Option<String>,
    events: Events,
}

impl GapPart {
    fn of(group: &GapGroup<'_>, all: usize, links: &Links<'_>) -> Self {
        let chains = group.chains();
        let in_chains = match chains.names.len() {
            0 | 1 => None,
            _ => chains.words(all),
        };
        // Of all chains the names say nothing more.
        let listed: &[String] = match in_chains.is_some() && chains.is_all(all) {
            true => &[],
            false => &chains.names,
        };
        let code = group.finding.map(|f| &f.code);
        let code = code.filter(|code| **code != Code::Gap);
        let events = group.events();
        GapPart {
            has_removals: group.kind() == GapKind::Removals,
            code: code.map(|code| code.word().into_owned()),
            title: capital(&group.interval()),
            in_chains: in_chains.map(|words| capital(&words)),
            more_chains: listed.len().saturating_sub(CHAINS),
            chains: listed
                .iter()
                .take(CHAINS)
                .map(|name| links.chain(name.clone()))
                .collect(),
            facts: facts(group),
            hint: group.hint().map(sentence),
            command: group
                .finding
                .and_then(Finding::command_line)
                .map(str::to_owned),
            events: Events::of(
                events.iter().copied().take(EVENTS),
                events.len().saturating_sub(EVENTS),
            ),
        }
    }
}

/// What was removed, then why the gap exists and who caused it.
fn facts(group: &GapGroup<'_>) -> Vec<Fact> {
    let gap = group.first;
    let removals = group.members.iter();
    let removals = removals.filter_map(|(_, gap)| gap.removals.as_deref());
    let mut facts: Vec<Fact> = Vec::new();
    for removal in removals {
        let value = sentence(removal);
        if facts.iter().all(|fact| fact.value != value) && facts.len() < EVENTS {
            facts.push(Fact::of("Objects removed", value));
        }
    }
    let who = who(gap);
    // Who removed objects is known then, even if nobody knows who stopped anything.
    let has_removals = !facts.is_empty();
    match has_removals && gap.cause == Cause::Unexplained {
        true => facts.push(Fact::of(
            "Why logging or digests stopped",
            "No recorded call says so.",
        )),
        false => facts.push(Fact::of("Why", sentence(&cause(gap)))),
    }
    facts.extend(certainty(gap).map(|c| Fact::of("How sure", sentence(&c))));
    match who {
        Some(who) => facts.push(Fact::of("Who", capital(&who))),
        None if has_removals => {}
        None => facts.push(Fact::of("Who", "Unknown")),
    }
    let unlisted = match group.members.len() {
        1 => undigested(gap),
        _ => group.undigested().map(|n| plural(n, "log")),
    };
    facts.extend(unlisted.map(|n| Fact::of("Unlisted logs", capital(&n))));
    facts
}
