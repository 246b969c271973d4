//! Proves whether AWS CloudTrail logs are still what CloudTrail delivered.
//!
//! With log file validation on, CloudTrail delivers a *digest* every hour: a signed list of the logs that it
//! wrote, with the SHA-256 of each. Every digest also records the one before it, so the digests of a trail form a
//! *chain* in each account and region. This crate follows every chain, checks every signature and every log, and
//! accounts for every instant of the time you ask about.
//!
//! # Validate a folder
//!
//! You need a copy of the bucket (`aws s3 sync s3://BUCKET DIR`) and the public keys of its regions
//! (`aws cloudtrail list-public-keys`, one file `REGION.json` per region).
//!
//! ```
//! use trailproof::{Validation, Verdict};
//!
//! let outcome = Validation::of_folder("testdata/sample/bucket")
//!     .keys("testdata/sample/keys")
//!     .run()?;
//! assert_eq!(outcome.verdict, Verdict::Verified);
//! # Ok::<(), trailproof::Error>(())
//! ```
//!
//! The [`Outcome`] holds the [`Verdict`], a [`ChainOutcome`] for each chain, every [`Finding`], and sentences that
//! say what was not proven. In the next bucket no digest covers 90 minutes, and one log is missing:
//!
//! ```
//! use trailproof::{Code, State, Validation, Verdict};
//!
//! let outcome = Validation::of_copy("trail-logs", "testdata/log-missing--starting-digest/bucket")
//!     .keys("testdata/log-missing--starting-digest/keys")
//!     .run()?;
//! assert_eq!(outcome.verdict, Verdict::Failed);
//!
//! // A finding says what happened, to which object, why that matters, and what to do.
//! let missing: Vec<_> = outcome.findings.iter().filter(|f| f.code == Code::LogMissing).collect();
//! assert_eq!(missing.len(), 1);
//! assert_eq!(missing[0].bucket.as_deref(), Some("trail-logs"));
//! assert!(missing[0].key.as_deref().is_some_and(|key| key.ends_with(".json.gz")));
//!
//! for chain in &outcome.chains {
//!     // Coverage is the window, cut into stretches without holes or overlaps.
//!     let states: Vec<State> = chain.coverage.iter().map(|stretch| stretch.state).collect();
//!     assert_eq!(states, [State::Verified, State::Gap, State::Failed, State::Verified]);
//!     let seconds: i64 = chain.coverage.iter().map(|stretch| stretch.time.seconds()).sum();
//!     assert_eq!(seconds, chain.window.seconds());
//!
//!     // A gap is time that no digest vouches for, with its cause as far as one is recorded.
//!     for gap in &chain.gaps {
//!         assert_eq!(gap.time.from, chain.coverage[1].time.from);
//!     }
//! }
//! # assert_eq!(outcome.chains.iter().map(|chain| chain.gaps.len()).sum::<usize>(), 1);
//! # Ok::<(), trailproof::Error>(())
//! ```
//!
//! # More than folders
//!
//! [`Validation`] puts four parts together, which you can also use yourself with [`validate()`]:
//!
//! - a [`Source`] of objects: [`DiskSource`] for folders, [`MemorySource`] for objects in memory, `S3Source` for
//!   buckets in S3, or your own;
//! - [`Places`], which says where a copied object was written (see [`MapRule`]);
//! - [`Keys`]: a [`KeyRing`] filled by [`load_keys`], or `RegionalKeys`, which asks ListPublicKeys;
//! - a [`Request`]: which chains and which time, with the [`Limits`] on what hostile input may cost.
//!
//! An [`Observer`] is called as the work goes on; [`Silent`] ignores every call.
//!
//! # Two channels
//!
//! A [`Finding`] is evidence about the logs. An [`Error`] means that nothing could be checked: a folder does not
//! open, a key file is not valid. The two never meet. A single object that cannot be read is a finding of severity
//! [`Unproven`](Severity::Unproven), and never counts as missing.
//!
//! # What it does
//!
//! - It proves each digest by its own signature, or by what a later proven digest recorded of it.
//! - It compares each digest with the bucket, account, region, trail and time it was found under.
//! - It gives every instant of the window exactly one [`State`].
//! - It reports who stopped or changed a trail and who deleted or overwrote logs, where a proven log records that.
//! - It reports objects among the logs that no digest lists.
//!
//! # What it does not do
//!
//! - It does not prove what a trail was not configured to log.
//! - It does not guess causes: a gap without a recorded cause is [`Unexplained`](Cause::Unexplained).
//! - It does not vouch for public keys that come from files.
//! - It never writes to a source. As a library it does not print, exit or panic on input.
//!
//! # Features
//!
//! `aws` (on by default) adds buckets in S3, keys from ListPublicKeys and the configuration of trails, through the
//! AWS SDK for Rust. Without it the crate makes no network calls.
//!
//! # The rooms of this crate
//!
//! The items on this page are the complete supported surface. The modules are public for this crate's own tests and
//! benchmarks, are hidden here, and may change in any release. A module uses only those on lower floors:
//!
//! ```text
//! 7  cli         arguments in, exit status out
//! 6  commands    trails, explain, doctor
//! 5  validate    the five phases of a validation        aws     S3, keys and trails
//! 4  report      frozen report types and formats        source  where bytes come from
//! 3  proof       what follows from bytes, keys and events
//! 2  cloudtrail  the formats of AWS, parsed
//! 1  base        errors, limits, gzip, JSON, time, text
//! ```
//!
//! A validation runs through them like this:
//!
//! ```text
//!  source       cloudtrail     proof                      validate
//!  list, get ─▶ parse       ─▶ signature, place, chain ─▶ coverage, gaps, findings ─▶ Outcome
//!                 Unverified     Verified
//! ```
//!
//! Only a [`Verified`] digest gives out its list of logs and its link to the digest before it.
//!
//! # Written by hand
//!
//! Libraries do most of what is not CloudTrail's own: `ring` and `x509-parser` for keys and signatures, `flate2` for
//! gzip, `serde_json` for JSON, `jiff` for time, the AWS SDK for requests. For these parts a library exists too, and
//! this is why it is not used:
//!
//! | part | libraries | why not |
//! | --- | --- | --- |
//! | metrics (`report::validation::prometheus`) | `prometheus-client` | It writes OpenMetrics: other bytes than the text format of the node exporter's textfile collector, which users read |
//! | JUnit (`report::validation::junit`), over `quick-xml` | `quick-junit` | It keeps every test case in memory, writes other attributes, and drops the characters that XML cannot hold, which we show |
//! | header and trailer of gzip (`base::gzip`) | `flate2` | Its CRC-32 takes 5 % of a validation on disk; `crc-fast` does not |
//! | JSON in pieces (`base::json`) | `struson`, `json-event-parser` | A list of 500,000 logs is read without its text in memory, each entry as the exact bytes that were signed |
//! | times as people write them (`base::time`) | `dateparser`, `chrono-english` | They guess, and a guess moves a window by months. What has two meanings is refused |
//! | buffers that move to disk (`base::spool`) | `tempfile`'s `SpooledTempFile` | It is one stream with one position. Blocks are read by their offset, from several threads |
//! | the number of requests in flight (`aws::s3`) | the SDK's adaptive retries | They set a rate for a client. Here the 503s of one bucket lower the number of its requests in flight |
//!
//! # Where to read on
//!
//! [`Validation`] for folders, [`Request`] for every option, [`Outcome`] for what comes back,
//! [`Code`] for everything that can be found.

#[cfg(feature = "aws")]
#[doc(hidden)]
pub mod aws;
#[doc(hidden)]
pub mod base;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod cloudtrail;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod proof;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod validate;

// To validate.
pub use validate::folder::Validation;
pub use validate::observer::{JudgedObject, ObjectKind, Observer, Silent, Step};
pub use validate::request::{
    ChainFilter, LogSelection, ObservedWindow, OneLog, PriorKnowledge, Request,
};
pub use validate::{Access, validate};

// What comes back.
pub use base::error::{Error, ErrorKind};
pub use base::sha256::Sha256;
pub use base::time::Window;
pub use cloudtrail::event::{Actor, Call, Event, Evidence, Via};
pub use proof::chain::{Anchor, Location, Tally};
pub use proof::coverage::{State, Stretch};
pub use proof::finding::{Code, Finding, Hint, ObjectFacts, ReadFrom, Severity, Verdict};
pub use proof::gap::{Cause, Certainty, Gap, GapPlace, Undigested};
pub use proof::judge::{Proof, Verified};
pub use proof::signature::KeyUse;
pub use validate::outcome::{ChainOutcome, LogTally, Outcome, Requests};

// Where objects come from.
pub use source::disk::DiskSource;
pub use source::memory::{MemoryObject, MemorySource};
pub use source::places::{MapRule, Places};
pub use source::trails::TrailApi;
pub use source::{
    Denial, Folders, GetError, Listed, Metadata, Range, Root, RootId, Source, SourceObject,
};

// Public keys.
pub use proof::keys::{KeyLookup, KeyOrigin, KeyRing, KeyUnavailable, Keys, PublicKey};
pub use source::key_files::load as load_keys;

// AWS.
#[cfg(feature = "aws")]
pub use aws::{
    Http, HttpSettings, Runtime, Session, SessionSettings,
    keys::RegionalKeys,
    s3::{InFlight, S3Source},
    trails::SessionTrails,
};

// What CloudTrail calls things, and bounds.
pub use base::cancel::{CancelFlag, CancelReason};
pub use base::limits::Limits;
pub use cloudtrail::ids::{AccountId, ChainId, NotAn, OrganizationId, Region, TrailArn, TrailName};
pub use cloudtrail::object_key::KeyRoot;
pub use cloudtrail::selectors::Selectors;
pub use cloudtrail::trail::{TrailConfig, TrailStatus};
pub use jiff::Timestamp;
