//! Objects among the logs that no digest lists.

mod beside;
mod blinding;
mod litter;
mod names;
mod peek;
mod real;
#[cfg(feature = "aws")]
mod trails;
mod waiting;

use serde_json::Value;

use crate::support::case::{ACCOUNT, BUCKET, REGION};
use crate::support::forge::{Object, Place, World, gzip, ts};

/// The folder of the account.
const ACCOUNT_FOLDER: &str = "AWSLogs/111111111111/";
/// The folder of the logs of the usual chain.
const REGION_FOLDER: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/";

/// Adds an object with records that CloudTrail never delivered.
fn plant(world: &mut World, key: &str) {
    plant_bytes(world, key, &gzip(br#"{"Records":[{"eventName":"Evil"}]}"#));
}

fn plant_bytes(world: &mut World, key: &str, body: &[u8]) {
    let object = Object::delivered(body.to_vec(), ts("2026-03-01T05:00:00Z"));
    world.put(&Place::new(BUCKET, key), object);
}

/// The name that CloudTrail would give to a log of this minute of the usual day.
fn name(minute: &str) -> String {
    format!("{ACCOUNT}_CloudTrail_{REGION}_20260301T{minute}Z_Injected00000001.json.gz")
}

/// The keys of the findings on objects that no digest lists.
fn unreferenced(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings").iter();
    let of_code = findings.filter(|f| f["code"] == "log-unreferenced");
    of_code.map(|f| f["key"].as_str().expect("a key")).collect()
}

/// Whether a sentence of `not_proven` holds all of these words.
fn not_proven(report: &Value, words: &[&str]) -> bool {
    let sentences = report["not_proven"].as_array().expect("sentences").iter();
    let mut sentences = sentences.filter_map(Value::as_str);
    sentences.any(|s| words.iter().all(|w| s.contains(w)))
}
