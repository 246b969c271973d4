//! The frozen JSON report, `trailproof.trails/v1`. Fields may be added, but never removed or given another
//! meaning. Times are RFC 3339 in UTC. A value that is absent is null.

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

use crate::cloudtrail::member::MemberState;
use crate::proof::finding::Code;
use crate::report::date_time::DateTime;
use crate::report::validation::v1::{Run, SourceKind, Span, full_name};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.trails/v1";

/// The chains that exist, from the names of their digests only. Nothing was read or verified.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "trailproof.trails/v1", inline)]
pub struct Trails {
    /// Always `trailproof.trails/v1`.
    pub schema: &'static str,
    /// Whether everything could be listed. If not, there may be more chains.
    pub complete: bool,
    /// The source and the scope that were given.
    pub requested: Requested,
    /// The chains, by id.
    pub chains: Vec<Chain>,
    /// Sums over the chains.
    pub totals: Totals,
    /// Folders with logs, but without a digest folder beside them.
    pub logs_without_digests: Named,
    /// Objects and folders that were not checked, with the reason.
    pub not_looked_at: Named,
    /// The accounts of the organization, by id, with the chains that they have or must have; null if they were not
    /// looked up. Accounts that left it and have chains are among them.
    pub accounts: Option<Vec<Account>>,
    /// Folders that could not be listed, and parts of the scope for which no chain was found.
    pub trouble: Vec<Trouble>,
    /// How this list was made. Everything else is the same for the same objects and the same request.
    pub run: Run,
}

/// The source and the scope that were given.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Requested {
    /// Where objects were listed.
    pub source: SourceKind,
    /// The given regions; empty for all.
    pub regions: Vec<String>,
    /// The given accounts; empty for all.
    pub account_ids: Vec<String>,
    /// The given organizations; empty for all.
    pub organization_ids: Vec<String>,
    /// The given trails; empty for all.
    pub trail_arns: Vec<String>,
    /// Names of the buckets.
    pub buckets: Vec<String>,
    /// The given prefixes; empty for all.
    pub prefixes: Vec<String>,
    /// The deadline of the run, in seconds; null without one.
    pub deadline: Option<i64>,
}

/// One chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`. An account's own trail and its organization's trail of the same name
    /// share it. They differ in `organization`.
    pub id: String,
    /// The organization that the trail belongs to; null for an account's own trail.
    pub organization: Option<String>,
    /// Whether the list has another chain of the same id. It is not written.
    #[serde(skip)]
    pub shares_id: bool,
    /// The partition.
    pub partition: &'static str,
    /// The account that the logs belong to.
    pub account: String,
    /// The region the digests were delivered from.
    pub region: String,
    /// The trail's home region.
    pub home_region: String,
    /// The trail's name.
    pub trail: String,
    /// The locations of its digests.
    pub locations: Vec<Location>,
    /// When the interval of its first digest ends; null if it has only backfill digests.
    pub first: Option<String>,
    /// When the interval of its last digest ends.
    pub last: Option<String>,
    /// The number of its digests. Copies in another location count too.
    pub digests: u64,
    /// The number of its backfill digests.
    pub backfill_digests: u64,
    /// Times without a digest.
    pub holes: Holes,
}

/// A location of digests of a chain.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Location {
    /// The bucket; null for a folder whose bucket is not known.
    pub bucket: Option<String>,
    /// The prefix; null if there is none.
    pub prefix: Option<String>,
    /// The organization in the path.
    pub organization: Option<String>,
    /// The number of its digests in this location, with backfill digests.
    pub digests: u64,
    /// When the interval of the first of them ends.
    pub first: String,
    /// When the interval of the last of them ends.
    pub last: String,
}

/// Times without a digest: CloudTrail delivers one every hour, so two digests in a row that end more than an hour
/// apart leave a hole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Holes {
    /// The number of holes.
    pub count: u64,
    /// Their total length, in seconds.
    pub seconds: i64,
    /// The longest one: from the end of a digest to an hour before the end of the next one.
    pub longest: Option<Span>,
}

/// Sums over the chains.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Totals {
    /// The number of chains.
    pub chains: u64,
    /// The number of digests.
    pub digests: u64,
    /// The number of backfill digests.
    pub backfill_digests: u64,
    /// The number of times without a digest.
    pub holes: u64,
}

/// A number of objects or folders, with the first few of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Named {
    /// The number of them.
    pub count: u64,
    /// The first few.
    pub first: Vec<String>,
}

/// An account of the organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its name; null if it has none.
    pub name: Option<String>,
    /// Its state; null if the organization does not list it any more.
    pub state: Option<MemberState>,
    /// When it was created in the organization, or joined it; null if that is not known.
    pub joined: Option<String>,
    /// The chains that it has or must have, by id.
    pub chains: Vec<AccountChain>,
}

/// A chain of an account of the organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountChain {
    /// `ACCOUNT/REGION/HOME_REGION/TRAIL`.
    pub id: String,
    /// The organization that the trail belongs to; null for an account's own trail.
    pub organization: Option<String>,
    /// When the interval of its last digest ends; null without one.
    #[schemars(with = "Option<DateTime>")]
    pub last: Option<Timestamp>,
    /// Whether it must exist.
    pub role: ChainRole,
}

/// Whether a chain must exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChainRole {
    /// It was found and must exist.
    Expected,
    /// It must exist: a trail of the organization writes digests of this region for other accounts. None was found.
    Absent,
    /// None was found, and none may be due: the account has just joined, or may not have switched on this region.
    Uncertain,
    /// It was found. It ended: its account was closed or suspended, or left the organization.
    Ended,
}

/// A folder that could not be listed, or a part of the scope for which no chain was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Trouble {
    /// The code of the finding.
    pub code: Code,
    /// Why something could not be listed, in one stable word; null if no chain was found.
    pub reason: Option<String>,
    /// The bucket it concerns.
    pub bucket: Option<String>,
    /// The folder it concerns.
    pub key: Option<String>,
    /// What happened and what it means.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The number of cases it stands for.
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
    /// Whether everything could be listed, and a chain was found for every part of the scope.
    pub fn has_all(&self) -> bool {
        self.complete && self.trouble.is_empty() && !self.chains.is_empty()
    }
}

/// The JSON Schema of a list, made from its types.
pub fn schema() -> Schema {
    schema_for!(Trails)
}
