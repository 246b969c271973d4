//! How a report was made: the run, the keys that it used, and what was accepted beforehand.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::date_time::DateTime;
use crate::report::open_enum::Word;

/// How a report was made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The program.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// The command line.
    pub command: Vec<String>,
    /// When it was started.
    #[schemars(with = "DateTime")]
    pub started: Timestamp,
    /// When it was finished.
    #[schemars(with = "DateTime")]
    pub finished: Timestamp,
    /// Whose credentials were used, as STS says; null on disk.
    pub caller: Option<String>,
    /// How many seconds the local clock is ahead of those of AWS, and negative if it is behind; null if they
    /// agree within five minutes, or no AWS call was made.
    pub clock_ahead: Option<i64>,
    /// SHA-256 of the state that this run leaves for the next one; null if it leaves none.
    #[serde(default)]
    pub state_sha256: Option<String>,
    /// The exit status of the run: that of the verdict over everything that is not accepted, if it is at least as
    /// severe as `--fail-on`. It is 130 if the run was interrupted, and null in a report of an earlier version.
    #[serde(default)]
    pub exit_status: Option<u8>,
    /// Whether `--accept` accepts all that the verdict follows from, so that the exit status is 0. False where nothing
    /// had to be accepted.
    #[serde(default)]
    pub all_accepted: bool,
    /// The requests made, by kind.
    pub requests: Requests,
}

/// The requests made, by kind.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Requests {
    /// LIST requests.
    pub list: u64,
    /// GET requests for objects.
    pub get: u64,
    /// HEAD requests for objects.
    pub head: u64,
    /// ListPublicKeys calls.
    pub keys: u64,
    /// Other calls to CloudTrail.
    pub trails: u64,
}

impl Requests {
    /// Adds those of another validation.
    pub(crate) fn add(&mut self, more: &Requests) {
        self.list += more.list;
        self.get += more.get;
        self.head += more.head;
        self.keys += more.keys;
        self.trails += more.trails;
    }
}

/// A public key used.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// The region whose digests it signs.
    pub region: String,
    /// MD5 of its DER.
    pub fingerprint: String,
    /// When its validity began.
    #[schemars(with = "DateTime")]
    pub valid_from: Timestamp,
    /// The last instant of its validity.
    #[schemars(with = "DateTime")]
    pub valid_to: Timestamp,
    /// Where it came from.
    pub origin: Word<KeyOrigin>,
}

/// Where a key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyOrigin {
    /// ListPublicKeys.
    Aws,
    /// A file.
    File,
    /// The answers of ListPublicKeys in a bundle whose manifest was given.
    Bundle,
}

/// An entry of `--accept`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// The chain.
    pub chain: String,
    /// From when.
    #[schemars(with = "DateTime")]
    pub from: Timestamp,
    /// Until when; with `follows`, the end of the time that this run validated.
    #[schemars(with = "DateTime")]
    pub to: Timestamp,
    /// Whether it accepts that the chain ended at `from`: all time after that, and nothing else.
    #[serde(default)]
    pub follows: bool,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub who: String,
    /// How many findings it accepts.
    pub findings: u64,
}

impl Accepted {
    /// The time that it applies to, in words.
    pub fn extent(&self) -> String {
        match self.follows {
            true => format!("{} and all that follows", self.from),
            false => format!("{} to {}", self.from, self.to),
        }
    }
}
