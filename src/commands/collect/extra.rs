//! Objects that a validation finds by their names and does not read: what nobody delivered may be evidence too.

use std::io;

use rayon::prelude::*;

use crate::base::error::Error;
use crate::base::spool::Spool;
use crate::proof::finding::{Code, Finding};
use crate::validate::context::workers;
use crate::validate::observer::Observer;
use crate::validate::{Access, request::Request};

/// Objects read at a time.
const BATCH: usize = 1_024;

/// The objects that a validation found and did not read. They wait in a temporary file if there are many.
#[derive(Default)]
pub struct ExtraObjects {
    found: Spool,
}

impl Observer for ExtraObjects {
    fn finalized(&self, finding: &Finding) {
        let (Code::LogUnreferenced, Some(key)) = (finding.code, &finding.key) else {
            return;
        };
        let place = (finding.bucket.as_deref().unwrap_or_default(), key.as_str());
        let added = postcard::to_stdvec(&place).map_err(io::Error::other);
        // Without room for its name, an object is not collected: what counts is what a proof needs.
        let _ = added.and_then(|place| self.found.add(&place));
    }
}

impl ExtraObjects {
    /// Reads them all to their ends, from a source that records them.
    ///
    /// # Errors
    /// If no threads can be started.
    pub fn read(&self, access: Access<'_>, request: &Request) -> Result<(), Error> {
        let pool = workers(request.jobs.max(1))?;
        let read = |(bucket, key): &(String, String)| {
            for (root, key) in access.places.find(bucket, key).all() {
                // Whatever it is, the recorder stores it; what is not read of it too.
                drop(access.source.get(*root, key, false));
            }
        };
        let mut batch: Vec<(String, String)> = Vec::new();
        let take = |batch: &mut Vec<(String, String)>| {
            pool.install(|| batch.par_iter().with_max_len(1).for_each(read));
            batch.clear();
        };
        let each = |place: &[u8]| {
            batch.push(postcard::from_bytes(place).map_err(io::Error::other)?);
            if batch.len() >= BATCH {
                take(&mut batch);
            }
            Ok(())
        };
        // A temporary file that cannot be read again ends the list early.
        let _ = self.found.for_each(each);
        take(&mut batch);
        Ok(())
    }
}
