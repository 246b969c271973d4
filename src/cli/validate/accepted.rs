//! The file of `--accept`, and the entries of it that have no effect.

use std::path::Path;

use super::resolve;
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::cli::diagnose::warning;
use crate::report::validation::v1::Accepted;
use crate::validate::accept::{self, Acceptance};

/// What the file of `--accept` holds.
pub(in crate::cli) fn accepted(
    path: Option<&Path>,
    limits: &Limits,
) -> Result<Vec<Acceptance>, Error> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let text = resolve::read_text(path, "--accept", limits)?;
    accept::parse(&text).map_err(|why| resolve::invalid(path, "--accept", &why))
}

/// Warns of entries of `--accept` that match no finding, by their places. Nothing is reported of what `--exclude` leaves
/// out.
pub(super) fn warn_of_unused(accepted: &[Accepted], unused: &[usize], exclude: &[String]) {
    for (at, entry) in accepted.iter().enumerate() {
        if unused.contains(&at) && exclude.iter().any(|text| leaves_out(text, &entry.chain)) {
            warning(&format!(
                "entry {} of --accept is about chains that --exclude leaves out: {}: remove it",
                at + 1,
                entry.chain
            ));
        } else if unused.contains(&at) {
            warning(&format!(
                "entry {} of --accept matches no finding: {} from {}",
                at + 1,
                entry.chain,
                entry.extent()
            ));
        }
    }
}

/// Whether a value of `--exclude` leaves out the chain, or all chains, of an entry of `--accept`.
fn leaves_out(exclude: &str, entry: &str) -> bool {
    let parts = exclude.split('/').zip(entry.split('/'));
    parts.clone().count() == 4
        && parts
            .into_iter()
            .all(|(part, of)| part == "*" || part == of)
}
