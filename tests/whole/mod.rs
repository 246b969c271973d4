//! Suites over the whole program:
//!
//! - `cases`: every folder of `testdata/` is as the forge makes it, and gives its exit status and its
//!   report, with any number of workers, from disk and from S3.
//! - `clean_worlds`: honest worlds raise no alarm, and damaged ones are never verified, from disk and from S3.
//! - `codes`: finding codes, the manual's table, the folders of `testdata/` and the published schemas agree.
//! - `collect`: a bundle proves what its bucket proved, whatever interrupts its collection or happens to it.
//! - `sample`: the commands in README work on the sample.
//! - `organization`: an organization with several faults; each is found once, from disk and from S3.
//! - `oracle`: `openssl`, `gunzip` and `sha256sum` alone prove what we prove, and nothing else.
//! - `differences`: the AWS CLI over the same AWS; every difference has a declared reason.
//! - `bits`: edits of every part of a trail, its metadata and its keys, each reported as what it is.
//! - `fuzz`: every seed and every former finding passes the targets of the fuzzers, as do some mutations of them.
//! - `faults`: an object that could not be read is never called altered or missing.
//! - `network`: faults on the way to AWS, each at each step and together, neither accuse nor excuse.
//! - `random`: random chains with random damage; only intact ones are called verified.
//! - `library_cases`: the library alone gives the reports of `testdata/`.
//! - `worlds`: random worlds with random damage, in memory, and a witness in plain Python that says the same.
//! - `agree`: disk, S3, memory and a bundle agree on random damaged worlds.
//! - `missing_chains`: a chain removed from a trail is missed wherever what remains names it.
//! - `resources`: with little memory, disk, descriptors or time, and hostile files, the program works or says what it lacks.
//! - `properties`: object keys, coverage and windows, for every input.
//! - `shards`: a random organization validated in shards has the report of a single run.
//! - `state`: a check that runs every hour and remembers what it proved, over thirty days of a world that grows.
//! - `events`: what `events` prints is what proven logs hold, over clean, real and hostile worlds.
//! - `timeline`: what `timeline` reports of an incident is what proven logs hold of it, in every format.
//! - `attackers`: what one who may write to the bucket, or has keys, can hide, and what not.
//! - `forge`: the forge itself writes what CloudTrail writes.

#[cfg(feature = "aws")]
mod agree;
mod attackers;
mod bits;
mod cases;
#[cfg(feature = "aws")]
mod clean_worlds;
mod codes;
#[cfg(feature = "aws")]
mod collect;
mod damaged_copies;
#[cfg(feature = "aws")]
mod differences;
mod events;
mod faults;
mod forge;
mod fuzz;
mod library_cases;
mod missing_chains;
#[cfg(feature = "aws")]
mod network;
mod oracle;
#[cfg(feature = "aws")]
pub mod organization;
mod properties;
pub mod random;
mod resources;
mod sample;
#[cfg(feature = "aws")]
mod shards;
#[cfg(all(feature = "aws", target_os = "linux"))]
mod state;
mod timeline;
mod worlds;
