//! Where reports go, by the real binary: files, pipes, devices, and what is left when it is interrupted.

mod files;
#[cfg(feature = "aws")]
mod interrupted;
mod pipes;

use std::path::PathBuf;

use crate::program::root;

fn case(name: &str) -> PathBuf {
    root().join("testdata").join(name)
}

/// `validate` of a copy on disk.
fn validate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let args = ["validate", "--path", "bucket", "--keys", "keys"];
    args.iter().chain(more).copied().collect()
}
