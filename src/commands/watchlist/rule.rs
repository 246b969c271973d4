//! One rule of a watchlist.

use std::fmt;

use super::record_test::RecordTest;
use crate::base::text::clip;

/// Most characters of a title.
const TITLE: usize = 200;

/// Most characters of a reason.
const REASON: usize = 2_000;

/// Most references of one rule.
const REFERENCES: usize = 20;

/// How much a match matters, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WatchRisk {
    /// Worth knowing, and usual. Sigma's level `informational`.
    Info,
    /// Usual in most accounts.
    Low,
    /// Find out who did it, and why.
    Medium,
    /// Rare unless somebody works on just that.
    High,
    /// Seldom intended.
    Critical,
}

impl WatchRisk {
    /// Every risk, the least first.
    pub const ALL: [WatchRisk; 5] = [
        WatchRisk::Info,
        WatchRisk::Low,
        WatchRisk::Medium,
        WatchRisk::High,
        WatchRisk::Critical,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            WatchRisk::Info => "info",
            WatchRisk::Low => "low",
            WatchRisk::Medium => "medium",
            WatchRisk::High => "high",
            WatchRisk::Critical => "critical",
        }
    }

    /// The risk of a word, or of a level of Sigma.
    pub fn of(word: &str) -> Option<WatchRisk> {
        let word = match word {
            "informational" => "info",
            other => other,
        };
        WatchRisk::ALL
            .into_iter()
            .find(|risk| risk.as_str() == word)
    }
}

impl fmt::Display for WatchRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One rule: which records it matches, and why they matter. All texts are as they were written in its file.
#[derive(Debug)]
pub struct WatchRule {
    /// The file that it is in, or `shipped`.
    pub file: String,
    /// What identifies it in the list.
    pub id: String,
    /// What it finds, in a few words.
    pub title: String,
    /// How much a match matters.
    pub risk: WatchRisk,
    /// Why a match matters.
    pub reason: String,
    /// Where more about it is written: addresses.
    pub references: Vec<String>,
    /// Techniques of MITRE ATT&CK, such as `T1562.008`.
    pub techniques: Vec<String>,
    pub(super) test: RecordTest,
}

impl WatchRule {
    /// The same rule with no text longer than what a report can show.
    pub(super) fn bounded(mut self) -> WatchRule {
        self.title = clip(&self.title, TITLE).into_owned();
        self.reason = clip(&self.reason, REASON).into_owned();
        for texts in [&mut self.references, &mut self.techniques] {
            texts.truncate(REFERENCES);
            for text in texts {
                *text = clip(text, TITLE).into_owned();
            }
        }
        self
    }
}
