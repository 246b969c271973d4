//! Names in sentences: few, and not long (pure).

use crate::base::text::and_more;

/// How many names stand in one sentence; the rest is counted.
const NAMED: usize = 5;
/// The longest name in a sentence, in characters.
const LONGEST: usize = 200;

/// A service's name beside that of its events' source, where there is one that people know.
pub(super) fn service(source: &str) -> String {
    match source {
        "kms.amazonaws.com" => "AWS KMS (kms.amazonaws.com)".into(),
        "rdsdata.amazonaws.com" => "the RDS Data API (rdsdata.amazonaws.com)".into(),
        other => short(other),
    }
}

/// A few names, in order, and how many more there are.
pub(super) fn list(names: &[String]) -> String {
    joined(names.iter().map(|n| short(n)), ", ")
}

/// A few texts, and how many more there are.
pub(super) fn joined(texts: impl Iterator<Item = String>, between: &str) -> String {
    let mut texts = texts.peekable();
    let shown: Vec<String> = texts.by_ref().take(NAMED).collect();
    and_more(shown.join(between), texts.count() as u64)
}

/// A name, and no more of it than is of use.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}
