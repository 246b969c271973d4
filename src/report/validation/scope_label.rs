//! What a report was asked about, as a name that is the same for each run of it.

use std::collections::BTreeSet;

use super::v1::Report;
use crate::base::sha256::Sha256;

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// Trails, buckets and what narrows them, whatever the order in which they were given; `disk` where none
/// was named. The window is no part of it, for it moves from run to run.
pub(crate) fn scope(report: &Report) -> String {
    let asked = &report.requested;
    let parts = [
        ("", &asked.trail_arns),
        ("", &asked.buckets),
        ("prefix=", &asked.prefixes),
        ("organization=", &asked.organization_ids),
        ("account=", &asked.account_ids),
        ("region=", &asked.regions),
    ];
    let parts = parts.into_iter().filter(|(_, values)| !values.is_empty());
    let parts = parts.map(|(what, values)| {
        let values: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        format!("{what}{}", Vec::from_iter(values).join(","))
    });
    let mut name = parts.collect::<Vec<_>>().join(" ");
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
