//! Cases about logs.

use crate::support::case::{Case, REGION};
use crate::support::forge::damage;
use crate::support::forge::damage::rewrite_digest;
use crate::support::forge::{Chain, Json, Place, World};

pub fn cases() -> Vec<Case> {
    let on_log = |name, exit, shows, damage: fn(&mut World, &Place)| {
        let mut case = Case::new(name, exit, shows);
        let chain = case.chain(4);
        let place = a_log(&chain);
        damage(&mut case.world, &place);
        case
    };
    vec![
        on_log(
            "log-missing",
            1,
            "a log that a proven digest names is not there",
            |w, p| {
                damage::delete(w, p);
            },
        ),
        on_log(
            "log-modified",
            1,
            "a log is whole gzip with one event changed",
            damage::modify_log,
        ),
        on_log(
            "log-malformed",
            1,
            "a log is cut off in the middle",
            damage::truncate_gzip,
        ),
        on_log(
            "log-malformed--no-trailer",
            1,
            "the checked end of a log was cut off: its content is as delivered, its container is not",
            damage::drop_trailer,
        ),
        on_log(
            "log-malformed--bit-in-trailer",
            1,
            "one bit of a log's checksum was flipped",
            damage::flip_trailer_bit,
        ),
        on_log(
            "log-malformed--stored-inflated",
            1,
            "a copying tool inflated a log on the way: its content is as delivered",
            damage::store_inflated,
        ),
        on_log(
            "log-malformed--empty",
            1,
            "a log is an empty object",
            damage::empty,
        ),
        on_log(
            "log-malformed--not-gzip",
            1,
            "a log is something else altogether",
            damage::not_gzip,
        ),
        on_log(
            "log-trailing-data",
            1,
            "a second gzip member follows a log: gunzip and Athena would read its events too",
            |w, p| damage::append_member(w, p, br#"{"Records":[]}"#),
        ),
        on_log(
            "log-trailing-data--garbage",
            1,
            "bytes that are no gzip follow a log",
            |w, p| damage::append_garbage(w, p, b"\0\0\0\0"),
        ),
        on_log(
            "gzip-header-changed",
            0,
            "a log was compressed anew by gzip, which notes a file name: the content is as delivered",
            |w, p| damage::regzip_with_name(w, p, "log.json"),
        ),
        unreadable(),
        not_copied(),
        algorithm(),
        in_a_starting_digest(),
    ]
}

fn a_log(chain: &Chain) -> Place {
    chain.digests[2].logs[0].place.clone()
}

fn unreadable() -> Case {
    let mut case = Case::new(
        "log-unreadable",
        4,
        "a log is a symbolic link, which is not followed: it could not be looked at, and nothing more",
    )
    .disk_only();
    let chain = case.chain(4);
    case.links.push(a_log(&chain));
    case
}

fn not_copied() -> Case {
    let mut case = Case::new(
        "log-unreadable--not-copied",
        4,
        "a copy of the digests alone: the folder of logs was not copied, so nothing in it is missing",
    )
    .disk_only();
    let chain = case.chain(4);
    for log in chain.all_logs() {
        damage::delete(&mut case.world, &log.place);
    }
    case
}

fn algorithm() -> Case {
    let mut case = Case::new(
        "algorithm-unsupported--log-hash",
        4,
        "a proven digest gives a log's hash in an algorithm that is not known here",
    );
    let chain = case.chain(4);
    rewrite_digest(&mut case.world, chain.last(), REGION, |fields| {
        let log = fields.log_files_mut()[0].as_object_mut().expect("a log");
        log.set("hashAlgorithm", Json::from("SHA3-256"));
    });
    case
}

fn in_a_starting_digest() -> Case {
    let mut case = Case::new(
        "log-missing--starting-digest",
        1,
        "a starting digest covers no time, but proves the logs that it lists",
    );
    let mut chain = case.chain(3);
    chain.stop(
        &mut case.world,
        crate::support::forge::ts("2026-03-01T03:30:00Z"),
    );
    chain.start_listing_logs(
        &mut case.world,
        crate::support::forge::ts("2026-03-01T05:00:00Z"),
    );
    chain.run_until(
        &mut case.world,
        crate::support::forge::ts("2026-03-01T07:00:00Z"),
    );
    let starting = chain
        .digests
        .iter()
        .rfind(|d| d.starting)
        .expect("a starting digest");
    let log = starting.logs[0].place.clone();
    damage::delete(&mut case.world, &log);
    case
}
