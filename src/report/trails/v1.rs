//! The frozen JSON report, `trailproof.trails/v1`. Fields may be added, but never removed or given another
//! meaning. Times are RFC 3339 in UTC. A value that is absent is null.

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::proof::finding::Code;
use crate::report::validation::v1::{Run, SourceKind, Span, full_name};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.trails/v1";

/// The chains that are there, by the names of their digests alone: nothing of them is proven.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.trails/v1", inline)]
pub struct Trails {
    /// Always `trailproof.trails/v1`.
    pub schema: &'static str,
    /// Whether the look was carried through; if not, there may be more than is listed.
    pub complete: bool,
    /// What was asked for.
    pub requested: Requested,
    /// The chains, by id.
    pub chains: Vec<Chain>,
    /// Sums over the chains.
    pub totals: Totals,
    /// Folders with logs and no folder of digests beside them.
    pub logs_without_digests: Named,
    /// Things that were not looked at, with the reason.
    pub not_looked_at: Named,
    /// What could not be listed, and what was asked for and is not there.
    pub trouble: Vec<Trouble>,
    /// How this list was made; all else is equal for equal objects and an equal request.
    pub run: Run,
}

/// What was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Requested {
    /// Where objects were listed.
    pub source: SourceKind,
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
    /// How long the run was allowed to take, in seconds; null without a deadline.
    pub deadline: Option<i64>,
}

/// One chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`. An account's own trail and its organization's of the same name share
    /// it, and differ in `organization`.
    pub id: String,
    /// The organization whose trail this is; null for an account's own trail.
    pub organization: Option<String>,
    /// Whether the list has another chain of the same id. It is not written.
    #[serde(skip)]
    pub shares_id: bool,
    /// The partition.
    pub partition: &'static str,
    /// The account whose logs these are.
    pub account: String,
    /// The region the digests were delivered from.
    pub region: String,
    /// The trail's home region.
    pub home_region: String,
    /// The trail's name.
    pub trail: String,
    /// Where its digests lie.
    pub locations: Vec<Location>,
    /// When the interval of its first digest ends; null if there are backfill digests only.
    pub first: Option<String>,
    /// When the interval of its last digest ends.
    pub last: Option<String>,
    /// How many digests there are, copies in another place too.
    pub digests: u64,
    /// How many backfill digests.
    pub backfill_digests: u64,
    /// Holes in the cadence of its digests.
    pub holes: Holes,
}

/// Where digests of a chain lie.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Location {
    /// The bucket; null for a folder without a name.
    pub bucket: Option<String>,
    /// The prefix; null if there is none.
    pub prefix: Option<String>,
    /// The organization in the path.
    pub organization: Option<String>,
    /// How many of its digests lie there, backfill digests too.
    pub digests: u64,
    /// When the interval of the first of them ends.
    pub first: String,
    /// When the interval of the last of them ends.
    pub last: String,
}

/// Holes in the cadence: digests that follow one another and end more than an hour apart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Holes {
    /// How many.
    pub count: u64,
    /// How long they are together, in seconds.
    pub seconds: i64,
    /// The longest: from the end of a digest to an hour before the end of the next.
    pub longest: Option<Span>,
}

/// Sums over the chains.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Totals {
    /// How many chains.
    pub chains: u64,
    /// Digests.
    pub digests: u64,
    /// Backfill digests.
    pub backfill_digests: u64,
    /// Holes in cadence.
    pub holes: u64,
}

/// Names, a few of them told, all counted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Named {
    /// How many there are.
    pub count: u64,
    /// The first few.
    pub first: Vec<String>,
}

/// What could not be listed, or is not there.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Trouble {
    /// What it is.
    pub code: Code,
    /// Why something could not be looked at, in one stable word; null for what is not there.
    pub reason: Option<String>,
    /// The bucket it concerns.
    pub bucket: Option<String>,
    /// The folder it concerns.
    pub key: Option<String>,
    /// What happened and what it means.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// How many it stands for.
    pub count: Option<u64>,
}

impl Chain {
    /// The name in the text: its id, and its organization if the list has another chain of that id.
    pub fn name(&self) -> String {
        let organization = self.organization.as_deref();
        full_name(&self.id, organization.filter(|_| self.shares_id))
    }
}

impl Trails {
    /// Whether everything that was asked for is there and could be listed.
    pub fn is_whole(&self) -> bool {
        self.complete && self.trouble.is_empty() && !self.chains.is_empty()
    }
}

/// The JSON Schema of a list, made from its types.
pub fn schema() -> Schema {
    schema_for!(Trails)
}
