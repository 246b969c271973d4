//! Bytes of which one occurs in every record that a test holds for.

/// Fewest bytes of a needle: a shorter one is in almost every record.
const SHORTEST: usize = 3;

/// Most needles of one test.
const MOST: usize = 5_000;

/// Texts of which at least one occurs in every record that a test holds for, in upper or lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needles(Vec<String>);

impl Needles {
    /// The best needle among texts that all occur. `None` if none is fit to be one.
    pub fn one_of<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Needles> {
        let runs = texts.flat_map(|text| text.split(|c| !is_written_as_it_is(c)));
        let words = runs.filter(|run| run.len() >= SHORTEST && run.bytes().any(is_in_no_number));
        let longest = words.max_by_key(|run| run.len())?;
        Some(Needles(vec![longest.to_owned()]))
    }

    /// The needles of tests of which one holds.
    pub fn any(tests: impl Iterator<Item = Option<Needles>>) -> Option<Needles> {
        let mut all = Vec::new();
        for needles in tests {
            all.extend(needles?.0);
        }
        all.sort_unstable();
        all.dedup();
        (all.len() <= MOST).then_some(Needles(all))
    }

    /// The needles of tests that all hold: those of the test that fewest records pass.
    pub fn all(tests: impl Iterator<Item = Option<Needles>>) -> Option<Needles> {
        tests.flatten().max_by_key(|needles| {
            let shortest = needles.0.iter().map(String::len).min();
            (shortest, std::cmp::Reverse(needles.0.len()))
        })
    }

    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Whether JSON has a character as it is, if not as `\u00…`. `/` and `"` may have a backslash before them, and
/// `:` a space after it.
fn is_written_as_it_is(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Whether a byte is a letter that no number has: the same number can be written as `100` and `1e2`.
fn is_in_no_number(byte: u8) -> bool {
    byte.is_ascii_alphabetic() && !byte.eq_ignore_ascii_case(&b'e')
}

#[cfg(test)]
mod tests {
    use super::Needles;

    #[test]
    fn the_longest_run_that_json_does_not_escape_is_the_needle() {
        let needles = |texts: &[&str]| {
            let needles = Needles::one_of(texts.iter().copied())?;
            Some(needles.texts().collect::<Vec<_>>().join(" "))
        };
        let arn = needles(&["arn:aws:iam::aws:policy/AdministratorAccess"]);
        assert_eq!(arn.as_deref(), Some("AdministratorAccess"));
        assert_eq!(needles(&["ab", "ü", "1000", "1e20"]), None);
        assert_eq!(needles(&[]), None);
    }
}
