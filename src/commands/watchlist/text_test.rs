//! A test of one text: whether it matches one of several patterns.

use regex::bytes::{Regex, RegexBuilder};

use super::needles::Needles;
use super::pattern_room::PatternRoom;
use super::text_pattern::TextPattern;

/// Most bytes of a compiled expression: first what most take, then what a list of many patterns takes.
const COMPILED: [usize; 2] = [32 << 10, 512 << 10];

/// Whether letters in upper and lower case are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// `A` is `a`. Only the letters of ASCII.
    AnyCase,
    /// `A` is not `a`.
    SameCase,
}

/// A test of one text, in time that is linear in its length.
#[derive(Debug)]
pub(super) struct TextTest {
    letters: Letters,
    exact: Vec<Box<str>>,
    /// Everything that is not exact, as one expression.
    others: Option<Regex>,
    needles: Option<Needles>,
}

impl TextTest {
    /// Holds for a text that matches one of the patterns.
    ///
    /// # Errors
    /// Together they are too large.
    pub fn any_of(
        patterns: &[TextPattern],
        letters: Letters,
        room: &PatternRoom,
    ) -> Result<TextTest, String> {
        let exact = patterns.iter().filter_map(TextPattern::as_literal);
        let others: Vec<String> = patterns
            .iter()
            .filter(|pattern| pattern.as_literal().is_none())
            .map(TextPattern::to_regex)
            .collect();
        let others = match others.is_empty() {
            true => None,
            false => Some(compile(
                &format!(r"\A(?:{})\z", others.join("|")),
                (letters, "s"),
                room,
            )?),
        };
        let needles = patterns
            .iter()
            .map(|pattern| Needles::one_of(pattern.literals()));
        Ok(TextTest {
            letters,
            exact: exact.map(Into::into).collect(),
            others,
            needles: Needles::any(needles),
        })
    }

    /// Holds for a text in which an expression matches. `flags` are some of `i`, `m` and `s`.
    ///
    /// # Errors
    /// It is not an expression of the crate `regex`, or too large.
    pub fn regex(expression: &str, flags: &str, room: &PatternRoom) -> Result<TextTest, String> {
        let letters = match flags.contains('i') {
            true => Letters::AnyCase,
            false => Letters::SameCase,
        };
        Ok(TextTest {
            letters,
            exact: Vec::new(),
            others: Some(compile(expression, (letters, flags), room)?),
            needles: None,
        })
    }

    /// Whether it holds.
    pub fn holds(&self, text: &str) -> bool {
        let same = |exact: &str| match self.letters {
            Letters::AnyCase => exact.eq_ignore_ascii_case(text),
            Letters::SameCase => exact == text,
        };
        let others = self.others.as_ref();
        self.exact.iter().any(|exact| same(exact))
            || others.is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    /// Whether it can hold for a text that is longer than any given one.
    pub fn has_wildcards(&self) -> bool {
        self.others.is_some()
    }

    /// What a record holds for which it holds.
    pub fn needles(&self) -> Option<Needles> {
        self.needles.clone()
    }
}

/// Compiles an expression over bytes. Without Unicode tables: `\w` and `\d` are those of ASCII.
fn compile(
    expression: &str,
    (letters, flags): (Letters, &str),
    room: &PatternRoom,
) -> Result<Regex, String> {
    for most in COMPILED {
        let built = RegexBuilder::new(expression)
            .unicode(false)
            .case_insensitive(letters == Letters::AnyCase)
            .dot_matches_new_line(flags.contains('s'))
            .multi_line(flags.contains('m'))
            .size_limit(most)
            .dfa_size_limit(most)
            .nest_limit(64)
            .build();
        match built {
            Ok(regex) => return room.take(most).map(|()| regex),
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(_) => return Err("it is not a regular expression that is supported".into()),
        }
    }
    Err("its values are too large".into())
}

#[cfg(test)]
mod tests {
    use super::{Letters, PatternRoom, TextPattern, TextTest};

    fn holds(pattern: &str, text: &str) -> bool {
        let pattern = TextPattern::of(pattern);
        let test = TextTest::any_of(&[pattern], Letters::AnyCase, &PatternRoom::of(1 << 20));
        test.expect("a test").holds(text)
    }

    #[test]
    fn a_pattern_matches_the_complete_text() {
        for (pattern, text, expected) in [
            ("StopLogging", "stoplogging", true),
            ("StopLogging", "StopLogging2", false),
            ("Stop*", "StopLogging", true),
            ("*.metal*", "c5.metal", true),
            ("a?c", "aüc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("a*c", "a\nc", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(holds(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_linear_time() {
        let text = "a".repeat(1 << 20);
        assert!(!holds(&format!("{}b", "*a".repeat(200)), &text));
        let room = PatternRoom::of(1 << 20);
        assert!(TextTest::regex(&"(a{99}){99}".repeat(99), "", &room).is_err());
        assert!(TextTest::regex(&"(".repeat(100_000), "", &room).is_err());
        let fits = |_: &u32| TextTest::regex("a", "", &room).is_ok();
        assert_eq!((0..100).filter(fits).count(), 32);
    }
}
