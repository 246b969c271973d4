//! What a run proved that continues earlier ones. Its windows begin where those left off, so their length says nothing
//! of the evidence, and no share of it is shown.

use jiff::Timestamp;

use crate::base::text::plural;
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::validation::v1::{Chain, Report};

/// Until when all is proven, where a run that continues earlier ones found all that was due: `until
/// 2026-03-01T12:00:00Z in 4 chains`. `None` for every other report.
pub(crate) fn all_until(report: &Report) -> Option<String> {
    if report.requested.continues_from.is_none() || report.verdict != Verdict::Verified {
        return None;
    }
    let ends = report.chains.iter().map(|chain| proven_end(chain));
    let (first, last) = (ends.clone().min()?, ends.max()?);
    let or_later = if first == last { "" } else { " or later" };
    Some(match report.chains.len() as u64 {
        1 => format!("until {first}"),
        n => format!("until {first}{or_later} in {}", plural(n, "chain")),
    })
}

/// Whether nothing new of a chain was due. Only a chain that continues from a digest that an earlier run proved, and
/// that this run found unchanged, is verified without any time.
pub(crate) fn is_unchanged(chain: &Chain) -> bool {
    chain.verdict == Verdict::Verified && last_proven(chain).is_none()
}

/// How many chains had nothing new.
pub(crate) fn unchanged(report: &Report) -> u64 {
    let chains = report.chains.iter();
    chains.filter(|chain| is_unchanged(chain)).count() as u64
}

/// The end of the proven time of a verified chain. Without any in its window, that is where earlier runs left off.
fn proven_end(chain: &Chain) -> Timestamp {
    last_proven(chain).unwrap_or(chain.window.from)
}

fn last_proven(chain: &Chain) -> Option<Timestamp> {
    let mut stretches = chain.coverage.iter().rev();
    stretches.find(|s| s.state == State::Verified).map(|s| s.to)
}
