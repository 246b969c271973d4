//! What a run leaves of one chain (pure).

use jiff::Timestamp;

use super::GIVEN_UP;
use super::history::{add_findings, add_gaps, after, before, joined};
use crate::base::time::{HOUR, shift};
use crate::proof::chain::Anchor;
use crate::proof::coverage::State as CoverageState;
use crate::proof::finding::{Code, Finding, Severity, Verdict};
use crate::report::state::v1::{Chain, Deferred, Gap, Head, Stretch};
use crate::validate::outcome::ChainOutcome;

/// How far the minute in the name of a log may lie from its delivery, in seconds, and some more: real ones lie within
/// five minutes.
const NEAR: i64 = 600;

/// What a run found of a chain.
pub(super) struct ChainRun<'a> {
    pub outcome: &'a ChainOutcome,
    /// The findings about it.
    pub findings: &'a [&'a Finding],
    /// The time of the check.
    pub at: Timestamp,
    /// Whether everything requested of the run could be checked.
    pub complete: bool,
}

impl ChainRun<'_> {
    /// What the run leaves.
    pub(super) fn after(&self, old: Option<Chain>) -> Chain {
        let (outcome, at) = (self.outcome, self.at);
        let begin = outcome.window.from.min(at);
        let old = old.unwrap_or_else(|| self.unknown(begin));
        let since = old.since.min(begin);
        let head = self.head(old.head.as_ref());
        let seen = self.seen(&old, since);
        let open = self.open(&seen, head.as_ref());
        let deferred = self.deferred(&seen, &old);
        let waiting = outcome.waiting_since;
        let waiting = waiting.map(|minute| self.before_waiting(minute, head.as_ref(), &seen));
        let end = seen.last().map_or(old.next_from, |last| last.to);
        let starts = [open.first().map(|part| part.from), waiting, Some(end)];
        let next_from = starts.into_iter().flatten().min().unwrap_or(end);
        let next_from = next_from.max(seen.first().map_or(next_from, |first| first.from));
        let mut gaps = old.gaps;
        add_gaps(&mut gaps, begin, self.gaps());
        let mut findings = old.findings;
        add_findings(&mut findings, self.findings, at);
        Chain {
            id: outcome.id.to_string(),
            organization: outcome.id.organization.as_ref().map(ToString::to_string),
            since,
            next_from,
            looked_at: match self.has_seen_everything() {
                true => at,
                false => old.looked_at,
            },
            head,
            open,
            deferred: before_all(deferred, next_from),
            waiting_since: outcome.waiting_since.map(|since| since.min(at)),
            seen,
            gaps,
            findings,
        }
    }

    /// A chain that no earlier run saw.
    fn unknown(&self, begin: Timestamp) -> Chain {
        Chain {
            id: String::new(),
            organization: None,
            since: begin,
            next_from: begin,
            looked_at: begin,
            head: None,
            open: Vec::new(),
            deferred: Vec::new(),
            waiting_since: None,
            seen: Vec::new(),
            gaps: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Where the next window begins so that an object of a minute is judged with the digests around it. Only a digest
    /// that begins after the head can list one that is clearly later. Else it may be one of the hour before. Where the
    /// window itself began there, it does so again.
    fn before_waiting(
        &self,
        minute: Timestamp,
        head: Option<&Head>,
        seen: &[Stretch],
    ) -> Timestamp {
        let begin = self.outcome.window.from;
        let end = head.map(|head| head.end);
        let from = match end.filter(|end| minute >= shift(*end, NEAR)) {
            Some(end) => end,
            None if minute > begin => shift(minute, -HOUR),
            None => begin,
        };
        // No digest before a gap lists a log after it, and a gap that is settled is not reported again.
        let is_gap = |part: &&Stretch| part.state == CoverageState::Gap && part.to <= minute;
        let gap = seen.iter().rfind(is_gap).map_or(from, |gap| gap.to);
        from.max(gap).max(self.horizon())
    }

    /// The time before which what is not settled is given up.
    fn horizon(&self) -> Timestamp {
        shift(self.at, -GIVEN_UP)
    }

    /// Whether no object of the chain could be missed: only objects that are written after this look are then new to
    /// the next run.
    fn has_seen_everything(&self) -> bool {
        let is_listed = self
            .outcome
            .waiting_since
            .is_none_or(|at| at > self.outcome.window.from);
        self.complete || (is_listed && self.outcome.verdict < Verdict::Unproven)
    }

    /// The newest proven digest. The one before stays for as long as something is wrong with it, and is not too old:
    /// the next run then finds the same.
    fn head(&self, old: Option<&Head>) -> Option<Head> {
        let newest = self.outcome.anchors.as_deref().map(|(_, newest)| newest);
        let Some(old) = old else {
            return newest.map(remembered);
        };
        let is_newer = newest.filter(|anchor| anchor.end > old.end);
        let is_wrong = self.findings.iter().any(|finding| is_about(finding, old));
        match is_newer {
            Some(newest) if !is_wrong || old.end < self.horizon() => Some(remembered(newest)),
            _ => Some(old.clone()),
        }
    }

    /// The state of all time that runs validated.
    fn seen(&self, old: &Chain, since: Timestamp) -> Vec<Stretch> {
        let window = self.outcome.window;
        let coverage = self.outcome.coverage.iter().map(|s| Stretch {
            from: s.time.from,
            to: s.time.to,
            state: s.state,
        });
        let new = before(&Vec::from_iter(coverage), self.at);
        let (Some(first), Some(last)) = (new.first(), new.last()) else {
            return painted(old.seen.clone(), &self.outside(since, None));
        };
        let (from, to) = (first.from, last.to);
        let mut seen = before(&old.seen, from);
        if let Some(end) = seen.last().map(|last| last.to).filter(|end| *end < from) {
            // No run validated what lies between.
            seen.push(Stretch {
                from: end,
                to: from,
                state: CoverageState::Unproven,
            });
        }
        seen.extend(new);
        seen.extend(after(&old.seen, to));
        painted(joined(seen), &self.outside(since, Some(window.from)))
    }

    /// What findings say of time that the coverage of the window does not hold: from the beginning of what was seen
    /// to that of the window. A mismatch with the state counts wherever it lies.
    fn outside(&self, since: Timestamp, window: Option<Timestamp>) -> Vec<Stretch> {
        let part = |finding: &&Finding| {
            let time = finding.interval?;
            let to = match window {
                Some(from) if finding.code != Code::StateMismatch => time.to.min(from),
                _ => time.to,
            };
            Some(Stretch {
                from: time.from.max(since),
                to: to.min(self.at),
                state: match finding.severity {
                    Severity::Failed => CoverageState::Failed,
                    Severity::Unproven => CoverageState::Unproven,
                    Severity::Gap | Severity::Note => return None,
                },
            })
        };
        let new = self.findings.iter().filter(|f| f.code != Code::StateOpen);
        let parts = new.filter_map(part);
        parts.filter(|part| part.from < part.to).collect()
    }

    /// What the next run validates again: time that is pending, and what this run validated and could not settle, as
    /// far as it is not too old.
    fn open(&self, seen: &[Stretch], head: Option<&Head>) -> Vec<Stretch> {
        let proven = head.map(|head| head.end);
        let mut open = Vec::new();
        for part in after(seen, self.begin()) {
            match part.state {
                CoverageState::Verified => {}
                CoverageState::Pending => open.push(part),
                // Between proven digests, a gap is settled: this run reports it, and the history keeps it.
                CoverageState::Gap if proven.is_some_and(|end| part.from < end) => {}
                CoverageState::Gap | CoverageState::Unproven | CoverageState::Failed => {
                    open.extend(after(&[part], self.horizon()));
                }
            }
        }
        open
    }

    /// What is too old for that and not settled, and was first found less than [`GIVEN_UP`] ago.
    fn deferred(&self, seen: &[Stretch], old: &Chain) -> Vec<Deferred> {
        let begin = self.begin();
        let found = before(&after(seen, begin), self.horizon());
        let found = found
            .into_iter()
            .filter(|part| matches!(part.state, CoverageState::Unproven | CoverageState::Failed));
        let found = found.map(|part| {
            let known = old.deferred.iter();
            let known = known.filter(|known| known.from < part.to && part.from < known.to);
            // What was open for as long as its time is old is not found now.
            let was_open = old
                .open
                .iter()
                .any(|open| open.state == part.state && open.from < part.to && part.from < open.to);
            let first = if was_open { part.to } else { self.at };
            Deferred {
                from: part.from,
                to: part.to,
                state: part.state,
                since: known.map(|known| known.since).min().unwrap_or(first),
                tried: self.at,
            }
        });
        let not_validated = old
            .deferred
            .iter()
            .filter(|known| known.from < begin)
            .map(|known| Deferred {
                to: known.to.min(begin),
                ..*known
            });
        let all = not_validated.chain(found);
        all.filter(|one| one.since > self.horizon()).collect()
    }

    /// Where the time begins of which this run says something.
    fn begin(&self) -> Timestamp {
        let outside = self.outside(Timestamp::MIN, None);
        let first = outside.iter().map(|part| part.from);
        first.fold(self.outcome.window.from, Timestamp::min)
    }

    fn gaps(&self) -> Vec<Gap> {
        let gaps = self.outcome.gaps.iter().map(|gap| Gap {
            from: gap.time.from.min(self.at),
            to: gap.time.to.min(self.at),
            cause: gap.cause,
            certainty: gap.certainty,
        });
        gaps.collect()
    }
}

/// The parts before a time.
fn before_all(parts: Vec<Deferred>, end: Timestamp) -> Vec<Deferred> {
    let part = |one: Deferred| Deferred {
        to: one.to.min(end),
        ..one
    };
    let parts = parts.into_iter().map(part);
    parts.filter(|one| one.from < one.to).collect()
}

/// Whether a finding says that something is wrong with a remembered digest.
fn is_about(finding: &Finding, head: &Head) -> bool {
    let is_its_object = finding.key.as_deref() == Some(&head.key)
        && finding
            .bucket
            .as_deref()
            .is_none_or(|bucket| bucket == head.bucket);
    finding.severity >= Severity::Unproven && (finding.code == Code::StateMismatch || is_its_object)
}

fn remembered(anchor: &Anchor) -> Head {
    Head {
        bucket: anchor.bucket.to_string(),
        key: anchor.key.clone(),
        sha256: anchor.sha256.to_string(),
        signature: anchor.signature.as_deref().map(hex::encode),
        start: anchor.start,
        end: anchor.end,
    }
}

/// Stretches of time with parts of it in a worse state.
fn painted(mut stretches: Vec<Stretch>, parts: &[Stretch]) -> Vec<Stretch> {
    for part in parts {
        let mut cut = Vec::with_capacity(stretches.len() + 2);
        for one in stretches {
            let inside = after(&before(&[one], part.to), part.from);
            cut.extend(before(&[one], part.from));
            cut.extend(inside.into_iter().map(|inside| Stretch {
                state: inside.state.max(part.state),
                ..inside
            }));
            cut.extend(after(&[one], part.to));
        }
        stretches = joined(cut);
    }
    stretches
}
