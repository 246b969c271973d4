//! Keeps the events that a rule matches, and counts them by rule.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Watchlist;
use super::known_accounts::KnownAccounts;
use super::rule::WatchRule;
use crate::commands::events::sink::RecordFilter;

/// Keeps the records that a rule of a watchlist matches, and marks each with the ids of these rules. It counts what
/// it keeps, so it must be the last filter.
pub struct WatchFilter {
    list: Watchlist,
    known: KnownAccounts,
    /// Of each rule, the records that it matched.
    counts: Vec<AtomicU64>,
}

impl WatchFilter {
    /// A filter that has kept nothing yet.
    pub fn new(list: Watchlist, known: KnownAccounts) -> Self {
        let counts = list.rules().iter().map(|_| AtomicU64::new(0)).collect();
        WatchFilter {
            list,
            known,
            counts,
        }
    }

    /// The accounts that are one's own, as an observer of the validation.
    pub fn known(&self) -> &KnownAccounts {
        &self.known
    }

    /// The rules that matched, each with the number of records: the highest risk first, then the most records.
    pub fn matched(&self) -> Vec<(&WatchRule, u64)> {
        let counts = self
            .counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        let matched = self.list.rules().iter().zip(counts);
        let mut matched: Vec<_> = matched.filter(|(_, count)| *count > 0).collect();
        matched.sort_by_key(|(rule, count)| std::cmp::Reverse((rule.risk, *count)));
        matched
    }
}

impl RecordFilter for &WatchFilter {
    fn may_hold(&self, text: &[u8]) -> bool {
        self.list.prefilter().may_match(text)
    }

    fn keeps<'f>(&'f self, record: &[u8], marks: &mut Vec<&'f str>) -> bool {
        let matching = self.list.matching(record, &self.known);
        for &at in &matching {
            marks.extend(self.list.rules().get(at).map(|rule| rule.id.as_str()));
            if let Some(count) = self.counts.get(at) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        !matching.is_empty()
    }
}
