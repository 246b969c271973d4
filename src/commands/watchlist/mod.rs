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

mod files;
mod known_accounts;
mod needles;
mod prefilter;
mod record_test;
mod rule;
mod sigma;
mod text_pattern;
mod text_test;
mod toml_list;

use std::path::PathBuf;

use files::FileRules;
pub use files::SkippedRule;
pub use known_accounts::KnownAccounts;
pub use prefilter::Prefilter;
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
    prefilter: Prefilter,
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
        let mut all = FileRules::default();
        for path in paths {
            all.add(files::read(path, limits)?);
            if all.rules.len() > limits.rules {
                let message = format!("the watchlist has more than {} rules", limits.rules);
                return Err(Error::new(ErrorKind::Input, message));
            }
        }
        Ok((Watchlist::of(all.rules)?, all.skipped))
    }

    /// A watchlist of these rules.
    fn of(rules: Vec<WatchRule>) -> Result<Watchlist, Error> {
        let prefilter = Prefilter::of(&rules).map_err(|why| {
            Error::new(ErrorKind::Input, "the watchlist is too large").because(why)
        })?;
        Ok(Watchlist { rules, prefilter })
    }

    /// Every rule, in the order in which they were read.
    pub fn rules(&self) -> &[WatchRule] {
        &self.rules
    }

    /// Says by bytes alone which texts no rule can match.
    pub fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// The rules that a record matches, in the order of the list. A record is parsed only if the bytes of one of
    /// them occur in it; one that is not JSON matches none.
    pub fn matches(&self, record: &[u8], known: &KnownAccounts) -> Vec<&WatchRule> {
        let candidates = self.prefilter.candidates(record);
        if candidates.is_empty() {
            return Vec::new();
        }
        let Ok(record) = serde_json::from_slice(record) else {
            return Vec::new();
        };
        let rules = candidates.into_iter().filter_map(|at| self.rules.get(at));
        rules
            .filter(|rule| rule.test.holds(&record, known))
            .collect()
    }
}
