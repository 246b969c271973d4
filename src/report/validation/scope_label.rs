//! A name for what a report is about. It is the same in every run on the same trails, buckets and filters, so
//! that a collector of findings or metrics recognizes them.

use std::collections::BTreeSet;

use super::v1::Report;
use crate::base::sha256::Sha256;

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// The trails, the buckets and the filters of the request, whatever their order; the source, as in `disk`, if
/// there are none. The window is left out, because it moves from run to run.
pub(crate) fn scope(report: &Report) -> String {
    let requested = &report.requested;
    let parts = [
        ("", &requested.trail_arns),
        ("", &requested.buckets),
        ("prefix=", &requested.prefixes),
        ("organization=", &requested.organization_ids),
        ("account=", &requested.account_ids),
        ("region=", &requested.regions),
        ("exclude=", &requested.exclude),
    ];
    let parts = parts.into_iter().filter(|(_, values)| !values.is_empty());
    let parts = parts.map(|(what, values)| {
        let values: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        format!("{what}{}", Vec::from_iter(values).join(","))
    });
    let mut name = parts.collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        name = requested.source.word().into_owned();
    }
    if name.len() > LONGEST {
        // The hash keeps names apart that differ only in the part cut off.
        let hash = Sha256::of(name.as_bytes()).to_string();
        let end = name.floor_char_boundary(LONGEST);
        name = format!("{}… {}", &name[..end], &hash[..16]);
    }
    name
}
