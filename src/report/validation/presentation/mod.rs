//! What an auditor adds to a report for people: a title, a note, and the names of accounts. None of it is
//! evidence, and no verdict depends on it. All of it comes from outside, so each writer escapes it.
//!
//! `note` renders the note, `names` reads a file of names.

pub mod names;
mod note;

use std::collections::BTreeMap;

/// The additions to a report. By default there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Presentation {
    /// The title, in one line.
    pub title: Option<String>,
    /// The note, in Markdown.
    pub note: Option<String>,
    /// The names of accounts by their ids.
    pub names: BTreeMap<String, String>,
}

impl Presentation {
    /// The title, or what the report is usually called.
    pub fn title_or<'a>(&'a self, usual: &'a str) -> &'a str {
        self.title.as_deref().unwrap_or(usual)
    }

    /// The name of an account, as it was given: not escaped.
    pub fn name_of(&self, account: &str) -> Option<&str> {
        self.names.get(account).map(String::as_str)
    }

    /// The note as safe HTML, which a template takes as it is. It has no script, fetches nothing, and its
    /// headings are `<h3>` and lower. `None` without a note.
    pub fn note_html(&self) -> Option<String> {
        self.note.as_deref().map(note::html)
    }

    /// The note as a block quote in Markdown, with a line break at its end. No heading, list or markup of it
    /// gets out of the quote. `None` without a note.
    pub fn note_markdown(&self) -> Option<String> {
        self.note.as_deref().map(note::quoted)
    }
}
