//! The AWS CLI as a witness: `aws cloudtrail validate-logs` and our program over the same AWS on
//! loopback. Intact chains are valid for both, with the same counts. Every other difference stands
//! here with its reason and the AWS CLI's own words, and there are no further differences.
//!
//! The reasons are numbered as this list of what the AWS CLI gets wrong:
//!
//! 1. Nothing found is a success.
//! 2. The newest or the oldest digests were removed: a success.
//! 3. A gap is a success, and its text blames CloudTrail for it.
//! 4. Several missing digests in a row count as one; a damaged one hides its neighbours.
//! 5. Trails of similar names are confused.
//! 6. `--s3-bucket` looks for an organization's trail in the wrong place.
//! 7. Offsets of times are dropped.
//! 8. Links, algorithms and the validity of keys are not compared.
//! 9. Logs that no digest lists go unseen.
//! 10. An unreadable object is invalid, or ends the run.
//! 11. Lost metadata and copies under another name are invalid.
//! 12. The bucket used before a gap is not read.
//! 13. One account and one region per run, one request at a time.
//!
//! Not shown yet: of 3, that the text is also wrong where only validation was off; and 13, which is
//! about time.

mod awscli;
mod clean;
mod scene;
mod scenes;
mod stage;
mod testdata;
mod why;
