//! Objects in log folders that are not findings: counted, with a few of their names.

use serde::{Deserialize, Serialize};

use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::proof::finding::Finding;

/// What the log folders hold besides the logs that digests of requested chains list.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherObjects {
    /// Logs that no digest lists, so young that a digest may still list them.
    pub waiting: Sample,
    /// Logs that no digest lists, of time that is not verified anyway.
    pub undecided: Sample,
    /// Logs that no digest lists, of time in which a trail without log file validation wrote to their folder.
    pub without_digests: Sample,
    /// Logs that only digests of trails outside the request list. Their content was not read.
    pub of_other_trails: Sample,
    /// Objects that have not the names of logs, of time that is not verified anyway.
    pub unrecognised: Sample,
    /// Empty folders, hidden files and what copies leave behind.
    pub litter: Sample,
    /// Entries that the source refused to read, each with the reason.
    pub refused: Sample,
    /// Findings about folders that could not be listed.
    pub unlisted: Vec<Finding>,
}

impl OtherObjects {
    /// Appends the objects of another tally.
    pub fn add(&mut self, other: OtherObjects, limits: &Limits) {
        self.waiting.append(limits, other.waiting);
        self.undecided.append(limits, other.undecided);
        self.without_digests.append(limits, other.without_digests);
        self.of_other_trails.append(limits, other.of_other_trails);
        self.unrecognised.append(limits, other.unrecognised);
        self.litter.append(limits, other.litter);
        self.refused.append(limits, other.refused);
        self.unlisted.extend(other.unlisted);
    }
}
