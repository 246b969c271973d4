//! Proves whether AWS CloudTrail logs are still what CloudTrail delivered.
//!
//! CloudTrail writes an hourly, signed *digest* with the SHA-256 of every log it delivered, each
//! digest chained to the one before. The pipeline, in CloudTrail's words:
//!
//! ```text
//! source ── discover ── fetch ── inflate ── digest ── signature ─┐
//!   keyname, atlas          (bytes)     (Unverified)   keys      │
//!                                                        proof, placement
//!                                                          (Verified)
//!                                                                │
//!  report ── view ── outcome ── coverage, gap ── chain ──────────┤
//!                                 (findings)  │                  └── logfile ── fetch
//!                                             └── heard, damage ── record ── keep ──┘
//! ```
//!
//! [`validate`] joins them; [`commands::trails`] tells, by names alone, which chains are there. A
//! [`proof::finding::Finding`] is evidence about the logs; an [`base::error::Error`] says that we could not look. They
//! never meet.
//!
//! It does
//! - prove a digest by its own signature, or by what its successor recorded of it;
//! - hold each digest against the place, account, region, trail and time it was found as;
//! - account for every instant of the window;
//! - tell who stopped or changed a trail, and who removed or overwrote what it stored, where a proven log
//!   records that;
//! - tell which logs are there that no digest names.
//!
//! It does not
//! - write, print, exit, read the environment or panic on input;
//! - take what nobody records for a cause;
//! - vouch for keys that come from a file.
//!
//! ```
//! use trailproof::base::limits::Limits;
//! use trailproof::proof::finding::Verdict;
//! use trailproof::proof::keys::KeyRing;
//! use trailproof::source::{Source, disk::DiskSource, key_files, places::Places};
//! use trailproof::validate::observer::Silent;
//! use trailproof::validate::request::Request;
//! use trailproof::validate::{Access, validate};
//!
//! let limits = Limits::default();
//! let mut source = DirSource::new(limits.clone());
//! source.mount("testdata/sample/bucket".as_ref(), Vec::new())?;
//! let mut ring = KeyRing::default();
//! key_files::load("testdata/sample/keys".as_ref(), &limits, &mut ring)?;
//! let atlas = Atlas::new(source.roots(), Vec::new());
//! let access = Access { source: &source, atlas: &atlas, keys: &ring, trails: None };
//! let outcome = validate(access, &Request::default(), &Silent)?;
//! assert_eq!(outcome.verdict, Verdict::Verified);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "aws")]
pub mod aws;
pub mod base;
pub mod cli;
pub mod cloudtrail;
pub mod commands;
pub mod proof;
pub mod report;
pub mod source;
pub mod validate;
