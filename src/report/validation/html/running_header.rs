//! The lines at the head and foot of each printed page: the title, the verdict and the date.

use std::fmt::Write as _;

use crate::base::text::is_unsafe;
use crate::report::validation::v1::{Report, Run};

/// Characters of a title that fit beside the verdict and the date.
const TITLE: usize = 70;

/// The rule for the printed pages of a report.
pub(super) fn rule(report: &Report, title: &str) -> String {
    let verdict = report.verdict.as_str().to_uppercase();
    rule_of(title, &verdict, &report.run)
}

/// The rule for printed pages: the title and a `word` at the head, the date beside it, the program at the foot.
/// Browsers fill margin boxes only from a style sheet, so the title becomes a string in CSS.
pub(crate) fn rule_of(title: &str, word: &str, run: &Run) -> String {
    let date = run.finished.strftime("%Y-%m-%d %H:%M UTC");
    let program = format!("{} {}", run.tool, run.version);
    format!(
        "@media print {{ @page {{\n  @top-left {{ content: {}; }}\n  @top-right {{ content: {}; }}\n  \
         @bottom-left {{ content: {}; }}\n}} }}",
        css_string(title),
        css_string(&format!("{word} · {date}")),
        css_string(&program),
    )
}

/// A text as a string in CSS. Whatever is not a letter or a digit is written by its number, so that no text ends
/// the string or the style sheet.
fn css_string(text: &str) -> String {
    let mut string = String::from("\"");
    let mut characters = text.chars();
    for c in characters.by_ref().take(TITLE) {
        match c {
            c if c.is_ascii_alphanumeric() || c == ' ' => string.push(c),
            c if is_unsafe(c) => string.push('?'),
            c => {
                // The blank ends the number.
                let _ = write!(string, "\\{:x} ", u32::from(c));
            }
        }
    }
    if characters.next().is_some() {
        string.push_str("\\2026 ");
    }
    string.push('"');
    string
}

#[cfg(test)]
mod tests {
    use super::css_string;

    #[test]
    fn no_text_ends_the_string_or_the_style_sheet() {
        assert_eq!(css_string("Q3 2026"), "\"Q3 2026\"");
        assert_eq!(
            css_string("a\"</style>\\"),
            "\"a\\22 \\3c \\2f style\\3e \\5c \""
        );
        assert_eq!(css_string("\u{202e}\n"), "\"??\"");
        assert_eq!(css_string(&"é".repeat(71)).matches("\\e9 ").count(), 70);
    }
}
