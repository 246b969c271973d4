//! The report of a bundle is that of its bucket.

use std::sync::Mutex;

use serde_json::Value;

use super::super::network::scenes::Scene;
use crate::support::case::{Case, Keys};
use crate::support::cases::all;
use crate::support::collected::{Bundle, apart_from_source, collecting};
use crate::support::compare::difference;
use crate::support::orderly::in_parallel;
use crate::support::program::root;
use crate::support::stage::{Stage, arguments};
use crate::support::thorough::times_more;

/// When the buckets are described: so late that nothing is pending.
const AS_OF: &str = "2026-05-20T00:00:00Z";

/// The options of `validate` alone, each with a value.
const OF_VALIDATE: [&str; 2] = ["--accept", "--fail-on"];

/// What is asked of a case: of a collection, and what only a validation is given besides.
struct Asked {
    scope: Vec<String>,
    of_validate: Vec<String>,
    keys: Vec<String>,
}

fn asked(case: &Case) -> Asked {
    let (mut scope, mut of_validate, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    let mut args = arguments(case).into_iter();
    while let Some(arg) = args.next() {
        if OF_VALIDATE.contains(&arg.as_str()) {
            of_validate.push(arg);
            of_validate.extend(args.next());
        } else {
            if arg == "--keys" {
                keys.push(arg.clone());
                keys.extend(args.clone().next());
            }
            scope.push(arg);
        }
    }
    if !scope.iter().any(|arg| arg == "--as-of") {
        scope.extend(["--as-of", AS_OF].map(String::from));
    }
    Asked {
        scope,
        of_validate,
        keys,
    }
}

fn chains_of(case: &Case) -> Vec<Value> {
    let kept = root()
        .join("testdata")
        .join(case.name)
        .join("expected.json");
    let text = std::fs::read_to_string(kept).expect("expected.json");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    report["chains"].as_array().expect("chains").clone()
}

/// Validates in AWS, collects, stops AWS and validates the bundle. Returns how the two reports differ.
fn differs(name: &str, stage: Stage, asked: &Asked) -> Option<String> {
    let whole = [asked.scope.clone(), asked.of_validate.clone()].concat();
    let (exit, online) = stage.report(&whole);
    let run = stage.run(&collecting(&asked.scope));
    if ![0, 4].contains(&run.code) {
        return Some(format!("{name}: collect: {}: {}", run.code, run.stderr));
    }
    stage.assert_only_reads();
    let bundle = Bundle::left_by(stage);
    let offline = bundle.validate(
        &[
            vec!["--manifest-sha256".to_owned(), bundle.hash()],
            asked.of_validate.clone(),
            asked.keys.clone(),
        ]
        .concat(),
    );
    let Ok(report) = serde_json::from_str::<Value>(&offline.stdout) else {
        return Some(format!("{name}: {}: {}", offline.code, offline.stderr));
    };
    if report["requested"]["source"] != "bundle" {
        return Some(format!("{name}: {}", report["requested"]));
    }
    let origin = if asked.keys.is_empty() {
        "bundle"
    } else {
        "file"
    };
    let keys = report["keys"].as_array().expect("keys");
    if keys.iter().any(|key| key["origin"] != origin) {
        return Some(format!("{name}: {}", report["keys"]));
    }
    let (online, report) = (apart_from_source(online), apart_from_source(report));
    let is_same = online == report && exit == offline.code;
    (!is_same).then(|| {
        let lines = difference(&online, &report);
        format!("{name}: exit {exit} and {}\n  {lines}", offline.code)
    })
}

#[test]
fn every_case_collected_from_s3_gives_the_report_that_the_bucket_gave() {
    let cases: Vec<Case> = all()
        .into_iter()
        .filter(|case| case.sources.contains(&"s3"))
        .collect();
    assert!(cases.len() > 60, "only {} cases", cases.len());
    // Every third of them, or with `TRAILPROOF_TRIALS=3` all.
    let cases: Vec<Case> = cases
        .into_iter()
        .step_by(3_usize.div_ceil(times_more()))
        .collect();
    let wrong = Mutex::new(Vec::new());
    in_parallel(&cases, |case| {
        let asked = asked(case);
        // A case that only S3 shows has its own trail.
        let chains = match case.sources {
            ["s3"] => Vec::new(),
            _ => chains_of(case),
        };
        assert!(matches!(case.keys, Keys::Published(_)) || asked.keys.len() <= 2);
        let found = differs(case.name, Stage::case(case, &chains), &asked);
        wrong.lock().expect("no holder has panicked").extend(found);
    });
    let wrong = wrong.into_inner().expect("no holder has panicked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn scenes_that_need_answers_of_cloudtrail_give_the_same_report_without_it() {
    let wrong = Mutex::new(Vec::new());
    in_parallel(&Scene::ALL, |scene| {
        // The first three say that it is a validation with a JSON report.
        let mut scope: Vec<String> = scene.args()[3..].iter().map(|&a| a.to_owned()).collect();
        if !scope.iter().any(|arg| arg == "--as-of") {
            scope.extend(["--as-of", AS_OF].map(String::from));
        }
        let asked = Asked {
            scope,
            of_validate: Vec::new(),
            keys: Vec::new(),
        };
        let found = differs(&format!("{scene:?}"), scene.stage(), &asked);
        wrong.lock().expect("no holder has panicked").extend(found);
    });
    let wrong = wrong.into_inner().expect("no holder has panicked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
