//! An estimate as its frozen report type.

use super::{Estimate, ObjectTotal};
use crate::base::text::{grouped, plural, s3_uri};
use crate::commands::collect::price;
use crate::proof::finding::Finding;
use crate::report::collect::v1::{
    CollectAction, CollectReport, CollectionEstimate, ObjectsAndBytes, SCHEMA,
};
use crate::report::validation::v1::Run;
use crate::validate::request::LogSelection;

/// Folders that could not be listed and that are shown.
const SHOWN: usize = 20;

impl CollectReport {
    /// The report on an estimate for a selection of logs.
    pub fn of_estimate(estimate: &Estimate, logs: LogSelection, run: Run) -> Self {
        let requests = price::requests(estimate);
        let bytes = estimate.digests.bytes.saturating_add(estimate.logs.bytes);
        let is_complete = estimate.trouble.is_empty() && estimate.ended_by.is_none();
        CollectReport {
            schema: SCHEMA,
            action: CollectAction::Estimate,
            bundle: None,
            complete: is_complete,
            collected: None,
            check: None,
            estimate: Some(CollectionEstimate {
                chains: estimate.chains,
                digests: total(estimate.digests),
                logs: total(estimate.logs),
                requests,
                price: price::price(requests, bytes),
                not_included: not_included(estimate, logs),
                not_listed: not_listed(&estimate.trouble),
            }),
            manifest_sha256: None,
            run,
        }
    }
}

fn total(of: ObjectTotal) -> ObjectsAndBytes {
    ObjectsAndBytes {
        objects: of.objects,
        bytes: of.bytes,
    }
}

/// What no listing shows beforehand.
fn not_included(estimate: &Estimate, logs: LogSelection) -> Vec<String> {
    let unknown = estimate.digests.unsized_objects + estimate.logs.unsized_objects;
    let sentences = [
        (unknown > 0).then(|| {
            format!("The bytes of {}: no listing shows their size.", plural(unknown, "object"))
        }),
        matches!(logs, LogSelection::None)
            .then(|| "Logs: with --logs none a collection reads digests alone.".to_owned()),
        logs.is_sample().then(|| {
            "Which logs are drawn depends on the seed: with another one their number and bytes differ a little."
                .to_owned()
        }),
        estimate.has_other_kinds.then(|| {
            "Files of folders beside CloudTrail/, such as CloudTrail-Insight/: they are read if a digest lists them."
                .to_owned()
        }),
        Some(
            "Digests of other chains and times that are read around gaps, with their listings, and requests that are \
             repeated: only the digests themselves show whether they are needed."
                .to_owned(),
        ),
        Some(
            "Versions of objects that are missing or altered: one ListObjectVersions or more for each object, and one \
             GetObject for each version that is examined."
                .to_owned(),
        ),
        Some(
            "The settings of each bucket: GetBucketVersioning, GetObjectLockConfiguration, \
             GetBucketLifecycleConfiguration, GetBucketPolicy and GetBucketEncryption, one request each."
                .to_owned(),
        ),
        Some(
            "Calls of CloudTrail and STS, which cost nothing: ListPublicKeys, DescribeTrails, ListTrails, \
             GetTrailStatus, GetEventSelectors, GetInsightSelectors, LookupEvents and GetCallerIdentity."
                .to_owned(),
        ),
        Some(
            "Objects in an archive storage class must be restored first, and a storage class or a KMS key may have its \
             own fees: listings do not show them."
                .to_owned(),
        ),
    ];
    sentences.into_iter().flatten().collect()
}

fn not_listed(trouble: &[Finding]) -> Vec<String> {
    let mut sentences: Vec<String> = trouble.iter().take(SHOWN).map(sentence).collect();
    if let Some(more) = trouble.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        sentences.push(format!("{} more", grouped(more)));
    }
    sentences
}

fn sentence(finding: &Finding) -> String {
    let place = match (&finding.bucket, &finding.key) {
        (None, None) => return finding.message.clone(),
        (bucket, key) => s3_uri(bucket.as_deref(), key.as_deref().unwrap_or_default()),
    };
    format!("{place}: {}", finding.message)
}
