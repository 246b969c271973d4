//! What is known of an S3 Inventory that is read instead of listing.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::base::text::plural;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::GetError;
use crate::source::inventory::SampleDifferences;

/// An inventory of a bucket.
#[derive(Debug, Clone)]
pub struct KnownInventory {
    /// Its manifest, as it was given.
    pub place: String,
    /// The bucket.
    pub bucket: String,
    /// When S3 began to write it.
    pub created: Timestamp,
    /// The first day that is listed in S3 all the same.
    pub first_listed: Date,
    /// How many objects it lists.
    pub objects: u64,
    /// How a random sample of it differs from what S3 lists, or why it could not be compared.
    pub compared: Result<SampleDifferences, GetError>,
}

impl KnownInventory {
    /// The finding on an inventory that does not show what the bucket holds.
    pub fn finding(&self) -> Option<Finding> {
        let differences = self.compared.as_ref().ok()?;
        let wrong = &differences.wrong;
        let first = wrong.first.first()?;
        let message = format!(
            "the S3 Inventory of {} does not show what the bucket holds: in a random sample of it, {} that S3 lists \
             and that {} written before are not in it, or are otherwise. What else it lacks is not known, so objects \
             that no digest lists may exist unseen",
            self.created,
            plural(wrong.count, "object"),
            if wrong.count == 1 { "was" } else { "were" },
        );
        let finding = Finding::new(Code::SourceUnreadable, message).reason(Reason::NotListed);
        let hint = "leave out --inventory: then the bucket is listed";
        Some(finding.hint(hint).at(Some(&self.bucket), first))
    }
}
