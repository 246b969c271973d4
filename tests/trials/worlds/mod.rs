//! Random worlds with random damage of several kinds at once, validated in memory:
//!
//! - All damage inside the window is reported, or the time that it touches is not verified. `unseen` lists what
//!   cannot be seen.
//! - What is as it was delivered is never accused, and an honest world raises no alarm.
//! - Altering or planting more never improves a verdict. Two exceptions are counted: a digest that is overwritten with
//!   one that cannot be checked bears no witness any more (`failed` becomes `unproven`), and so does one that is deleted
//!   (`failed` may become `gaps`).
//! - The number of workers, the order of answers and repetition change nothing.
//!
//! `scene` makes the worlds, `damage` and `plant` damage them, `standing` is a second opinion on what is left, and
//! `judge`, `missing` and `unlisted` compare.

pub mod damage;
mod judge;
mod missing;
mod order;
mod plant;
pub mod scene;
mod standing;
mod unlisted;
mod unseen;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use rand::{RngExt as _, SeedableRng as _};
use trailproof::proof::finding::{Severity, Verdict};
use trailproof::validate::outcome::Outcome;

use self::damage::{Damaged, Effect};
use self::judge::{Judgement, judge};
use self::scene::{Scene, id, interval};
pub use self::unseen::Unseen;
use super::tally::Tally;
use crate::library::{prove, source};
use crate::support::forge::Rng;

/// How often each honest world is damaged.
const TIMES: u64 = 16;

/// One in so many damaged worlds is validated with several numbers of workers.
const REORDERED: u64 = 16;

/// What a trial counted.
#[derive(Default)]
pub struct Trial {
    pub tally: Tally,
    /// Honest worlds.
    pub honest: u64,
    /// Damage that was found.
    pub seen: u64,
    /// Damage that cannot be seen, by what it is.
    pub unseen: BTreeMap<Unseen, u64>,
    /// `failed` that became `gaps` because something was deleted.
    pub softened: u64,
    /// `failed` that became `unproven` because a witness was blinded.
    pub blinded: u64,
    /// Worlds that were validated with several numbers of workers and orders of answers.
    pub reordered: u64,
}

impl Trial {
    fn add(&mut self, other: Trial) {
        self.tally.add(other.tally);
        self.honest += other.honest;
        self.seen += other.seen;
        self.softened += other.softened;
        self.blinded += other.blinded;
        self.reordered += other.reordered;
        for (unseen, count) in other.unseen {
            *self.unseen.entry(unseen).or_default() += count;
        }
    }

    /// What was counted beside the tally, in words.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            format!("{} honest worlds", self.honest),
            format!("{} damages found", self.seen),
            format!(
                "{} failed became gaps: something was deleted",
                self.softened
            ),
            format!(
                "{} failed became unproven: a witness was blinded",
                self.blinded
            ),
            format!(
                "{} validated with several numbers of workers",
                self.reordered
            ),
        ];
        let unseen = self.unseen.iter();
        notes
            .extend(unseen.map(|(unseen, count)| format!("{count} not seen: {}", unseen.reason())));
        notes
    }

    /// Counts what the judge says of a world. Where it finds anything wrong, all that the outcome says goes with it.
    fn take(&mut self, judgement: Judgement, outcome: &Outcome, what: &str) {
        self.tally.tried += 1;
        self.seen += judgement.seen;
        for (unseen, count) in judgement.unseen {
            *self.unseen.entry(unseen).or_default() += count;
        }
        let told = |texts: Vec<String>| {
            let texts = texts.into_iter();
            texts
                .map(|t| format!("{what}: {t}\n{}", said(outcome)))
                .collect::<Vec<_>>()
        };
        self.tally.missed.extend(told(judgement.missed));
        self.tally.false_alarms.extend(told(judgement.false_alarms));
    }
}

/// Damages at least so many worlds of a seed, on all cores.
pub fn run(seed: u64, worlds: u64) -> Trial {
    let (next, count) = (AtomicU64::new(0), worlds.div_ceil(TIMES));
    let all = Mutex::new(Trial {
        tally: Tally::new("worlds", Some(seed)),
        ..Trial::default()
    });
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let one = honest_and_damaged(seed.wrapping_mul(1 << 32).wrapping_add(number));
            all.lock().expect("no worker failed").add(one);
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (0..cores).for_each(|_| drop(scope.spawn(work)));
    });
    let mut trial = all.into_inner().expect("no worker failed");
    trial.tally.missed.sort();
    trial.tally.false_alarms.sort();
    trial
}

/// One honest world, and what damage does to it.
fn honest_and_damaged(seed: u64) -> Trial {
    let scene = Scene::new(seed);
    let mut trial = Trial {
        honest: 1,
        ..Trial::default()
    };
    let outcome = proven(&scene, &Damaged::of(&scene));
    let alarms = false_alarms(&scene, &outcome);
    trial.tally.false_alarms.extend(
        alarms
            .into_iter()
            .map(|a| format!("honest world {seed}: {a}")),
    );
    for number in 0..TIMES {
        let mut rng = Rng::seed_from_u64(seed ^ ((number + 1) << 40));
        damaged(
            &scene,
            &mut rng,
            &outcome,
            &mut trial,
            &format!("world {seed}, {number}"),
        );
    }
    trial
}

fn proven(scene: &Scene, damaged: &Damaged) -> Outcome {
    prove(
        &source(&damaged.world),
        &scene.ring(&damaged.without),
        &scene.request(1),
    )
}

/// What is wrong with the outcome of an honest world: only restarts may show, as gaps.
fn false_alarms(scene: &Scene, outcome: &Outcome) -> Vec<String> {
    let alarms = outcome
        .findings
        .iter()
        .filter(|f| f.severity > Severity::Gap);
    let mut wrong: Vec<String> = alarms
        .map(|f| format!("{}: {:?}: {}", f.code.as_str(), f.key, f.message))
        .collect();
    for chain in &scene.chains {
        let Some(found) = outcome.chains.iter().find(|c| c.id == id(chain)) else {
            wrong.push(format!("no chain {}", id(chain)));
            continue;
        };
        for digest in chain.digests.iter().filter(|d| !d.starting) {
            let time = interval(digest).clip(&scene.window_of(chain));
            let mut verified = found
                .coverage
                .iter()
                .filter(|s| s.state == trailproof::State::Verified);
            let is_verified = verified.any(|s| s.time.clip(&time) == time);
            if !time.is_empty() && !is_verified {
                wrong.push(format!("not verified: {}", digest.place.key));
            }
        }
        let is_restarted = chain.digests.iter().skip(1).any(|d| d.starting);
        if !is_restarted && found.verdict != Verdict::Verified {
            wrong.push(format!("{}: {:?}", id(chain), found.verdict));
        }
    }
    wrong
}

/// Damages a world, and then some more.
fn damaged(scene: &Scene, rng: &mut Rng, honest: &Outcome, trial: &mut Trial, what: &str) {
    let mut damaged = Damaged::of(scene);
    for _ in 0..rng.random_range(1..=6) {
        damaged.harm(scene, rng, |_, _| true);
    }
    let outcome = proven(scene, &damaged);
    let what = format!("{what}: {:?}", damaged.done);
    trial.take(judge(scene, &damaged, &outcome, honest), &outcome, &what);
    if rng.random_range(0..REORDERED) == 0 {
        trial.reordered += 1;
        let differences = order::differences(scene, &damaged);
        trial
            .tally
            .missed
            .extend(differences.into_iter().map(|d| format!("{what}: {d}")));
    }
    let mut more = damaged.clone();
    let wanted = |_, effect| matches!(effect, Effect::Harms | Effect::Blinds);
    if let Some(effect) = more.harm(scene, rng, wanted)
        && !is_mended(scene, &damaged, &more)
    {
        let after = proven(scene, &more);
        let what = format!("{what}, then {:?}", more.done.last());
        trial.take(judge(scene, &more, &after, honest), &after, &what);
        // Without its key, no digest that is put in the place of another one can be checked.
        let is_blinding = effect == Effect::Blinds || !more.without.is_empty();
        compare(&outcome, &after, is_blinding, trial, &what);
    }
    let mut less = damaged.clone();
    if less
        .harm(scene, rng, |_, effect| effect == Effect::Removes)
        .is_some()
    {
        let after = proven(scene, &less);
        let what = format!("{what}, then {:?}", less.done.last());
        trial.take(judge(scene, &less, &after, honest), &after, &what);
        let is_softer = outcome.verdict == Verdict::Failed && after.verdict == Verdict::Gaps;
        trial.softened += u64::from(is_softer);
    }
}

/// An outcome in short.
fn said(outcome: &Outcome) -> String {
    let mut lines = vec![format!("{:?}", outcome.verdict)];
    for finding in &outcome.findings {
        let (key, code) = (finding.key.as_deref(), finding.code.as_str());
        let time = finding.interval.map(|t| format!("{} {}", t.from, t.to));
        lines.push(format!("{code} {:?} {key:?} {time:?}", finding.severity));
    }
    for chain in &outcome.chains {
        let states = chain.coverage.iter();
        let states = states.map(|s| format!("{} {}", s.time.from, s.state.as_str()));
        let states: Vec<String> = states.collect();
        lines.push(format!("{} {:?}: {states:?}", chain.id, chain.verdict));
    }
    lines.join("\n")
}

/// Whether something that was damaged is again as it was delivered.
fn is_mended(scene: &Scene, before: &Damaged, after: &Damaged) -> bool {
    scene.world.buckets.iter().any(|(bucket, objects)| {
        let of = |world: &Damaged, key: &str| world.world.buckets.get(bucket)?.get(key).cloned();
        objects.iter().any(|(key, delivered)| {
            of(before, key).as_ref() != Some(delivered)
                && of(after, key).as_ref() == Some(delivered)
        })
    })
}

/// Nothing may get better by more damage, for the run or for any chain.
fn compare(before: &Outcome, after: &Outcome, is_blinding: bool, trial: &mut Trial, what: &str) {
    let mut pairs = vec![("the run".to_owned(), before.verdict, after.verdict)];
    for chain in &before.chains {
        let same = after.chains.iter().find(|c| c.id == chain.id);
        let now = same.map_or(Verdict::Verified, |c| c.verdict);
        pairs.push((chain.id.to_string(), chain.verdict, now));
    }
    for (of, was, is) in pairs.into_iter().filter(|(_, was, is)| is < was) {
        let is_blinded = is_blinding && (was, is) == (Verdict::Failed, Verdict::Unproven);
        match is_blinded {
            true => trial.blinded += 1,
            false => trial
                .tally
                .missed
                .push(format!("{what}: {of} was {was:?} and is {is:?}")),
        }
    }
}
