//! The request to open a source, and the result: shared by the commands and the openers for disk and AWS.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::bundle::given::{GivenBundle, ReadBundle};
use crate::base::sample::Sample;
use crate::base::time::shift;
use crate::cli::args::shared::aws::SignInArgs;
use crate::cli::args::shared::inventory::InventoryPlace;
use crate::cli::args::shared::source::{ScopeArgs, SourceArgs};
use crate::cli::caller::FindCaller;
use crate::cli::presentation::FindMembers;
use crate::cloudtrail::trail::TrailConfig;
use crate::commands::collect::recorder::Recorder;
use crate::proof::keys::Keys;
use crate::report::validation::v1::SourceKind;
use crate::source::Source;
use crate::source::bucket_record::BucketRecords;
use crate::source::parts::{AnswerSink, PartSet};
use crate::source::places::{MapRule, Places, bucket_behind};
use crate::source::trails::TrailApi;
use crate::validate::request::inventory::KnownInventory;
use crate::validate::request::{BundleTrust, ChainFilter, PriorKnowledge};
use crate::validate::survey::trails::LocatedTrails;

/// The source to open, as the arguments give it.
pub struct SourceRequest<'a> {
    pub source: &'a SourceArgs,
    pub scope: &'a ScopeArgs,
    pub sign_in: &'a SignInArgs,
    pub map: &'a [MapRule],
    pub keys: &'a [PathBuf],
    /// Objects to work on at the same time, if given.
    pub jobs: Option<u16>,
    /// The bundle that was given.
    pub bundle: Option<&'a GivenBundle>,
    /// The inventories that were given.
    pub inventory: GivenInventories<'a>,
    /// What records each answer of AWS, if they are collected.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only what AWS answers is recorded")
    )]
    pub recorder: Option<&'a Arc<Recorder>>,
    /// Where a shard records what CloudTrail answers.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only what AWS answers is recorded")
    )]
    pub answers: Option<&'a Arc<SharedSink>>,
    /// The parts that answer instead of the source.
    pub parts: Option<&'a Arc<PartSet>>,
}

/// The inventories that were given.
#[derive(Debug, Clone, Copy, Default)]
pub struct GivenInventories<'a> {
    /// Their manifests.
    pub places: &'a [InventoryPlace],
    /// The seed that draws the samples that are compared, if it was given.
    #[cfg(feature = "aws")]
    pub seed: Option<&'a str>,
}

/// Where the answers of a shard are recorded.
pub type SharedSink = dyn AnswerSink + Send + Sync;

/// An opened source, and what is known about it before any object is read.
pub struct ResolvedSource {
    pub opened: OpenedSource,
    pub kind: SourceKind,
    /// The names of the buckets that digests must have been written to.
    pub buckets: Vec<String>,
    /// The trails that were looked up in AWS.
    pub located: LocatedTrails,
    /// The files of a copy of which it is not known where in a bucket they were.
    pub left_out: Sample,
    /// The time of reading by the local clock; `None` on disk, where the age of the copy is unknown. That of its
    /// collection for a bundle.
    pub now: Option<Timestamp>,
    /// Reads the clocks of AWS; `None` without AWS.
    pub clock: Option<ReadClock>,
    /// Objects to work on at the same time.
    pub jobs: usize,
    /// The bundle that was read.
    pub bundle: Option<ReadBundle>,
    /// The inventories that older logs are listed from.
    pub inventories: Vec<KnownInventory>,
}

/// Everything that a command reads from, opened.
pub struct OpenedSource {
    pub source: Box<dyn Source>,
    pub places: Places,
    pub keys: Box<dyn Keys>,
    pub trails: Option<Box<dyn TrailApi>>,
    /// Looks up the identity that signs requests; `None` if no request is signed.
    pub caller: Option<FindCaller>,
    /// Looks up the accounts of the organization; `None` if no request is signed.
    pub members: Option<FindMembers>,
    /// Reads the settings of the buckets, if they are collected.
    pub settings: Option<Box<dyn BucketRecords>>,
}

/// Reads how many seconds the local clock is ahead of those of AWS, from their answers; `None` if they do not
/// show it.
pub type ReadClock = Box<dyn FnOnce() -> Option<i64>>;

impl ResolvedSource {
    /// How many seconds the local clock is ahead of those of AWS, and negative if it is behind. Moves the time
    /// of reading to the later of the two: with a clock that is behind, missing digests would seem to be on their
    /// way.
    pub fn read_clock(&mut self) -> Option<i64> {
        let ahead = self.clock.take().and_then(|read| read())?;
        self.now = self
            .now
            .map(|now| shift(now, ahead.min(0).saturating_neg()));
        Some(ahead)
    }
}

impl ResolvedSource {
    /// Why the trails that show which buckets to read were not found; nothing if the buckets are given.
    pub fn not_located(&mut self, needs_trails: bool) -> PriorKnowledge {
        let located = self.take_located();
        let prior = self.known_of_bundle();
        match needs_trails {
            true => PriorKnowledge {
                findings: located.lost.into_iter().chain(prior.findings).collect(),
                incomplete: located.incomplete,
                ..prior
            },
            false => prior,
        }
    }

    /// The trails that were looked up, as evidence. What a bundle says of itself is none: it only shows where to
    /// search.
    pub fn take_located(&mut self) -> LocatedTrails {
        let located = std::mem::take(&mut self.located);
        match &self.bundle {
            Some(bundle) if bundle.trust == BundleTrust::OwnWords => LocatedTrails::default(),
            _ => located,
        }
    }

    /// What is known of the bundle that was read.
    pub fn known_of_bundle(&mut self) -> PriorKnowledge {
        let bundle = self.bundle.as_mut();
        PriorKnowledge {
            bundle: bundle.as_ref().map(|bundle| bundle.trust),
            findings: bundle
                .and_then(|bundle| bundle.altered.take())
                .into_iter()
                .collect(),
            ..PriorKnowledge::default()
        }
    }
}

impl SourceRequest<'_> {
    /// Whether only the configuration of the trails shows which buckets to read.
    pub fn needs_trails(&self) -> bool {
        self.source.s3_bucket.is_empty()
    }

    /// The filter for chains, with the prefixes that the located trails write to.
    pub fn filter(&self, trails: &[TrailConfig]) -> ChainFilter {
        let ScopeArgs {
            region,
            account_id,
            organization_id,
            trail_arn,
            ..
        } = self.scope;
        let buckets = self.buckets();
        let here = |t: &&TrailConfig| self.needs_trails() || buckets.contains(&t.bucket);
        let places = trails.iter().filter(here).map(|t| t.prefix.clone());
        ChainFilter {
            regions: region.clone(),
            accounts: account_id.clone(),
            organizations: organization_id.clone(),
            trail_arns: trail_arn.clone(),
            prefixes: self.prefixes(),
            places: places.collect(),
            exclude: Vec::new(),
            buckets,
            ..ChainFilter::default()
        }
    }

    /// The buckets that were given by name, or whose access points were.
    pub fn buckets(&self) -> Vec<String> {
        let given = self.source.s3_bucket.iter();
        let bucket = |name: &String| bucket_behind(name, self.map).unwrap_or(name).to_owned();
        given.map(bucket).collect()
    }

    /// The values of `--s3-prefix`, without slashes at either end.
    pub fn prefixes(&self) -> Vec<String> {
        let prefixes = self.scope.s3_prefix.iter();
        prefixes.map(|p| p.trim_matches('/').to_owned()).collect()
    }
}

/// The texts of values, for a report.
pub fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
