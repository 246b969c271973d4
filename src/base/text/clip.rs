//! Long texts cut short.

use std::borrow::Cow;

/// The first characters of a text, at most `most`, with `…` behind them if anything was cut off.
///
/// ```
/// # use trailproof::base::text::clip;
/// assert_eq!(clip("Zürich", 2), "Zü…");
/// assert_eq!(clip("Zürich", 6), "Zürich");
/// ```
pub fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}
