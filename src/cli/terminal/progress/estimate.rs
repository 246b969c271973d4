//! How much of a run is done: one share over all its phases, measured in bytes.
//!
//! The sizes of objects are known only after they are read, and the number of logs only after all digests are
//! read. So what is left is estimated from the objects so far. An estimate may turn out too low: the share then
//! waits, and never goes back.

use super::counts::Snapshot;
use super::phase::Phase;

/// The size of a digest, and of a log, before any was read. It counts as much as this many objects that were.
const DIGEST_BYTES: f64 = 4096.0;
const LOG_BYTES: f64 = 16_384.0;
const ASSUMED: f64 = 16.0;
/// How many logs a digest lists, before any was read.
const LOGS_PER_DIGEST: f64 = 10.0;
/// The share that is left for what follows the logs.
const BEFORE_THE_END: f64 = 0.99;

/// An estimate of the work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Work {
    /// The share that is done, from 0 to 1. It may fall.
    pub share: f64,
    /// The bytes that will be read in all.
    pub bytes: u64,
}

/// The estimate; `None` while nothing is known about the work.
pub(super) fn estimate(now: &Snapshot) -> Option<Work> {
    let (digests, logs) = (now.digests, now.logs);
    if now.phase < Phase::Digests || digests.all == 0 {
        return None;
    }
    let [judged, checked] = [digests.done, logs.done].map(|n| n as f64);
    let in_digests = match now.phase {
        Phase::Digests => now.read,
        _ => now.read_before_logs,
    };
    let in_logs = now.read.saturating_sub(in_digests);
    let of_digest = mean(in_digests, judged, DIGEST_BYTES);
    let of_log = mean(in_logs, checked, LOG_BYTES);
    let (all_digests, all_logs) = match now.phase {
        Phase::Digests => {
            let all = known_of_all(now);
            let per_digest = (logs.all as f64 + ASSUMED * LOGS_PER_DIGEST) / (judged + ASSUMED);
            (all, (per_digest * (all - judged)) + logs.all as f64)
        }
        _ => (judged, logs.all as f64),
    };
    let total = all_digests * of_digest + all_logs * of_log;
    let done = judged * of_digest + checked * of_log;
    let share = match now.phase {
        Phase::Digests | Phase::Logs if total > 0.0 => (done / total).min(1.0) * BEFORE_THE_END,
        _ => BEFORE_THE_END,
    };
    let left = (all_digests - judged) * of_digest + (all_logs - checked).max(0.0) * of_log;
    let bytes = match now.phase {
        Phase::Digests | Phase::Logs => now.read.saturating_add(left as u64),
        _ => now.read,
    };
    Some(Work { share, bytes })
}

/// The mean size of objects, of which `number` have so many bytes.
fn mean(bytes: u64, number: f64, assumed: f64) -> f64 {
    (bytes as f64 + ASSUMED * assumed) / (number + ASSUMED)
}

/// How many digests there will be: the folders that are not listed yet are taken to be like the others.
fn known_of_all(now: &Snapshot) -> f64 {
    let (known, folders) = (now.digests.all as f64, now.folders);
    match folders.done {
        0 => known,
        done => known * (folders.all.max(done) as f64) / done as f64,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Work, estimate};
    use crate::cli::terminal::progress::counts::{Done, Snapshot};
    use crate::cli::terminal::progress::phase::Phase;

    fn done(done: u64, all: u64) -> Done {
        Done { done, all }
    }

    fn at(phase: Phase, digests: Done, logs: Done, read: (u64, u64)) -> Snapshot {
        Snapshot {
            elapsed: Duration::ZERO,
            phase,
            folders: done(2, 2),
            digests,
            logs,
            events: 0,
            read: read.0,
            read_before_logs: read.1,
            findings: 0,
        }
    }

    fn share(now: &Snapshot) -> f64 {
        estimate(now).map_or(-1.0, |Work { share, .. }| share)
    }

    #[test]
    fn nothing_is_estimated_before_a_digest_is_known() {
        for phase in [Phase::SigningIn, Phase::Listing, Phase::Digests] {
            let now = at(phase, Done::default(), Done::default(), (0, 0));
            assert_eq!(estimate(&now), None);
        }
    }

    #[test]
    fn one_share_covers_all_phases() {
        // 1,000 digests of 3 kB with 20 logs of 15 kB each.
        let (digest, log) = (3_000, 15_000);
        let mut shares = Vec::new();
        for judged in (0..=1_000).step_by(100) {
            let now = at(
                Phase::Digests,
                done(judged, 1_000),
                done(0, judged * 20),
                (judged * digest, 0),
            );
            shares.push(share(&now));
        }
        let before = 1_000 * digest;
        for checked in (0..=20_000).step_by(1_000) {
            let read = before + checked * log;
            let now = at(
                Phase::Logs,
                done(1_000, 1_000),
                done(checked, 20_000),
                (read, before),
            );
            shares.push(share(&now));
        }
        assert_eq!(shares.first(), Some(&0.0));
        assert!(shares.is_sorted(), "{shares:?}");
        // Digests are a hundredth of these bytes, and end at about that share.
        assert!((0.005..0.02).contains(&shares[10]), "{shares:?}");
        assert_eq!(shares.last(), Some(&0.99));
        let half = shares[11 + 10];
        assert!((0.45..0.55).contains(&half), "{half}");
    }

    #[test]
    fn the_bytes_in_all_are_those_read_and_those_left() {
        let now = at(
            Phase::Logs,
            done(100, 100),
            done(500, 1_000),
            (5_300_000, 300_000),
        );
        let bytes = estimate(&now).map_or(0, |work| work.bytes);
        assert!((10_200_000..10_400_000).contains(&bytes), "{bytes}");
        let now = at(
            Phase::Causes,
            done(100, 100),
            done(1_000, 1_000),
            (10_300_000, 300_000),
        );
        assert_eq!(estimate(&now).map(|work| work.bytes), Some(10_300_000));
    }

    #[test]
    fn folders_that_are_not_listed_count_like_the_others() {
        let mut now = at(Phase::Digests, done(50, 100), done(0, 500), (150_000, 0));
        let all_listed = share(&now);
        now.folders = done(1, 4);
        assert!(share(&now) < all_listed / 3.0);
    }
}
