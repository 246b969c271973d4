//! Makes text from outside safe for the page: it cannot become markup, hide or reorder text, or fill the page.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::base::text::is_unsafe;
use crate::report::validation::wording::clip;

/// Characters shown of one value. `s3://`, a bucket and a key have at most 1,093 characters; the message of
/// a gap has about 1,500, and more with long names.
const VALUE: usize = 2_400;

/// Escapes every value of every template.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HtmlEscaper;

impl Escaper for HtmlEscaper {
    fn write_escaped_str<W: Write>(&self, mut page: W, text: &str) -> fmt::Result {
        let text = clip(text, VALUE);
        let mut rest = text.as_ref();
        let special = |c: char| matches!(c, '<' | '>' | '&' | '"' | '\'' | '`') || is_unsafe(c);
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| special(*c)) {
            page.write_str(&rest[..at])?;
            if is_unsafe(c) {
                write!(page, "{}", c.escape_unicode())?;
            } else {
                write!(page, "&#{};", u32::from(c))?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        page.write_str(rest)
    }
}
