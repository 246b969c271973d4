//! A finding.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chain::full_name;
use super::command::AwsCommand;
use super::gap::Evidence;
use super::recovery::Recovery;
use crate::proof::finding::Detail;
use crate::proof::finding::{Code, Severity};
use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// What was found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its code.
    pub code: Word<Code>,
    /// Its severity.
    pub severity: Severity,
    /// The chain it concerns.
    pub chain: Option<String>,
    /// The organization of that chain; null for an account's own trail.
    #[serde(default)]
    pub organization: Option<String>,
    /// Whether the report has another chain of the same id. It is not written.
    #[serde(skip)]
    pub shares_id: bool,
    /// The bucket of the object it concerns.
    pub bucket: Option<String>,
    /// The key of the object it concerns.
    pub key: Option<String>,
    /// What happened and what it means.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// The command that the hint speaks of; null if there is none that only reads from AWS.
    #[serde(default)]
    pub command: Option<Box<AwsCommand>>,
    /// Why something could not be checked, in one stable word.
    pub reason: Option<String>,
    /// The expected value: a hash, a signature, an algorithm, or the place signed.
    pub expected: Option<String>,
    /// The actual value: a hash, a signature, an algorithm, a key's fingerprint, the place found, another
    /// digest's key, or a time of generation.
    pub actual: Option<String>,
    /// The first instant it concerns.
    #[schemars(with = "Option<DateTime>")]
    pub from: Option<Timestamp>,
    /// The first instant after it.
    #[schemars(with = "Option<DateTime>")]
    pub to: Option<Timestamp>,
    /// The key of the digest that lists this log or refers to this digest.
    pub digest: Option<String>,
    /// The object's version.
    pub version_id: Option<String>,
    /// The object's entity tag.
    pub etag: Option<String>,
    /// When it was written, according to the store.
    pub last_modified: Option<String>,
    /// Its stored size in bytes.
    pub size: Option<u64>,
    /// What survives of the object as a version; null if that was not searched.
    #[serde(default)]
    pub recovery: Option<Box<Recovery>>,
    /// How many findings it stands for; null for one.
    pub count: Option<u64>,
    /// Events that bear on it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// The name of the chain; see [`Chain::name`](super::Chain::name).
    pub fn chain_name(&self) -> Option<String> {
        let organization = self.organization.as_deref();
        let organization = organization.filter(|_| self.shares_id);
        Some(full_name(self.chain.as_deref()?, organization))
    }

    /// The command that the hint speaks of, ready to run.
    pub(crate) fn command_line(&self) -> Option<&str> {
        self.command.as_ref()?.line.as_deref()
    }

    /// What was found beyond the code, where a decision depends on it. The report has no field for it.
    pub(crate) fn detail(&self) -> Option<Detail> {
        Detail::of_message(*self.code.known()?, &self.message)
    }
}
