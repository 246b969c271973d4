//! What a merge asks the parts beyond what it asks a source.

use serde::Serialize;

/// The first byte of each question, which no question to a source begins with.
const ENGINE: u8 = b'e';

/// A question about results. Each variant is followed by what tells its object from others.
#[derive(Serialize)]
pub(in crate::validate) enum ResultQuestion<'q> {
    /// The results of the logs that a page of a digest lists: the hash of the list.
    Page([u8; 32]),
    /// The result of one log that was read for its records alone.
    Log(&'q str, &'q str),
    /// Whether the records of a log that only an unproven digest lists could be read.
    Lead(&'q str, &'q str),
    /// The records of a log that may explain something.
    Records(&'q str, &'q str),
    /// What a log folder holds that no digest lists: its bucket, its key, both ends of the time, and the number of the
    /// block.
    Scan(&'q str, &'q str, [i64; 2], u32),
    /// How the listing of a log folder ended.
    ScanEnd(&'q str, &'q str, [i64; 2]),
}

impl ResultQuestion<'_> {
    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        // Writing texts and numbers to memory cannot fail.
        postcard::to_extend(self, vec![ENGINE]).unwrap_or_default()
    }
}
