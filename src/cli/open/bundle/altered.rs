//! The finding on a bundle whose files differ from its manifest. It is one finding, and about the bundle alone:
//! what happened to a copy says nothing about the bucket.

use crate::base::text::{and_more, one_or_many};
use crate::proof::finding::{Code, Finding};
use crate::source::bundle::check::{CheckedBundle, Difference};

/// Paths of one kind that the finding lists.
const LISTED: usize = 3;

/// The finding; `None` for a bundle that is as its manifest lists it.
pub(super) fn finding(checked: &CheckedBundle) -> Option<Finding> {
    if checked.is_intact() {
        return None;
    }
    let kinds = [
        (Difference::Missing, "missing"),
        (Difference::Altered, "altered"),
        (Difference::Added, "added"),
        (Difference::Unread, "unreadable"),
    ];
    let mut parts = Vec::new();
    let mut count = checked.invalid.count;
    for (kind, word) in kinds {
        let files = checked.differences.files(kind);
        if files.count == 0 {
            continue;
        }
        let first: Vec<&str> = files
            .first
            .keys()
            .take(LISTED)
            .map(String::as_str)
            .collect();
        let more = files.count - first.len() as u64;
        parts.push(format!("{word}: {}", and_more(first.join(", "), more)));
        count += files.count;
    }
    if checked.invalid.count > 0 {
        let lines = one_or_many(
            checked.invalid.count,
            "1 line of the manifest is not valid",
            "lines of the manifest are not valid",
        );
        parts.push(lines);
    }
    let message = format!(
        "the bundle is not as it was collected ({}): what these files would show was not checked, and it says \
         nothing about the bucket",
        parts.join("; ")
    );
    let added = checked.differences.files(Difference::Added).count;
    // The files that belong to the bundle are intact where others were only added.
    let hint = match added == count {
        true => {
            "remove the added files from the bundle, then run again; trailproof collect --check DIR lists them"
        }
        false => {
            "get the bundle again from where it is kept; trailproof collect --check DIR lists the files"
        }
    };
    Some(
        Finding::new(Code::BundleAltered, message)
            .count(count)
            .hint(hint),
    )
}
