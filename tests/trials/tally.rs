//! The count of a trial: what was tried, and what went wrong.

use std::collections::BTreeMap;

use serde_json::json;

/// What a trial tried, and everything that went wrong in it.
#[derive(Debug, Default)]
pub struct Tally {
    pub name: &'static str,
    /// The seed of the random choices, where there are any.
    pub seed: Option<u64>,
    pub tried: u64,
    /// The same by kind, where it has kinds.
    pub kinds: BTreeMap<String, u64>,
    /// Damage that was not found, or found as less than it is.
    pub missed: Vec<String>,
    /// Findings where nothing that counts was changed.
    pub false_alarms: Vec<String>,
}

impl Tally {
    /// Nothing tried yet.
    pub fn new(name: &'static str, seed: Option<u64>) -> Self {
        Self {
            name,
            seed,
            ..Self::default()
        }
    }

    /// Counts one of a kind.
    pub fn count(&mut self, kind: String) {
        self.tried += 1;
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// Adds what another part of the trial counted.
    pub fn add(&mut self, other: Self) {
        self.tried += other.tried;
        for (kind, tried) in other.kinds {
            *self.kinds.entry(kind).or_default() += tried;
        }
        self.missed.extend(other.missed);
        self.false_alarms.extend(other.false_alarms);
    }

    /// Whether nothing was missed and no alarm was false.
    pub fn is_clean(&self) -> bool {
        self.missed.is_empty() && self.false_alarms.is_empty()
    }

    /// Ends a test unless at least so much was tried and all of it was judged rightly.
    pub fn assert_clean(&self, at_least: u64) {
        assert!(self.is_clean(), "{self:#?}");
        assert!(
            self.tried >= at_least,
            "{}: only {} tried",
            self.name,
            self.tried
        );
    }

    /// One line of JSON, as `benches/trials.py` reads it.
    pub fn line(&self, seconds: f64) -> String {
        json!({
            "trial": self.name,
            "seed": self.seed,
            "tried": self.tried,
            "kinds": self.kinds,
            "missed": self.missed,
            "false": self.false_alarms,
            "seconds": seconds,
        })
        .to_string()
    }
}
