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
    /// Why it is there.
    pub cause: Word<Cause>,
    /// How sure that is.
    pub certainty: Word<Certainty>,
    /// Events that bear on it.
    pub evidence: Vec<Evidence>,
    /// Logs that lie in it and that no digest names; null if they were not looked for.
    pub undigested_logs: Option<Undigested>,
}

/// Logs in a gap that no digest names.
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
    /// Who did it.
    pub actor: Option<Actor>,
    /// From which address.
    pub source_ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// The error it ended in.
    pub error_code: Option<String>,
    /// The region that the call was made in.
    pub region: Option<String>,
    /// Whether the session was opened with a second factor.
    pub mfa: Option<bool>,
    /// The role or user that the session's credentials came from.
    pub issuer: Option<String>,
    /// The bucket that the call was on, or that holds the object that it was on.
    pub bucket: Option<String>,
    /// The key of the object that the call was on.
    pub key: Option<String>,
    /// The version of the object that the call named.
    pub version_id: Option<String>,
    /// The parameters of the call as JSON; a long text is cut and ends in `…`.
    pub request_parameters: Option<String>,
    /// How it bears on the gap or finding.
    #[serde(default)]
    pub role: Option<Word<Role>>,
    /// How it is known.
    pub via: Word<Via>,
    /// The log it stands in.
    pub log: Option<String>,
    /// The digest that names the log.
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
    /// It is worth a look, and nothing follows from it: only an unproven log records it.
    Lead,
}

/// How an event is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// It stands in a log that a proven digest names and whose hash matched.
    VerifiedLog,
    /// LookupEvents told it, unsigned.
    LookupEvents,
    /// It is a time that GetTrailStatus told; of the call nothing else is known.
    TrailStatus,
    /// It stands in a log that only an unproven digest lists: a lead, and never a cause.
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
}
