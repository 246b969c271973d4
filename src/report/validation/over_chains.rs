//! What many chains have in common, said once for all of them.
//!
//! A page takes three steps:
//!
//! 1. [`GapGroup::all`] gives the gaps. A group is one paragraph; [`GapGroup::chains`] says of which chains.
//! 2. [`besides_gaps`] gives the findings that are not the report of such a gap.
//!    [`FindingGroup::before_and_after_gaps`](super::groups::FindingGroup::before_and_after_gaps) groups them, and
//!    [`FindingGroup::chains`](super::groups::FindingGroup::chains) says on which chains they are.
//! 3. [`InChains::words`] with [`number_of_all_chains`] gives the phrase: "in all 160 chains", or "in 12 of 160
//!    chains". [`InChains::is_all`] says whether a list of the names adds anything.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::absent::{ChainRow, absent_chains};
use super::v1::{Bearing, Chain, Evidence, Finding, Gap, Report, Role};
use super::wording::{GapKind, cause, interval, who};
use crate::base::text::{grouped, plural};
use crate::base::time::{in_words, in_words_between};
use crate::proof::finding::{Code, Severity};
use crate::proof::gap::{Cause, Certainty};
use crate::report::open_enum::Word;

/// Chains end their digests at their own minute of the hour. So one call leaves gaps that differ by less than
/// this.
const ONE_DIGEST: SignedDuration = SignedDuration::from_hours(1);

/// Groups of one kind that a gap is compared with.
const CANDIDATES: usize = 16;
/// Sentences on removed objects shown with one group.
const REMOVALS: usize = 10;

/// How many chains a report is about: those that were found, and those that are missing.
pub(crate) fn number_of_all_chains(report: &Report) -> usize {
    report.chains.len() + absent_chains(report).len()
}

/// The chains in which something was found.
pub(crate) struct InChains {
    /// Their names, each once, in order.
    pub names: Vec<String>,
}

impl InChains {
    pub(crate) fn of(names: impl Iterator<Item = String>) -> Self {
        let names: BTreeSet<String> = names.collect();
        InChains {
            names: names.into_iter().collect(),
        }
    }

    /// Whether these are all chains of a report that has `all` chains. A list of them would add nothing.
    pub(crate) fn is_all(&self, all: usize) -> bool {
        self.names.len() >= all
    }

    /// `in all 160 chains`, or `in 12 of 160 chains`. `None` if the finding is not about a chain, or the report
    /// has only one.
    pub(crate) fn words(&self, all: usize) -> Option<String> {
        let n = self.names.len();
        match all {
            _ if n == 0 => None,
            0 | 1 => None,
            2 if n >= 2 => Some("in both chains".to_owned()),
            _ if n >= all => Some(format!("in all {} chains", grouped(all))),
            _ => Some(format!("in {} of {} chains", grouped(n), grouped(all))),
        }
    }
}

/// What gaps of different chains have in common, apart from their time.
#[derive(PartialEq, Eq, Hash)]
struct Common<'a> {
    restart: bool,
    hole: bool,
    cause: &'a Word<Cause>,
    certainty: &'a Word<Certainty>,
    caused_by: Option<EventKey<'a>>,
    /// The code, the reason and the hint of the finding that reports the gap.
    reported: Option<(&'a Word<Code>, Option<&'a str>, Option<&'a str>)>,
}

/// What makes two records of an event the same event.
type EventKey<'a> = (Option<&'a str>, &'a str, Timestamp);

fn event_key(event: &Evidence) -> EventKey<'_> {
    (
        event.event_id.as_deref(),
        &event.event_name,
        event.event_time,
    )
}

/// Whether the cause of a gap follows from an event.
fn is_cause(event: &Evidence) -> bool {
    event.role.as_ref().is_some_and(|role| *role == Role::Cause)
}

/// Whether a call removed or overwrote objects.
pub(crate) fn removed_objects(event: &Evidence) -> bool {
    let bearing = event.bearing.as_ref().and_then(Word::known);
    let on_objects = matches!(
        bearing,
        Some(Bearing::Removal | Bearing::VersionRemoval | Bearing::Write)
    );
    on_objects && event.error_code.is_none()
}

/// Gaps with the same cause, certainty and causing event, at the same time to within one digest. A group has at
/// least one.
pub(crate) struct GapGroup<'a> {
    /// The gap of the first chain.
    pub first: &'a Gap,
    /// The finding that reports it. `None` if findings were collapsed.
    pub finding: Option<&'a Finding>,
    /// Every gap with its chain.
    pub members: Vec<(&'a Chain, &'a Gap)>,
    /// Whether the findings of all members say the same, word for word.
    same_message: bool,
    /// The chains of the members, if there are several. Most groups of a report with a million gaps have one.
    known: HashSet<ChainRow<'a>>,
}

impl<'a> GapGroup<'a> {
    /// The gaps of a report: those with removed objects first, then by time.
    pub(crate) fn all(report: &'a Report) -> Vec<Self> {
        let reports = reports_of_gaps(report);
        let mut gaps: Vec<(&Chain, &Gap)> = Vec::new();
        for chain in &report.chains {
            gaps.extend(chain.gaps.iter().map(|gap| (&**chain, gap)));
        }
        gaps.sort_by_key(|(_, gap)| (gap.from, gap.to));
        let mut groups: Vec<GapGroup<'a>> = Vec::new();
        // The last groups of each kind: gaps come by time, so no earlier one fits.
        let mut last: HashMap<Common<'a>, VecDeque<usize>> = HashMap::new();
        for (chain, gap) in gaps {
            let finding = reports.get(&place(chain, gap)).copied();
            let common = common(gap, finding);
            let last = last.entry(common).or_default();
            let fits = |at: &&usize| groups.get(**at).is_some_and(|g| g.fits(chain, gap));
            let at = last.iter().find(fits).copied();
            if let Some(group) = at.and_then(|at| groups.get_mut(at)) {
                group.add(chain, gap, finding);
                continue;
            }
            if last.len() == CANDIDATES {
                last.pop_front();
            }
            last.push_back(groups.len());
            groups.push(GapGroup {
                first: gap,
                finding,
                members: vec![(chain, gap)],
                same_message: true,
                known: HashSet::new(),
            });
        }
        groups.sort_by_key(|group| group.kind() != GapKind::Removals);
        groups
    }

    /// What a reader must know first.
    pub(crate) fn kind(&self) -> GapKind {
        let mut gaps = self.members.iter();
        match gaps.any(|(_, gap)| gap.removals.is_some()) {
            true => GapKind::Removals,
            false => GapKind::of(self.first),
        }
    }

    /// Which recorded calls removed objects of its time, where its message does not say so: it is that of one chain.
    pub(crate) fn removals(&self) -> Vec<&'a str> {
        if self.same_message && self.finding.is_some() {
            return Vec::new();
        }
        let removals = self.members.iter();
        let removals = removals.filter_map(|(_, gap)| gap.removals.as_deref());
        let mut known = HashSet::new();
        removals
            .filter(|text| known.insert(*text))
            .take(REMOVALS)
            .collect()
    }

    fn add(&mut self, chain: &'a Chain, gap: &'a Gap, finding: Option<&'a Finding>) {
        self.members.push((chain, gap));
        let new = match self.members.len() {
            2 => 0,
            n => n - 1,
        };
        let chains = self.members.iter().skip(new);
        self.known.extend(chains.map(|(chain, _)| chain_key(chain)));
        self.same_message &= message_of(self.finding) == message_of(finding);
    }

    fn has(&self, chain: &Chain) -> bool {
        match self.members.as_slice() {
            [(one, _)] => chain_key(one) == chain_key(chain),
            _ => self.known.contains(&chain_key(chain)),
        }
    }

    /// Whether a gap of another chain is at the same time to within one digest.
    fn fits(&self, chain: &Chain, gap: &Gap) -> bool {
        let near = |a: Timestamp, b: Timestamp| a.duration_since(b).abs() < ONE_DIGEST;
        near(self.first.from, gap.from) && near(self.first.to, gap.to) && !self.has(chain)
    }

    /// The chains that have this gap.
    pub(crate) fn chains(&self) -> InChains {
        InChains::of(self.members.iter().map(|(chain, _)| chain.name()))
    }

    /// The code of the finding that reports it.
    pub(crate) fn code(&self) -> Option<Cow<'a, str>> {
        Some(self.finding?.code.word())
    }

    /// When it was and how long, after a warning if objects of its time were removed.
    pub(crate) fn span(&self) -> String {
        match self.kind() {
            GapKind::Removals => format!("objects removed, {}", self.interval()),
            GapKind::Explained | GapKind::Unexplained => self.interval(),
        }
    }

    /// When it was and how long. Where chains differ, the time of all, and the shortest and the longest gap.
    pub(crate) fn interval(&self) -> String {
        let gaps = || self.members.iter().map(|(_, gap)| gap);
        let same = gaps().all(|gap| (gap.from, gap.to) == (self.first.from, self.first.to));
        let from = gaps().map(|gap| gap.from).min();
        let to = gaps().map(|gap| gap.to).max();
        let (Some(from), Some(to), false) = (from, to, same) else {
            return interval(self.first);
        };
        if self.first.from == self.first.to {
            return format!("restarts from {from} to {to}, without a gap between digests");
        }
        let lengths = || gaps().map(|gap| gap.to.duration_since(gap.from));
        let length = match (lengths().min(), lengths().max()) {
            (Some(least), Some(most)) if least != most => {
                format!("{} to {} in each chain", in_words(least), in_words(most))
            }
            _ => format!(
                "{} in each chain",
                in_words_between(self.first.from, self.first.to)
            ),
        };
        let restart = if self.first.restart {
            ", ending in a restart"
        } else {
            ""
        };
        format!("{from} to {to}, {length}{restart}")
    }

    /// What its finding says. Where the findings of its chains differ, as in the minute, that of the first chain.
    pub(crate) fn message(&self) -> String {
        match (message_of(self.finding), self.members.first()) {
            (Some(message), Some((chain, _))) if !self.same_message => {
                format!("for example {}: {message}", chain.name())
            }
            (Some(message), _) => message.to_owned(),
            (None, _) => match who(self.first) {
                Some(who) => format!("{}; {who}", cause(self.first)),
                None => cause(self.first),
            },
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<&'a str> {
        self.finding?.hint.as_deref()
    }

    /// The events that bear on it, each once. Those that removed or overwrote objects come first.
    pub(crate) fn events(&self) -> Vec<&'a Evidence> {
        let mut known = HashSet::new();
        let events = self.members.iter().flat_map(|(_, gap)| &gap.evidence);
        let mut events: Vec<&Evidence> = events.filter(|e| known.insert(event_key(e))).collect();
        events.sort_by_key(|event| !removed_objects(event));
        events
    }

    /// How many logs lie in the gaps of several chains that no digest lists, in words. `None` if there are none, or
    /// if the message says so.
    pub(crate) fn undigested_in_words(&self) -> Option<String> {
        let n = self.undigested().filter(|n| *n > 0)?;
        let several = self.members.len() > 1;
        several.then(|| format!("{} in these gaps that no digest lists", plural(n, "log")))
    }

    /// How many logs lie in it that no digest lists. `None` where nobody searched.
    pub(crate) fn undigested(&self) -> Option<u64> {
        let counts = self.members.iter();
        let counts = counts.filter_map(|(_, gap)| Some(gap.undigested_logs.as_ref()?.count));
        counts.reduce(u64::saturating_add)
    }
}

fn message_of(finding: Option<&Finding>) -> Option<&str> {
    finding.map(|finding| finding.message.as_str())
}

fn common<'a>(gap: &'a Gap, finding: Option<&'a Finding>) -> Common<'a> {
    Common {
        restart: gap.restart,
        hole: gap.from < gap.to,
        cause: &gap.cause,
        certainty: &gap.certainty,
        caused_by: gap.evidence.iter().find(|e| is_cause(e)).map(event_key),
        reported: finding.map(|f| (&f.code, f.reason.as_deref(), f.hint.as_deref())),
    }
}

/// Two chains may share an id.
fn chain_key(chain: &Chain) -> ChainRow<'_> {
    (&chain.id, chain.organization.as_deref())
}

/// A chain and a time.
type TimeOfChain<'a> = (ChainRow<'a>, Timestamp, Timestamp);

fn place<'a>(chain: &'a Chain, gap: &Gap) -> TimeOfChain<'a> {
    (chain_key(chain), gap.from, gap.to)
}

/// The place of the gap that a finding reports. `None` if it does not report a gap.
fn reported_place(finding: &Finding) -> Option<TimeOfChain<'_>> {
    let is_gap = matches!(
        finding.code.known()?,
        Code::Gap | Code::CoverageHead | Code::CoverageTail
    );
    (is_gap && finding.severity == Severity::Gap).then_some(())?;
    let chain = (finding.chain.as_deref()?, finding.organization.as_deref());
    Some((chain, finding.from?, finding.to?))
}

/// The findings that report gaps, by their place.
fn reports_of_gaps(report: &Report) -> HashMap<TimeOfChain<'_>, &Finding> {
    let findings = report.findings.iter();
    findings
        .filter_map(|finding| Some((reported_place(finding)?, finding)))
        .collect()
}

/// The findings that report something else than a gap of a chain.
pub(crate) fn besides_gaps(report: &Report) -> Vec<&Finding> {
    let mut gaps = HashSet::new();
    for chain in &report.chains {
        gaps.extend(chain.gaps.iter().map(|gap| place(chain, gap)));
    }
    let findings = report.findings.iter();
    let is_gap = |f: &&Finding| reported_place(f).is_some_and(|place| gaps.contains(&place));
    findings.filter(|f| !is_gap(f)).collect()
}
