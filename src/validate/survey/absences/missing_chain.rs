//! A chain that is missing, and the finding on it.

use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::proof::finding::{Code, Finding, Hint};

/// Why a chain should exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NeededFor {
    /// Its account has chains of the trail outside the home region.
    HomeOfAccount,
    /// Its account owns an organization's trail that has chains.
    HomeOfOwner,
    /// Logs of its account and region are beside other chains of the trail.
    BesideLogs,
    /// AWS describes a trail that writes digests here.
    Described,
}

/// A chain that should exist and has no digest.
pub(super) struct MissingChain {
    pub id: ChainId,
    /// Where it would be.
    pub roots: Vec<KeyRoot>,
    /// The time in which it should have digests, if other chains show it.
    pub time: Option<Window>,
    pub why: NeededFor,
}

/// The result of comparing what should exist with what was found.
#[derive(Default)]
pub(crate) struct Absences {
    /// The chains that should exist and do not: first those of the request, then those that trails and other
    /// chains point to.
    pub findings: Vec<Finding>,
    /// What was not compared, in sentences on what is not proven.
    pub open: Vec<String>,
}

/// The finding on a chain that is missing, or that ends too early.
pub(super) fn missing(id: &ChainId, message: impl Into<String>) -> Finding {
    let finding = Finding::new(Code::ChainMissing, message);
    finding.hint(Hint::LookForMissing).of(id)
}
