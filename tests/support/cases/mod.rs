//! The cases of `testdata/`: at least one folder per finding code, made by the forge.

pub mod beside;
pub mod bundles;
pub mod causes;
pub mod chains;
pub mod changes;
pub mod coverage;
pub mod digests;
pub mod incident;
pub mod keys;
pub mod logs;
pub mod missing;
pub mod organizations;
pub mod places;
pub mod removed;
pub mod sample;
pub mod trails;
pub mod unreferenced;

use crate::support::case::Case;

/// Every case in `testdata/`, as the forge makes it.
pub fn all() -> Vec<Case> {
    let groups = [
        digests::cases(),
        missing::cases(),
        places::cases(),
        logs::cases(),
        keys::cases(),
        incident::cases(),
        causes::cases(),
        organizations::cases(),
        removed::cases(),
        coverage::cases(),
        chains::cases(),
        changes::cases(),
        beside::cases(),
        bundles::cases(),
        sample::cases(),
        trails::cases(),
        unreferenced::cases(),
    ];
    let mut cases: Vec<Case> = groups.into_iter().flatten().collect();
    cases.sort_by_key(|c| c.name);
    cases
}
