//! Answers of CloudTrail and S3 that are kept in a bundle: they are there as AWS gave them, byte by byte.

use std::fs;

use serde_json::{Value, json};

use crate::support::aws::{Answer, Fault, Keeping, TrailConfig};
use crate::support::case::{BUCKET, HOME, REGION, wide_trail};
use crate::support::stage::Stage;
use crate::support::stopped::{ASKED_ONE, many_calls, stage as serving, stopped};

/// A trail that was stopped for some hours, as several calls of one name show.
fn scene() -> Stage {
    let (world, _) = stopped(&[REGION]);
    let stage = serving(&world, many_calls());
    stage.loopback.change(|cloud| {
        cloud.cloudtrail.trails[0].bucket = BUCKET.into();
        (cloud.event_page, cloud.key_page) = (6, 1);
    });
    stage
}

/// Collects the scene.
fn collect(stage: &Stage) {
    let mut args = vec!["collect", "--out", "bundle"];
    args.extend(ASKED_ONE);
    let arn = wide_trail().arn();
    args.extend(["--trail-arn", &arn]);
    let run = stage.run(&args);
    assert!([0, 4].contains(&run.code), "{}{}", run.stdout, run.stderr);
}

/// The JSON values in a file of the bundle.
fn kept(stage: &Stage, path: &str) -> Vec<Value> {
    let path = stage.dir.path().join("bundle").join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let values = serde_json::Deserializer::from_str(&text).into_iter();
    values.collect::<Result<_, _>>().expect("JSON")
}

/// The names of the files of a folder of the bundle that begin so.
fn names(stage: &Stage, folder: &str, begin: &str) -> Vec<String> {
    let folder = stage.dir.path().join("bundle").join(folder);
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|e| e.expect("an entry").file_name());
    let names = names.map(|name| name.into_string().expect("UTF-8"));
    let mut names: Vec<String> = names.filter(|name| name.starts_with(begin)).collect();
    names.sort();
    names
}

#[test]
fn answers_are_kept_as_aws_gave_them() {
    let stage = scene();
    stage.loopback.change(|cloud| {
        cloud.bucket(BUCKET).keeping = Keeping {
            versioning: Some("Suspended"),
            policy: Some("{}"),
            ..Keeping::default()
        };
    });
    let denied = Fault::new(Answer::access_denied()).operation("GetBucketPolicy");
    stage.loopback.fault(denied);
    collect(&stage);

    let one = |begin: &str| {
        let names = names(&stage, "cloudtrail", begin);
        assert_eq!(names.len(), 1, "{begin}: {names:?}");
        kept(&stage, &format!("cloudtrail/{}", names[0]))
    };
    let trail = TrailConfig::from(&wide_trail()).json();
    assert_eq!(one("DescribeTrails."), [json!({"trailList": [trail]})]);
    let selectors = one("GetEventSelectors.");
    assert_eq!(selectors[0]["TrailARN"], wide_trail().arn());
    assert_eq!(selectors[0]["EventSelectors"][0]["ReadWriteType"], "All");
    // The answer of a trail without Insights is an error, and is kept like any answer.
    let insights = one("GetInsightSelectors.");
    let error = insights[0]["__type"].as_str().expect("a type");
    assert!(
        error.ends_with("InsightNotEnabledException"),
        "{insights:?}"
    );
    let status = names(&stage, "cloudtrail", "GetTrailStatus.");
    let status = kept(&stage, &format!("cloudtrail/{}", status[0]));
    assert_eq!(status[0]["IsLogging"], true);
    // Every page, in order.
    let looked_up = one(&format!("LookupEvents.{HOME}.StopLogging."));
    assert_eq!(looked_up.len(), 2, "{looked_up:#?}");
    assert!(looked_up[0]["NextToken"].is_string() && looked_up[1]["NextToken"].is_null());
    let pages = looked_up.iter().map(|page| page["Events"].as_array());
    assert_eq!(
        pages.map(|page| page.map_or(0, Vec::len)).sum::<usize>(),
        12
    );
    let keys = kept(&stage, &format!("keys/{REGION}.json"));
    assert!(keys.iter().all(|page| page["PublicKeyList"].is_array()));
    assert!(keys.len() > 1, "{keys:#?}");

    let bucket = &kept(&stage, &format!("bucket/{BUCKET}.json"))[0];
    assert_eq!(bucket["versioning"]["answer"]["Status"], "Suspended");
    assert_eq!(bucket["lifecycle"]["answer"], Value::Null);
    assert_eq!(bucket["policy"]["error"], "denied");
    assert_eq!(bucket["object_lock"]["answer"], Value::Null);
    stage.assert_only_reads();
}

#[test]
fn a_question_without_an_answer_is_kept_with_its_reason() {
    let stage = scene();
    for operation in ["GetInsightSelectors", "LookupEvents", "GetTrailStatus"] {
        let denial = Answer::error(400, "AccessDeniedException", "not authorized");
        stage
            .loopback
            .fault(Fault::new(denial).operation(operation));
    }
    collect(&stage);
    for operation in ["GetInsightSelectors", "LookupEvents", "GetTrailStatus"] {
        let names = names(&stage, "cloudtrail", operation);
        assert!(!names.is_empty(), "{operation}");
        for name in names {
            assert!(name.ends_with(".error.json"), "{name}");
            let error = &kept(&stage, &format!("cloudtrail/{name}"))[0];
            assert_eq!(error["reason"], "denied", "{error:#}");
            let permission = format!("cloudtrail:{operation}");
            assert!(error.to_string().contains(&permission), "{error:#}");
        }
    }
    assert_eq!(names(&stage, "cloudtrail", "GetEventSelectors.").len(), 1);
}
