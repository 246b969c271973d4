//! What a state keeps of runs that ended (pure).

use jiff::Timestamp;

use crate::proof::finding::{Code, Finding, Verdict};
use crate::report::state::v1::{Chain, Findings, Gap, Runs, Stretch};

/// The seconds of a day.
const DAY: i64 = 86_400;

/// Adds a run. It joins the runs before it that had the same result on the same day in UTC: so the runs of a month
/// can be counted, and a state of a year has some 400 entries.
pub(super) fn add_run(history: &mut Vec<Runs>, at: Timestamp, result: (Verdict, bool, u8)) {
    let (verdict, complete, exit_status) = result;
    let exit_status = Some(exit_status);
    let is_same = |runs: &Runs| {
        (runs.verdict, runs.complete, runs.exit_status) == (verdict, complete, exit_status)
    };
    let day = |at: Timestamp| at.as_second().div_euclid(DAY);
    match history.last_mut() {
        Some(runs) if is_same(runs) && day(runs.first) == day(at) => {
            let pause = at.duration_since(runs.last).as_secs();
            runs.longest_pause = runs.longest_pause.max(pause);
            runs.last = at;
            runs.runs = runs.runs.saturating_add(1);
        }
        _ => history.push(Runs {
            first: at,
            last: at,
            runs: 1,
            longest_pause: 0,
            verdict,
            complete,
            exit_status,
        }),
    }
}

/// Counts what a run reported about a chain, apart from its gaps.
pub(super) fn add_findings(known: &mut Vec<Findings>, findings: &[&Finding], at: Timestamp) {
    let is_gap = |code| matches!(code, Code::Gap | Code::CoverageHead | Code::CoverageTail);
    let mut of_run: Vec<Findings> = Vec::new();
    for finding in findings.iter().filter(|finding| !is_gap(finding.code)) {
        let count = finding.count.unwrap_or(1);
        let (code, severity) = (finding.code, finding.severity);
        match of_run
            .iter_mut()
            .find(|of| (of.code, of.severity) == (code, severity))
        {
            Some(of) => of.count = of.count.saturating_add(count),
            None => of_run.push(Findings {
                code,
                severity,
                runs: 1,
                first: at,
                last: at,
                count,
            }),
        }
    }
    for new in of_run {
        let is_same = |of: &&mut Findings| (of.code, of.severity) == (new.code, new.severity);
        match known.iter_mut().find(is_same) {
            Some(of) => {
                of.runs = of.runs.saturating_add(1);
                of.last = at;
                of.count = of.count.max(new.count);
            }
            None => known.push(new),
        }
    }
    known.sort_unstable_by_key(|of| (of.code, of.severity));
}

/// Forgets what is older than the history is kept. Time that the next run validates again is never forgotten.
pub(super) fn cut(chain: &mut Chain, cut: Option<Timestamp>) {
    let Some(cut) = cut.map(|cut| cut.min(chain.next_from)) else {
        return;
    };
    chain.seen = after(&chain.seen, cut);
    chain.gaps.retain(|gap| gap.to > cut);
    chain.findings.retain(|of| of.last >= cut);
}

/// The parts of stretches before a time.
pub(super) fn before(stretches: &[Stretch], end: Timestamp) -> Vec<Stretch> {
    let part = |s: &Stretch| Stretch {
        to: s.to.min(end),
        ..*s
    };
    let parts = stretches.iter().map(part);
    parts.filter(|part| part.from < part.to).collect()
}

/// The parts of stretches from a time on.
pub(super) fn after(stretches: &[Stretch], start: Timestamp) -> Vec<Stretch> {
    let part = |s: &Stretch| Stretch {
        from: s.from.max(start),
        ..*s
    };
    let parts = stretches.iter().map(part);
    parts.filter(|part| part.from < part.to).collect()
}

/// Joins neighbours in the same state.
pub(super) fn joined(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for one in stretches {
        match joined.last_mut() {
            Some(last) if last.state == one.state && last.to == one.from => last.to = one.to,
            _ => joined.push(one),
        }
    }
    joined
}

/// Puts the gaps of a window in the place of those that earlier runs found there. One that began before it goes on.
pub(super) fn add_gaps(known: &mut Vec<Gap>, from: Timestamp, found: Vec<Gap>) {
    let from = found.iter().map(|gap| gap.from).fold(from, Timestamp::min);
    known.retain(|gap| gap.from < from);
    known.iter_mut().for_each(|gap| gap.to = gap.to.min(from));
    for gap in found {
        match known.last_mut() {
            Some(last)
                if last.to == gap.from
                    && (last.cause, last.certainty) == (gap.cause, gap.certainty)
                    && last.from < last.to =>
            {
                last.to = gap.to;
            }
            _ => known.push(gap),
        }
    }
}
