//! The frozen JSON report, `trailproof.collect/v1`. Fields may be added, but never removed or given another
//! meaning. Times are RFC 3339 in UTC. A value that is absent is null.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::proof::finding::Verdict;
use crate::report::date_time::DateTime;
use crate::report::validation::v1::Run;

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.collect/v1";

/// What `collect` did: it collected a bundle, checked one, or estimated what a collection takes.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.collect/v1", inline)]
pub struct CollectReport {
    /// Always `trailproof.collect/v1`.
    pub schema: &'static str,
    /// What was done. It says which of `collected`, `check` and `estimate` is not null.
    pub action: CollectAction,
    /// The folder of the bundle, as given; null for an estimate.
    pub bundle: Option<String>,
    /// Whether all of it was done: everything that the validation needed was collected, each file was checked, or
    /// each folder was listed.
    pub complete: bool,
    /// What was collected.
    pub collected: Option<Collected>,
    /// What was found in the bundle.
    pub check: Option<BundleReport>,
    /// What a collection takes.
    pub estimate: Option<CollectionEstimate>,
    /// SHA-256 of `manifest.jsonl`, in hex digits: it stands for every file of the bundle. Null for an estimate, and
    /// while the collection is not finished.
    pub manifest_sha256: Option<String>,
    /// How this report was made.
    pub run: Run,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CollectAction {
    /// A bundle was collected.
    Collect,
    /// A bundle was checked.
    Check,
    /// The size and the price of a collection were estimated.
    Estimate,
}

/// What was collected.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Collected {
    /// When the collection began, at first: the time that the bundle shows.
    #[schemars(with = "DateTime")]
    pub as_of: Timestamp,
    /// How many runs it took: more than one if it was interrupted and resumed.
    pub runs: u64,
    /// Whether the bundle is finished. If not, the same command goes on with it, and the counts are 0.
    pub finished: bool,
    /// Why it is not finished; null if it is.
    pub stopped_by: Option<String>,
    /// The files of the bundle, without `manifest.jsonl`.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The files by what they hold.
    pub kinds: Vec<KindCount>,
    /// The answers that were not given: objects, listings and calls. The bundle holds the reasons.
    pub unread: UnreadCounts,
    /// How to get what a proof needs and could not be read; null if all of it was, or the bundle is not finished.
    pub advice: Option<String>,
    /// The `--keys` of the collection, as given. The bundle does not hold these public keys.
    pub keys_given: Vec<String>,
    /// The verdict of the validation in the same run; null if it is not finished.
    pub verdict: Option<Verdict>,
}

/// Files of one kind.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KindCount {
    /// What they hold.
    pub kind: BundleFileKind,
    /// How many there are.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What a file of a bundle holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BundleFileKind {
    /// A digest.
    Digest,
    /// A log.
    Log,
    /// Another object.
    OtherObject,
    /// The metadata of an object.
    Metadata,
    /// A version of an object that was examined, or a list of versions.
    Version,
    /// A listing of a bucket.
    Listing,
    /// Public keys.
    Keys,
    /// An answer of CloudTrail.
    Answer,
    /// The properties of a bucket.
    Bucket,
    /// Why an object could not be read.
    Unread,
    /// An answer that an object does not exist.
    Absent,
    /// `custody.json`.
    Custody,
    /// Anything else.
    Other,
}

/// What could not be read.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct UnreadCounts {
    /// How many.
    pub count: u64,
    /// How many for each reason, by reason.
    pub reasons: Vec<ReasonCount>,
    /// The first few.
    pub first: Vec<UnreadEntry>,
}

/// How often something could not be read for one reason.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReasonCount {
    /// The reason, in one stable word.
    pub reason: String,
    /// How often.
    pub count: u64,
}

/// Something that could not be read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnreadEntry {
    /// Its bucket; null for an answer of another service.
    pub bucket: Option<String>,
    /// The key of the object, or the call that was not answered.
    pub key: String,
    /// The reason, in one stable word.
    pub reason: String,
}

/// What was found in a bundle.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BundleReport {
    /// Whether the bundle is as its manifest lists it.
    pub state: BundleState,
    /// The hash that the manifest must have, if it was given. Without it, a manifest that was written anew for
    /// altered files does not show.
    pub manifest_given: Option<String>,
    /// Whether the manifest has that hash; null if none was given.
    pub manifest_matches: Option<bool>,
    /// The files that the manifest lists.
    pub files: u64,
    /// Their bytes, as listed.
    pub bytes: u64,
    /// The same by what they hold.
    pub kinds: Vec<KindCount>,
    /// Files that are listed and do not exist.
    pub missing: DifferingPaths,
    /// Files whose size or content differs.
    pub altered: DifferingPaths,
    /// Files that are not listed.
    pub added: DifferingPaths,
    /// Files and folders that could not be read. They may be as listed.
    pub unread: DifferingPaths,
    /// Lines of the manifest that are not valid.
    pub invalid_lines: InvalidManifestLines,
    /// Who collected the bundle and when, in the words of its `custody.json`; null if that cannot be read.
    pub custody: Option<CustodyFacts>,
}

/// Whether a bundle is as its manifest lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BundleState {
    /// Every file is as listed, and there is no other.
    Intact,
    /// Something is missing, altered or added, or the manifest is not the one whose hash was given.
    Differs,
    /// Nothing differs as far as it could be read, and not everything could be.
    Unknown,
}

/// Files that differ in one way.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct DifferingPaths {
    /// How many there are.
    pub count: u64,
    /// The first few, by path.
    pub first: Vec<DifferingPath>,
}

/// A file that differs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DifferingPath {
    /// Its path in the bundle.
    pub path: String,
    /// What more is known of it.
    pub detail: Option<String>,
}

/// Lines of the manifest that are not valid.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct InvalidManifestLines {
    /// How many there are.
    pub count: u64,
    /// The first few.
    pub first: Vec<InvalidManifestLine>,
}

/// A line of the manifest that is not valid.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InvalidManifestLine {
    /// Its number, from 1.
    pub line: u64,
    /// Why it is not valid.
    pub detail: String,
}

/// Who collected a bundle and when, in its own words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CustodyFacts {
    /// The program.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// Whose credentials were used.
    pub caller: Option<String>,
    /// When the first run started.
    #[schemars(with = "DateTime")]
    pub started: Timestamp,
    /// When the last run ended.
    #[schemars(with = "Option<DateTime>")]
    pub ended: Option<Timestamp>,
    /// How many runs it took.
    pub runs: u64,
}

/// What a collection takes, by listings alone: no object was read, and nothing was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CollectionEstimate {
    /// The chains whose digests were listed.
    pub chains: u64,
    /// The digests that the window needs, one beyond each edge included.
    pub digests: ObjectsAndBytes,
    /// The logs that were delivered within the window and are selected by `--logs`.
    pub logs: ObjectsAndBytes,
    /// The requests that a collection makes at least.
    pub requests: EstimatedRequests,
    /// What these requests and bytes cost at list rates.
    pub price: EstimatedPrice,
    /// What the estimate does not include, in sentences.
    pub not_included: Vec<String>,
    /// Folders that could not be listed, in sentences.
    pub not_listed: Vec<String>,
}

/// Objects and their bytes as stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ObjectsAndBytes {
    /// The objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The requests that a collection makes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EstimatedRequests {
    /// GET requests: one per object.
    pub get: u64,
    /// LIST requests: as many as this estimate took.
    pub list: u64,
}

/// What requests and bytes cost, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct EstimatedPrice {
    /// The GET requests.
    pub get: f64,
    /// The LIST requests.
    pub list: f64,
    /// The transfer out of AWS to the internet. Within the region it is free.
    pub transfer: f64,
    /// The rate of 1,000 GET requests.
    pub get_rate: f64,
    /// The rate of 1,000 LIST requests.
    pub list_rate: f64,
    /// The rate of 1 GB, which is taken for 10⁹ bytes.
    pub transfer_rate: f64,
    /// The AWS page with the rates.
    pub source: &'static str,
}

/// The JSON Schema of a report.
pub fn schema() -> Schema {
    schema_for!(CollectReport)
}
