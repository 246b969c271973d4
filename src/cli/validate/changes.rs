//! Says on standard error which trails `--fail-on changes` could not judge.

use crate::base::text::{cited, plural};
use crate::cli::diagnose::note;
use crate::proof::changes::{ChangesOfTrail, TrailChanges};
use crate::validate::accept::ExitRule;

/// Trails that are listed by name.
const SHOWN: usize = 5;

/// Says which trails the rule could not judge: not all of the logs in which calls on them are recorded were searched.
pub(in crate::cli) fn say_not_searched(changes: &TrailChanges, rule: ExitRule) {
    if !rule.changes {
        return;
    }
    let open = changes.trails.iter();
    let open: Vec<&ChangesOfTrail> = open.filter(|of| of.not_searched.is_some()).collect();
    let name = |of: &&ChangesOfTrail| format!("{} of {}", cited(of.trail.as_str()), of.home_region);
    let shown: Vec<String> = open.iter().take(SHOWN).map(name).collect();
    let more = match open.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if !open.is_empty() {
        note(&format!(
            "--fail-on changes could not judge {}, whose calls were not searched, or only in part: {}{more}",
            plural(open.len(), "trail"),
            shown.join(", ")
        ));
    }
}
