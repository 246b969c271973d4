//! The outcome of `trails` as its frozen report type.

use jiff::Timestamp;

use super::{ListedChain, ListedLocation, TrailsOutcome};
use crate::base::sample::Sample;
use crate::cloudtrail::cadence::Holes;
use crate::proof::finding::{Finding, ReadFrom};
use crate::report::trails::v1::{self, Requested, SCHEMA, Totals, Trails, Trouble};
use crate::report::validation::v1::{Run, Span};
use crate::validate::view;

impl Trails {
    /// The report of an outcome.
    pub fn new(outcome: &TrailsOutcome, requested: Requested, run: Run) -> Self {
        let sum = |of: fn(&ListedChain) -> u64| outcome.chains.iter().map(of).sum();
        let mut chains: Vec<v1::Chain> = outcome.chains.iter().map(chain).collect();
        // They are in the order of their ids.
        for one in 1..chains.len() {
            if chains[one - 1].id == chains[one].id {
                chains[one - 1].shares_id = true;
                chains[one].shares_id = true;
            }
        }
        let from = view::read_from(&requested.source);
        Trails {
            schema: SCHEMA,
            complete: outcome.complete,
            requested,
            chains,
            totals: Totals {
                chains: outcome.chains.len() as u64,
                digests: sum(|c| c.digests),
                backfill_digests: sum(|c| c.backfill),
                holes: sum(|c| c.holes.count),
            },
            logs_without_digests: named(&outcome.undigested),
            not_looked_at: named(&outcome.refused),
            accounts: None,
            trouble: outcome.trouble.iter().map(|f| trouble(f, from)).collect(),
            run,
        }
    }
}

fn chain(chain: &ListedChain) -> v1::Chain {
    let id = &chain.id;
    v1::Chain {
        id: id.to_string(),
        organization: id.organization.as_ref().map(ToString::to_string),
        shares_id: false,
        partition: id.region.partition(),
        account: id.account.to_string(),
        region: id.region.to_string(),
        home_region: id.home_region.to_string(),
        trail: id.trail.to_string(),
        locations: chain.locations.iter().map(location).collect(),
        first: chain.span.map(|(first, _)| time(first)),
        last: chain.span.map(|(_, last)| time(last)),
        digests: chain.digests,
        backfill_digests: chain.backfill,
        holes: holes(&chain.holes),
    }
}

fn location(location: &ListedLocation) -> v1::Location {
    let root = &location.root;
    v1::Location {
        bucket: location.bucket.clone(),
        prefix: Some(root.prefix.clone()).filter(|p| !p.is_empty()),
        organization: root.organization.as_ref().map(ToString::to_string),
        digests: location.digests,
        first: time(location.span.0),
        last: time(location.span.1),
    }
}

fn holes(holes: &Holes) -> v1::Holes {
    v1::Holes {
        count: holes.count,
        seconds: holes.seconds,
        longest: holes.longest.map(|hole| Span {
            from: hole.from,
            to: hole.to,
        }),
    }
}

fn trouble(finding: &Finding, from: ReadFrom) -> Trouble {
    Trouble {
        code: finding.code,
        reason: finding.reason.map(|reason| reason.as_str().into()),
        bucket: finding.bucket.clone(),
        key: finding.key.clone(),
        message: finding.message.clone(),
        hint: finding.hint.clone().map(|hint| hint.words(from)),
        count: finding.count,
    }
}

fn named(sample: &Sample) -> v1::Named {
    v1::Named {
        count: sample.count,
        first: sample.first.clone(),
    }
}

fn time(at: Timestamp) -> String {
    at.to_string()
}
