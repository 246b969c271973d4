//! Text from outside in a page: no markup, nothing that reorders or hides, and not too much of it.

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::base::text::is_unsafe;
use crate::report::validation::wording::clip;

/// Characters of one value: `s3://`, a bucket and a key have at most 1,093, the sentence on a gap some
/// 1,500, with long names more.
const VALUE: usize = 2_400;

/// What every value of every template passes through.
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
