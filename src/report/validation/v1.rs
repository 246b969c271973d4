//! The frozen JSON view, `trailproof.report/v1`. Fields may be added, never removed or given
//! another meaning. Times are RFC 3339 in UTC; what is absent is null.
//!
//! A saved report is read back into the same types. What later versions may add is tolerated: fields
//! are passed over, and words of open sets are kept as [`Word::Other`]. Verdicts, severities and states
//! are closed sets: a report whose verdict is not understood must not be shown as another one. A field
//! added after a release needs `#[serde(default)]`, so that reports of that release can still be read.

use jiff::Timestamp;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use crate::proof::coverage::State;
use crate::proof::detail::Detail;
use crate::proof::finding::{Code, Severity, Verdict};
use crate::proof::gap::{Cause, Certainty};
use crate::report::hex::Hex;
use crate::report::open_enum::Word;

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.report/v1";

/// A report.
#[must_use]
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "trailproof.report/v1", inline)]
pub struct Report {
    /// Always `trailproof.report/v1`.
    pub schema: String,
    /// The maximum over all findings and all coverage states.
    pub verdict: Verdict,
    /// Whether the look was carried through: false where a folder could not be listed or a bound cut it
    /// short, and then the verdict is at least unproven. Single objects that could not be read are
    /// findings.
    pub complete: bool,
    /// What was asked for.
    pub requested: Requested,
    /// The chains, by id.
    #[allow(
        clippy::vec_box,
        reason = "of thousands, each takes the room of what it was made of"
    )]
    pub chains: Vec<Box<Chain>>,
    /// Sums over the chains.
    pub totals: Totals,
    /// What was found: by chain, from, key, code.
    pub findings: Vec<Finding>,
    /// Keys that proved something: by region, fingerprint.
    pub keys: Vec<Key>,
    /// What was accepted beforehand; it changes no verdict.
    pub accepted: Vec<Accepted>,
    /// What this report does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// How this report was made; all else is equal for equal evidence and an equal request.
    pub run: Run,
}

/// Where a bound of the window came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// It was given.
    Given,
    /// It is that of the data.
    Data,
}

/// Where objects were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// Folders on disk.
    Disk,
    /// Buckets in S3.
    S3,
}

/// What was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Requested {
    /// Where objects were read.
    pub source: Word<SourceKind>,
    /// The beginning of the window; null if it is that of each chain's data.
    pub start: Option<Timestamp>,
    /// The end of the window; null if it is that of each chain's data.
    pub end: Option<Timestamp>,
    /// Where the beginning came from.
    pub start_origin: Origin,
    /// Where the end came from.
    pub end_origin: Origin,
    /// When the source was looked at; null if that is the end of each chain's window.
    pub as_of: Option<Timestamp>,
    /// Regions asked for; empty for all.
    pub regions: Vec<String>,
    /// Accounts asked for; empty for all.
    pub account_ids: Vec<String>,
    /// Organizations asked for; empty for all.
    pub organization_ids: Vec<String>,
    /// Trails asked for; empty for all.
    pub trail_arns: Vec<String>,
    /// Names of the buckets.
    pub buckets: Vec<String>,
    /// Prefixes asked for; empty for all.
    pub prefixes: Vec<String>,
    /// Rules found=recorded.
    pub map: Vec<String>,
    /// Which logs are read: `all`, `none`, `I/N` or `P%`.
    pub logs: String,
    /// What a sample of logs was drawn with; null if none was.
    pub seed: Option<String>,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// Key files, as given.
    pub keys: Vec<String>,
}

/// One chain.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`.
    pub id: String,
    /// The partition.
    pub partition: String,
    /// The account whose logs these are.
    pub account: String,
    /// The region the digests were delivered from.
    pub region: String,
    /// The trail's home region.
    pub home_region: String,
    /// The trail's name.
    pub trail: String,
    /// The chain's verdict.
    pub verdict: Verdict,
    /// Until when everything from the window's beginning is verified without interruption.
    pub verified_until: Option<Timestamp>,
    /// The window the chain was held against.
    pub window: Span,
    /// Where its proven digests were written.
    pub locations: Vec<Location>,
    /// The state of every instant of the window: adjoining, in order.
    pub coverage: Vec<Stretch>,
    /// Time that no digest covers, by from.
    pub gaps: Vec<Gap>,
    /// Its digests.
    pub digests: Digests,
    /// Its backfill digests, which cover no time.
    pub backfill_digests: Digests,
    /// The logs its digests name.
    pub logs: Logs,
    /// The oldest proven digest in the window.
    pub first_digest: Option<DigestRef>,
    /// The newest proven digest in the window.
    pub last_digest: Option<DigestRef>,
    /// SHA-256 over the evidence: digests, backfill digests and logs, and what became of each.
    pub evidence_sha256: String,
}

/// A stretch of time.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

/// Where digests were written, over which time.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// The bucket.
    pub bucket: String,
    /// The prefix; null if there is none.
    pub prefix: Option<String>,
    /// The organization in the path.
    pub organization: Option<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// A stretch of time in one state.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Its state.
    pub state: State,
}

/// Time that no digest covers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; equal to `from` for a restart that left no hole.
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

/// An event that bears on a gap or a finding.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The event's name.
    pub event_name: String,
    /// Its time.
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
    /// How it is known.
    pub via: Word<Via>,
    /// The log it stands in.
    pub log: Option<String>,
    /// The digest that names the log.
    pub digest: Option<String>,
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
    /// Its session.
    pub session: Option<String>,
}

/// Logs in a gap that no digest names.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Undigested {
    /// How many.
    pub count: u64,
    /// The first one's minute.
    pub first: Option<Timestamp>,
    /// The last one's minute.
    pub last: Option<Timestamp>,
}

/// Digests by what became of them.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Digests {
    /// Proven and in order.
    pub valid: u64,
    /// Altered or forged.
    pub failed: u64,
    /// Named by a proven link and not there.
    pub missing: u64,
    /// Missing between proven digests, named by nothing that remains.
    pub missing_inferred: u64,
    /// Not proven.
    pub unproven: u64,
}

/// Logs by what became of them.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Logs {
    /// As delivered.
    pub valid: u64,
    /// Altered.
    pub failed: u64,
    /// Not there.
    pub missing: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// There, named by no digest; null where they were not looked for.
    pub unreferenced: Option<u64>,
    /// There, and not read on request.
    pub not_read: u64,
}

/// A digest as evidence.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DigestRef {
    /// Its key.
    pub key: String,
    /// SHA-256 of its uncompressed bytes.
    pub sha256: String,
    /// Its signature in hex.
    pub signature: Option<Hex>,
    /// The end of its interval.
    pub end: Timestamp,
}

/// Sums over the chains.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// How many chains.
    pub chains: u64,
    /// Digests.
    pub digests: Digests,
    /// Backfill digests.
    pub backfill_digests: Digests,
    /// Logs.
    pub logs: Logs,
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes hashed.
    pub bytes_hashed: u64,
    /// Findings by severity; one that stands for several counts as many.
    pub findings: FindingCounts,
}

/// Findings by severity.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct FindingCounts {
    /// Altered, missing or forged.
    pub failed: u64,
    /// Could not be checked.
    pub unproven: u64,
    /// No digest covers it.
    pub gap: u64,
    /// Worth knowing.
    pub note: u64,
}

/// What was found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is.
    pub code: Word<Code>,
    /// How bad it is here.
    pub severity: Severity,
    /// The chain it concerns.
    pub chain: Option<String>,
    /// The bucket of the object it concerns.
    pub bucket: Option<String>,
    /// The key of the object it concerns.
    pub key: Option<String>,
    /// What happened and what it means.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Why something could not be looked at, in one stable word.
    pub reason: Option<String>,
    /// What should have been there: a hash, a signature, an algorithm, or the place signed.
    pub expected: Option<String>,
    /// What was there: a hash, a signature, an algorithm, a key's fingerprint, the place
    /// found, another digest's key, or a time of generation.
    pub actual: Option<String>,
    /// The first instant it concerns.
    pub from: Option<Timestamp>,
    /// The first instant after.
    pub to: Option<Timestamp>,
    /// The key of the digest that names it: a log, or a digest that could not be had.
    pub digest: Option<String>,
    /// The object's version.
    pub version_id: Option<String>,
    /// The object's entity tag.
    pub etag: Option<String>,
    /// When the store says it was written.
    pub last_modified: Option<String>,
    /// Its stored size in bytes.
    pub size: Option<u64>,
    /// How many it stands for.
    pub count: Option<u64>,
    /// Events that bear on it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// What was found beyond the code, where a decision depends on it. The report has no field for it.
    pub(crate) fn detail(&self) -> Option<Detail> {
        Detail::of_message(*self.code.known()?, &self.message)
    }
}

/// Where a key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyOrigin {
    /// ListPublicKeys.
    Aws,
    /// A file.
    File,
}

/// A key that proved something.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// The region whose digests it signs.
    pub region: String,
    /// MD5 of its DER.
    pub fingerprint: String,
    /// When its validity began.
    pub valid_from: Timestamp,
    /// The last instant of its validity.
    pub valid_to: Timestamp,
    /// Where it came from.
    pub origin: Word<KeyOrigin>,
}

/// Something accepted beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// The chain.
    pub chain: String,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub who: String,
    /// How many findings lie in it.
    pub findings: u64,
}

/// How a report was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The program.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// The command line.
    pub command: Vec<String>,
    /// When it was started.
    pub started: Timestamp,
    /// When it was finished.
    pub finished: Timestamp,
    /// Who asked, as the credentials say; null on disk.
    pub caller: Option<String>,
    /// Requests made of the source.
    pub requests: Requests,
}

/// Requests made of the source.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// Listings.
    pub list: u64,
    /// Objects opened.
    pub get: u64,
    /// Objects looked at without reading them.
    pub head: u64,
    /// Requests for public keys.
    pub keys: u64,
    /// Requests for what CloudTrail says of trails.
    pub trails: u64,
}

/// The JSON Schema of a report as it is written, made from its types.
pub fn schema() -> Schema {
    let settings = SchemaSettings::default().for_serialize();
    settings.into_generator().into_root_schema_for::<Report>()
}
