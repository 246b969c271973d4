//! Which rules can match a text, by its bytes alone.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use memchr::memmem;

use super::rule::WatchRule;

/// How JSON may write a character of ASCII so that no needle finds it.
const ESCAPED: &[u8] = br"\u00";

/// Finds the rules that can match a text, so that only few records are parsed.
#[derive(Debug)]
pub struct WatchPrefilter {
    needles: AhoCorasick,
    /// The rule of each needle.
    rules: Vec<usize>,
    /// Rules without a needle: they can match every text.
    always: Vec<usize>,
    count: usize,
}

impl WatchPrefilter {
    /// The prefilter of rules.
    pub(super) fn of(rules: &[WatchRule]) -> Result<WatchPrefilter, BuildError> {
        let mut needles = Vec::new();
        let mut of_needles = Vec::new();
        let mut always = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            match rule.test.needles() {
                None => always.push(at),
                Some(found) => {
                    needles.extend(found.texts().map(str::to_owned));
                    of_needles.resize(needles.len(), at);
                }
            }
        }
        let mut builder = AhoCorasick::builder();
        builder
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard);
        // A table of states is faster and grows with the needles.
        if needles.len() <= 1_000 {
            builder.kind(Some(AhoCorasickKind::DFA));
        }
        Ok(WatchPrefilter {
            needles: builder.build(&needles)?,
            rules: of_needles,
            always,
            count: rules.len(),
        })
    }

    /// Whether a record within a text, of one record or of a log, can match a rule. `false` is certain.
    pub fn may_match(&self, text: &[u8]) -> bool {
        !self.always.is_empty()
            || self.needles.is_match(text)
            || (self.count > 0 && memmem::find(text, ESCAPED).is_some())
    }

    /// The rules that a record can match, in the order of the list.
    pub(super) fn candidates(&self, record: &[u8]) -> Vec<usize> {
        if memmem::find(record, ESCAPED).is_some() {
            return (0..self.count).collect();
        }
        let found = self.needles.find_overlapping_iter(record);
        let found = found.filter_map(|found| self.rules.get(found.pattern().as_usize()));
        let mut rules: Vec<usize> = found.chain(&self.always).copied().collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}
