//! Proves whether AWS CloudTrail logs are still what CloudTrail delivered.
//!
#![doc = include_str!("manual/library.md")]
#![doc = include_str!("manual/building.md")]

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
pub mod manual;
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
pub use validate::records::{LogStanding, LogText, ReadLog, RecordReader};
pub use validate::request::{
    ChainFilter, LogSelection, ObservedWindow, OneLog, PriorKnowledge, Request,
};
pub use validate::{Access, validate, validate_with};

// What comes back.
pub use base::error::{Error, ErrorKind};
pub use base::sha256::Sha256;
pub use base::time::Window;
pub use cloudtrail::event::{Actor, Call, Event, Evidence, Via};
pub use proof::chain::{Anchor, Location, Tally};
pub use proof::coverage::{State, Stretch};
pub use proof::finding::{
    Code, DeleteMarker, Finding, Hint, ObjectFacts, Original, ReadFrom, Recovery, RecoveryOutcome,
    Severity, StoredVersion, Verdict,
};
pub use proof::gap::{Cause, Certainty, Gap, GapPlace, Undigested};
pub use proof::judge::{Proof, Verified};
pub use proof::signature::KeyUse;
pub use validate::outcome::{ChainOutcome, LogTally, Outcome, Requests};
pub use validate::proven_events::{OwnedAccess, ProvenEvent, ProvenEvents};

// Where objects come from.
pub use source::disk::DiskSource;
pub use source::memory::{MemoryObject, MemorySource};
pub use source::places::{MapRule, Places};
pub use source::trails::TrailApi;
pub use source::{
    Denial, Folders, GetError, Listed, Metadata, Range, Root, RootId, Source, SourceObject,
    VersionEntry, VersionObject, Versions, VersionsKept,
};

// Public keys.
pub use proof::keys::{KeyLookup, KeyOrigin, KeyRing, KeyUnavailable, Keys, NoKeys, PublicKey};
pub use source::key_files::load as load_keys;
pub use source::keys::PublicKeyApi;
pub use source::regional_keys::RegionalKeys;

// AWS.
#[cfg(feature = "aws")]
pub use aws::{
    Http, HttpSettings, Runtime, Session, SessionSettings,
    keys::SessionKeys,
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
