//! What an auditor adds to a report for people.

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::base::text::is_unsafe;

/// A title, a note and the names of accounts.
#[derive(clap::Args)]
pub struct PresentationArgs {
    /// The title of the report, in HTML and Markdown
    #[arg(long, value_name = "TEXT", value_parser = title)]
    pub title: Option<String>,

    /// A note in Markdown of at most 64 KiB, which the report shows, in HTML and Markdown
    #[arg(long, value_name = "FILE")]
    pub note: Option<PathBuf>,

    /// The names of accounts, which the report shows beside their ids, in HTML and Markdown: a file with the
    /// answer of `aws organizations list-accounts`, {"111122223333": "NAME"} or ACCOUNT,NAME lines; or
    /// `organizations`, to look them up in AWS
    #[arg(long, value_name = "FILE|organizations", value_parser = names())]
    pub names: Option<NamesFrom>,
}

impl PresentationArgs {
    /// The options that were given.
    pub fn given(&self) -> Vec<&'static str> {
        let all = [
            (self.title.is_some(), "--title"),
            (self.note.is_some(), "--note"),
            (self.names.is_some(), "--names"),
        ];
        let given = all.into_iter().filter(|(given, _)| *given);
        given.map(|(_, name)| name).collect()
    }

    /// The files that were given, each with its option.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, PathBuf)> {
        let note = self.note.clone().map(|path| ("--note", path));
        let names = match &self.names {
            Some(NamesFrom::File(path)) => Some(("--names", path.clone())),
            Some(NamesFrom::Organizations) | None => None,
        };
        note.into_iter().chain(names)
    }
}

/// Where the names of accounts are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamesFrom {
    /// AWS Organizations.
    Organizations,
    /// A file.
    File(PathBuf),
}

fn names() -> impl TypedValueParser<Value = NamesFrom> {
    PathBufValueParser::new().map(|path| match path.to_str() {
        Some("organizations") => NamesFrom::Organizations,
        _ => NamesFrom::File(path),
    })
}

/// The longest title, in characters.
const LONGEST: usize = 200;

/// A title of one line.
fn title(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("expected a title that is not empty".into()),
        title if title.contains(is_unsafe) => {
            Err("expected one line without control characters or invisible ones".into())
        }
        title if title.chars().count() > LONGEST => {
            Err(format!("expected a title of at most {LONGEST} characters"))
        }
        title => Ok(title.into()),
    }
}
