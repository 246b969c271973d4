//! What a report was asked about, as a name that is the same for each run of it.

use super::v1::Report;
use crate::hash::Sha256;

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// Trails, or else buckets with prefixes, and what narrows them; `disk` where none was named. The window
/// is no part of it, for it moves from run to run.
pub(super) fn scope(report: &Report) -> String {
    let asked = &report.requested;
    let places = match asked.trail_arns.is_empty() {
        true => [&asked.buckets, &asked.prefixes],
        false => [&asked.trail_arns, &asked.buckets],
    };
    let narrowed = [&asked.organization_ids, &asked.account_ids, &asked.regions];
    let parts = places.into_iter().chain(narrowed);
    let parts = parts.filter(|values| !values.is_empty());
    let mut name = parts.map(|v| v.join(",")).collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        name = asked.source.word().into_owned();
    }
    if name.len() > LONGEST {
        // What was cut off still tells one from another.
        let hash = Sha256::of(name.as_bytes()).to_string();
        let end = name.floor_char_boundary(LONGEST);
        name = format!("{}… {}", &name[..end], &hash[..16]);
    }
    name
}
