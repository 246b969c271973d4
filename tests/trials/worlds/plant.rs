//! Objects that nobody delivered: logs that no digest lists, digests of other chains, and digests that somebody
//! forged with a key of his own.

use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use trailproof::Window;

use super::damage::{Claim, Damaged, Forger, Planted};
use super::scene::Scene;
use crate::support::forge::digest::{SIGNATURE_ALGORITHM, digest_fields, string_to_sign};
use crate::support::forge::keys::{KEYS, signing_key};
use crate::support::forge::text::sha256_hex;
use crate::support::forge::{Chain, DigestRecord, Object, Place, Rng, gzip};

/// A digest that covers time, by the numbers of its chain and of itself.
fn covering(scene: &Scene, rng: &mut Rng) -> (usize, usize) {
    let chain = rng.random_range(0..scene.chains.len());
    let digests = &scene.chains[chain].digests;
    let covering: Vec<usize> = (0..digests.len())
        .filter(|n| !digests[*n].starting)
        .collect();
    (chain, *covering.choose(rng).expect("a digest"))
}

/// The folder that holds the folders of logs and of digests beside this digest.
fn folder(digest: &DigestRecord) -> &str {
    let key = &digest.place.key;
    key.split_once("CloudTrail-Digest/").expect("a digest").0
}

/// The day of an instant.
fn day_of(at: Timestamp) -> Window {
    let into = at.as_second().rem_euclid(24 * 3_600);
    let from = at - SignedDuration::from_secs(into);
    Window::new(from, from + SignedDuration::from_hours(24))
}

impl Damaged {
    fn plant(&mut self, planted: Planted, object: Object) -> Option<String> {
        self.world.get(&planted.place).is_none().then_some(())?;
        let what = planted.place.key.clone();
        self.world.put(&planted.place, object);
        self.planted.push(planted);
        Some(what)
    }
}

/// Adds a log that no digest lists: with records of its own, or a copy of a log of elsewhere.
pub fn log(damaged: &mut Damaged, scene: &Scene, rng: &mut Rng) -> Option<String> {
    let (chain, number) = covering(scene, rng);
    let spec = &scene.chains[chain].spec;
    let digest = &scene.chains[chain].digests[number];
    let length = (digest.end.as_second() - digest.start.as_second()).max(2);
    let at = digest.start + SignedDuration::from_secs(rng.random_range(0..length));
    // Its name says the minute.
    let at = at - SignedDuration::from_secs(at.as_second() % 60);
    let number = rng.random_range(0..1000);
    let (account, region) = (&spec.account, &spec.region);
    let minute = at.strftime("%Y%m%dT%H%MZ");
    let (name, claims) = match rng.random_bool(0.25) {
        true => (format!("events{number}.json"), Claim::InDay(day_of(at))),
        false => (
            format!("{account}_CloudTrail_{region}_{minute}_Planted{number:09}.json.gz"),
            Claim::Log(at),
        ),
    };
    let day = at.strftime("%Y/%m/%d");
    let key = format!("{}CloudTrail/{}/{day}/{name}", folder(digest), spec.region);
    let logs: Vec<_> = scene.chains.iter().flat_map(Chain::all_logs).collect();
    let body = match logs.choose(rng) {
        Some(other) if rng.random_bool(0.5) => gzip(&other.json),
        _ => gzip(br#"{"Records":[]}"#),
    };
    let planted = Planted {
        place: Place::new(&digest.place.bucket, &key),
        chain,
        claims,
    };
    damaged.plant(planted, Object::delivered(body, at))
}

/// Adds a digest under a key of its own: a real one of another chain or time, or a forged one.
pub fn digest(
    damaged: &mut Damaged,
    scene: &Scene,
    rng: &mut Rng,
    forger: Forger,
) -> Option<String> {
    let (chain, number) = covering(scene, rng);
    let of = &scene.chains[chain];
    let near = &of.digests[number];
    // At another second than its own digests.
    let end = near.end - SignedDuration::from_secs(rng.random_range(1..1_800));
    (end > near.start).then_some(())?;
    let own = |text: &str| {
        let (was, is) = (near.end, end);
        let text = text.replace(
            &was.strftime("%Y/%m/%d").to_string(),
            &is.strftime("%Y/%m/%d").to_string(),
        );
        let (was, is) = [was, is]
            .map(|at| at.strftime("%Y%m%dT%H%M%SZ").to_string())
            .into();
        text.replace(&was, &is)
    };
    let place = Place::new(&near.place.bucket, &own(&near.place.key));
    let previous = number.checked_sub(1).map(|n| &of.digests[n]);
    let forgery = Forgery {
        near,
        place: &place,
        end,
        previous,
        forger,
    };
    let object = match rng.random_bool(0.4) {
        true => scene
            .world
            .object(&super::damage::digest(scene, rng).place)
            .clone(),
        false => forgery.object(scene, rng),
    };
    let planted = Planted {
        place,
        chain,
        claims: Claim::Digest(Window::new(near.start, end)),
    };
    damaged.plant(planted, object)
}

/// Writes a forged digest over a real one. It leaves out a log.
pub fn forged_in_place(
    damaged: &mut Damaged,
    scene: &Scene,
    rng: &mut Rng,
    forger: Forger,
) -> Option<String> {
    let (chain, number) = covering(scene, rng);
    let digests = &scene.chains[chain].digests;
    let near = &digests[number];
    let forgery = Forgery {
        near,
        place: &near.place,
        end: near.end,
        previous: number.checked_sub(1).map(|n| &digests[n]),
        forger,
    };
    let object = forgery.object(scene, rng);
    damaged.world.put(&near.place, object);
    Some(near.place.key.clone())
}

/// A digest as somebody without a key of CloudTrail can write it: signed with a key of his own, or not signed.
struct Forgery<'a> {
    /// The digest that it is like.
    near: &'a DigestRecord,
    place: &'a Place,
    end: Timestamp,
    previous: Option<&'a DigestRecord>,
    forger: Forger,
}

impl Forgery<'_> {
    fn object(&self, scene: &Scene, rng: &mut Rng) -> Object {
        let keys = &scene.world.keys;
        let region = &self.near.region;
        let published = scene.published(region);
        let own = (0..KEYS).find(|n| published.iter().all(|key| key.index != *n));
        let own = own.expect("a key that is not published in these days");
        let stated = match self.forger {
            Forger::Hidden => self.near.key,
            Forger::Unknown => own,
        };
        let mut logs = self.near.logs.clone();
        logs.pop();
        let account = self.near.fields.text("awsAccountId");
        let fields = digest_fields(
            account.expect("an account"),
            (self.near.start, self.end),
            self.place,
            keys.fingerprint(region, stated),
            &logs,
            self.previous.filter(|_| rng.random_bool(0.8)),
        );
        let json = fields.digest_bytes();
        let text = string_to_sign(&fields, &sha256_hex(&json));
        let mut object = Object::delivered(gzip(&json), self.near.delivered);
        if rng.random_bool(0.8) {
            let signature = hex::encode(signing_key(own).sign(text.as_bytes()));
            let metadata = &mut object.metadata;
            metadata.insert("signature".into(), signature);
            metadata.insert("signature-algorithm".into(), SIGNATURE_ALGORITHM.into());
        }
        object
    }
}
