//! The list as `validate --expect` reads it: one chain per line, and comments.

use std::io::{self, Write};

use super::v1::Trails;

/// Writes the list.
///
/// # Errors
/// When writing fails.
pub(super) fn write(trails: &Trails, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# chains that must exist, for trailproof validate --expect: \
         ACCOUNT/REGION/HOME_REGION/TRAIL"
    )?;
    if !trails.complete {
        writeln!(
            out,
            "# not complete: some folders could not be listed, so more chains may exist"
        )?;
    }
    // The characters of an id need no escaping. An account's own trail and its organization's trail of the same
    // name share one line.
    let mut ids: Vec<&str> = trails.chains.iter().map(|c| c.id.as_str()).collect();
    ids.dedup();
    ids.into_iter().try_for_each(|id| writeln!(out, "{id}"))
}
