//! Quoting for a shell.

use std::borrow::Cow;

/// A text as one word of a POSIX shell's command line, for commands that users can copy and run.
pub fn quoted(text: &str) -> String {
    // Only a NUL byte cannot be quoted, and no file system or AWS name contains one.
    shlex::try_quote(text).map_or_else(|_| "?".into(), Cow::into_owned)
}
