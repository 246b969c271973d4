//! What the events lack besides the records of some logs, and what to do about it, as `validate` says it: time without
//! digests, and what was not found at all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::base::sample::Sample;
use crate::base::text::{grouped, plural};
use crate::base::time::{Window, in_words};
use crate::cli::diagnose::{hint, note};
use crate::commands::events::without::WithoutEvents;
use crate::proof::coverage::State;
use crate::proof::finding::{Code, ReadFrom, Severity};
use crate::proof::gap::Gap;
use crate::validate::outcome::{ChainOutcome, Outcome};

/// Lines of one kind.
const LINES: usize = 5;
/// Hints of one code.
const HINTS: usize = 3;

/// What to do about findings, by their code.
pub(super) struct Hints(BTreeMap<Code, BTreeSet<String>>);

impl Hints {
    /// The hints of all findings, as for what was read there.
    pub fn of(outcome: &Outcome, from: ReadFrom) -> Self {
        let mut hints: BTreeMap<Code, BTreeSet<String>> = BTreeMap::new();
        for finding in &outcome.findings {
            if let Some(hint) = finding.hint.clone() {
                let of_code = hints.entry(finding.code).or_default();
                if of_code.len() < HINTS {
                    of_code.insert(hint.words(from));
                }
            }
        }
        Hints(hints)
    }

    /// Prints those of one code.
    pub fn print(&self, code: Code) {
        self.0
            .get(&code)
            .into_iter()
            .flatten()
            .for_each(|text| hint(text));
    }
}

/// The time of `--since` and `--until`; `None` without them.
pub(super) fn filtered(since: Option<Timestamp>, until: Option<Timestamp>) -> Option<Window> {
    (since.is_some() || until.is_some()).then(|| Window {
        from: since.unwrap_or(Timestamp::MIN),
        to: until.unwrap_or(Timestamp::MAX),
    })
}

/// Prints what concerns no log and no digest: that nothing was found, that a chain is missing, or what could not be
/// read.
pub(super) fn print_not_found(
    outcome: &Outcome,
    without: &BTreeMap<WithoutEvents, Sample>,
    hints: &Hints,
) {
    let named = without.keys().filter_map(|why| match why {
        WithoutEvents::Log(code) | WithoutEvents::Digest(code) => Some(*code),
        _ => None,
    });
    let mut named: BTreeSet<Code> = named.collect();
    named.extend([Code::CoverageHead, Code::Gap, Code::CoverageTail]);
    let mut found: BTreeMap<Code, Vec<String>> = BTreeMap::new();
    for finding in &outcome.findings {
        // Missing digests that nothing refers to are an estimate: no name, but a time.
        let is_estimate = finding.code == Code::DigestMissing;
        let is_other = finding.key.is_none() && (is_estimate || !named.contains(&finding.code));
        if is_other && finding.severity != Severity::Note {
            let of = finding.chain.as_ref().map(|chain| format!("{chain}: "));
            let line = format!("{}{}", of.unwrap_or_default(), finding.message);
            found.entry(finding.code).or_default().push(line);
        }
    }
    for (code, lines) in found {
        print_lines(code.as_str(), &lines);
        if !named.contains(&code) {
            hints.print(code);
        }
    }
}

/// Prints the time that no digest covers. First that of the filter.
pub(super) fn print_gaps(outcome: &Outcome, filter: Option<Window>, hints: &Hints) {
    let of = |chain: &'_ ChainOutcome| chain.gaps.iter().filter(|gap| !gap.time.is_empty()).count();
    let gaps = outcome.chains.iter().map(|chain| of(chain)).sum::<usize>();
    let mut first: Vec<(bool, Window, String, Code)> = Vec::new();
    let mut codes = BTreeSet::new();
    for chain in &outcome.chains {
        for gap in chain.gaps.iter().filter(|gap| !gap.time.is_empty()) {
            let code = gap.finding().code;
            codes.insert(code);
            let outside = filter.is_some_and(|filter| gap.time.clip(&filter).is_empty());
            first.push((outside, gap.time, line(chain, gap), code));
        }
        first.sort();
        first.truncate(LINES);
    }
    for (_, _, line, code) in &first {
        note(&format!("{}: {line}", code.as_str()));
    }
    let more = (gaps - first.len()) as u64;
    if more > 0 {
        note(&format!("{} more of such time", grouped(more)));
    }
    codes.into_iter().for_each(|code| hints.print(code));
}

fn line(chain: &ChainOutcome, gap: &Gap) -> String {
    let Window { from, to } = gap.time;
    let length = in_words(gap.time.length());
    let id = &chain.id;
    let line = format!("{id}: no digest covers {from} to {to} ({length}): there are no events");
    match gap.undigested.map_or(0, |logs| logs.count) {
        0 => line,
        count => format!(
            "{line}, and {} there that no digest lists",
            plural(count, "log")
        ),
    }
}

/// Prints how much of the time of the filter is not verified, of each chain.
pub(super) fn print_filtered(outcome: &Outcome, filter: Option<Window>) {
    let Some(filter) = filter else { return };
    let mut lines = Vec::new();
    for chain in &outcome.chains {
        let lacking = chain.coverage.iter().filter(|s| s.state != State::Verified);
        let lacking = lacking.map(|stretch| stretch.time.clip(&filter));
        let lacking: Vec<Window> = lacking.filter(|time| !time.is_empty()).collect();
        let inside = chain.window.clip(&filter);
        let id = &chain.id;
        if inside.is_empty() {
            lines.push(format!("{id}: none of that time was validated"));
        } else if let (Some(first), Some(last)) = (lacking.first(), lacking.last()) {
            let all = lacking.iter().map(Window::seconds).sum();
            let all = in_words(jiff::SignedDuration::from_secs(all));
            let (from, to) = (first.from, last.to);
            lines.push(format!(
                "{id}: {all} of that time is not verified ({from} to {to}): events of it may lack"
            ));
        }
    }
    print_lines("--since and --until", &lines);
}

fn print_lines(code: &str, lines: &[String]) {
    for line in lines.iter().take(LINES) {
        note(&format!("{code}: {line}"));
    }
    let more = lines.len().saturating_sub(LINES) as u64;
    if more > 0 {
        note(&format!("{code}: {} more", grouped(more)));
    }
}
