//! The page under construction, which must fit into one ticket.

use std::fmt::Write as _;

use crate::base::text::{capital, plural};

/// Blocks that may turn out too long before the rest is only counted.
const MISSES: usize = 100;

/// The part of the report that is written so far.
#[derive(Default)]
pub(super) struct MarkdownPage {
    pub text: String,
}

impl MarkdownPage {
    /// Adds the blocks of those items that fit while the page has at most `room` bytes, and counts the
    /// others. An item that is too long is skipped, so that shorter ones after it still fit.
    pub(super) fn fill<T>(
        &mut self,
        room: usize,
        what: &str,
        items: impl ExactSizeIterator<Item = T>,
        block: impl Fn(T) -> String,
    ) {
        let mut more = 0;
        let mut misses = 0;
        for item in items {
            // A block that does not fit costs as much time as one that does. There may be a million.
            if misses >= MISSES {
                more += 1;
                continue;
            }
            let block = block(item);
            if self.text.len() + block.len() <= room {
                self.text += &block;
            } else {
                more += 1;
                misses += 1;
            }
        }
        if more > 0 {
            let what = plural(more, &format!("more {what}"));
            let text = format!("\nAnd {what}. The JSON report lists them all.\n");
            self.text += &text;
        }
    }

    /// A heading, and the sentences below it as a list. Nothing if there are none.
    pub(super) fn list(
        &mut self,
        room: usize,
        title: &str,
        sentences: &[String],
        block: impl Fn(&String) -> String,
    ) {
        if sentences.is_empty() {
            return;
        }
        let _ = write!(self.text, "\n## {}\n\n", capital(title));
        self.fill(room, "sentence", sentences.iter(), |s| {
            format!("- {}\n", block(s))
        });
    }
}
