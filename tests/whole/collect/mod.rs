//! Evidence that outlives the bucket: collected from AWS on loopback, and proven after AWS is gone.
//!
//! - `cases`: the report of a bundle is that of its bucket, for every case of `testdata/` and for scenes
//!   that need CloudTrail's answers.
//! - `trust`: whose keys and answers count, and what is said of a bundle that somebody made.
//! - `kills`: a collection killed at any instant is resumed and ends as the same bundle.
//! - `changed`: files that were changed after an interruption, and a folder that is in use.
//! - `unproven`: without keys or digests, the logs are collected all the same.
//! - `damage`: every file of a bundle changed, cut, deleted, swapped and added is found, and accuses nobody.
//! - `hostile`: links, pipes, and paths that lead out of a bundle; a manifest of very many lines.
//! - `out`: where a bundle cannot be written, and credentials that expire.
//! - `moto`: an S3 that nobody here wrote.

mod cases;
mod changed;
mod damage;
mod hostile;
mod kills;
mod moto;
mod out;
mod trust;
mod unproven;
