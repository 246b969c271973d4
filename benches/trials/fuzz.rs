//! `fuzz`: mutates inputs of the targets for minutes, on stable Rust.

use std::alloc::System;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::trials::fuzz::{Budget, FuzzTarget, Watch, all, fuzz, seeds_of};
use crate::trials::tally::Tally;

/// Counts what each input allocates.
#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// After so long, an input is taken to run for ever.
const HANGS: Duration = Duration::from_secs(60);

/// What `fuzz` takes.
#[derive(Args)]
pub struct FuzzArgs {
    /// The name of a target, or `all`
    target: String,
    /// Minutes for each target
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    #[arg(long, default_value_t = 24)]
    seed: u64,
    /// Write the seeds of each target into a folder of its name in this one, for `cargo fuzz`, and run nothing
    #[arg(long)]
    write_seeds: Option<PathBuf>,
}

/// The input that is running.
struct Running {
    target: &'static str,
    input: Vec<u8>,
    since: Instant,
}

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

fn running() -> MutexGuard<'static, Option<Running>> {
    RUNNING.lock().unwrap_or_else(|e| e.into_inner())
}

/// Counts allocations, and remembers what is running.
struct Watched;

impl Watch for Watched {
    fn begins(&self, target: &FuzzTarget, input: &[u8]) {
        let mut running = running();
        let running = running.get_or_insert_with(|| Running {
            target: target.name,
            input: Vec::new(),
            since: Instant::now(),
        });
        running.input.clear();
        running.input.extend_from_slice(input);
        running.since = Instant::now();
    }

    fn allocated(&self) -> u64 {
        INSTRUMENTED_SYSTEM.stats().bytes_allocated as u64
    }
}

/// Ends the process if an input runs for ever, and prints it.
fn end_what_hangs() {
    thread::spawn(|| {
        loop {
            thread::sleep(Duration::from_secs(5));
            if let Some(running) = running().as_ref()
                && running.since.elapsed() > HANGS
            {
                println!(
                    "{} hangs with {}",
                    running.target,
                    running.input.escape_ascii()
                );
                std::process::abort();
            }
        }
    });
}

/// Prints where a panic comes from, once: a finding is tried many times while it is made shorter.
fn print_panics_once() {
    let known: Mutex<HashSet<String>> = Mutex::default();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        let mut known = known.lock().unwrap_or_else(|e| e.into_inner());
        if known.insert(place.clone()) {
            eprintln!("a panic at {place}");
        }
    }));
}

/// Runs one target or all, and prints a line for each.
pub fn run(args: &FuzzArgs) -> Tally {
    let mut targets = all();
    targets.retain(|target| args.target == "all" || args.target == target.name);
    let mut tally = Tally::new("fuzz", Some(args.seed));
    if targets.is_empty() {
        let names: Vec<&str> = all().iter().map(|target| target.name).collect();
        tally.missed.push(format!(
            "no target is called {}: {}",
            args.target,
            names.join(", ")
        ));
    }
    if let Some(folder) = &args.write_seeds {
        for target in &targets {
            tally.tried += write_seeds(&folder.join(target.name), target);
        }
        return tally;
    }
    print_panics_once();
    end_what_hangs();
    let budget = Budget {
        inputs: u64::MAX,
        time: Duration::from_secs_f64(args.minutes * 60.0),
    };
    for target in &targets {
        let begin = Instant::now();
        *running() = None;
        let of_target = fuzz(target, args.seed, budget, &Watched);
        println!("{}", of_target.line(begin.elapsed().as_secs_f64()));
        tally.add(of_target);
    }
    *running() = None;
    tally
}

/// Writes the seeds of a target as `cargo fuzz` reads them.
fn write_seeds(folder: &Path, target: &FuzzTarget) -> u64 {
    fs::create_dir_all(folder).expect("a folder");
    let seeds = seeds_of(target);
    for (at, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{at}")), seed).expect("a file");
    }
    seeds.len() as u64
}
