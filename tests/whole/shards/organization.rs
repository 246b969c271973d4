//! What a random organization holds: everything that one chain must know of another one.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::program::report;
use crate::support::random_org::{RandomOrg, of_copy, of_s3};

/// Codes and causes that a chain gets by what other accounts and regions record, and some that it gets by itself.
const KINDS: [&str; 11] = [
    "account-left-organization",
    "chain-missing",
    "digest-missing",
    "digest-signature-invalid",
    "log-missing",
    "log-modified",
    "log-unreferenced",
    "logging-stopped",
    "region-disabled",
    "trail-changed",
    "unexplained",
];

/// The codes of the findings, and the causes of the gaps.
fn kinds(report: &Value) -> BTreeSet<String> {
    let texts = |list: &Value, name: &str| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.filter_map(|entry| entry[name].as_str().map(str::to_owned))
            .collect()
    };
    let mut kinds: BTreeSet<String> = texts(&report["findings"], "code").into_iter().collect();
    for chain in report["chains"].as_array().expect("chains") {
        kinds.extend(texts(&chain["gaps"], "cause"));
    }
    kinds
}

#[test]
fn a_random_organization_has_every_kind_of_harm_from_disk_and_from_s3() {
    let org = RandomOrg::new(1);
    let dir = org.copied();
    let (code, disk) = report(dir.path(), &of_copy());
    let (s3_code, s3) = org.served().report(&of_s3());
    assert_eq!((code, s3_code), (1, 1));
    let kinds = [disk, s3].map(|report| kinds(&report));
    assert_eq!(kinds[0], kinds[1]);
    for kind in KINDS {
        assert!(kinds[0].contains(kind), "{kind}: {:?}", kinds[0]);
    }
}
