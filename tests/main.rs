//! The tests: one binary, so that they are linked once and share one forge.
//!
//! **Where a test is.** The folders mirror `src/`. The test of a rule in `src/proof/gap/switches.rs`
//! is in `tests/proof/gap/switches.rs`, or beside the code where the code is pure. Run one room, or
//! one file of it, by its path:
//!
//! ```sh
//! cargo test --locked --test main -- proof::
//! cargo test --locked --test main -- proof::gap::switches
//! ```
//!
//! | folder | what its tests prove |
//! | --- | --- |
//! | `base` | inflating takes bounded memory; text from outside is printed safely |
//! | `cloudtrail` | digests, object keys, event records and selectors are parsed as AWS writes them |
//! | `proof` | keys, signatures, placement, chains, coverage, and the causes of gaps and damage |
//! | `source` | folders, key files and cancelled sources give bytes, or say why not |
//! | `report` | every format says the same, resists hostile text, and stays small |
//! | `validate` | discovery, digests, logs, causes, unreferenced logs and accepted gaps |
//! | `aws` | sessions, endpoints, S3 and CloudTrail, and their errors; `aws/loopback` tests the fake itself |
//! | `commands` | `trails`, `explain` and `doctor` |
//! | `cli` | arguments, exit statuses, outputs, terminals and signals, with the real binary |
//! | `manual` | every command, file and output that README and the manual show; topics and man pages |
//! | `whole` | suites over the whole program: see `whole/mod.rs`, one line each |
//! | `words` | messages, help, schemas and the manual are plain English |
//! | `layering` | the rooms of `src/` and what each may use |
//!
//! **How chains are made.** `support/forge` writes chains of digests and logs as CloudTrail does,
//! signed with real RSA keys, and shares no code with the library. A test starts a
//! [`Chain`](support::forge::Chain) in a [`World`](support::forge::World), stops or moves it, and
//! damages one object with a function of `support/forge/damage.rs`. The world then becomes a source in
//! memory (`library`), a copy on disk (`support/disk.rs`, `support/case.rs`), or AWS on loopback
//! (`support/aws`, `support/stage.rs`), which the real binary reads over HTTP with the real SDK.
//! `support/cases` defines the folders of `testdata/`; `support/program.rs` runs the binary. The keys
//! and digests that AWS itself published are in `support/real`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![cfg_attr(
    not(feature = "aws"),
    allow(unused, reason = "tests with AWS on loopback use it")
)]

#[cfg(feature = "aws")]
mod aws;
mod base;
mod cli;
mod cloudtrail;
mod commands;
mod layering;
mod library;
mod manual;
mod proof;
mod report;
mod source;
mod support;
mod trials;
mod validate;
mod whole;
mod words;
