//! The timeline itself, which the reports of `timeline` and of `validate --investigate` both hold.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloudtrail::event::KeyTerm;
use crate::proof::finding::{Code, Severity};
use crate::proof::gap::{Cause, Certainty};
use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// What proven records say about the subjects of an incident: its trails, buckets, objects, keys and principals.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Whether every search read all proven logs to their ends, and every principal was followed.
    pub complete: bool,
    /// Whether a search ended early, because of a deadline or a signal.
    pub ended_early: bool,
    /// How often the proven logs were searched: once for the first subjects, and once more for those that each search
    /// found.
    pub searches: u64,
    /// What was searched for.
    pub subjects: Vec<Subject>,
    /// How many more subjects there are, which were not searched for.
    pub more_subjects: u64,
    /// The gaps of the validation, its findings on damaged, missing and unlisted objects, and the changes to trails,
    /// by time.
    pub marks: Vec<Mark>,
    /// How many more marks there are.
    pub more_marks: u64,
    /// Who made the calls of the timeline, by their first call.
    pub principals: Vec<Principal>,
    /// The records, by time. Each is in a log that a proven digest lists, and whose hash matched.
    pub events: Vec<TimelineEvent>,
    /// How many more records concern the subjects. Calls that change something are kept first, then those that only
    /// read, then those that were refused.
    pub more_events: u64,
    /// What the timeline does not show, in sentences.
    pub not_shown: Vec<String>,
}

/// What records are searched for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// `S` and its number.
    pub id: String,
    /// What it is.
    pub kind: Word<SubjectKind>,
    /// Its name: an ARN where it is known, an access key id, or the `s3://` address of an object.
    pub name: String,
    /// Why it is a subject, in words.
    pub why: String,
    /// The marks that it became a subject for.
    pub marks: Vec<String>,
    /// The subject whose calls led to it, or that its calls led to; null if the validation did.
    pub found_by: Option<String>,
    /// The search that it was part of, from 1 on.
    pub search: u64,
    /// How many records of the timeline concern it.
    pub events: u64,
    /// How many more concern it.
    pub more_events: u64,
    /// The time of the first record that concerns it.
    #[schemars(with = "Option<DateTime>")]
    pub first: Option<Timestamp>,
    /// The time of the last one.
    #[schemars(with = "Option<DateTime>")]
    pub last: Option<Timestamp>,
}

/// What a subject is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A trail.
    Trail,
    /// The bucket of a trail. Calls that only read objects do not count as being about it.
    Bucket,
    /// An object that is missing, damaged or not listed by any digest.
    Object,
    /// A KMS key. Calls that only use it do not count as being about it.
    KmsKey,
    /// A user.
    User,
    /// A role, in all its sessions.
    Role,
    /// The session of a role or of a federated user.
    Session,
    /// An access key.
    AccessKey,
}

/// A gap, a finding on objects that are damaged, missing or not listed, or a change to a trail.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Mark {
    /// `M` and its number.
    pub id: String,
    /// What it is.
    pub kind: Word<MarkKind>,
    /// Its first instant; null if it is not known.
    #[schemars(with = "Option<DateTime>")]
    pub from: Option<Timestamp>,
    /// The first instant after it.
    #[schemars(with = "Option<DateTime>")]
    pub to: Option<Timestamp>,
    /// When the first recorded call was made that bears on a finding; null if none is known, or for anything else.
    #[serde(default)]
    #[schemars(with = "Option<DateTime>")]
    pub called: Option<Timestamp>,
    /// The chain.
    pub chain: Option<String>,
    /// Why a gap exists; null for a finding.
    pub cause: Option<Word<Cause>>,
    /// How certain the cause is.
    pub certainty: Option<Word<Certainty>>,
    /// The code of a finding; null for anything else.
    pub code: Option<Word<Code>>,
    /// Its severity.
    pub severity: Option<Severity>,
    /// The bucket of the object.
    pub bucket: Option<String>,
    /// The key of the object.
    pub key: Option<String>,
    /// How many objects it stands for.
    pub count: u64,
    /// What happened, in words.
    pub message: String,
}

/// What a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// Time that no digest covers.
    Gap,
    /// A finding on objects that are damaged, missing or not listed by any digest.
    Finding,
    /// A call that changed a trail, its bucket or its key, or that was to change it and was refused.
    Change,
}

/// Who made calls.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Principal {
    /// `P` and its number.
    pub id: String,
    /// Its ARN, else the service, the access key or the principal id that the records give.
    pub name: String,
    /// The access keys of its calls, at most 100.
    pub access_keys: Vec<String>,
    /// The addresses of its calls, at most 100.
    pub source_ips: Vec<String>,
    /// How many calls of the timeline it made.
    pub events: u64,
    /// The time of its first call in the timeline.
    #[schemars(with = "DateTime")]
    pub first: Timestamp,
    /// The time of its last one.
    #[schemars(with = "DateTime")]
    pub last: Timestamp,
}

/// One record of a proven log.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TimelineEvent {
    /// Its time, `eventTime`.
    #[schemars(with = "DateTime")]
    pub time: Timestamp,
    /// The call, `eventName`.
    pub name: String,
    /// The service, `eventSource`.
    pub source: String,
    /// Its id, `eventID`.
    pub id: Option<String>,
    /// The region of the call, `awsRegion`.
    pub region: Option<String>,
    /// The account that the record was delivered to, `recipientAccountId`.
    pub account: Option<String>,
    /// Who made the call: the id of one of `principals`.
    pub principal: String,
    /// Who made the call, `userIdentity`.
    pub actor: TimelineActor,
    /// The address that the call came from, `sourceIPAddress`.
    pub source_ip: Option<String>,
    /// The program that made it, `userAgent`.
    pub user_agent: Option<String>,
    /// The error that the call ended in, `errorCode`; null if it succeeded.
    pub error_code: Option<String>,
    /// What the error says, `errorMessage`.
    pub error_message: Option<String>,
    /// Whether the call only read, `readOnly`; null if the record does not say.
    pub read_only: Option<bool>,
    /// What the call was on: the ARNs of `resources`, at most 20.
    pub resources: Vec<String>,
    /// `requestParameters` as JSON; a long text is cut and ends in `…`.
    pub request_parameters: Option<String>,
    /// The subjects that the record concerns: the reason why it is part of the timeline.
    pub subjects: Vec<String>,
    /// The gaps that it lies in: other chains hold its record.
    pub during: Vec<String>,
    /// What it changed about a trail, its bucket or its key, in words; null if it changed nothing of these.
    pub change: Option<String>,
    /// The entries of the watchlist that it matches, if one was given.
    pub watchlist: Vec<String>,
    /// The log that holds the record, `s3://BUCKET/KEY`.
    pub log: String,
    /// The proven digest that lists the log, `s3://BUCKET/KEY`.
    pub digest: String,
}

/// Who made a call, as its record says.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct TimelineActor {
    /// The kind of identity, `type`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `arn`.
    pub arn: Option<String>,
    /// `principalId`.
    pub principal_id: Option<String>,
    /// `accountId`.
    pub account: Option<String>,
    /// `userName`.
    pub user_name: Option<String>,
    /// `accessKeyId`.
    pub access_key_id: Option<String>,
    /// How long that key is valid: `AKIA…` is a user's and long-term, `ASIA…` a session's and temporary.
    pub access_key_term: Option<Word<KeyTerm>>,
    /// Whether the session was opened with a second factor, `mfaAuthenticated`.
    pub mfa: Option<bool>,
    /// The role or user that the session's credentials came from, `sessionIssuer`.
    pub issuer: Option<String>,
    /// The AWS service that made the call, `invokedBy`.
    pub invoked_by: Option<String>,
}
