//! Segments: proven digests that links join. Several follow one another where logging was restarted or digests
//! are missing. A trail writes one digest for each hour, so two segments that cover the same time are of two
//! trails, and one must not cover what is missing from the other.
//!
//! The time of a starting digest does not count: it begins an hour before logging did, and covers none of it.
//! The last digest before a restart may end up to an hour after the restart, so an hour in common shows nothing.

use super::Walk;
use super::claims::{Claim, Claimer};
use crate::base::time::{HOUR, Window, shift};
use crate::proof::finding::{Code, Finding, Severity};

/// A segment that the walk has met and that older digests may still overlap.
struct Segment {
    number: u64,
    /// The time that its digests cover.
    time: Window,
    /// The bucket and key of its oldest digest.
    oldest: (String, String),
    /// The digests met since there are two segments, newest first. Only the last few are kept.
    recent: Vec<Claimer>,
}

/// Digests of a segment that are kept in case another one turns out to overlap it.
const RECENT: usize = 3;

/// Two segments that cover the same time.
struct Overlap {
    numbers: [u64; 2],
    time: Window,
    /// A digest of each, as bucket and key.
    digests: [(String, String); 2],
}

/// The segments around the digest that the walk has reached, and those that overlap.
#[derive(Default)]
pub(super) struct Segments {
    live: Vec<Segment>,
    begun: u64,
    overlaps: Vec<Overlap>,
}

impl Segments {
    /// Adds a proven digest to its segment, or begins a new one. `covers` is empty for a starting digest.
    /// Returns the place of the segment among the live ones.
    fn add(&mut self, me: &Claimer, covers: Window, claims: &[Claim]) -> usize {
        let follows = |segment: &Segment| {
            let (bucket, key) = &segment.oldest;
            let is_it = |by: &Claimer| by.proven && by.key == *key && by.bucket == *bucket;
            claims.iter().any(|claim| is_it(&claim.by))
        };
        let at = match self.live.iter().position(follows) {
            Some(at) => {
                self.unite(at, follows);
                at
            }
            None => {
                self.begun += 1;
                self.live.push(Segment {
                    number: self.begun,
                    time: covers,
                    oldest: Default::default(),
                    recent: Vec::new(),
                });
                self.live.len() - 1
            }
        };
        let several = self.live.len() > 1;
        let segment = &mut self.live[at];
        segment.time.from = segment.time.from.min(covers.from);
        // Reuses the memory: this is done for every digest.
        segment.oldest.0.clone_from(&me.bucket);
        segment.oldest.1.clone_from(&me.key);
        if several {
            segment.recent.truncate(RECENT - 1);
            segment.recent.insert(0, me.clone());
        }
        at
    }

    /// Unites the segment at `at` with later ones that link to the same digest. That is a fork of its own, and is
    /// reported as such.
    fn unite(&mut self, at: usize, follows: impl Fn(&Segment) -> bool) {
        let mut next = at + 1;
        while next < self.live.len() {
            if !follows(&self.live[next]) {
                next += 1;
                continue;
            }
            let rival = self.live.remove(next);
            let united = &mut self.live[at];
            united.time = Window::new(
                united.time.from.min(rival.time.from),
                united.time.to.max(rival.time.to),
            );
            let both = [united.number, rival.number];
            self.overlaps
                .retain(|o| !o.numbers.iter().all(|n| both.contains(n)));
        }
    }

    /// Notes which segments overlap the one at `at`. Returns the digests in the time of overlaps that are new.
    fn compare(&mut self, at: usize) -> Vec<Claimer> {
        let mut doubtful = Vec::new();
        let this = &self.live[at];
        let others = self.live.iter().filter(|other| other.number != this.number);
        for other in others {
            let time = this.time.clip(&other.time);
            if time.seconds() <= HOUR {
                continue;
            }
            let numbers = [this.number.min(other.number), this.number.max(other.number)];
            let known = self
                .overlaps
                .iter_mut()
                .rev()
                .find(|o| o.numbers == numbers);
            match known {
                Some(overlap) => overlap.time = time,
                None => {
                    let recent = this.recent.iter().chain(&other.recent);
                    let inside = recent.filter(|d| !d.interval.clip(&time).is_empty());
                    doubtful.extend(inside.cloned());
                    self.overlaps.push(Overlap {
                        numbers,
                        time,
                        digests: [this.oldest.clone(), other.oldest.clone()],
                    });
                }
            }
        }
        doubtful
    }

    /// Forgets the segments that no older digest can overlap, and to which none can belong.
    fn forget(&mut self, me: &Claimer) {
        let latest = shift(me.interval.to, 2 * HOUR);
        self.live.retain(|segment| segment.time.from <= latest);
    }

    /// Whether a digest of the segment at `at` is in the time that the segment shares with another one.
    fn is_in_overlap(&self, me: &Claimer, at: usize) -> bool {
        let number = self.live[at].number;
        let mut overlaps = self.overlaps.iter().rev();
        overlaps.any(|o| o.numbers.contains(&number) && !me.interval.clip(&o.time).is_empty())
    }
}

impl Walk<'_> {
    /// Takes a proven digest of the chain into its segment. A digest in the time of two segments does not count
    /// as valid, because nothing shows which of them belongs to the chain.
    pub(super) fn join_segment(&mut self, me: &mut Claimer, starting: bool, claims: &[Claim]) {
        let covers = match starting {
            true => Window::new(me.interval.to, me.interval.to),
            false => me.interval,
        };
        let at = self.segments.add(me, covers, claims);
        if self.segments.live.len() == 1 {
            return;
        }
        for digest in self.segments.compare(at) {
            self.no_longer_valid(&digest, Severity::Unproven);
        }
        if self.segments.is_in_overlap(me, at) {
            self.no_longer_valid(me, Severity::Unproven);
            me.valid = false;
        }
        self.segments.forget(me);
    }

    /// Reports the segments that overlap. Called at the end of the walk.
    pub(super) fn report_overlaps(&mut self) {
        for overlap in std::mem::take(&mut self.segments.overlaps) {
            if !self.meets(overlap.time) {
                continue;
            }
            let [(bucket, key), (_, other)] = overlap.digests;
            let message = "two segments of proven digests cover the same time, but a chain has only one: they \
                           are of two trails, and it is not known which of them belongs to this chain";
            let finding = Finding::new(Code::ChainFork, message).at(Some(&bucket), &key);
            self.report_over(
                overlap.time,
                Finding {
                    actual: Some(other),
                    ..finding
                },
            );
        }
    }
}

#[cfg(test)]
mod tests;
