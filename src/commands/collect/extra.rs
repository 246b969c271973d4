//! Objects that a validation does not read: those that no digest lists, because what nobody delivered may be
//! evidence too; and the logs of the window where not all is proven, because they may be proven later, with other
//! keys or with digests that are found again.

use std::io;

use rayon::prelude::*;

use super::estimate;
use super::recorder::Recorder;
use crate::base::error::Error;
use crate::base::spool::Spool;
use crate::proof::finding::{Code, Finding};
use crate::source::RootId;
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
        self.add(finding.bucket.as_deref().unwrap_or_default(), key);
    }
}

impl ExtraObjects {
    fn add(&self, bucket: &str, key: &str) {
        let added = postcard::to_stdvec(&(bucket, key)).map_err(io::Error::other);
        // Without room for its name, an object is not collected: what counts is what a proof needs.
        let _ = added.and_then(|place| self.found.add(&place));
    }

    /// Adds the logs of the window that are not stored yet, as their folders list them.
    ///
    /// # Errors
    /// If no threads can be started.
    pub fn add_logs_of_window(
        &self,
        access: Access<'_>,
        request: &Request,
        recorder: &Recorder,
    ) -> Result<(), Error> {
        let add = |root: RootId, key: &str| {
            let bucket = access.places.bucket(root).unwrap_or_default();
            if !recorder.has_answer(bucket, key) {
                self.add(bucket, key);
            }
        };
        estimate::each_log(access.source, access.places, request, &add)
    }

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
