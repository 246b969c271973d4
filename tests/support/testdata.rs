//! Running `validate` over a folder of `testdata/`.

use std::path::PathBuf;

use crate::support::program::root;

pub fn case(name: &str) -> PathBuf {
    root().join("testdata").join(name)
}

pub const ARGS: [&str; 4] = ["--path", "bucket", "--keys", "keys"];

pub fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ARGS.iter().copied().chain(more.iter().copied()).collect()
}

pub fn validate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["validate"].into_iter().chain(with(more)).collect()
}
