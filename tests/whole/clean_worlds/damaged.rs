//! One random damage inside the window of a random world.

use rand::{RngExt as _, SeedableRng as _};

use super::honest::Honest;
use super::worlds::{ACCOUNTS, REGIONS, trail};
use crate::support::forge::{Object, Place, Rng, damage, gzip, ts};

const SEEDS: u64 = 14;

/// A random trail of an account or an organization, nine hours long, of which six are validated.
fn random(rng: &mut Rng) -> Honest {
    let window = ["2026-03-01T00:12:34Z", "2026-03-01T06:12:34Z"];
    let mut h = Honest::new("a random world").window(window[0], window[1]);
    let regions = &REGIONS[..rng.random_range(2..=3)];
    match rng.random_bool(0.5) {
        true => h.wide(&trail("main"), &ACCOUNTS[..1], regions),
        false => {
            let of = trail("main").organization("o-a1b2c3d4e5");
            h.wide(&of, &ACCOUNTS[..2], regions);
        }
    }
    h
}

/// Damages one thing and says what.
fn harm(rng: &mut Rng, h: &mut Honest) -> String {
    let at = rng.random_range(0..h.chains.len());
    let chain = h.chains[at].clone();
    let digest = &chain.digests[rng.random_range(1..=6)];
    let log = chain.digests[1..=6].iter().flat_map(|d| &d.logs).next();
    let w = &mut h.world;
    let whose = format!("{}/{}", chain.spec.account, chain.spec.region);
    let what = match (rng.random_range(0..8), log) {
        (0, _) => {
            damage::delete(w, &digest.place);
            "a digest deleted"
        }
        (1, _) => {
            damage::tamper_digest(w, &digest.place);
            "a digest altered"
        }
        (2, Some(log)) => {
            damage::delete(w, &log.place);
            "a log deleted"
        }
        (3, Some(log)) => {
            damage::modify_log(w, &log.place);
            "a log altered"
        }
        (4, _) => {
            let minute = ts("2026-03-01T03:20:00Z");
            let spec = &chain.spec;
            let key = spec
                .trail
                .log_key(&spec.account, &spec.region, minute, "Injected00000001");
            let object = Object::delivered(gzip(br#"{"Records":[]}"#), minute);
            w.put(&Place::new(&spec.trail.bucket, &key), object);
            "a log planted"
        }
        (5, _) => {
            for digest in &chain.digests {
                damage::delete(w, &digest.place);
            }
            "a chain removed, its logs left"
        }
        (6, _) => {
            for digest in chain.digests.iter().filter(|d| d.end >= digest.end) {
                damage::delete(w, &digest.place);
            }
            "a tail cut"
        }
        _ => {
            let other = &chain.digests[7];
            let object = w.object(&other.place).clone();
            w.put(&digest.place, object);
            "a digest replaced by another"
        }
    };
    format!("{what}: {whose}")
}

#[test]
fn a_random_damage_is_never_verified_and_every_look_says_the_same() {
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let mut rng = Rng::seed_from_u64(seed);
        let mut h = random(&mut rng);
        let what = format!("seed {seed}, {}", harm(&mut rng, &mut h));
        let reports = h.reports();
        if reports.verdicts().contains(&"verified") {
            wrong.push(format!("{what}: {:?}", reports.verdicts()));
        }
        wrong.extend(
            reports
                .disagreements(&h)
                .iter()
                .map(|d| format!("{what}, {d}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
