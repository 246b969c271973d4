//! Turns an outcome into the frozen report types.

mod changes;
mod events;

use jiff::Timestamp;

use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::chain::{Anchor, Tally};
use crate::proof::finding::{
    Finding as Found, ReadFrom, Recovery as FoundRecovery, RecoveryOutcome, Severity,
};
use crate::proof::gap::Gap as FoundGap;
use crate::proof::keys;
use crate::proof::signature::KeyUse;
use crate::report::hex::Hex;
use crate::report::validation::summary;
use crate::report::validation::v1::{
    Accepted, Chain, DeletedBy, DigestRef, Digests, Finding, FindingCounts, Gap, Key, KeyOrigin,
    Location, Logs, ObjectVersion, Recovery, RecoveryFacts, Report, Requested, Requests, Run,
    SCHEMA, SourceKind, Span, Stretch, Summary, Totals, Undigested,
};
use crate::source::bundle::layout::original;
use crate::validate::command::command;
use crate::validate::lookup::view;
use crate::validate::outcome::{ChainOutcome, LogTally, Outcome, Requests as RequestCounts};
use crate::validate::view::events::evidence;

impl Report {
    /// The report of an outcome. Consumes the outcome: with thousands of chains, both would be large.
    pub fn new(outcome: Outcome, requested: Requested, accepted: Vec<Accepted>, run: Run) -> Self {
        let mut totals = Totals {
            chains: outcome.chains.len() as u64,
            digests: Digests::default(),
            backfill_digests: Digests::default(),
            logs: Logs::default(),
            bytes_read: outcome.bytes_read,
            bytes_hashed: outcome.bytes_hashed,
            findings: FindingCounts::default(),
        };
        for chain in &outcome.chains {
            totals.digests.add(&chain.digests);
            totals.backfill_digests.add(&chain.backfill);
            totals.logs.add(&chain.logs);
        }
        for finding in &outcome.findings {
            let counts = &mut totals.findings;
            *match finding.severity {
                Severity::Failed => &mut counts.failed,
                Severity::Unproven => &mut counts.unproven,
                Severity::Gap => &mut counts.gap,
                Severity::Note => &mut counts.note,
            } += finding.count.unwrap_or(1);
        }
        let from = read_from(&requested.source);
        let mut report = Report {
            schema: SCHEMA.into(),
            verdict: outcome.verdict,
            complete: outcome.complete,
            evidence_sha256: String::new(),
            summary: Summary::default(),
            requested,
            chains: outcome
                .chains
                .into_iter()
                .map(|c| Box::new(chain(&c)))
                .collect(),
            totals,
            findings: outcome
                .findings
                .into_iter()
                .map(|found| finding(found, from))
                .collect(),
            changes: outcome
                .changes
                .trails
                .into_iter()
                .map(changes::changes)
                .collect(),
            timeline: None,
            keys: outcome.keys.iter().map(key).collect(),
            accepted,
            lookup: outcome.lookup.as_ref().map(view::report),
            not_proven: outcome.not_proven,
            run,
        };
        summary::derive(&mut report);
        report
    }
}

impl Digests {
    fn add(&mut self, tally: &Tally) {
        self.valid += tally.valid;
        self.failed += tally.failed;
        self.missing += tally.missing;
        self.missing_inferred += tally.missing_inferred;
        self.unproven += tally.unproven;
    }

    fn of(tally: &Tally) -> Self {
        let mut digests = Digests::default();
        digests.add(tally);
        digests
    }
}

impl Logs {
    fn add(&mut self, tally: &LogTally) {
        self.valid += tally.valid;
        self.failed += tally.failed;
        self.missing += tally.missing;
        self.unproven += tally.unproven;
        self.not_read += tally.not_read;
        if let Some(unreferenced) = tally.unreferenced {
            *self.unreferenced.get_or_insert(0) += unreferenced;
        }
    }

    fn of(tally: &LogTally) -> Self {
        let mut logs = Logs::default();
        logs.add(tally);
        logs
    }
}

impl From<RequestCounts> for Requests {
    fn from(counts: RequestCounts) -> Self {
        Requests {
            list: counts.list,
            get: counts.get,
            head: counts.head,
            keys: counts.keys,
            trails: counts.trails,
        }
    }
}

/// The report of one chain.
pub fn chain(chain: &ChainOutcome) -> Chain {
    let id = &chain.id;
    let (first, last) = chain
        .anchors
        .as_deref()
        .map_or((None, None), |(f, l)| (Some(f), Some(l)));
    Chain {
        id: id.to_string(),
        organization: id.organization.as_ref().map(ToString::to_string),
        shares_id: false,
        partition: id.region.partition().into(),
        account: id.account.to_string(),
        region: id.region.to_string(),
        home_region: id.home_region.to_string(),
        trail: id.trail.to_string(),
        verdict: chain.verdict,
        verified_until: chain.verified_until,
        window: Span {
            from: chain.window.from,
            to: chain.window.to,
        },
        locations: chain
            .locations
            .iter()
            .map(|l| Location {
                bucket: l.bucket.clone(),
                prefix: Some(l.root.prefix.clone()).filter(|p| !p.is_empty()),
                organization: l.root.organization.as_ref().map(ToString::to_string),
                from: l.time.from,
                to: l.time.to,
            })
            .collect(),
        coverage: chain
            .coverage
            .iter()
            .map(|s| Stretch {
                from: s.time.from,
                to: s.time.to,
                state: s.state,
            })
            .collect(),
        gaps: chain.gaps.iter().map(gap).collect(),
        digests: Digests::of(&chain.digests),
        backfill_digests: Digests::of(&chain.backfill),
        logs: Logs::of(&chain.logs),
        first_digest: first.map(digest_ref),
        last_digest: last.map(digest_ref),
        evidence_sha256: chain.evidence.to_string(),
    }
}

fn gap(gap: &FoundGap) -> Gap {
    Gap {
        from: gap.time.from,
        to: gap.time.to,
        // A restart after the window does not end the part of the gap that is in it.
        restart: gap.restart == Some(gap.time.to),
        removals: gap.removals.clone(),
        cause: gap.cause.into(),
        certainty: gap.certainty.into(),
        evidence: gap
            .evidence
            .iter()
            .map(|known| evidence(known, gap.caused_by.as_ref() == Some(known)))
            .collect(),
        undigested_logs: gap.undigested.map(|logs| Undigested {
            count: logs.count,
            first: logs.minutes.map(|(first, _)| first),
            last: logs.minutes.map(|(_, last)| last),
        }),
    }
}

fn digest_ref(anchor: &Anchor) -> DigestRef {
    DigestRef {
        key: anchor.key.clone(),
        sha256: anchor.sha256.to_string(),
        signature: anchor.signature.clone().map(Hex::Bytes),
        end: anchor.end,
    }
}

/// The report of a public key that was used.
pub(crate) fn key(used: &KeyUse) -> Key {
    Key {
        region: used.region.to_string(),
        fingerprint: used.fingerprint.clone(),
        valid_from: used.valid.0,
        valid_to: used.valid.1,
        origin: match used.origin {
            keys::KeyOrigin::Aws => KeyOrigin::Aws.into(),
            keys::KeyOrigin::File => KeyOrigin::File.into(),
            keys::KeyOrigin::Bundle => KeyOrigin::Bundle.into(),
        },
    }
}

fn organization_of(chain: Option<&ChainId>) -> Option<String> {
    let organization = chain?.organization.as_ref();
    organization.map(ToString::to_string)
}

/// Where a source is read, by its kind. A kind of a later version is taken for a copy.
pub(crate) fn read_from(source: &impl PartialEq<SourceKind>) -> ReadFrom {
    if *source == SourceKind::S3 {
        ReadFrom::Buckets
    } else if *source == SourceKind::Bundle {
        ReadFrom::Bundle
    } else {
        ReadFrom::Copy
    }
}

/// The report of a finding on something that was read there.
pub(crate) fn finding(found: Found, from: ReadFrom) -> Finding {
    let command = command(&found).map(Box::new);
    let bound = |of: fn(Window) -> Timestamp| found.interval.map(of);
    Finding {
        code: found.code.into(),
        severity: found.severity,
        from: bound(|i| i.from),
        to: bound(|i| i.to),
        chain: found.chain.as_ref().map(ToString::to_string),
        organization: organization_of(found.chain.as_ref()),
        shares_id: false,
        bucket: found.bucket,
        key: found.key,
        message: found.message,
        hint: found.hint.map(|hint| hint.words(from)),
        command,
        reason: found.reason.map(|reason| reason.as_str().into()),
        expected: found.expected,
        actual: found.actual,
        digest: found.digest,
        version_id: found.object.version_id,
        etag: found.object.etag,
        last_modified: found.object.last_modified,
        size: found.object.size,
        recovery: found.recovery.map(|found| Box::new(recovery(*found, from))),
        count: found.count,
        evidence: found
            .evidence
            .iter()
            .map(|known| evidence(known, false))
            .collect(),
    }
}

/// The report of what survives of an object.
fn recovery(found: FoundRecovery, from: ReadFrom) -> Recovery {
    let is_kept = found.outcome == RecoveryOutcome::Survives && from == ReadFrom::Bundle;
    let version = found.version.map(|version| ObjectVersion {
        bundle_path: is_kept
            .then(|| original(&version.bucket, &version.key, version.version_id.as_deref()))
            .flatten(),
        bucket: version.bucket,
        key: version.key,
        version_id: version.version_id,
        last_modified: version.last_modified,
        size: version.size,
        etag: version.etag,
        storage_class: version.storage_class,
    });
    let (original, archived) = match found.outcome {
        RecoveryOutcome::Archived => (None, version),
        _ => (version, None),
    };
    let facts = RecoveryFacts {
        outcome: found.outcome.into(),
        deleted_by: found.deleted_by.map(|marker| DeletedBy {
            version_id: marker.version_id,
            last_modified: marker.last_modified,
        }),
        original,
        archived,
        searched: found.searched,
        reason: found.reason.map(|reason| reason.as_str().into()),
        found: found.digests.map(|(found, _)| found),
        expected: found.digests.and_then(|(_, expected)| expected),
    };
    facts.into()
}
