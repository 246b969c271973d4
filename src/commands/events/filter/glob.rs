//! A pattern for a text: `*` stands for any text, `?` for one character, as in policies of AWS. Every other
//! character stands for itself, because ARNs of objects may hold brackets and braces.

use std::str::FromStr;

use super::needles::{Needle, is_unescaped};

/// Longest pattern, in bytes: an ARN of an object has at most some 1,100.
const LONGEST: usize = 2_048;

/// Shortest literal part that is worth a search of its own, in bytes.
const SHORTEST_NEEDLE: usize = 3;

/// A pattern for a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextGlob(String);

impl FromStr for TextGlob {
    type Err = String;

    fn from_str(pattern: &str) -> Result<Self, String> {
        match pattern.len() {
            0 => Err(
                "expected a text, in which * stands for any text and ? for one character"
                    .to_owned(),
            ),
            1..=LONGEST => Ok(TextGlob(pattern.to_owned())),
            _ => Err(format!("expected at most {LONGEST} bytes")),
        }
    }
}

impl TextGlob {
    /// A pattern that matches one text alone, unless the text holds `*` or `?`.
    pub(super) fn or_in_full(self, ending: &str) -> Self {
        match self.0.contains(['*', '?', '.']) {
            true => self,
            false => TextGlob(self.0 + ending),
        }
    }

    /// Whether the pattern matches a complete text. Upper and lower case differ.
    pub fn matches(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), text.as_bytes());
        let (mut p, mut t) = (0, 0);
        // Behind the last `*`, and where the text that follows it may begin at the earliest.
        let mut star: Option<(usize, usize)> = None;
        while let Some(&byte) = text.get(t) {
            match pattern.get(p) {
                Some(b'*') => {
                    p += 1;
                    star = Some((p, t));
                }
                Some(b'?') => {
                    p += 1;
                    t += character(text, t);
                }
                Some(&same) if same == byte => {
                    p += 1;
                    t += 1;
                }
                _ => match star {
                    // An earlier `*` need not take more: the last one can take all that it could.
                    Some((behind, from)) => {
                        let from = from + character(text, from);
                        star = Some((behind, from));
                        (p, t) = (behind, from);
                    }
                    None => return false,
                },
            }
        }
        pattern.iter().skip(p).all(|byte| *byte == b'*')
    }

    /// Bytes that a record must hold if the pattern matches the complete value of one of its members.
    pub(super) fn needle_of_value(&self) -> Option<Needle> {
        let mut parts: Vec<Vec<u8>> = self.literals().map(<[u8]>::to_vec).collect();
        // The quotes of a value are never escaped.
        let last = parts.len() - 1;
        parts[0].insert(0, b'"');
        parts[last].push(b'"');
        longest(parts.iter().map(Vec::as_slice))
    }

    /// Bytes that a record must hold if the pattern matches a text within one of its members.
    pub(super) fn needle_within(&self) -> Option<Needle> {
        longest(self.literals())
    }

    /// The texts between the wildcards, without the quotes in them, which JSON escapes.
    fn literals(&self) -> impl Iterator<Item = &[u8]> {
        let ends = |byte: &u8| matches!(byte, b'*' | b'?' | b'"');
        self.0.as_bytes().split(ends)
    }
}

/// The length of the character that begins at a place.
fn character(text: &[u8], at: usize) -> usize {
    let rest = text.get(at + 1..).unwrap_or_default();
    1 + rest.iter().take_while(|byte| **byte & 0xC0 == 0x80).count()
}

/// The longest run of bytes that JSON holds as they are. A quote in a part is that of the value.
fn longest<'p>(parts: impl Iterator<Item = &'p [u8]>) -> Option<Needle> {
    let is_kept = |byte: u8| byte == b'"' || is_unescaped(byte);
    let runs = parts.flat_map(|part| part.split(move |byte| !is_kept(*byte)));
    let longest = runs.max_by_key(|run| run.len())?;
    (longest.len() >= SHORTEST_NEEDLE).then(|| Needle(longest.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::TextGlob;

    fn glob(pattern: &str) -> TextGlob {
        pattern.parse().expect("a pattern")
    }

    #[test]
    fn stars_and_question_marks_are_wild_and_all_else_is_literal() {
        for (pattern, text, matches) in [
            ("GetObject", "GetObject", true),
            ("GetObject", "GetObjects", false),
            ("GetObject", "getobject", false),
            ("Get*", "Get", true),
            ("*Policy", "PutBucketPolicy", true),
            ("*a*b", "aabab", true),
            ("*a*b", "aaba", false),
            ("?", "ü", true),
            ("??", "ü", false),
            ("*?", "ü", true),
            ("*?ü", "aüü", true),
            ("a?c", "ac", false),
            ("arn:*:role/[x]{y}", "arn:aws:iam::1:role/[x]{y}", true),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(glob(pattern).matches(text), matches, "{pattern} {text}");
        }
        assert!("".parse::<TextGlob>().is_err());
        assert!("a".repeat(2_049).parse::<TextGlob>().is_err());
    }

    #[test]
    fn a_long_text_takes_no_more_than_its_length_times_that_of_the_pattern() {
        let text = "a".repeat(100_000);
        assert!(!glob(&format!("{}b", "a*".repeat(100))).matches(&text));
    }

    #[test]
    fn needles_are_what_the_json_must_hold() {
        let value = |pattern: &str| glob(pattern).needle_of_value().map(|n| n.0);
        let within = |pattern: &str| glob(pattern).needle_within().map(|n| n.0);
        let some = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(value("GetObject"), some("\"GetObject\""));
        assert_eq!(value("Put*Policy"), some("Policy\""));
        assert_eq!(value("s?"), None);
        assert_eq!(value("*"), None);
        assert_eq!(within("*role/Admin*"), some("role/Admin"));
        assert_eq!(within("a<bcd>ef"), some("bcd"));
        assert_eq!(within("\"ü\\"), None);
        assert_eq!(value("a\"bcd"), some("bcd\""));
    }
}
