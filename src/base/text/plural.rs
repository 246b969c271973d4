//! Counting in words.

use std::borrow::Cow;
use std::fmt::Display;

use super::grouped;

/// A noun in the singular for one, and with an `s` for any other number.
///
/// ```
/// # use trailproof::base::text::noun;
/// assert_eq!(noun(1, "log"), "log");
/// assert_eq!(noun(0, "log"), "logs");
/// ```
pub fn noun(n: u64, noun: &str) -> Cow<'_, str> {
    match n {
        1 => Cow::Borrowed(noun),
        _ => Cow::Owned(format!("{noun}s")),
    }
}

/// A number and its noun, as in `1 log` and `3 logs`.
///
/// ```
/// # use trailproof::base::text::plural;
/// assert_eq!(plural(1, "log"), "1 log");
/// assert_eq!(plural(1200, "log"), "1,200 logs");
/// ```
pub fn plural<N: Display + PartialEq + From<u8>>(n: N, noun: &str) -> String {
    if n == N::from(1) {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", grouped(n))
    }
}

/// A phrase that differs in more than its noun: `one` as it is, or the number before `many`.
///
/// ```
/// # use trailproof::base::text::one_or_many;
/// assert_eq!(one_or_many(1, "one log lies", "logs lie"), "one log lies");
/// assert_eq!(one_or_many(3, "one log lies", "logs lie"), "3 logs lie");
/// ```
pub fn one_or_many<N: Display + PartialEq + From<u8>>(n: N, one: &str, many: &str) -> String {
    if n == N::from(1) {
        one.to_owned()
    } else {
        format!("{} {many}", grouped(n))
    }
}
