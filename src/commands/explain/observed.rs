//! What a validation finds out about the digests around an object, and about the object if it is a log.

use std::sync::Mutex;

use jiff::Timestamp;

use super::target::ExplainTarget;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::finding::Finding;
use crate::proof::judge::{Proof, Verified};
use crate::validate::observer::{JudgedObject, ObjectKind, Observer};

/// The objects that a validation checked.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The digests, by chain and newest first.
    pub digests: Vec<ObservedDigest>,
    /// The log in question, once for each digest that lists it.
    pub logs: Vec<ObservedLog>,
}

/// A digest, or an object under the name of one.
#[derive(Debug, Clone)]
pub struct ObservedDigest {
    /// Its chain.
    pub chain: ChainId,
    /// Whether it is a backfill digest.
    pub backfill: bool,
    /// Its bucket, if that is known.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// The end of its interval, from its name.
    pub end: Timestamp,
    /// Its content, if it is proven.
    pub proven: Option<ProvenDigest>,
}

/// What a proven digest says.
#[derive(Debug, Clone)]
pub struct ProvenDigest {
    /// Its interval.
    pub interval: Window,
    /// Whether it is a starting digest.
    pub starting: bool,
    /// SHA-256 of its inflated bytes.
    pub sha256: Sha256,
    /// What proves it.
    pub proof: Proof,
    /// The SHA-256 that it records for the log in question, or the name of another hash algorithm; `None` if
    /// it does not list the log.
    pub recorded_hash: Option<String>,
    /// The bucket in which it lists a log of the same key, if that is not the bucket that was given.
    pub other_bucket: Option<String>,
}

/// The result for the log in question.
#[derive(Debug, Clone)]
pub struct ObservedLog {
    /// The finding on it; `None` if it is intact.
    pub finding: Option<Finding>,
}

/// Collects what a validation finds out about a target.
pub struct TargetObserver<'t> {
    target: &'t ExplainTarget,
    observed: Mutex<Observed>,
}

impl<'t> TargetObserver<'t> {
    /// An observer for one validation.
    pub fn new(target: &'t ExplainTarget) -> Self {
        TargetObserver {
            target,
            observed: Mutex::default(),
        }
    }

    /// Everything that was collected, in an order that does not depend on the threads.
    pub fn into_observed(self) -> Observed {
        let mut observed = self
            .observed
            .into_inner()
            .unwrap_or_else(|e| e.into_inner());
        let digests = &mut observed.digests;
        digests.sort_by(|a, b| (&a.chain, b.end, &a.key).cmp(&(&b.chain, a.end, &b.key)));
        observed
    }

    /// What the digest lists of the log in question: the recorded hash, and the bucket if that is another than the
    /// given one. A list that cannot be read is a finding of the validation.
    fn listed(&self, digest: &Verified) -> (Option<String>, Option<String>) {
        let mut other_bucket = None;
        for logs in digest.log_files().blocks().map_while(Result::ok) {
            for log in logs.iter().filter(|log| *log.key == *self.target.key) {
                if self.target.matches(Some(&log.bucket), &log.key) {
                    let hash = match &log.hash {
                        Ok(sha256) => sha256.to_string(),
                        Err(algorithm) => algorithm.clone(),
                    };
                    return (Some(hash), None);
                }
                other_bucket = Some(log.bucket.to_string());
            }
        }
        (None, other_bucket)
    }
}

impl Observer for TargetObserver<'_> {
    fn judged(&self, object: JudgedObject<'_>) {
        let mut observed = self.observed.lock().unwrap_or_else(|e| e.into_inner());
        if object.kind == ObjectKind::Log {
            let finding = object.finding.cloned();
            return observed.logs.push(ObservedLog { finding });
        }
        observed.digests.push(ObservedDigest {
            chain: object.chain.clone(),
            backfill: object.kind == ObjectKind::Backfill,
            bucket: object.bucket.map(Into::into),
            key: object.key.into(),
            end: object.end,
            proven: object.proven.map(|(digest, proof)| {
                let (recorded_hash, other_bucket) = self.listed(digest);
                ProvenDigest {
                    interval: digest.interval(),
                    starting: digest.is_starting(),
                    sha256: digest.sha256(),
                    proof: proof.clone(),
                    recorded_hash,
                    other_bucket,
                }
            }),
        });
    }
}
