//! Text from outside made safe to print: no escape code reaches a terminal, no mark reorders a line.

use std::borrow::Cow;

/// Whether a terminal or a reader's eye would be misled: control characters, line and paragraph
/// separators, bidirectional marks, and other characters that are not seen.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text with everything unsafe written as `\u{…}`.
///
/// ```
/// # use trailproof::escape::escape;
/// assert_eq!(escape("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
/// assert_eq!(escape("Zürich"), "Zürich");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            safe.extend(c.escape_unicode())
        } else {
            safe.push(c)
        }
    }
    Cow::Owned(safe)
}

/// A text as one word of a shell's command line, for commands that are printed to be run.
pub fn quoted(text: &str) -> String {
    // Only a nul byte cannot be quoted, and no name on any system holds one.
    shlex::try_quote(text).map_or_else(|_| "?".into(), Cow::into_owned)
}
