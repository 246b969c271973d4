//! One cell of a table on a terminal.

use textwrap::core::display_width;

use crate::base::text::escape;

/// The columns that a text takes on a terminal, once it is safe to print.
pub(super) fn width_of(text: &str) -> usize {
    display_width(&escape(text))
}

/// A text that is safe to print and takes so many columns of a terminal: cut, or with blanks after it.
pub(super) fn fitted(text: &str, width: usize) -> String {
    let text = escape(text);
    let all = display_width(&text);
    if all <= width {
        return text.into_owned() + &" ".repeat(width - all);
    }
    let (mut cut, mut taken) = (String::new(), 1);
    for c in text.chars() {
        taken += display_width(c.encode_utf8(&mut [0; 4]));
        if taken > width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    let missing = width.saturating_sub(display_width(&cut));
    cut + &" ".repeat(missing)
}

#[cfg(test)]
mod tests {
    use super::{fitted, width_of};

    #[test]
    fn a_cell_is_safe_and_has_its_width() {
        assert_eq!(fitted("abc", 5), "abc  ");
        assert_eq!(fitted("abcdef", 5), "abcd…");
        assert_eq!(fitted("日本語", 5), "日本…");
        assert_eq!(fitted("a\u{1b}[2J\n", 20), "a\\u{1b}[2J\\u{a}     ");
        assert_eq!(width_of("日本"), 4);
    }
}
