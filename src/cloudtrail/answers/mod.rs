//! What CloudTrail's API answered, byte by byte as it came, read. An answer that AWS just gave and one that was
//! kept in a copy go through the same functions, so both say the same.
//!
//! Members and their names are those of the CloudTrail API reference. Unknown members are passed over, and a
//! member that is null counts as absent. What is absent and must not be is `None` here: the caller decides whether
//! to ask once more. Times are numbers of seconds, whose fractions do not count.

mod events;
mod keys;
mod selectors;
mod trails;

use std::fmt;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use events::{events, history, in_order};
pub use keys::{ListedKey, public_keys};
pub use selectors::{EventSelectors, event_selectors, insight_types};
pub use trails::{home_regions, status, trails};

/// Why an answer cannot be read, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedAnswer(String);

impl fmt::Display for MalformedAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an answer that cannot be read: {}", self.0)
    }
}

impl std::error::Error for MalformedAnswer {}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPage<T> {
    /// What it lists; `None` if it lacks its list, as no answer of AWS does.
    pub items: Option<Vec<T>>,
    /// The token of the next page. An empty one leads nowhere, as none does.
    pub next: Option<String>,
}

impl<T> AnswerPage<T> {
    fn new(items: Option<Vec<T>>, next: Option<String>) -> Self {
        AnswerPage {
            items,
            next: next.filter(|token| !token.is_empty()),
        }
    }
}

/// All pages of one answer, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteAnswer<T> {
    /// What they list.
    pub items: Vec<T>,
    /// Whether the last page led to no other.
    pub is_complete: bool,
}

/// Reads the kept pages of one answer.
///
/// # Errors
/// If there is no page, one cannot be read or lacks its list, or a page follows one that was the last.
pub fn join<'p, T>(
    pages: impl IntoIterator<Item = &'p [u8]>,
    read: impl Fn(&[u8]) -> Result<AnswerPage<T>, MalformedAnswer>,
) -> Result<CompleteAnswer<T>, MalformedAnswer> {
    let mut items = Vec::new();
    // Before the first page and after each but the last, another one has to come.
    let (mut pages_read, mut more) = (0_u64, true);
    for page in pages {
        if !more {
            return Err(MalformedAnswer("a page follows the last one".into()));
        }
        let page = read(page)?;
        let lacking = || MalformedAnswer("a page lacks its list".into());
        items.extend(page.items.ok_or_else(lacking)?);
        more = page.next.is_some();
        pages_read += 1;
    }
    match pages_read {
        0 => Err(MalformedAnswer("it has no page".into())),
        _ => Ok(CompleteAnswer {
            items,
            is_complete: !more,
        }),
    }
}

/// Reads one answer. An empty one counts as one without members.
fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, MalformedAnswer> {
    let answer = match answer.is_empty() {
        true => b"{}",
        false => answer,
    };
    serde_json::from_slice(answer).map_err(|e| MalformedAnswer(e.to_string()))
}

/// A number of seconds since 1970.
#[derive(Debug, Clone, Copy, Deserialize)]
struct EpochSeconds(f64);

impl EpochSeconds {
    /// The instant in whole seconds; `None` if it is out of range.
    fn time(self) -> Option<Timestamp> {
        // The cast saturates, and the constructor refuses a time that is out of range.
        Timestamp::from_second(self.0.floor() as i64).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(page: &[u8]) -> Result<AnswerPage<u8>, MalformedAnswer> {
        let (items, next) = read(page)?;
        Ok(AnswerPage::new(items, next))
    }

    #[test]
    fn pages_are_one_answer_if_each_leads_to_the_next() {
        let join = |pages: &[&str]| join(pages.iter().map(|page| page.as_bytes()), numbers);
        let all = |items: &[u8], is_complete| CompleteAnswer {
            items: items.to_vec(),
            is_complete,
        };
        assert_eq!(join(&["[[1], null]"]), Ok(all(&[1], true)));
        assert_eq!(
            join(&["[[1], \"a\"]", "[[], \"b\"]", "[[2], \"\"]"]),
            Ok(all(&[1, 2], true))
        );
        // A circle of tokens was not followed for ever.
        assert_eq!(join(&["[[1], \"a\"]"]), Ok(all(&[1], false)));
        for broken in [
            &[][..],
            &["[null, null]"],
            &["[[1], null]", "[[2], null]"],
            &["[[1], \"a\"]", "{"],
        ] {
            assert!(join(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn times_are_whole_seconds() {
        let time = |seconds| EpochSeconds(seconds).time().map(|t| t.as_second());
        assert_eq!(time(1_772_323_200.75), Some(1_772_323_200));
        assert_eq!(time(-0.5), Some(-1));
        assert_eq!(time(f64::MAX), None);
        assert_eq!(time(-f64::MAX), None);
    }
}
