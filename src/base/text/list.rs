//! Lists in sentences.

use super::grouped;

/// A list of a few items, and how many more there are.
///
/// ```
/// # use trailproof::base::text::and_more;
/// assert_eq!(and_more("a, b".into(), 0), "a, b");
/// assert_eq!(and_more("a, b".into(), 3), "a, b and 3 more");
/// ```
pub fn and_more(shown: String, more: u64) -> String {
    match more {
        0 => shown,
        more => format!("{shown} and {} more", grouped(more)),
    }
}

/// Numbers with what they count; zeros are left out, and nothing but zeros is `None`.
///
/// ```
/// # use trailproof::base::text::counts;
/// let valid = counts([(3, "valid"), (0, "failed"), (1, "missing")]);
/// assert_eq!(valid.as_deref(), Some("3 valid, 1 missing"));
/// assert_eq!(counts([(0, "valid")]), None);
/// ```
pub fn counts<'a>(counts: impl IntoIterator<Item = (u64, &'a str)>) -> Option<String> {
    let counts = counts.into_iter().filter(|(n, _)| *n > 0);
    let counts: Vec<String> = counts
        .map(|(n, what)| format!("{} {what}", grouped(n)))
        .collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}
