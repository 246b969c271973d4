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
//! [`validate`] joins them; [`inventory`] tells, by names alone, which chains are there. A
//! [`finding::Finding`] is evidence about the logs; an [`error::Error`] says that we could not look. They
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
//! use trailproof::atlas::Atlas;
//! use trailproof::event::Silent;
//! use trailproof::finding::Verdict;
//! use trailproof::keys::{KeyRing, file};
//! use trailproof::limits::Limits;
//! use trailproof::scope::Request;
//! use trailproof::source::{Source, dir::DirSource};
//! use trailproof::validate::{Access, validate};
//!
//! let limits = Limits::default();
//! let mut source = DirSource::new(limits.clone());
//! source.mount("testdata/sample/bucket".as_ref(), Vec::new())?;
//! let mut ring = KeyRing::default();
//! file::load("testdata/sample/keys".as_ref(), &limits, &mut ring)?;
//! let atlas = Atlas::new(source.roots(), Vec::new());
//! let access = Access { source: &source, atlas: &atlas, keys: &ring, trails: None };
//! let outcome = validate(access, &Request::default(), &Silent)?;
//! assert_eq!(outcome.verdict, Verdict::Verified);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod accept;
pub mod atlas;
#[cfg(feature = "aws")]
pub mod aws;
pub mod beside;
pub mod cadence;
pub mod chain;
pub mod cli;
pub mod coverage;
pub mod damage;
pub mod digest;
pub mod discover;
pub mod doctor;
pub mod error;
pub mod escape;
pub mod event;
pub mod explain;
pub mod fetch;
pub mod finding;
pub mod gap;
pub mod gzip;
pub mod hash;
pub mod heard;
pub mod inflate;
pub mod interest;
pub mod inventory;
pub mod keep;
pub mod keyname;
pub mod keys;
pub mod ledger;
pub mod limits;
pub mod listing;
pub mod logfile;
pub mod not_proven;
pub mod outcome;
pub mod placement;
pub mod proof;
pub mod reading;
pub mod record;
pub mod report;
pub mod scope;
pub mod signature;
pub mod source;
pub mod stop;
pub mod strict;
pub mod there;
pub mod trail;
pub mod trails;
pub mod unlisted;
pub mod validate;
pub mod view;
pub mod who;
