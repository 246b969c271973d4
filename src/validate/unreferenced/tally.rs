//! What lies among the logs and is no finding: counted, with a few names.

use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::proof::finding::Finding;

/// Objects in folders of logs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OtherObjects {
    /// Logs that no digest names, where digests that could name them are not there or not proven.
    pub undecided: Sample,
    /// Logs that no digest names, where a trail writes without digests.
    pub without_digests: Sample,
    /// Logs that no digest names, of time in which a trail that was not asked for wrote no digests.
    pub others_gap: Sample,
    /// Objects whose names are not those of logs.
    pub unrecognised: Sample,
    /// What was not looked at.
    pub refused: Sample,
    /// Folders that could not be listed.
    pub trouble: Vec<Finding>,
}

impl OtherObjects {
    /// Takes over what was seen elsewhere.
    pub fn add(&mut self, other: OtherObjects, limits: &Limits) {
        self.undecided.append(limits, other.undecided);
        self.without_digests.append(limits, other.without_digests);
        self.others_gap.append(limits, other.others_gap);
        self.unrecognised.append(limits, other.unrecognised);
        self.refused.append(limits, other.refused);
        self.trouble.extend(other.trouble);
    }
}
