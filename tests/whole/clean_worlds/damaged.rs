//! One random damage inside the window of a random world.

use rand::{RngExt as _, SeedableRng as _};

use super::honest::Honest;
use super::worlds::{ACCOUNTS, REGIONS, trail};
use crate::library::{prove, request, ring, source};
use crate::support::forge::{Object, Place, Rng, damage, gzip, ts};

const SEEDS: u64 = 14;

/// Worlds that are looked at at once: most of the time passes in waiting for answers.
const WORKERS: u64 = 7;

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

/// What is wrong with the reports of a damaged world.
fn complaints(seed: u64) -> Vec<String> {
    let mut rng = Rng::seed_from_u64(seed);
    let mut h = random(&mut rng);
    let what = format!("seed {seed}, {}", harm(&mut rng, &mut h));
    let reports = h.reports();
    let mut verdicts: Vec<String> = reports.verdicts().into_iter().map(str::to_owned).collect();
    let mut request = request();
    request.from = Some(ts("2026-03-01T00:12:34Z"));
    request.to = Some(ts("2026-03-01T06:12:34Z"));
    request.as_of = Some(ts("2026-05-20T00:00:00Z"));
    let in_memory = prove(&source(&h.world), &ring(&h.world, &h.regions()), &request);
    verdicts.push(format!("{:?}", in_memory.verdict).to_lowercase());
    let mut wrong = Vec::new();
    if verdicts[0] == "verified" || verdicts.iter().any(|v| *v != verdicts[0]) {
        wrong.push(format!("{what}: {verdicts:?}"));
    }
    let differing = reports.disagreements(&h).into_iter();
    wrong.extend(differing.map(|d| format!("{what}, {d}")));
    wrong
}

#[test]
fn a_random_damage_is_never_verified_and_every_look_says_the_same() {
    let wrong = std::thread::scope(|scope| {
        let workers = (0..WORKERS).map(|first| {
            let seeds = (first..SEEDS).step_by(WORKERS as usize);
            scope.spawn(move || seeds.flat_map(complaints).collect::<Vec<String>>())
        });
        let workers: Vec<_> = workers.collect();
        let results = workers.into_iter().map(|w| w.join().expect("complaints"));
        results.flatten().collect::<Vec<String>>()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
