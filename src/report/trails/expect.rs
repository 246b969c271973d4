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
        "# chains that must be there, for trailproof validate --expect: \
         ACCOUNT/REGION/HOME_REGION/TRAIL"
    )?;
    if !trails.complete {
        writeln!(
            out,
            "# not complete: not everything could be listed, so there may be more"
        )?;
    }
    // The characters of an id need no escaping.
    trails
        .chains
        .iter()
        .try_for_each(|chain| writeln!(out, "{}", chain.id))
}
