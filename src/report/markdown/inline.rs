//! Text from outside in a ticket: names as code spans, sentences as plain words.

use std::borrow::Cow;

use crate::escape::escape;
use crate::report::words::clip;

/// Characters of one value.
const VALUE: usize = 1_024;

/// A text that is a name: nothing in a code span is markup, a link or a mention.
pub(super) fn code(text: &str) -> String {
    let text = escape(text);
    let text = clip(&text, VALUE);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    if text.is_empty() {
        String::new()
    } else if text.starts_with('`') || text.ends_with('`') || text.trim() != text {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// A name in a table, whose columns end at bars.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A sentence: plain words stay, and whatever is not a plain word is a code span.
pub(super) fn prose(text: &str) -> String {
    let text = escape(text);
    let words: Vec<Cow<'_, str>> = clip(&text, VALUE)
        .split_whitespace()
        .map(|word| {
            if is_plain(word) {
                Cow::Owned(word.to_owned())
            } else {
                Cow::Owned(fenced(word))
            }
        })
        .collect();
    words.join(" ")
}

/// A code span, with the sentence's punctuation left out of it.
fn fenced(word: &str) -> String {
    let core = word.trim_end_matches([',', '.', ';', ':']);
    match word.strip_prefix(core) {
        Some(rest) if !core.is_empty() => format!("{}{rest}", code(core)),
        _ => code(word),
    }
}

/// Whether a word means nothing to Markdown, wherever it stands, and nothing that trackers link.
fn is_plain(word: &str) -> bool {
    let core = word.trim_start_matches('(');
    let core = core.trim_end_matches(['.', ',', ':', ';', '?', ')']);
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '%');
    let bounds = |c: char| c.is_alphanumeric() || c == '%';
    core.chars().all(letters)
        && core.starts_with(bounds)
        && core.ends_with(bounds)
        // A number and a dot begin a list.
        && (core == word || word.starts_with('(') || !core.chars().all(|c| c.is_ascii_digit()))
        && core.len() <= 40
}
