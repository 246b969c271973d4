//! The list as `validate --expect` reads it: one chain a line, and remarks.

use std::io::{self, Write};

use super::v1::Trails;

/// Writes the list.
///
/// # Errors
/// Where writing fails.
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
    // An id holds nothing that would have to be escaped.
    trails
        .chains
        .iter()
        .try_for_each(|chain| writeln!(out, "{}", chain.id))
}
