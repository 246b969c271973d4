//! Comparing reports from disk and from S3.

use serde_json::{Value, json};
use trailproof::{Hint, ReadFrom};

/// The hints that say the same of buckets and of a copy, each in its own words.
const IN_TWO_WORDS: [Hint; 7] = [
    Hint::LookForMissing,
    Hint::LookForChain,
    Hint::OlderVersion,
    Hint::AskAboutRemoval,
    Hint::AskAboutWrite,
    Hint::Recopy,
    Hint::WhoWroteIt,
];

/// A report without what must differ: where objects and keys came from, and sentences about that. Hints are in
/// the words for buckets.
pub fn comparable(mut report: Value) -> Value {
    let fields = report.as_object_mut().expect("an object");
    fields.remove("run");
    let requested = fields["requested"].as_object_mut().expect("an object");
    requested.remove("source");
    requested.remove("keys");
    // A copy without a bucket name belongs to the bucket that is given here.
    requested.remove("buckets");
    for key in fields["keys"].as_array_mut().expect("keys") {
        key.as_object_mut().expect("an object").remove("origin");
    }
    // Only CloudTrail knows which account owns an organization's trail. Trails are in the order of their owners.
    let trails = fields["changes"].as_array_mut().expect("trails");
    trails.sort_by_key(|t| format!("{}{}", t["organization"], t["trail"]));
    for trail in trails.iter_mut().filter(|t| !t["organization"].is_null()) {
        let trail = trail.as_object_mut().expect("an object");
        trail.remove("owner");
        trail.remove("not_searched");
        let searched = trail["searched"].as_array_mut().expect("places");
        searched.sort_by_key(Value::to_string);
        for change in trail["changes"].as_array_mut().expect("changes") {
            let sentence = change["sentence"].as_str().expect("a text");
            let known = sentence.split("; it may be a trail of account").next();
            change["sentence"] = json!(known);
        }
    }
    let message = fields["not_proven"].as_array_mut().expect("sentences");
    let of_source = [
        "that the public keys are those of AWS",
        // Only CloudTrail knows a trail's selectors.
        "what arn:",
        "that arn:",
    ];
    message.retain(|s| {
        let message = s.as_str().expect("a text");
        !of_source.iter().any(|start| message.starts_with(start))
    });
    for finding in fields["findings"].as_array_mut().expect("findings") {
        let is_said = |hint: &Hint| finding["hint"] == hint.clone().words(ReadFrom::Copy);
        if let Some(hint) = IN_TWO_WORDS.into_iter().find(is_said) {
            finding["hint"] = json!(hint.words(ReadFrom::Buckets));
        }
    }
    report
}

/// The lines in which two reports differ.
pub fn difference(one: &Value, other: &Value) -> String {
    let lines = |v: &Value| -> Vec<String> {
        let text = serde_json::to_string_pretty(v).expect("JSON");
        text.lines().map(str::to_owned).collect()
    };
    let (one, other) = (lines(one), lines(other));
    let only = |a: &[String], b: &[String], sign: &str| -> Vec<String> {
        let not_in = a.iter().filter(|l| !b.contains(l));
        not_in
            .map(|l| format!("{sign} {}", l.trim()))
            .take(12)
            .collect()
    };
    [only(&one, &other, "-"), only(&other, &one, "+")]
        .concat()
        .join("\n  ")
}
