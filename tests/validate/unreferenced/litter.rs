//! Litter of copies does no harm, and a name like that of litter hides nothing.

use super::{ACCOUNT_FOLDER, REGION_FOLDER, name, not_proven, plant, plant_bytes, unreferenced};
use crate::support::case::{ACCOUNT, BUCKET, REGION, hour, spec};
use crate::support::disk::{copy_of, running};
use crate::support::forge::{Chain, World, gzip};
use crate::support::program::report;

fn day(name: &str) -> String {
    format!("{REGION_FOLDER}2026/03/01/{name}")
}

fn world() -> (World, Chain) {
    let mut world = World::new(16);
    let chain = running(&mut world, spec(), 4);
    (world, chain)
}

fn validated(world: &World) -> (i32, serde_json::Value) {
    let dir = copy_of(world);
    report(dir.path(), &["--path", BUCKET, "--keys", "keys"])
}

#[test]
fn litter_as_copies_have_it_stays_verified() {
    let (mut world, chain) = world();
    world.litter(&chain.spec.trail, ACCOUNT, REGION, hour(1));
    let log = chain.digests[1].logs[0].place.clone();
    let body = world.object(&log).body.clone();
    for (key, body) in [
        (day(".DS_Store"), &b"\0\0\0\x01Bud1"[..]),
        (day(&format!("._{}", name("0120"))), b"\0\x05\x16\x07"),
        (day("Thumbs.db"), b"\xd0\xcf\x11\xe0"),
        (day("desktop.ini"), b"[.ShellClassInfo]\r\n"),
        (log.key.replace(".json.gz", " (1).json.gz"), &body),
        (log.key.replace(".json.gz", ".json (2).gz"), &body),
        (format!("{}.tmp", log.key), &body[..body.len() / 2]),
        (format!("{}.a1B2c3D4.partial", log.key), &body[..20]),
        (day("upload.tmp"), b"\0\0\0"),
        (format!("{REGION_FOLDER}2026/.DS_Store"), b"x"),
        (format!("{ACCOUNT_FOLDER}CloudTrail/.DS_Store"), b"x"),
        (
            format!("{ACCOUNT_FOLDER}ELBAccessLogTestFile"),
            b"Enable AccessLog for ELB: x at y",
        ),
    ] {
        plant_bytes(&mut world, &key, body);
    }
    let (code, report) = validated(&world);
    assert_eq!(code, 0, "{:#}", report["findings"]);
    assert!(
        not_proven(&report, &["that copying leaves behind", "(12)"]),
        "{:#}",
        report["not_proven"]
    );
}

#[test]
fn records_under_the_name_of_litter_are_found() {
    let (mut world, chain) = world();
    let log = chain.digests[1].logs[0].place.clone();
    let whole = gzip(br#"{"Records":[]}"#);
    let planted = [
        (log.key.replace(".json.gz", " (1).json.gz"), &whole[..]),
        (day("Thumbs.db"), br#"{"Records":[]}"#),
        (day("desktop.ini"), br#"[ {"eventName":"Evil"}]"#),
        (format!("{}.tmp", log.key), &whole),
        (day("events.tmp"), b"\n{}"),
        (format!("{ACCOUNT_FOLDER}ELBAccessLogTestFile"), b"{}"),
    ];
    for (key, body) in &planted {
        plant_bytes(&mut world, key, body);
    }
    let (code, report) = validated(&world);
    assert_eq!(code, 4, "{report:#}");
    let mut found = unreferenced(&report);
    found.sort_unstable();
    let mut wanted: Vec<&str> = planted.iter().map(|(key, _)| key.as_str()).collect();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}

#[test]
fn an_object_in_time_that_is_not_verified_anyway_is_counted() {
    let (mut world, chain) = world();
    world.remove(&chain.digests[2].place);
    plant(&mut world, &day(&format!("x{}", name("0140"))));
    let (code, report) = validated(&world);
    assert_eq!(code, 1, "{report:#}");
    assert!(unreferenced(&report).is_empty(), "{report:#}");
    let words = [
        "whose names are not those of logs, of time that is not verified",
        "(1)",
    ];
    assert!(not_proven(&report, &words), "{:#}", report["not_proven"]);
}
