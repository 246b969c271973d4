//! Honest worlds with something beside the trail, and trails that are running now.

use super::honest::Honest;
use super::worlds::{ACCOUNTS, BUCKET, END, REGIONS, START, one, organization, trail};
use crate::support::aws::TrailConfig;
use crate::support::forge::{Object, Place, Trail, gzip, ts};
use crate::support::trail_scenes::ago;

impl Honest {
    /// Delivers logs of the current hour, which no digest lists yet.
    fn undigested(&mut self) {
        self.last(|chain, w| {
            for minutes in [5, 15, 35] {
                let minute = ts(&ago(minutes));
                let unique = format!("TheCurrentHour{minutes:02}");
                let spec = &chain.spec;
                let key = spec
                    .trail
                    .log_key(&spec.account, &spec.region, minute, &unique);
                let log = Object::delivered(gzip(br#"{"Records":[]}"#), minute);
                w.put(&Place::new(BUCKET, &key), log);
            }
        });
    }

    fn put(&mut self, key: &str, body: &[u8]) {
        let object = Object::delivered(body.to_vec(), ts("2026-03-01T03:00:00Z"));
        self.world.put(&Place::new(BUCKET, key), object);
    }
}

/// Trails and things beside a trail.
pub fn beside() -> Vec<Honest> {
    let mut all = Vec::new();
    let mut h = one("litter", START, END);
    // A copy has folders instead.
    h.only_in_s3 = &["objects among the logs that log readers ignore"];
    h.world
        .litter(&trail("main"), ACCOUNTS[0], REGIONS[0], ts(START));
    let day = "AWSLogs/111111111111/CloudTrail/us-east-1/2026/03/01/";
    for (name, body) in [
        (".DS_Store", &b"\0\0\0\x01Bud1"[..]),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0"),
        ("_SUCCESS", b""),
    ] {
        h.put(&format!("{day}{name}"), body);
    }
    all.push(h);

    let mut h = one("a second trail in the folder", START, END);
    h.wide(&trail("second"), &ACCOUNTS[..1], &REGIONS[..1]);
    all.push(h);

    let mut h = one("a second trail whose digests end later", START, END);
    let (from, to) = ("2026-02-28T22:30:00Z", "2026-03-02T01:30:00Z");
    h.run(&trail("second"), (ACCOUNTS[0], REGIONS[0]), from, to);
    h.describe(&trail("second"));
    all.push(h);

    let mut h = one("a trail without digests beside it", START, END);
    h.trails.push(TrailConfig {
        validation: false,
        ..TrailConfig::from(&trail("plain").prefix("plain"))
    });
    let plain = trail("plain").prefix("plain");
    let key = plain.log_key(
        ACCOUNTS[0],
        REGIONS[0],
        ts("2026-03-01T03:20:00Z"),
        "PlainTrail000001",
    );
    h.put(&key, &gzip(br#"{"Records":[]}"#));
    all.push(h);

    let mut h = one(
        "a second trail with its digests in another bucket",
        START,
        END,
    );
    let second = Trail::new(ACCOUNTS[0], REGIONS[0], "second", "other-logs");
    h.wide(&second, &ACCOUNTS[..1], &REGIONS[..2]);
    all.push(h);

    let mut h = one("an account's trail beside its organization's", START, END);
    h.wide(&organization(), &ACCOUNTS[..2], &REGIONS[..2]);
    all.push(h);
    all
}

/// Trails that are running now: their newest digest ended 40 minutes ago, and logs of the current hour lie there.
pub fn live() -> Vec<Honest> {
    let mut all = Vec::new();
    for (name, accounts, regions, joined) in [
        ("a live trail", 1, 1, false),
        ("a live trail of three regions", 1, 3, false),
        ("a live organization", 2, 2, false),
        ("a live organization that a member joined", 2, 2, true),
    ] {
        let mut h = Honest::new(name);
        let window = ["--start-time".to_owned(), ago(9 * 60 + 40)];
        h.args.extend(window);
        h.args.extend([
            "--end-time".to_owned(),
            ago(0),
            "--as-of".to_owned(),
            ago(0),
        ]);
        let of = match accounts {
            1 => trail("main"),
            _ => organization(),
        };
        let from_to = [ago(10 * 60 + 40), ago(40)];
        for account in &ACCOUNTS[..accounts] {
            for region in &REGIONS[..regions] {
                h.run(&of, (account, region), &from_to[0], &from_to[1]);
                h.undigested();
            }
        }
        if joined {
            for region in &REGIONS[..regions] {
                h.run(&of, (ACCOUNTS[2], region), &from_to[1], &from_to[1]);
                h.undigested();
            }
            h = h.with_gaps(&["coverage-head", "gap"]);
        }
        h.describe(&of);
        // When to run again matters only there.
        h.only_in_s3 = &["time so recent"];
        all.push(h);
    }
    all
}
