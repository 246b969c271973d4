//! The honest worlds.

use jiff::SignedDuration;
use serde_json::json;

use super::honest::Honest;
use crate::support::aws::TrailConfig;
use crate::support::forge::deeds::account_event;
use crate::support::forge::digest::LogRecord;
use crate::support::forge::text::sha256_hex;
use crate::support::forge::{
    Chain, ChainSpec, Json, Object, Place, Trail, World, gzip, log_json, ts,
};

pub const BUCKET: &str = "trail-logs";
pub const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
pub const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];
const ORGANIZATION: &str = "o-a1b2c3d4e5";
pub const START: &str = "2026-03-01T00:12:34Z";
pub const END: &str = "2026-03-01T06:12:34Z";

pub fn trail(name: &str) -> Trail {
    Trail::new(ACCOUNTS[0], REGIONS[0], name, BUCKET)
}

pub fn organization() -> Trail {
    trail("org_main").prefix("audit").organization(ORGANIZATION)
}

impl Honest {
    /// A chain that is not started.
    pub fn idle(&mut self, trail: &Trail, account: &str, region: &str) -> &mut Chain {
        let spec = ChainSpec::new(trail.clone(), region).account(account);
        self.chains.push(Chain::new(spec.logs(0..=2).events(1..=1)));
        self.chains.last_mut().expect("a chain")
    }

    /// A chain that runs from one time to another.
    pub fn run(&mut self, trail: &Trail, (account, region): (&str, &str), from: &str, to: &str) {
        self.idle(trail, account, region);
        self.last(|chain, world| {
            chain.start(world, ts(from));
            chain.run_until(world, ts(to));
        });
    }

    /// Does something with the chain made last.
    pub fn last(&mut self, live: impl FnOnce(&mut Chain, &mut World)) {
        live(self.chains.last_mut().expect("a chain"), &mut self.world);
    }

    /// A trail in these accounts and regions.
    pub fn wide(&mut self, trail: &Trail, accounts: &[&str], regions: &[&str]) {
        for (account, region) in accounts
            .iter()
            .flat_map(|a| regions.iter().map(move |r| (*a, *r)))
        {
            self.run(trail, (account, region), START, "2026-03-01T09:12:34Z");
        }
        self.describe(trail);
    }
}

/// One region, validated over a window.
pub fn one(name: &'static str, from: &str, to: &str) -> Honest {
    let mut h = Honest::new(name).window(from, to);
    h.wide(&trail("main"), &ACCOUNTS[..1], &REGIONS[..1]);
    h
}

/// One region, with a life of its own.
fn life(
    name: &'static str,
    [from, to]: [&str; 2],
    live: impl FnOnce(&mut Chain, &mut World),
) -> Honest {
    let mut h = Honest::new(name).window(from, to);
    h.idle(&trail("main"), ACCOUNTS[0], REGIONS[0]);
    h.last(live);
    h.describe(&trail("main"));
    h
}

fn several(name: &'static str, accounts: usize, regions: usize) -> Honest {
    let mut h = Honest::new(name).window(START, END);
    let of = match accounts {
        1 => trail("main"),
        _ => organization(),
    };
    h.wide(&of, &ACCOUNTS[..accounts], &REGIONS[..regions]);
    h
}

/// Windows of every odd kind over one steady chain.
pub fn windows() -> Vec<Honest> {
    vec![
        one("whole hours", START, END),
        one(
            "odd seconds",
            "2026-03-01T01:00:01Z",
            "2026-03-01T04:59:59Z",
        ),
        one(
            "half seconds",
            "2026-03-01T01:12:34.5Z",
            "2026-03-01T04:12:34.5Z",
        ),
        one(
            "half seconds before",
            "2026-03-01T01:12:33.5Z",
            "2026-03-01T04:12:33.5Z",
        ),
        one(
            "an instant after an edge",
            "2026-03-01T02:12:35Z",
            "2026-03-01T05:12:35Z",
        ),
        one(
            "within one digest",
            "2026-03-01T02:20:00Z",
            "2026-03-01T02:50:00Z",
        ),
        one(
            "with an offset",
            "2026-03-01T02:30:00+01:00",
            "2026-03-01T07:00:00.25+02:00",
        ),
    ]
}

/// Starts at ends of days, months and years.
pub fn calendar() -> Vec<Honest> {
    let at = |name, start: &'static str, window: [&str; 2], end: &'static str| {
        life(name, window, |chain, w| {
            chain.start(w, ts(start));
            chain.run_until(w, ts(end));
        })
    };
    vec![
        at(
            "digests that end at midnight",
            "2026-03-01T20:00:00Z",
            ["2026-03-01T22:00:00Z", "2026-03-02T00:00:00Z"],
            "2026-03-02T03:00:00Z",
        ),
        at(
            "a window that begins at midnight",
            "2026-03-01T20:00:00Z",
            ["2026-03-02T00:00:00Z", "2026-03-02T02:00:00Z"],
            "2026-03-02T03:00:00Z",
        ),
        at(
            "the end of a month",
            "2026-02-28T20:00:01Z",
            ["2026-02-28T21:00:00Z", "2026-03-01T02:00:00Z"],
            "2026-03-01T03:00:01Z",
        ),
        at(
            "the end of a year",
            "2025-12-31T20:59:59Z",
            ["2025-12-31T21:30:00Z", "2026-01-01T02:30:00Z"],
            "2026-01-01T03:59:59Z",
        ),
    ]
}

/// Lives of one chain.
pub fn lives() -> Vec<Honest> {
    let begin = ts(START);
    let mut all = vec![
        life("hours without logs", [START, END], |chain, w| {
            chain.start(w, begin);
            chain.run_until(w, ts("2026-03-01T02:12:34Z"));
            chain.quiet_until(w, ts("2026-03-01T05:12:34Z"));
            chain.run_until(w, ts("2026-03-01T08:12:34Z"));
        }),
        life("restarted", [START, "2026-03-01T09:45:10Z"], |chain, w| {
            chain.start(w, begin);
            chain.stop(w, ts("2026-03-01T03:30:00Z"));
            chain.start(w, ts("2026-03-01T06:45:10Z"));
            chain.run_until(w, ts("2026-03-01T10:45:10Z"));
        })
        .with_gaps(&["gap"]),
        life("late logs in backfill digests", [START, END], |chain, w| {
            chain.start(w, begin);
            chain.run_until(w, ts("2026-03-01T08:12:34Z"));
            chain.backfill(
                w,
                ts("2026-03-01T03:12:34Z"),
                ts("2026-03-01T20:00:00Z"),
                2,
                false,
            );
            chain.backfill(
                w,
                ts("2026-03-01T05:12:34Z"),
                ts("2026-03-03T20:00:00Z"),
                1,
                true,
            );
        }),
        life(
            "another prefix",
            [START, "2026-03-01T09:12:34Z"],
            |chain, w| {
                chain.start(w, begin);
                chain.run_until(w, ts("2026-03-01T04:12:34Z"));
                chain.move_to(BUCKET, Some("new"));
                chain.run_until(w, ts("2026-03-01T09:12:34Z"));
            },
        ),
        life(
            "another bucket",
            [START, "2026-03-01T09:12:34Z"],
            |chain, w| {
                chain.start(w, begin);
                chain.run_until(w, ts("2026-03-01T04:12:34Z"));
                chain.move_to("new-logs", None);
                chain.run_until(w, ts("2026-03-01T09:12:34Z"));
            },
        ),
    ];
    for h in &mut all {
        h.trails = vec![TrailConfig::from(&h.chains[0].spec.trail)];
    }
    all
}

/// Logs whose names lie up to five minutes before or after the interval of their digest.
pub fn minutes() -> Vec<Honest> {
    let named = |name, seconds: i64, window: [&str; 2]| {
        life(name, window, |chain, w| {
            chain.spec.logs_per_hour = 0..=0;
            chain.start(w, ts(START));
            // Every log is one of these.
            chain.quiet_until(w, ts(START));
            for n in 0..8 {
                let edge = match seconds < 0 {
                    true => chain.end(),
                    false => chain.end() + SignedDuration::from_hours(1),
                };
                let minute = edge + SignedDuration::from_secs(seconds);
                let unique = format!("EdgeOfTheHour{n:03}");
                let trail = &chain.spec.trail;
                let key = trail.log_key(ACCOUNTS[0], REGIONS[0], minute, &unique);
                let json = log_json(&mut w.rng, ACCOUNTS[0], REGIONS[0], 1, minute, minute, None);
                let place = Place::new(BUCKET, &key);
                w.put(&place, Object::delivered(gzip(&json), minute));
                let log = LogRecord {
                    place,
                    sha256: sha256_hex(&json),
                    json,
                    newest: minute,
                    oldest: minute,
                };
                chain.append_custom(w, |fields| {
                    let entry = Json::Object(log.entry());
                    fields.set("logFiles", Json::Array(vec![entry]));
                });
            }
        })
    };
    vec![
        named("logs named before their hour", -295, [START, END]),
        named("logs named after their hour", 295, [START, END]),
        named(
            "names before, at odd edges",
            -180,
            ["2026-03-01T02:10:00Z", "2026-03-01T05:10:00.5Z"],
        ),
        named(
            "names after, at odd edges",
            240,
            ["2026-03-01T02:13:00Z", "2026-03-01T05:15:00.5Z"],
        ),
    ]
}

/// Several accounts and regions.
pub fn wide() -> Vec<Honest> {
    let mut all = vec![
        several("several regions", 1, 3),
        several("an organization", 3, 2),
    ];

    let mut h = Honest::new("a member that joined later").window(START, END);
    h.wide(&organization(), &ACCOUNTS[..2], &REGIONS[..2]);
    for region in &REGIONS[..2] {
        let (at, to) = ("2026-03-01T03:40:00Z", "2026-03-01T08:40:00Z");
        h.run(&organization(), (ACCOUNTS[2], region), at, to);
    }
    all.push(h.with_gaps(&["coverage-head"]));

    let mut h = Honest::new("a member that left").window(START, END);
    let (left, of) = ("2026-03-01T04:05:00Z", organization());
    h.idle(&of, ACCOUNTS[0], REGIONS[0]);
    h.last(|chain, w| {
        chain.start(w, ts(START));
        let params = json!({"accountId": ACCOUNTS[2]});
        let name = "RemoveAccountFromOrganization";
        chain.record(account_event(
            "organizations",
            name,
            ACCOUNTS[0],
            ts(left),
            params,
        ));
        chain.run_until(w, ts("2026-03-01T09:12:34Z"));
    });
    h.run(
        &of,
        (ACCOUNTS[0], REGIONS[1]),
        START,
        "2026-03-01T09:12:34Z",
    );
    h.wide(&of, &ACCOUNTS[1..2], &REGIONS[..2]);
    for region in &REGIONS[..2] {
        h.run(&of, (ACCOUNTS[2], region), START, "2026-03-01T04:12:34Z");
    }
    all.push(h.with_gaps(&["coverage-tail"]));

    let mut h = Honest::new("made multi-region in the middle").window(START, END);
    h.idle(&trail("main"), ACCOUNTS[0], REGIONS[0]);
    h.last(|chain, w| {
        chain.start(w, ts(START));
        chain.run_until(w, ts("2026-03-01T03:12:34Z"));
        chain.update(
            ts("2026-03-01T03:20:00Z"),
            json!({"isMultiRegionTrail": true}),
        );
        chain.run_until(w, ts("2026-03-01T09:12:34Z"));
    });
    h.run(
        &trail("main"),
        (ACCOUNTS[0], REGIONS[1]),
        "2026-03-01T03:20:00Z",
        "2026-03-01T09:20:00Z",
    );
    h.describe(&trail("main"));
    all.push(h.with_gaps(&["coverage-head"]));
    all
}
