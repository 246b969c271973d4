//! The AWS CLI's profiles in files, and runs that sign in with them.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::aws::{ACCESS_KEY, SECRET_KEY};
use crate::support::case::REGION;
use crate::support::forge::{KeyFileStyle, World, ts};
use crate::support::stage::Stage;

/// A command that has only profiles: no keys and no region in the environment.
pub fn command(stage: &Stage, args: &[impl AsRef<str>]) -> Command {
    let mut command = stage.command(args);
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    ] {
        command.env_remove(name);
    }
    command
        .env("AWS_CONFIG_FILE", stage.dir.path().join("config"))
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            stage.dir.path().join("credentials"),
        );
    command
}

/// Writes the AWS CLI's two files, with the known key and an unknown one.
pub fn write_profiles(stage: &Stage, config: &str) {
    let keys = |name: &str, key: &str| {
        format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {SECRET_KEY}\n")
    };
    let credentials = keys("audit", ACCESS_KEY) + &keys("stranger", "AKIASTRANGER");
    fs::write(stage.dir.path().join("credentials"), credentials).expect("credentials");
    fs::write(stage.dir.path().join("config"), config).expect("a config");
}

/// Writes the keys of the region as a file.
pub fn write_keys(stage: &Stage, world: &World) {
    let (from, to) = (ts("2026-03-01T00:00:00Z"), ts("2026-03-10T00:00:00Z"));
    let dir = stage.dir.path().join("keys");
    world.write_keys(&dir, KeyFileStyle::V2Iso, &[REGION], from, to);
}

/// The chains of a report, by id.
pub fn chains(report: &Value) -> Vec<&str> {
    let chains = report["chains"].as_array().expect("chains").iter();
    chains.map(|c| c["id"].as_str().expect("an id")).collect()
}

/// The reasons of a report's findings with a code.
pub fn reasons<'a>(report: &'a Value, code: &str) -> Vec<&'a Value> {
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .filter(|f| f["code"] == code)
        .map(|f| &f["reason"])
        .collect()
}
