//! Text from outside in a ticket: names as code spans, sentences as plain words.

use crate::base::text::escape;
use crate::report::validation::wording::clip;

/// Characters of one value: the sentence on a gap has some 1,500, with long names more.
const VALUE: usize = 2_400;

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

/// A sentence: plain words stay, and whatever is not a plain word is a code span; so is what stands in
/// quotes, and a command, each as a whole.
pub(super) fn prose(text: &str) -> String {
    let text = escape(text);
    let text = clip(&text, VALUE);
    let mut said = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let inside = rest.trim_start_matches('(');
        said += &rest[..rest.len() - inside.len()];
        let after = match quoted(inside).or_else(|| command(inside)) {
            Some((span, after)) => {
                said += &code(span);
                after
            }
            None => {
                let end = inside.find(char::is_whitespace).unwrap_or(inside.len());
                let (word, after) = inside.split_at(end);
                said += &match is_plain(word) {
                    true => word.to_owned(),
                    false => fenced(word),
                };
                after
            }
        };
        rest = after.trim_start();
        if rest.len() < after.len() && !rest.is_empty() {
            said.push(' ');
        }
    }
    said
}

/// A command that is there to be copied, at the beginning of a text, and what follows it.
fn command(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with("aws ") {
        return None;
    }
    let mut quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '\'';
        !quoted && matches!(c, ')' | ';')
    });
    Some(text.split_at(end.map_or(text.len(), |(at, _)| at)))
}

/// What stands in quotes at the beginning of a text, and what follows it. Backticks are left out: a code
/// span says the same.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '`' | '"' | '\''))?;
    let mut escaped = false;
    let close = text.char_indices().skip(1).find(|(_, c)| {
        let closes = *c == quote && !(escaped && quote == '"');
        escaped = *c == '\\' && !escaped;
        closes
    });
    let (whole, after) = text.split_at(close?.0 + 1);
    // Else it is an apostrophe, or no quote at all.
    let ends = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | ')');
    if !after.is_empty() && !after.starts_with(ends) {
        return None;
    }
    let inner = match quote {
        '`' => whole.trim_matches('`'),
        _ => whole,
    };
    Some((inner, after)).filter(|(inner, _)| !inner.is_empty())
}

/// A code span, with the sentence's punctuation left out of it.
fn fenced(word: &str) -> String {
    let core = match word.contains('(') {
        true => word.trim_end_matches([',', '.', ';', ':']),
        false => word.trim_end_matches([',', '.', ';', ':', ')']),
    };
    match word.strip_prefix(core) {
        Some(rest) if !core.is_empty() => format!("{}{rest}", code(core)),
        _ => code(word),
    }
}

/// Whether a word means nothing to Markdown, wherever it stands, and nothing that trackers link: no
/// address, no name of an issue, no commit.
fn is_plain(word: &str) -> bool {
    let core = word.trim_end_matches(['.', ',', ':', ';', '?', ')']);
    if core.is_empty() {
        // What is left of a sentence after a code span.
        return true;
    }
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '%');
    let bounds = |c: char| c.is_alphanumeric() || c == '%';
    let digits = |c: char| c.is_ascii_digit();
    // As `4h` in a length.
    let length = core.ends_with(['d', 'h', 'm', 's']) && core[..core.len() - 1].chars().all(digits);
    let issue = core.contains(digits) && core.contains(char::is_alphabetic) && !length;
    let commit = core.len() >= 7 && core.chars().all(|c| c.is_ascii_hexdigit());
    core.chars().all(letters)
        && core.starts_with(bounds)
        && core.ends_with(bounds)
        && !issue
        && !commit
        // A number and a dot begin a list.
        && (core == word || !core.chars().all(digits))
        && core.len() <= 40
}
