//! Cases about logs that no digest lists.

use crate::support::case::{ACCOUNT, BUCKET, Case, REGION, hour, trail};
use crate::support::forge::{Chain, ChainSpec, Object, Place, Trail, gzip, ts};

pub fn cases() -> Vec<Case> {
    vec![
        injected(),
        young(),
        named_after_the_window(),
        of_another_trail(),
        in_a_gap(),
        of_any_name(),
        litter(),
        beside_a_missing_digest(),
    ]
}

/// The folder of the account.
const ACCOUNT_FOLDER: &str = "AWSLogs/111111111111/";

fn put(case: &mut Case, key: &str, body: &[u8]) {
    let object = Object::delivered(body.to_vec(), hour(5));
    case.world.put(
        &Place::new(BUCKET, &format!("{ACCOUNT_FOLDER}{key}")),
        object,
    );
}

fn of_any_name() -> Case {
    let mut case = Case::new(
        "log-unreferenced--of-any-name",
        4,
        "objects were put among the logs, with names that CloudTrail does not give: whoever reads the folder \
         reads them too",
    )
    .disk_only();
    case.chain(8);
    let log = "111111111111_CloudTrail_eu-west-1_20260301T032015Z_Injected00000001.json.gz";
    for key in [
        format!("CloudTrail/eu-west-1/2026/03/01/{log}"),
        "CloudTrail/eu-west-1/2026/03/01/sub/events.JSON".to_owned(),
        format!("CloudTrail/eu-west-1/2026/03/02/{log}"),
        format!("CloudTrail/eu-west-1/{log}"),
        format!("CloudTrail/{log}"),
    ] {
        put(&mut case, &key, &gzip(br#"{"Records":[]}"#));
    }
    case
}

fn litter() -> Case {
    let mut case = Case::new(
        "log-unreferenced--litter",
        0,
        "what copies leave among the logs is counted: hidden files, files of desktops, a second copy and an \
         unfinished one",
    )
    .disk_only();
    let chain = case.chain(8);
    let log = chain.digests[2].logs[0].place.clone();
    let body = case.world.object(&log).body.clone();
    let key = log.key.replacen(ACCOUNT_FOLDER, "", 1);
    let day = "CloudTrail/eu-west-1/2026/03/01";
    put(&mut case, &format!("{day}/.DS_Store"), b"Bud1");
    put(
        &mut case,
        &format!("{day}/desktop.ini"),
        b"[.ShellClassInfo]",
    );
    put(
        &mut case,
        &key.replacen(".json.gz", " (1).json.gz", 1),
        &body,
    );
    put(&mut case, &format!("{key}.tmp"), &body[..body.len() / 2]);
    case
}

fn beside_a_missing_digest() -> Case {
    let mut case = Case::new(
        "log-unreferenced--beside-a-missing-digest",
        4,
        "a digest after the window is missing, and a log was put into the window's last hour: the missing digest \
         excuses nothing",
    )
    .disk_only()
    .arg(&["--start-time", "2026-03-01T01:12:34Z", "--end-time", "2026-03-01T05:12:34Z"])
    .arg(&["--as-of", "2026-03-04T00:00:00Z"]);
    let chain = case.chain(8);
    case.world.remove(&chain.digests[6].place);
    inject(&mut case, "2026-03-01T05:00:00Z");
    case
}

/// Adds a log that CloudTrail never delivered, with a name of the usual form.
fn inject(case: &mut Case, minute: &str) -> Place {
    let minute = ts(minute);
    let key = trail().log_key(ACCOUNT, REGION, minute, "Injected00000001");
    let place = Place::new(BUCKET, &key);
    let body = gzip(br#"{"Records":[]}"#);
    case.world.put(&place, Object::delivered(body, minute));
    place
}

pub fn injected() -> Case {
    let mut case = Case::new(
        "log-unreferenced",
        4,
        "a log was put into a covered hour: no digest names it, and every digest that could is proven",
    )
    .arg(&["--backfill-grace", "3h"]);
    case.chain(8);
    inject(&mut case, "2026-03-01T03:20:00Z");
    case
}

fn young() -> Case {
    let mut case = Case::new(
        "log-unreferenced--undecided",
        0,
        "a log that no digest names yet, so young that a backfill digest may still come: not proven, not told",
    )
    .arg(&["--end-time", "2026-03-01T08:12:34Z", "--as-of", "2026-03-01T08:12:34Z"])
    .disk_only();
    case.chain(8);
    inject(&mut case, "2026-03-01T03:20:00Z");
    case
}

fn named_after_the_window() -> Case {
    let window = [
        "--start-time",
        "2026-03-01T01:12:34Z",
        "--end-time",
        "2026-03-01T02:00:00Z",
    ];
    let mut case = Case::new(
        "log-unreferenced--named-after-the-window",
        0,
        "the last logs of the window are named by a digest after it, which is read for that",
    )
    .arg(&["--backfill-grace", "3h", "--as-of", "2026-03-02T00:00:00Z"])
    .arg(&window);
    let mut chain = case.chain(1);
    chain.quiet_until(&mut case.world, hour(2));
    chain.run_until(&mut case.world, hour(8));
    case
}

fn of_another_trail() -> Case {
    let mut case = Case::new(
        "log-unreferenced--of-another-trail",
        0,
        "another trail writes into the same folder: its digests are read for the logs that they name",
    )
    .arg(&["--trail-arn", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/asked"])
    .arg(&["--backfill-grace", "3h"]);
    for (name, minute) in [("asked", 12), ("other", 40)] {
        let trail = Trail::new(ACCOUNT, REGION, name, BUCKET);
        let mut chain = Chain::new(ChainSpec::new(trail, REGION).logs(1..=2).events(1..=1));
        chain.start(&mut case.world, ts(&format!("2026-03-01T00:{minute}:34Z")));
        chain.run_until(&mut case.world, ts(&format!("2026-03-01T08:{minute}:34Z")));
    }
    case
}

fn in_a_gap() -> Case {
    let mut case = Case::new(
        "log-unreferenced--in-a-gap",
        3,
        "logs in a gap are counted there and are no cause of it: validation off, removed digests, another \
         trail and planted objects all look so",
    )
    .arg(&["--backfill-grace", "3h"]);
    let mut chain = case.chain(3);
    chain.stop(&mut case.world, ts("2026-03-01T03:30:00Z"));
    chain.start(&mut case.world, ts("2026-03-01T07:45:10Z"));
    chain.run_until(&mut case.world, ts("2026-03-01T10:45:10Z"));
    inject(&mut case, "2026-03-01T05:20:00Z");
    case
}
