//! Objects in log folders that are not findings: counted, with a few of their names.

use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::proof::finding::Finding;

/// What the log folders hold besides the logs that digests list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OtherObjects {
    /// Logs that no digest lists, where a digest that could list them is missing or not proven.
    pub undecided: Sample,
    /// Logs that no digest lists, in folders that a trail without log file validation writes to.
    pub without_digests: Sample,
    /// Logs that no digest lists, of a time in which a trail that was not requested wrote no digests.
    pub others_gap: Sample,
    /// Objects whose names are not those of logs.
    pub unrecognised: Sample,
    /// Entries that the source refused to read, each with the reason.
    pub refused: Sample,
    /// Findings about folders that could not be listed.
    pub unlisted: Vec<Finding>,
}

impl OtherObjects {
    /// Appends the objects of another tally.
    pub fn add(&mut self, other: OtherObjects, limits: &Limits) {
        self.undecided.append(limits, other.undecided);
        self.without_digests.append(limits, other.without_digests);
        self.others_gap.append(limits, other.others_gap);
        self.unrecognised.append(limits, other.unrecognised);
        self.refused.append(limits, other.refused);
        self.unlisted.extend(other.unlisted);
    }
}
