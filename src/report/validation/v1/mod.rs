//! The frozen JSON view, `trailproof.report/v1`. Fields may be added, but never removed or given another
//! meaning. Times are RFC 3339 in UTC; absent values are null. The doc comments of these types are the
//! descriptions in `v1.schema.json`, so changing one changes the schema.
//!
//! A saved report is read back into the same types and may come from a later version. Unknown fields are
//! ignored, and unknown words of open sets are kept as [`Word::Other`](crate::report::open_enum::Word).
//! Verdicts, severities and states are closed sets: a report whose verdict is not understood must not be shown
//! as another one. A field added after a release needs `#[serde(default)]`, so that reports of that release can
//! still be read.

mod chain;
mod changes;
mod command;
mod finding;
mod gap;
mod lookup;
mod recovery;
mod request;
mod run;
mod summary;
mod totals;

use std::collections::{HashMap, HashSet};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use crate::proof::finding::Verdict;
use crate::report::timeline::v1::investigation::Timeline;
pub(crate) use chain::full_name;
pub use chain::{Chain, DigestRef, Digests, Location, Logs, Span, Stretch};
pub use changes::{Change, ChangesOfTrail, SearchedPlace};
pub use command::{AwsAction, AwsCommand, CommandParts};
pub(crate) use command::{file, words};
pub use finding::Finding;
pub use gap::{Actor, Bearing, EventObject, Evidence, Gap, Role, Undigested, Via};
pub use lookup::{Lookup, LookupRegion, LookupSkipped};
pub use recovery::{DeletedBy, ObjectVersion, Recovery, RecoveryFacts};
pub use request::{Collected, ContinuedState, Origin, Requested, SourceKind};
pub use run::{Accepted, Key, KeyOrigin, Requests, Run};
pub use summary::{ChainSummary, Hours, ObjectCounts, Objects, Summary};
pub use totals::{FindingCounts, Totals};

/// The value of `schema`.
pub const SCHEMA: &str = "trailproof.report/v1";

/// A report.
#[must_use]
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "trailproof.report/v1", inline)]
pub struct Report {
    /// Always `trailproof.report/v1`.
    pub schema: String,
    /// The worst of all findings and all coverage states.
    pub verdict: Verdict,
    /// Whether everything requested could be checked: false where a folder could not be listed, or a limit
    /// or a signal ended the run. The verdict is then at least unproven. Single objects that could not be
    /// read are findings.
    pub complete: bool,
    /// SHA-256 over the evidence hashes of all chains. It is that of one line per chain, in the order of
    /// `chains`: `EVIDENCE_SHA256 ID ORGANIZATION`, with `-` for an account's own trail, and a line feed at the
    /// end of each line.
    #[serde(default)]
    pub evidence_sha256: String,
    /// The report in numbers and in three sentences.
    #[serde(default)]
    pub summary: Summary,
    /// What was requested.
    pub requested: Requested,
    /// The chains, by id.
    #[allow(
        clippy::vec_box,
        reason = "of thousands, each takes the room of what it was made of"
    )]
    pub chains: Vec<Box<Chain>>,
    /// Sums over the chains.
    pub totals: Totals,
    /// What was found, in the order of chain, from, key, code. A source that could not be read comes first.
    pub findings: Vec<Finding>,
    /// What recorded calls changed about each trail, its bucket and its KMS key: one entry for each trail, by home
    /// region, owner, organization and name. Empty in a report of an earlier version.
    #[serde(default)]
    pub changes: Vec<ChangesOfTrail>,
    /// What happened around the gaps, the damage and the changes; null without `--investigate`.
    #[serde(default)]
    pub timeline: Option<Box<Timeline>>,
    /// Public keys used, by region and fingerprint.
    pub keys: Vec<Key>,
    /// The entries of `--accept`; they change no verdict.
    pub accepted: Vec<Accepted>,
    /// The comparison with the events that LookupEvents lists; null if it was not requested, or nothing was validated.
    #[serde(default)]
    pub lookup: Option<Lookup>,
    /// What this report does not prove, in sentences.
    pub not_proven: Vec<String>,
    /// How this report was generated. All other fields are equal for equal evidence and an equal request.
    pub run: Run,
}

impl Report {
    /// Marks the chains that share their id with another one, and the findings on them. An account's own trail
    /// and its organization's may have the same name.
    pub(crate) fn mark_shared_ids(&mut self) {
        let of_chains = self.chains.iter().map(|c| (c.id.as_str(), &c.organization));
        let findings = self.findings.iter();
        let of_findings = findings.filter_map(|f| Some((f.chain.as_deref()?, &f.organization)));
        let mut first: HashMap<&str, &Option<String>> = HashMap::new();
        let mut shared = HashSet::new();
        for (id, organization) in of_chains.chain(of_findings) {
            if *first.entry(id).or_insert(organization) != organization {
                shared.insert(id.to_owned());
            }
        }
        if shared.is_empty() {
            return;
        }
        for chain in &mut self.chains {
            chain.shares_id = shared.contains(&chain.id);
        }
        for finding in &mut self.findings {
            finding.shares_id = finding.chain.as_ref().is_some_and(|id| shared.contains(id));
        }
    }
}

/// The JSON Schema of a report as it is written, made from its types.
pub fn schema() -> Schema {
    let settings = SchemaSettings::default().for_serialize();
    settings.into_generator().into_root_schema_for::<Report>()
}
