//! Text from outside made safe to print: it cannot send an escape code to a terminal, hide characters
//! or reorder a line.

use std::borrow::Cow;

/// Whether a character could mislead a terminal or a reader: control characters, line and paragraph
/// separators, bidirectional marks, white space other than the usual blank, and invisible characters.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || is_ignorable(c)
        // The blank Braille pattern and the interlinear annotation marks: invisible too.
        || matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}')
}

/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt): drawn as nothing.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A text with every unsafe character written as `\u{…}`.
///
/// ```
/// # use trailproof::base::text::escape;
/// assert_eq!(escape("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
/// assert_eq!(escape("audit\u{3164}\u{fe0f}\u{a0}"), "audit\\u{3164}\\u{fe0f}\\u{a0}");
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
