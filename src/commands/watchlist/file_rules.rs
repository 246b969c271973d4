//! The rules that were read from files, and those that are not used.

use std::collections::HashSet;

use super::rule::WatchRule;
use crate::base::text::cited;

/// A rule that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedRule {
    /// The file that it is in.
    pub file: String,
    /// Its id or title, if it has one.
    pub rule: Option<String>,
    /// Why it is not used, as the predicate of a sentence.
    pub why: String,
}

/// The rules of some files.
#[derive(Debug, Default)]
pub(super) struct FileRules {
    pub rules: Vec<WatchRule>,
    pub skipped: Vec<SkippedRule>,
    ids: HashSet<String>,
}

impl FileRules {
    /// Adds a rule.
    ///
    /// # Errors
    /// Another rule has its id: which one, in words.
    pub fn push(&mut self, rule: WatchRule) -> Result<(), String> {
        if self.ids.insert(rule.id.clone()) {
            self.rules.push(rule);
            return Ok(());
        }
        let other = self.rules.iter().find(|other| other.id == rule.id);
        let file = other.map_or("", |other| &other.file);
        Err(format!("has the id of another rule, of {}", cited(file)))
    }

    /// Adds a rule that is not used.
    pub fn skip(&mut self, file: &str, rule: Option<String>, why: String) {
        self.skipped.push(SkippedRule {
            file: file.to_owned(),
            rule,
            why,
        });
    }
}
