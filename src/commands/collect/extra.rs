//! Objects that a validation does not read: those that no digest lists, because what nobody delivered may be
//! evidence too; and the logs of the window where not all is proven, because they may be proven later, with other
//! keys or with digests that are found again.

use std::io;
use std::sync::OnceLock;

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

/// What could not be kept, as the reason why a collection ends says it.
const LIST: &str = "the list of objects without a proof";

/// The objects that a validation found and did not read. They wait in a temporary file if there are many.
#[derive(Default)]
pub struct ExtraObjects {
    found: Spool,
    /// Why some of them are not in the list.
    failure: OnceLock<io::Error>,
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
        let place = postcard::to_stdvec(&(bucket, key)).map_err(io::Error::other);
        if let Err(error) = place.and_then(|place| self.found.add(&place)) {
            // The first failure stays: the others follow from it.
            let _ = self.failure.set(error);
        }
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

    /// Reads them all to their ends, from a source that records them. Where not all of them are known, the
    /// collection ends as one that could not be stored, because a bundle must not lack them silently.
    ///
    /// # Errors
    /// If no threads can be started.
    pub fn read(
        &self,
        access: Access<'_>,
        request: &Request,
        recorder: &Recorder,
    ) -> Result<(), Error> {
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
        let listed = self.found.for_each(each);
        take(&mut batch);
        if let Some(error) = self.failure.get().or(listed.as_ref().err()) {
            recorder.store().fail(LIST, error);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::{ExtraObjects, LIST};
    use crate::commands::collect::origins::Origins;
    use crate::commands::collect::recorder::Recorder;
    use crate::commands::collect::store::Store;
    use crate::proof::keys::NoKeys;
    use crate::source::memory::MemorySource;
    use crate::source::places::Places;
    use crate::validate::{Access, request::Request};

    #[test]
    fn a_list_that_cannot_be_read_to_its_end_ends_the_collection() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::new(File::open(dir.path()).expect("a folder").into());
        let origins = Origins::in_file(tempfile::tempfile().expect("a file")).expect("a file");
        let recorder = Recorder::new(store.expect("a thread"), origins, None);
        let access = Access {
            source: &MemorySource::default(),
            places: &Places::new(Vec::new(), Vec::new()),
            keys: &NoKeys,
            trails: None,
        };
        let extra = ExtraObjects::default();
        extra.add("bucket", "key");
        let read = || extra.read(access, &Request::default(), &recorder);
        read().expect("threads");
        assert_eq!(recorder.store().failure(), None);
        // A block that is cut stands for a temporary file that cannot be read.
        extra.found.add(&[0xff]).expect("room");
        read().expect("threads");
        let why = recorder.store().failure().expect("a failure");
        assert!(why.starts_with(LIST), "{why}");
    }
}
