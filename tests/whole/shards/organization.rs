//! What a random organization holds: everything that one chain must know of another one.

use std::collections::BTreeSet;

use serde_json::Value;

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

/// Asserts that an organization has every kind of harm.
pub fn assert_every_kind(report: &Value) {
    let kinds = kinds(report);
    for kind in KINDS {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}
