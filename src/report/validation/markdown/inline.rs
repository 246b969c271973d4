//! Makes text from outside safe in Markdown: names become code spans, and sentences keep only plain words
//! outside of them.

use crate::base::text::escape;
use crate::report::validation::wording::clip;

/// Characters shown of one value. The message of a gap has about 1,500, and more with long names.
const VALUE: usize = 2_400;

/// A name as a code span, in which nothing is markup, a link or a mention.
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

/// A name in a table. Bars would end its column, even in a code span.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A sentence. Plain words stay as they are; every other word, each quotation and each command becomes a
/// code span.
pub(super) fn prose(text: &str) -> String {
    let text = escape(text);
    let text = clip(&text, VALUE);
    let mut marked = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let inside = rest.trim_start_matches('(');
        marked += &rest[..rest.len() - inside.len()];
        let after = match quoted(inside).or_else(|| command(inside)) {
            Some((span, after)) => {
                marked += &code(span);
                after
            }
            None => {
                let end = inside.find(char::is_whitespace).unwrap_or(inside.len());
                let (word, after) = inside.split_at(end);
                marked += &match is_plain(word) {
                    true => word.to_owned(),
                    false => fenced(word),
                };
                after
            }
        };
        rest = after.trim_start();
        if rest.len() < after.len() && !rest.is_empty() {
            marked.push(' ');
        }
    }
    marked
}

/// The command to copy at the beginning of a text, and the rest.
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

/// The quotation at the beginning of a text, and the rest. Backticks are left out, because a code span says
/// the same.
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
    let (quotation, after) = text.split_at(close?.0 + 1);
    // Otherwise it is an apostrophe or the like.
    let ends = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | ')');
    if !after.is_empty() && !after.starts_with(ends) {
        return None;
    }
    let inner = match quote {
        '`' => quotation.trim_matches('`'),
        _ => quotation,
    };
    Some((inner, after)).filter(|(inner, _)| !inner.is_empty())
}

/// A word as a code span, with the punctuation of the sentence behind it.
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

/// Whether a word is a number like `1,234` or `99.99`.
fn is_number(word: &str) -> bool {
    let (whole, decimals) = word.split_once('.').unwrap_or((word, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut thousands = whole.split(',');
    thousands.next().is_some_and(digits)
        && thousands.all(|part| part.len() == 3 && digits(part))
        && digits(decimals)
        && word.len() <= 20
}

/// Whether neither Markdown nor a tracker gives a word a meaning: no markup, no address, no issue, no commit.
fn is_plain(word: &str) -> bool {
    let core = word.trim_end_matches(['.', ',', ':', ';', '?', ')']);
    if core.is_empty() {
        // Punctuation after a code span.
        return true;
    }
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '%');
    let bounds = |c: char| c.is_alphanumeric() || c == '%';
    let digits = |c: char| c.is_ascii_digit();
    if core.contains([',', '.']) && is_number(core) {
        return true;
    }
    // A length of time, like `4h`.
    let length = core.ends_with(['d', 'h', 'm', 's']) && core[..core.len() - 1].chars().all(digits);
    let issue = core.contains(digits) && core.contains(char::is_alphabetic) && !length;
    let commit = core.len() >= 7 && core.chars().all(|c| c.is_ascii_hexdigit());
    core.chars().all(letters)
        && core.starts_with(bounds)
        && core.ends_with(bounds)
        && !issue
        && !commit
        // A number and a dot would begin a list.
        && (core == word || !core.chars().all(digits))
        && core.len() <= 40
}
