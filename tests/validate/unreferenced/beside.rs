//! Folders beside `CloudTrail`: what digests list there decides how they are treated.

use serde_json::Value;

use super::{ACCOUNT_FOLDER, not_proven, plant, unreferenced};
use crate::support::case::{BUCKET, hour, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{Place, World, damage};
use crate::support::program::{command, finish, report};

fn insight(key: &str) -> String {
    key.replace("CloudTrail", "CloudTrail-Insight")
}

/// Eight hours, of which the fourth digest lists a file of the folder for Insights.
fn world() -> (World, Place) {
    let mut world = World::new(12);
    let mut chain = running(&mut world, spec(), 3);
    let at = chain.append_custom(&mut world, |fields| {
        let log = &mut fields.log_files_mut()[0];
        let log = log.as_object_mut().expect("a log");
        let key = log.text("s3Object").expect("a key").to_owned();
        log.set("s3Object", insight(&key));
    });
    let log = chain.digests[at].logs[0].place.clone();
    let object = world.remove(&log).expect("a log");
    let file = Place::new(BUCKET, &insight(&log.key));
    world.put(&file, object);
    chain.run_until(&mut world, hour(8));
    (world, file)
}

fn validated(world: &World) -> (i32, Value) {
    let dir = copy_of(world);
    report(dir.path(), &["--path", BUCKET, "--keys", "keys"])
}

#[test]
fn where_digests_list_its_files_a_folder_is_treated_like_that_of_the_logs() {
    let (clean, file) = world();
    let (code, report) = validated(&clean);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    assert!(
        !not_proven(&report, &["CloudTrail-Insight"]),
        "{:#}",
        report["not_proven"]
    );

    let mut world = clean.clone();
    let beside = format!("{ACCOUNT_FOLDER}CloudTrail-Insight/eu-west-1/2026/03/01/events.json.gz");
    let above = format!("{ACCOUNT_FOLDER}CloudTrail-Insight/events.json.gz");
    plant(&mut world, &beside);
    plant(&mut world, &above);
    let (code, report) = validated(&world);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(unreferenced(&report), [above, beside], "{report:#}");

    let mut world = clean.clone();
    damage::modify_log(&mut world, &file);
    let (code, report) = validated(&world);
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(report["findings"][0]["code"], "log-modified");

    let dir = copy_of(&clean);
    let args = [
        "explain", &file.key, "--format", "json", "--path", BUCKET, "--keys", "keys",
    ];
    let run = finish(&mut command(dir.path(), &args));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("\"log\""), "{}", run.stdout);
}

#[test]
fn where_no_digest_lists_its_files_a_folder_is_said_to_be_left_out() {
    let mut world = World::new(13);
    running(&mut world, spec(), 4);
    plant(
        &mut world,
        &format!("{ACCOUNT_FOLDER}CloudTrail-NetworkActivity/eu-west-1/2026/03/01/x.json.gz"),
    );
    let (code, report) = validated(&world);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    let words = ["no digest that was read lists a file of CloudTrail-NetworkActivity"];
    assert!(not_proven(&report, &words), "{:#}", report["not_proven"]);
}
