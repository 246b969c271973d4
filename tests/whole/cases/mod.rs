//! `testdata/`: a folder a finding code, each made by the forge, each run through the real binary.

mod causes;
mod coverage;
mod digests;
mod keys;
mod logs;
pub mod run;
#[cfg(feature = "aws")]
pub mod s3;
mod sample;
mod trails;
pub mod unreferenced;

use crate::support::case::Case;

/// Every case in `testdata/`, as the forge makes it.
pub fn all() -> Vec<Case> {
    let groups = [
        digests::cases(),
        logs::cases(),
        keys::cases(),
        causes::cases(),
        coverage::cases(),
        sample::cases(),
        trails::cases(),
        unreferenced::cases(),
    ];
    let mut cases: Vec<Case> = groups.into_iter().flatten().collect();
    cases.sort_by_key(|c| c.name);
    cases
}
