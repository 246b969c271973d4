//! Names as parts of a sentence: few, and not too long.

use crate::base::text::{and_more, clip};

/// Most names in one sentence; the others are counted.
const NAMES: usize = 5;
/// Most characters of a name in a sentence.
const LONGEST: usize = 200;

/// The source of a service's events, with the name of the service in front where people know it by another.
pub(super) fn service(source: &str) -> String {
    match source {
        "kms.amazonaws.com" => "AWS KMS (kms.amazonaws.com)".into(),
        "rdsdata.amazonaws.com" => "the RDS Data API (rdsdata.amazonaws.com)".into(),
        other => short(other),
    }
}

/// The first few names, and how many more there are.
pub(super) fn list(names: &[String]) -> String {
    joined(names.iter().map(|n| short(n)), ", ")
}

/// The first few texts, and how many more there are.
pub(super) fn joined(mut texts: impl Iterator<Item = String>, between: &str) -> String {
    let shown: Vec<String> = texts.by_ref().take(NAMES).collect();
    and_more(shown.join(between), texts.count() as u64)
}

/// A name, cut short if it is very long.
pub(super) fn short(text: &str) -> String {
    clip(text, LONGEST).into_owned()
}
