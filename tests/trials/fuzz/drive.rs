//! Runs targets: over their seeds, and over mutations of them until a budget is used up.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rustix::time::{ClockId, clock_gettime};

use super::mutate::mutated;
use super::seeds::seeds_of;
use super::targets::FuzzTarget;
use crate::support::forge::Rng;
use crate::trials::tally::Tally;

/// The longest time of one input, in the time of a processor: other work of the machine does not count.
const SLOW: Duration = Duration::from_secs(2);

/// How often a slow input is tried again.
const AGAIN: usize = 3;

/// Most inputs that are kept because their outcome was new.
const KEPT: usize = 4_000;

/// Most attempts to make a finding shorter.
const SHORTENED: usize = 2_000;

/// The longest time for that.
const PATIENCE: Duration = Duration::from_secs(10);

/// Most characters of a message: a comparison prints both sides.
const MESSAGE: usize = 400;

/// Findings of one target after which it is not run on.
const ENOUGH: usize = 5;

/// When a target has been run enough: after so many inputs, or after so much time.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub inputs: u64,
    pub time: Duration,
}

/// Who watches over the runs.
pub trait Watch {
    /// A target begins with an input.
    fn begins(&self, target: &FuzzTarget, input: &[u8]);

    /// The bytes that were allocated so far, or 0 if nobody counts them.
    fn allocated(&self) -> u64;
}

/// What came of one input: a number, or what is wrong.
fn run(target: &FuzzTarget, input: &[u8], watch: &dyn Watch) -> Result<u64, String> {
    watch.begins(target, input);
    let (began, before) = (processor_time(), watch.allocated());
    let result = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let took = processor_time().saturating_sub(began);
    let allocated = watch.allocated().saturating_sub(before);
    let outcome = result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let text = text.unwrap_or_else(|| "a panic without a text".to_owned());
        text.chars().take(MESSAGE).collect::<String>()
    })?;
    if took > SLOW && is_always_slow(target, input, watch) {
        return Err(format!("it took {took:?}"));
    }
    if allocated > target.room {
        return Err(format!("it allocated {allocated} bytes"));
    }
    Ok(outcome)
}

/// How long this thread has run on a processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().expect("a time from its start on")
}

/// Whether an input is slow again and again: the first run may prepare what all later ones use.
fn is_always_slow(target: &FuzzTarget, input: &[u8], watch: &dyn Watch) -> bool {
    (0..AGAIN).all(|_| {
        watch.begins(target, input);
        let began = processor_time();
        (target.run)(input);
        processor_time().saturating_sub(began) > SLOW
    })
}

/// A finding in one line: the target, what is wrong, and a short input that shows it.
fn finding(target: &FuzzTarget, input: &[u8], why: &str, watch: &dyn Watch) -> String {
    let short = shortened(input, &|shorter| run(target, shorter, watch).is_err());
    format!(
        "{}: {why} with {:?}",
        target.name,
        String::from_utf8_lossy(&short)
    ) + &format!(" = {}", hex_of(&short))
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The input without stretches that a finding does not need.
fn shortened(input: &[u8], is_finding: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut short = input.to_vec();
    let mut left = SHORTENED;
    let began = Instant::now();
    let mut step = short.len().div_ceil(2);
    while step > 0 {
        let mut at = 0;
        while at < short.len() && left > 0 && began.elapsed() < PATIENCE {
            left -= 1;
            let mut shorter = short.clone();
            shorter.drain(at..(at + step).min(short.len()));
            match is_finding(&shorter) {
                true => short = shorter,
                false => at += step,
            }
        }
        step /= 2;
    }
    short
}

/// Runs a target over its seeds, and over mutations of them and of those mutations whose outcome was new.
pub fn fuzz(target: &FuzzTarget, seed: u64, budget: Budget, watch: &dyn Watch) -> Tally {
    let began = Instant::now();
    let mut tally = Tally::new(target.name, Some(seed));
    let mut rng = Rng::seed_from_u64(seed);
    let mut kept = seeds_of(target);
    let mut outcomes: HashSet<u64> = HashSet::new();
    for seed in &kept {
        tally.tried += 1;
        match run(target, seed, watch) {
            Ok(outcome) => drop(outcomes.insert(outcome)),
            Err(why) => tally.missed.push(finding(target, seed, &why, watch)),
        }
    }
    let mut said: HashSet<String> = HashSet::new();
    while tally.tried < budget.inputs && began.elapsed() < budget.time && said.len() < ENOUGH {
        // The newest are tried more often.
        let newest = kept.len().saturating_sub(50);
        let from = if rng.random() { 0 } else { newest };
        let one = rng.random_range(from..kept.len());
        let other = rng.random_range(0..kept.len());
        let pair = (kept[one].as_slice(), kept[other].as_slice());
        let input = mutated(&mut rng, pair, target.words, target.longest);
        tally.tried += 1;
        match run(target, &input, watch) {
            Ok(outcome) if outcomes.insert(outcome) => match kept.len() < KEPT {
                true => kept.push(input),
                false => kept[one] = input,
            },
            Ok(_) => {}
            // Many inputs show the same.
            Err(why) => {
                let words: String = why.chars().filter(|c| c.is_alphabetic()).take(80).collect();
                if said.insert(words) {
                    tally.missed.push(finding(target, &input, &why, watch));
                }
            }
        }
    }
    tally
}
