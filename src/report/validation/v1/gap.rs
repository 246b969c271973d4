//! A gap, and the events that bear on a gap or a finding.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloudtrail::event::KeyTerm;
use crate::proof::gap::{Cause, Certainty};
use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// Time that no digest covers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Its first instant.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// The first instant after it; equal to `from` for a restart that left no hole.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Whether it ends in a starting digest.
    pub restart: bool,
    /// Which recorded calls removed or overwrote objects of its time, in sentences: who, which object, when, from
    /// where. Null if no such call is recorded.
    #[serde(default)]
    pub removals: Option<String>,
    /// Why it exists.
    pub cause: Word<Cause>,
    /// How certain the cause is.
    pub certainty: Word<Certainty>,
    /// Events that bear on it.
    pub evidence: Vec<Evidence>,
    /// Logs of its time that no digest lists; null if nobody searched for them.
    pub undigested_logs: Option<Undigested>,
}

/// Logs in a gap that no digest lists.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Undigested {
    /// How many.
    pub count: u64,
    /// The first one's minute.
    #[schemars(with = "Option<DateTime>")]
    pub first: Option<Timestamp>,
    /// The last one's minute.
    #[schemars(with = "Option<DateTime>")]
    pub last: Option<Timestamp>,
}

/// An event that bears on a gap or a finding.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The event's name.
    pub event_name: String,
    /// Its time.
    #[schemars(with = "DateTime")]
    pub event_time: Timestamp,
    /// Its id.
    pub event_id: Option<String>,
    /// Who made the call.
    pub actor: Option<Box<Actor>>,
    /// The address that it came from.
    pub source_ip: Option<String>,
    /// The program that made it.
    pub user_agent: Option<String>,
    /// The error that it ended in; null if it succeeded.
    pub error_code: Option<String>,
    /// The region that the call was made in.
    pub region: Option<String>,
    /// Whether the session was opened with a second factor.
    pub mfa: Option<bool>,
    /// The role or user that the session's credentials came from.
    pub issuer: Option<String>,
    /// The trail that the call was on: its ARN, or its name in the account and region of the call. Null in a report
    /// of an earlier version.
    #[serde(default)]
    pub trail: Option<String>,
    /// The KMS key that the call was on: its ARN or its id. Null in a report of an earlier version.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// The bucket that the call was on, or that holds the object that it was on.
    pub bucket: Option<String>,
    /// The key of the object that the call was on. Of a call on several objects: of the one that concerns this gap
    /// or finding, if it is one.
    pub key: Option<String>,
    /// The version of that object that the call gave.
    pub version_id: Option<String>,
    /// The objects of a call on several, as far as they concern this gap or finding; at most 20.
    #[serde(default)]
    pub objects: Vec<EventObject>,
    /// How many more objects there are than `objects` lists.
    #[serde(default)]
    pub more_objects: u64,
    /// The parameters of the call as JSON; a long text is cut and ends in `…`.
    pub request_parameters: Option<String>,
    /// How it bears on the gap or finding; null where it is the call of a change of a trail.
    #[serde(default)]
    pub role: Option<Word<Role>>,
    /// What the call was on; null in a report of an earlier version.
    #[serde(default)]
    pub bearing: Option<Word<Bearing>>,
    /// How it is known.
    pub via: Word<Via>,
    /// The log that contains it.
    pub log: Option<String>,
    /// The digest that lists the log.
    pub digest: Option<String>,
}

/// How an event bears on a gap or a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The cause of the gap follows from it.
    Cause,
    /// It happened near the gap, or to the object or its bucket.
    Context,
    /// It is worth checking, and nothing follows from it: only an unproven log records it.
    Lead,
}

/// What a call was on. It says why the event is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bearing {
    /// The trail.
    Trail,
    /// The account, its organization or its regions.
    Account,
    /// Objects, to delete them.
    Removal,
    /// Versions of objects, to delete them. A version may be a delete marker.
    VersionRemoval,
    /// Objects to delete, which the record does not list.
    UnlistedRemoval,
    /// An object, to write it.
    Write,
    /// The bucket, to delete it.
    BucketRemoval,
    /// When objects of the bucket expire.
    Lifecycle,
    /// Who may read, write and delete in the bucket.
    Policy,
    /// Whether earlier versions of objects are kept.
    Versioning,
    /// How long objects of the bucket cannot be deleted.
    ObjectLock,
    /// Where objects of the bucket are copied to.
    Replication,
    /// How new objects of the bucket are encrypted.
    Encryption,
    /// Whether the bucket may be public.
    PublicAccess,
    /// Who may read and write in the bucket, by its access control list.
    Acl,
    /// Who owns the objects of the bucket.
    Ownership,
    /// The KMS key that encrypts objects.
    KmsKey,
    /// Anything else.
    Other,
}

/// An object that a call was on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventObject {
    /// Its key.
    pub key: String,
    /// Its version, if the call gave one.
    pub version_id: Option<String>,
}

/// How an event is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// A log contains it that a proven digest lists and whose hash matched.
    VerifiedLog,
    /// LookupEvents reported it, unsigned.
    LookupEvents,
    /// GetTrailStatus reported its time; of the call nothing else is known.
    TrailStatus,
    /// A log contains it that only an unproven digest lists: a lead, and never a cause.
    UnprovenLog,
}

/// Who made a call.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// The kind of identity.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its ARN.
    pub arn: Option<String>,
    /// Its account.
    pub account: Option<String>,
    /// Its access key.
    pub access_key_id: Option<String>,
    /// How long that key is valid: `AKIA…` is a user's and long-term, `ASIA…` a session's and temporary.
    pub access_key_term: Option<Word<KeyTerm>>,
    /// Its session.
    pub session: Option<String>,
    /// The AWS service that made the call for it; null in a report of an earlier version.
    #[serde(default)]
    pub invoked_by: Option<String>,
}
