//! What is told while the digests around an object are proven.

use std::sync::Mutex;

use jiff::Timestamp;

use super::target::ExplainTarget;
use crate::base::sha256::Sha256;
use crate::base::time::Window;
use crate::cloudtrail::digest::LogEntry;
use crate::cloudtrail::ids::ChainId;
use crate::proof::finding::Finding;
use crate::proof::judge::{Proof, Verified};
use crate::validate::observer::{JudgedObject, ObjectKind, Observer};

/// A digest that was looked at.
#[derive(Debug, Clone)]
pub struct SeenObject {
    /// Its chain.
    pub chain: ChainId,
    /// Whether it is a backfill digest.
    pub backfill: bool,
    /// Its bucket, where that is known.
    pub bucket: Option<String>,
    /// Its key.
    pub key: String,
    /// The end of its interval, as its name says.
    pub end: Timestamp,
    /// What is known of it where it is proven.
    pub proven: Option<Proven>,
}

/// A proven digest.
#[derive(Debug, Clone)]
pub struct Proven {
    /// Its interval.
    pub interval: Window,
    /// Whether it is a starting digest.
    pub starting: bool,
    /// SHA-256 of its bytes.
    pub sha256: Sha256,
    /// What proves it.
    pub proof: Proof,
    /// The SHA-256 that it records for the log that is asked about, where it names that: or the name of
    /// another algorithm.
    pub names: Option<String>,
}

/// What became of the log that is asked about.
#[derive(Debug, Clone)]
pub struct SeenLog {
    /// What was found on it.
    pub finding: Option<Finding>,
}

/// Watches one validation.
pub struct Watch<'t> {
    target: &'t ExplainTarget,
    told: Mutex<(Vec<SeenObject>, Vec<SeenLog>)>,
}

impl<'t> Watch<'t> {
    /// Nothing was seen yet.
    pub fn new(target: &'t ExplainTarget) -> Self {
        Watch {
            target,
            told: Mutex::default(),
        }
    }

    /// The digests seen, by chain and newest first, and the log, once for each digest that names it.
    pub fn into_told(self) -> (Vec<SeenObject>, Vec<SeenLog>) {
        let (mut seen, logs) = self.told.into_inner().unwrap_or_else(|e| e.into_inner());
        seen.sort_by(|a, b| (&a.chain, b.end, &a.key).cmp(&(&b.chain, a.end, &b.key)));
        (seen, logs)
    }
}

impl Observer for Watch<'_> {
    fn judged(&self, object: JudgedObject<'_>) {
        let mut told = self.told.lock().unwrap_or_else(|e| e.into_inner());
        if object.kind == ObjectKind::Log {
            let finding = object.finding.cloned();
            return told.1.push(SeenLog { finding });
        }
        let names = |digest: &Verified| {
            let is_it = |log: &&LogEntry| self.target.is(Some(&log.bucket), &log.key);
            let named = digest.log_files().iter().find(is_it)?;
            Some(
                named
                    .hash
                    .as_ref()
                    .map_or_else(String::clone, ToString::to_string),
            )
        };
        told.0.push(SeenObject {
            chain: object.chain.clone(),
            backfill: object.kind == ObjectKind::Backfill,
            bucket: object.bucket.map(Into::into),
            key: object.key.into(),
            end: object.end,
            proven: object.proven.map(|(digest, proof)| Proven {
                interval: digest.interval(),
                starting: digest.is_starting(),
                sha256: digest.sha256(),
                proof: proof.clone(),
                names: names(digest),
            }),
        });
    }
}
