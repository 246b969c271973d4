//! The rules that were read from files, and those that are not used.

use std::collections::HashSet;

use super::rule::WatchRule;

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
    /// Adds a rule of a file. A second one of an id is not used.
    pub fn push(&mut self, rule: WatchRule) {
        if self.ids.insert(rule.id.clone()) {
            self.rules.push(rule);
        } else {
            let why = "has the id of another rule".to_owned();
            self.skip(&rule.file, Some(rule.id), why);
        }
    }

    /// Adds a rule that is not used.
    pub fn skip(&mut self, file: &str, rule: Option<String>, why: String) {
        self.skipped.push(SkippedRule {
            file: file.to_owned(),
            rule,
            why,
        });
    }

    /// Adds those of another file or folder.
    pub fn add(&mut self, others: FileRules) {
        self.skipped.extend(others.skipped);
        for rule in others.rules {
            self.push(rule);
        }
    }
}
