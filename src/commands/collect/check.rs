//! The report on a bundle that was checked.

use super::kinds::kind_counts;
use crate::base::sha256::Sha256;
use crate::report::collect::v1::{
    BundleReport, BundleState, CollectAction, CollectReport, CustodyFacts, DifferingPath,
    DifferingPaths, InvalidManifestLine, InvalidManifestLines, SCHEMA,
};
use crate::report::validation::v1::Run;
use crate::source::bundle::check::{CheckedBundle, Difference, InvalidLines};
use crate::source::bundle::record::Custody;

impl CollectReport {
    /// The report on the bundle in a folder. `given` is the hash that its manifest must have, and `custody` what the
    /// bundle says of its collection, if that can be read.
    pub fn of_check(
        bundle: String,
        checked: &CheckedBundle,
        given: Option<Sha256>,
        custody: Option<&Custody>,
        run: Run,
    ) -> Self {
        let report = bundle_report(checked, given, custody);
        CollectReport {
            schema: SCHEMA,
            action: CollectAction::Check,
            bundle: Some(bundle),
            complete: checked.ended_by.is_none() && report.unread.count == 0,
            collected: None,
            check: Some(report),
            estimate: None,
            manifest_sha256: checked
                .ended_by
                .is_none()
                .then(|| checked.manifest_sha256.to_string()),
            run,
        }
    }
}

fn bundle_report(
    checked: &CheckedBundle,
    given: Option<Sha256>,
    custody: Option<&Custody>,
) -> BundleReport {
    // Of a check that ended early, the hash is not known.
    let given_known = given.filter(|_| checked.ended_by.is_none());
    let matches = given_known.map(|given| given == checked.manifest_sha256);
    let state = match (
        checked.differs() || matches == Some(false),
        checked.is_intact(),
    ) {
        (true, _) => BundleState::Differs,
        (false, true) => BundleState::Intact,
        (false, false) => BundleState::Unknown,
    };
    let paths = |difference| differing(checked, difference);
    let listed = checked.listed.all();
    BundleReport {
        state,
        manifest_given: given.map(|hash| hash.to_string()),
        manifest_matches: matches,
        files: listed.files,
        bytes: listed.bytes,
        kinds: kind_counts(&checked.listed),
        missing: paths(Difference::Missing),
        altered: paths(Difference::Altered),
        added: paths(Difference::Added),
        unread: paths(Difference::Unread),
        invalid_lines: invalid_lines(&checked.invalid),
        custody: custody.and_then(facts),
    }
}

fn differing(checked: &CheckedBundle, difference: Difference) -> DifferingPaths {
    let files = checked.differences.files(difference);
    let path = |(path, detail)| DifferingPath { path, detail };
    DifferingPaths {
        count: files.count,
        first: files.first.into_iter().map(path).collect(),
    }
}

fn invalid_lines(invalid: &InvalidLines) -> InvalidManifestLines {
    let line = |(line, why): &(u64, _)| InvalidManifestLine {
        line: *line,
        detail: ToString::to_string(why),
    };
    InvalidManifestLines {
        count: invalid.count,
        first: invalid.first.iter().map(line).collect(),
    }
}

/// What a bundle says of its collection; `None` if it lists no run.
fn facts(custody: &Custody) -> Option<CustodyFacts> {
    let (first, last) = (custody.first_run()?, custody.runs.last()?);
    Some(CustodyFacts {
        tool: first.tool.clone(),
        version: first.version.clone(),
        caller: first.caller.clone(),
        started: first.started,
        ended: last.ended,
        runs: custody.runs.len() as u64,
    })
}
