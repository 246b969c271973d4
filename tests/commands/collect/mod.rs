//! `collect`: bundles that are checked, and what a collection takes.

mod check;
#[cfg(feature = "aws")]
mod dry_run;
#[cfg(feature = "aws")]
mod report;
#[cfg(feature = "aws")]
mod says;
mod store;

use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::support::program::{Run, assert_matches, run, validator};

/// Runs `collect` and reads its JSON report, which must match the schema.
pub fn collect<S: AsRef<str>>(dir: &Path, args: &[S]) -> (i32, Value) {
    let mut all = vec!["collect", "--format", "json"];
    all.extend(args.iter().map(AsRef::as_ref));
    reported(run(dir, &all))
}

/// The exit status and the JSON report of a run of `collect`; the report must match the schema.
pub fn reported(run: Run) -> (i32, Value) {
    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| validator(include_str!("../../../src/report/collect/v1.schema.json")));
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|e| panic!("no report ({e}): {}{}", run.stdout, run.stderr));
    assert_matches(&VALIDATOR, &report);
    (run.code, report)
}
