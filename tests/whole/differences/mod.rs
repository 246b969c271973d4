//! The AWS CLI as a witness: `aws cloudtrail validate-logs` and our program before the same AWS on
//! loopback. What is in order both call valid and count alike; everything else in which they differ
//! is told here with its reason and with the AWS CLI's own words, and nothing more differs.
//!
//! The reasons are numbered as this list of what the AWS CLI gets wrong:
//!
//! 1. Nothing was found: a success.
//! 2. The newest or the oldest digests were removed: a success.
//! 3. A gap is a success, and its text blames CloudTrail for it.
//! 4. Digests missing in a row count as one; a damaged one hides those beside it.
//! 5. Trails of similar names are confused.
//! 6. `--s3-bucket` looks for an organization's trail in the wrong place.
//! 7. Offsets of times are dropped.
//! 8. Links, algorithms and the validity of keys are not compared.
//! 9. Logs that no digest names go unseen.
//! 10. What could not be read is invalid, or ends the run.
//! 11. Lost metadata and copies under another name are invalid.
//! 12. The bucket that was written to before a gap is not visited.
//! 13. One account and one region a run, one request at a time.
//!
//! Not shown yet: of 3, that the text is also wrong where only validation was off; and 13, which is
//! about time.

mod awscli;
mod clean;
#[cfg(feature = "aws")]
mod scene;
mod scenes;
mod stage;
mod testdata;
mod why;
