//! A chain, and an account and region, on their way through the phases.
//!
//! ```text
//! digests ──> Group { chains: ChainState…, notes } ──> logs, causes, unreferenced ──> GroupOutcome
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::digests::names::{DigestNames, KeptNames};
use super::findings::Ledger;
use super::logs::manifest::{Manifest, ManifestPage};
use super::logs::pages::KeptPages;
use super::outcome::{ChainOutcome, LogTally};
use super::request::{FilterTerm, LogSelection, Request};
use super::unreferenced::tally::OtherObjects;
use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::base::time::Window;
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailArn};
use crate::cloudtrail::log_list::LogEntry;
use crate::cloudtrail::object_key::KeyRoot;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::chain::Walked;
use crate::proof::coverage::{Paint, Spans};
use crate::proof::finding::{Code, Finding, Hint, Severity};
use crate::proof::gap::Gap;
use crate::proof::reason::Reason;

/// A chain whose digests were walked, until its outcome is known.
pub(crate) struct ChainState {
    pub id: ChainId,
    pub window: Window,
    /// Whether it continues from a digest that an earlier run proved, and that is there, unchanged.
    pub stands: bool,
    /// Set by the digests phase.
    pub digests: ChainDigests,
    /// Set by the digests phase, explained by the causes phase.
    pub gaps: Vec<Gap>,
    /// The time after its window in which other chains of its trail went on, as a gap. Set after the digests
    /// phase, explained by the causes phase.
    pub after: Vec<Gap>,
    /// Set by the logs phase, and by the search for unreferenced logs.
    pub logs: CheckedLogs,
    /// Its trail, where CloudTrail describes it.
    pub trail: Option<Box<(TrailConfig, TrailStatus)>>,
    pub ledger: Ledger,
    /// The time that the digests of its trail's home chain account for, if that is another chain and was read
    /// around its gaps.
    pub home: Option<Arc<Spans>>,
    /// Whether everything about its digests could be read.
    pub complete: bool,
    /// The time of the oldest object among its logs that could not be judged. Set by the search for unreferenced
    /// logs.
    pub waiting_since: Option<Timestamp>,
}

/// The digests of a chain.
pub(crate) struct ChainDigests {
    pub names: KeptNames,
    /// Other chains in the folders that its links led to.
    pub siblings: BTreeMap<ChainId, DigestNames>,
    pub main: Walked,
    /// `None` if it has no backfill digests and none is missing.
    pub backfill: Option<Box<Walked>>,
    pub pages: KeptLogPages,
}

/// Where the manifest holds the logs that digests list, newest digest first.
#[derive(Default)]
pub(crate) struct LogPages {
    /// Logs of digests in the window.
    pub inside: Vec<ManifestPage>,
    /// Logs of digests beyond the window. They are read only for events.
    pub beyond: Vec<ManifestPage>,
    /// Logs of digests beyond the window that are reported though they count in nothing.
    pub reported: Vec<ManifestPage>,
    /// Logs that digests claim to list that are neither proven nor known to be altered. They are read only
    /// around gaps, and only for leads.
    pub unproven: Vec<ManifestPage>,
}

/// The same once the chain is walked, each list in the order in which its logs are read.
#[derive(Default)]
pub(crate) struct KeptLogPages {
    pub inside: KeptPages,
    pub beyond: KeptPages,
    pub reported: KeptPages,
    pub unproven: KeptPages,
}

impl LogPages {
    /// Moves long lists to the temporary file of the manifest.
    pub fn keep(self, logs: LogSelection, manifest: &Manifest) -> KeptLogPages {
        let keep = |pages| KeptPages::of(pages, logs, manifest);
        KeptLogPages {
            inside: keep(self.inside),
            beyond: keep(self.beyond),
            reported: keep(self.reported),
            unproven: keep(self.unproven),
        }
    }
}

/// The logs of a chain that were checked.
#[derive(Default)]
pub(crate) struct CheckedLogs {
    pub tally: LogTally,
    /// The states that findings on logs give to the intervals of their digests.
    pub paint: Paint,
    /// SHA-256 over the logs and the result of each.
    pub evidence: sha2::Sha256,
    /// The folder of logs that the copy lacks, and the time of the digests that list logs in it.
    pub not_copied: Option<Box<(NotCopied, Window)>>,
}

/// The bucket and the folder of logs that a copy lacks, `CloudTrail/REGION/`.
pub(crate) type NotCopied = (String, String);

impl CheckedLogs {
    /// Counts a log whose folder the copy lacks. On request, the digests are proven without their logs.
    pub fn add_not_copied(&mut self, request: &Request, time: Window, entry: &LogEntry) {
        self.tally.not_copied += 1;
        if request.logs == LogSelection::None {
            self.tally.not_read += 1;
            return;
        }
        self.tally.unproven += 1;
        self.paint.colour(Severity::Unproven, time);
        let folder = || {
            let folder = entry.key.rmatch_indices('/').nth(3);
            let key = folder.map_or("", |(at, _)| &entry.key[..=at]);
            Box::new(((entry.bucket.clone(), key.to_owned()), time))
        };
        let (_, all) = &mut **self.not_copied.get_or_insert_with(folder);
        all.from = all.from.min(time.from);
        all.to = all.to.max(time.to);
    }

    /// The finding on logs whose folder the copy lacks, once for all of them.
    pub fn not_copied(&self) -> Option<Finding> {
        let ((bucket, folder), time) = &**self.not_copied.as_ref()?;
        let message = "the folder with the logs of this chain is missing from this copy, so none of its logs was checked";
        let finding = Finding::new(Code::LogUnreadable, message)
            .reason(Reason::NotCopied)
            .hint(Hint::CopyLogs);
        let finding = finding.at(Some(bucket), folder).over(*time);
        Some(finding.count(self.tally.not_copied))
    }
}

/// One account and region whose chains were walked.
pub(crate) struct Group {
    pub chains: Vec<ChainState>,
    /// Time whose digests could not be listed.
    pub hidden: Spans,
    /// Findings on folders of digests that could not be listed.
    pub ledger: Option<Ledger>,
    pub notes: Box<GroupNotes>,
}

/// A chain with a digest in some place.
pub(crate) struct FoundChain {
    pub root: KeyRoot,
    pub id: ChainId,
    /// From the hour of its first listed digest to the end of its last.
    pub time: Window,
}

/// Facts about a group that belong to no single chain. They are merged for all groups.
#[derive(Default)]
pub(crate) struct GroupNotes {
    /// Chains, each with a term of the filter that it matches.
    pub answered: Vec<(ChainId, FilterTerm)>,
    /// Chains of which the window holds nothing, although it holds something of others.
    pub outside: BTreeSet<ChainId>,
    /// Every chain with a digest, and where.
    pub found: Vec<FoundChain>,
    /// The buckets with digests of these chains.
    pub buckets: BTreeSet<String>,
    /// Time after the last digest of a chain for which a call that a proven log records is the cause.
    pub explained: Vec<(ChainId, Window)>,
    /// Accounts and regions whose digests could not all be listed.
    pub unlisted: BTreeSet<(AccountId, Region)>,
    /// Objects among the digests whose names are not those of digests.
    pub unrecognised: Sample,
    /// Chains whose trail could not be looked up in AWS, and why.
    pub trail_unknown: Vec<(ChainId, String)>,
    /// Trails that write no digests now.
    pub unvalidated: BTreeSet<TrailArn>,
    /// Findings on chains that earlier runs saw, and that have no digest any more.
    pub vanished: Vec<Finding>,
    /// Whether a listing or a look-up in AWS failed.
    pub incomplete: bool,
}

impl GroupNotes {
    /// Adds the notes of another group. Samples may grow beyond their bound until they are truncated.
    pub fn merge(&mut self, other: GroupNotes) {
        self.answered.extend(other.answered);
        self.outside.extend(other.outside);
        self.found.extend(other.found);
        self.buckets.extend(other.buckets);
        self.explained.extend(other.explained);
        self.unlisted.extend(other.unlisted);
        self.unrecognised.count += other.unrecognised.count;
        self.unrecognised.first.extend(other.unrecognised.first);
        self.trail_unknown.extend(other.trail_unknown);
        self.unvalidated.extend(other.unvalidated);
        self.vanished.extend(other.vanished);
        self.incomplete |= other.incomplete;
    }

    /// Adds the findings on a chain that vanished: it was not found.
    pub fn add_vanished(&mut self, findings: Vec<Finding>) {
        let is_of = |id: &ChainId| findings.iter().any(|f| f.chain.as_ref() == Some(id));
        self.found.retain(|chain| !is_of(&chain.id));
        self.vanished.extend(findings);
    }

    /// Frees spare memory: thousands of these wait until their logs are read.
    pub fn shrink(&mut self) {
        self.answered.shrink_to_fit();
        self.found.shrink_to_fit();
    }
}

/// The outcome of a group; merged, that of all groups.
#[derive(Default)]
pub(crate) struct GroupOutcome {
    #[allow(
        clippy::vec_box,
        reason = "a chain's outcome reuses the memory of its state; there may be thousands"
    )]
    pub chains: Vec<Box<ChainOutcome>>,
    /// The findings: one ledger per chain, and one for those without a chain.
    pub ledgers: Vec<Ledger>,
    /// Time that is still pending, per chain.
    pub pending: Vec<(ChainId, Window)>,
    /// Objects in the log folders that are no finding, if those were searched.
    pub others: Option<Box<OtherObjects>>,
    pub notes: GroupNotes,
}

impl GroupOutcome {
    /// Adds the outcome of another group.
    pub fn merge(&mut self, other: GroupOutcome, limits: &Limits) {
        self.chains.extend(other.chains);
        self.ledgers.extend(other.ledgers);
        self.pending.extend(other.pending);
        if let Some(others) = other.others {
            self.others.get_or_insert_default().add(*others, limits);
        }
        self.notes.merge(other.notes);
    }
}
