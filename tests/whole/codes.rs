//! One code, one meaning, one row in the manual's table, at least one folder of test data.

use std::collections::BTreeSet;
use std::fs;

use trailproof::proof::finding::Code;
use trailproof::report::trails::v1 as trails;
use trailproof::report::validation::v1;

use crate::support::cases::all;
use crate::support::program::{root, run};

/// The codes of runs that continue a state. Such a run writes its state anew, which no folder of testdata can hold:
/// tests of scheduled checks show them.
const BY_A_STATE: [Code; 4] = [
    Code::StateMismatch,
    Code::ChainNew,
    Code::StateBegun,
    Code::StateOpen,
];

/// Cases that show more than one code.
const OF_SEVERAL: [&str; 3] = ["incident", "real", "sample"];

/// The code of a comparison with LookupEvents, which no folder of testdata can hold: the tests of `--lookup` show it.
const BY_LOOKUP: [Code; 1] = [Code::EventNotInLogs];

fn emitted() -> BTreeSet<String> {
    Code::ALL.iter().map(|c| c.as_str().to_owned()).collect()
}

#[test]
fn codes_folders_and_rows_of_the_manual_are_one_set() {
    let folders: BTreeSet<String> = all()
        .iter()
        .map(|case| case.name.split("--").next().expect("a code").to_owned())
        .filter(|name| !OF_SEVERAL.contains(&name.as_str()))
        .collect();
    let mut shown = emitted();
    let apart = || BY_A_STATE.iter().chain(&BY_LOOKUP);
    shown.retain(|code| apart().all(|apart| apart.as_str() != code));
    assert_eq!(folders, shown, "folders of testdata against codes");

    let table = fs::read_to_string(root().join("src/manual/codes.md")).expect("the table of codes");
    let row = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    let rows: Vec<String> = table.lines().filter_map(row).collect();
    assert_eq!(rows.len(), emitted().len(), "each code has one row");
    assert_eq!(
        rows.into_iter().collect::<BTreeSet<_>>(),
        emitted(),
        "rows against codes"
    );
}

#[test]
fn each_case_shows_the_code_in_its_name() {
    for case in all() {
        let code = case.name.split("--").next().expect("a code");
        let expected = root()
            .join("testdata")
            .join(case.name)
            .join("expected.json");
        let report = fs::read_to_string(expected).expect("expected.json");
        let shown = report.contains(&format!("\"code\": \"{code}\""));
        // The name of a variant may say under which condition the code does not appear.
        let cured = case.name.contains("--") && (case.exit == 0 || case.exit == 3);
        assert!(
            shown || cured || OF_SEVERAL.contains(&code),
            "{}",
            case.name
        );
    }
}

#[test]
fn names_and_serialised_codes_agree() {
    for code in Code::ALL {
        let json = serde_json::to_string(code).expect("JSON");
        assert_eq!(json, format!("\"{}\"", code.as_str()));
    }
}

#[test]
fn the_schema_that_is_shipped_is_that_of_the_types() {
    let schemas = [
        (
            "validate",
            "src/report/validation/v1.schema.json",
            v1::schema(),
        ),
        (
            "trails",
            "src/report/trails/v1.schema.json",
            trails::schema(),
        ),
        (
            "doctor",
            "src/report/doctor/v1.schema.json",
            trailproof::report::doctor::v1::schema(),
        ),
        (
            "explain",
            "src/report/explain/v1.schema.json",
            trailproof::report::explain::v1::schema(),
        ),
        (
            "collect",
            "src/report/collect/v1.schema.json",
            trailproof::report::collect::v1::schema(),
        ),
        (
            "state",
            "src/report/state/v1.schema.json",
            trailproof::report::state::v1::schema(),
        ),
        (
            "history",
            "src/report/history/v1.schema.json",
            trailproof::report::history::v1::schema(),
        ),
        (
            "timeline",
            "src/report/timeline/v1.schema.json",
            trailproof::report::timeline::v1::schema(),
        ),
        (
            "plan",
            "src/report/plan/v1.schema.json",
            trailproof::report::plan::v1::schema(),
        ),
    ];
    for (of, path, schema) in schemas {
        let kept = fs::read_to_string(root().join(path)).expect("the schema");
        let made = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        assert!(
            made == kept,
            "write it anew: cargo run -- schema {of} > {path}"
        );
        let printed = run(&root(), &["schema", of]);
        assert_eq!((printed.code, printed.stdout), (0, made));
    }
}
