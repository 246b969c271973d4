//! A text with `*` for any characters and `?` for one, as own rules and Sigma write it.

use std::fmt::Write as _;

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// `?`: any one character.
    One,
    /// `*`: any characters, also none.
    Many,
}

/// A text with wildcards. `\*`, `\?` and `\\` stand for the character itself (Sigma specification, "Wildcards").
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextPattern(Vec<Piece>);

impl TextPattern {
    /// The pattern that a text is.
    pub fn of(text: &str) -> TextPattern {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let escaped =
                letters.next_if(|next| letter == '\\' && matches!(next, '*' | '?' | '\\'));
            let piece = match (letter, escaped) {
                ('*', None) => Piece::Many,
                ('?', None) => Piece::One,
                (letter, escaped) => {
                    literal.push(escaped.unwrap_or(letter));
                    continue;
                }
            };
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            if piece != Piece::Many || pieces.last() != Some(&Piece::Many) {
                pieces.push(piece);
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        TextPattern(pieces)
    }

    /// The same pattern with anything before it.
    pub fn ends_a_text(mut self) -> TextPattern {
        self.0.insert(0, Piece::Many);
        self
    }

    /// The same pattern with anything after it.
    pub fn begins_a_text(mut self) -> TextPattern {
        self.0.push(Piece::Many);
        self
    }

    /// The text, if it has no wildcard.
    pub fn as_literal(&self) -> Option<&str> {
        match &self.0[..] {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The literals that every text which matches holds.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::One | Piece::Many => None,
        })
    }

    /// The regular expression over bytes that matches the same texts.
    pub fn to_regex(&self) -> String {
        let mut regex = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => regex.push_str(&regex::escape(text)),
                // One character of UTF-8.
                Piece::One => regex.push_str(r"(?:[\x00-\x7F]|[\xC0-\xFF][\x80-\xBF]*)"),
                Piece::Many => {
                    let _ = write!(regex, ".*");
                }
            }
        }
        regex
    }
}

#[cfg(test)]
mod tests {
    use super::TextPattern;

    #[test]
    fn wildcards_are_escaped_by_a_backslash() {
        assert_eq!(TextPattern::of(r"a\*b\\c\d").as_literal(), Some(r"a*b\c\d"));
        assert_eq!(TextPattern::of("").as_literal(), Some(""));
        assert_eq!(TextPattern::of("a**b?").as_literal(), None);
        let pattern = TextPattern::of("a**b?c");
        assert_eq!(pattern.literals().collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
