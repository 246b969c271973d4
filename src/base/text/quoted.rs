//! Quoting: of words for a shell, and of foreign text in a sentence.

use std::borrow::Cow;

use super::clip;

/// Most characters of a cited text.
const CITED: usize = 200;

/// A text as one word of a POSIX shell's command line, for commands that users can copy and run.
///
/// ```
/// # use trailproof::base::text::quoted;
/// assert_eq!(quoted("plain"), "plain");
/// assert_eq!(quoted("my logs"), "'my logs'");
/// ```
pub fn quoted(text: &str) -> String {
    // Only a NUL byte cannot be quoted, and no file system or AWS name contains one.
    shlex::try_quote(text).map_or_else(|_| "?".into(), Cow::into_owned)
}

/// A text that somebody else chose freely, in quotes and cut short, so that a reader does not mistake it
/// for a part of our sentence.
///
/// ```
/// # use trailproof::base::text::cited;
/// assert_eq!(cited("Boto3\n; nothing was deleted"), r#""Boto3\n; nothing was deleted""#);
/// ```
pub fn cited(text: &str) -> String {
    format!("{:?}", clip(text, CITED))
}
