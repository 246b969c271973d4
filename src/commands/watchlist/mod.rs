//! The calls that responders search for first, and rules of one's own: which records of proven logs they match.
//!
//! ```text
//! shipped.toml ─┐
//! own TOML ─────┼─> toml_list ─┐
//! Sigma YAML ───┴─> sigma ─────┴─> WatchRule { RecordTest } ─> Watchlist ─> prefilter by bytes, then matches
//! ```
//!
//! Rules come from outside, as do records: both are bounded. A rule never runs in more than linear time on a
//! record, and what cannot be read of a rule is named, never guessed.

mod field_path;
mod file_rules;
mod files;
mod filter;
mod known_accounts;
mod needles;
mod pattern_room;
mod prefilter;
mod record_test;
mod rule;
mod sigma;
mod text_pattern;
mod text_test;
mod toml_list;

use std::path::PathBuf;

use file_rules::FileRules;
pub use file_rules::SkippedRule;
pub use filter::WatchFilter;
pub use known_accounts::KnownAccounts;
use pattern_room::PatternRoom;
pub use prefilter::WatchPrefilter;
pub use rule::{WatchRisk, WatchRule};

use crate::base::error::{Error, ErrorKind};
use crate::base::limits::Limits;

/// The rules that are shipped, as TOML.
pub const SHIPPED: &str = include_str!("shipped.toml");

/// What selects the shipped rules where a file could be given.
pub const SHIPPED_NAME: &str = "shipped";

/// A list of rules, ready to be matched.
pub struct Watchlist {
    rules: Vec<WatchRule>,
    prefilter: WatchPrefilter,
}

impl Watchlist {
    /// The rules that are shipped.
    ///
    /// # Errors
    /// Never with the list that is part of the program.
    pub fn shipped() -> Result<Watchlist, Error> {
        let path = PathBuf::from(SHIPPED_NAME);
        Ok(Watchlist::load(&[path], &Limits::default())?.0)
    }

    /// The rules of files and folders, in TOML or Sigma. The path [`SHIPPED_NAME`] stands for the shipped rules.
    /// Gives the rules that could not be used too, each with the reason.
    ///
    /// # Errors
    /// A file cannot be read, a TOML file has a mistake, nothing in a file or folder can be used, or there are too
    /// many rules.
    pub fn load(
        paths: &[PathBuf],
        limits: &Limits,
    ) -> Result<(Watchlist, Vec<SkippedRule>), Error> {
        let room = PatternRoom::of(limits.rule_patterns);
        let mut all = FileRules::default();
        for path in paths {
            files::read(path, (limits, &room), &mut all)?;
            if all.rules.len() > limits.rules {
                let message = format!("the watchlist has more than {} rules", limits.rules);
                return Err(Error::new(ErrorKind::Input, message));
            }
        }
        Ok((Watchlist::of(all.rules)?, all.skipped))
    }

    /// The same list without the rules of a lower risk.
    ///
    /// # Errors
    /// Never with rules that made a list.
    pub fn at_least(self, risk: WatchRisk) -> Result<Watchlist, Error> {
        let rules = self.rules.into_iter();
        Watchlist::of(rules.filter(|rule| rule.risk >= risk).collect())
    }

    /// A watchlist of these rules.
    fn of(rules: Vec<WatchRule>) -> Result<Watchlist, Error> {
        let prefilter = WatchPrefilter::of(&rules).map_err(|why| {
            Error::new(ErrorKind::Input, "the watchlist is too large").because(why)
        })?;
        Ok(Watchlist { rules, prefilter })
    }

    /// Every rule, in the order in which they were read.
    pub fn rules(&self) -> &[WatchRule] {
        &self.rules
    }

    /// Says by bytes alone which texts no rule can match.
    pub fn prefilter(&self) -> &WatchPrefilter {
        &self.prefilter
    }

    /// The rules that a record matches, in the order of the list. A record is parsed only if the bytes of one of
    /// them occur in it; one that is not JSON matches none.
    pub fn matches(&self, record: &[u8], known: &KnownAccounts) -> Vec<&WatchRule> {
        let matching = self.matching(record, known).into_iter();
        matching.filter_map(|at| self.rules.get(at)).collect()
    }

    /// The places in the list of the rules that a record matches.
    fn matching(&self, record: &[u8], known: &KnownAccounts) -> Vec<usize> {
        let mut rules = self.prefilter.candidates(record);
        if rules.is_empty() {
            return rules;
        }
        let Ok(record) = serde_json::from_slice(record) else {
            return Vec::new();
        };
        rules.retain(|at| {
            let rule = self.rules.get(*at);
            rule.is_some_and(|rule| rule.test.holds(&record, known))
        });
        rules
    }
}
