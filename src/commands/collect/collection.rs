//! One collection from its beginning to its end: the folder, the recorder, and who collects.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::custody::CustodyLog;
use super::folder::CollectionFolder;
use super::key_files;
use super::origins::{self, Origins};
use super::recorder::{CollectionStop, Recorder, StoredAnswers, now};
use super::resume;
use super::seal::{self, SealedBundle};
use super::store::Store;
use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::{Error, ErrorKind, words};
use crate::base::limits::Limits;
use crate::source::bundle::layout::UNFINISHED;
use crate::source::bundle::record::{CollectionRun, CollectionScope, Custody, ManifestLine};

/// A collection that is not finished.
pub struct UnfinishedCollection {
    dir: PathBuf,
    limits: Limits,
    recorder: Arc<Recorder>,
    custody: CustodyLog,
}

/// How a collection ended.
#[derive(Debug)]
pub enum CollectionEnd {
    /// The bundle is finished.
    Finished(SealedBundle),
    /// The run was ended early.
    Cancelled(CancelReason),
    /// Nothing more could be read.
    Stopped(CollectionStop),
    /// Nothing more could be stored; why.
    NotStored(String),
}

impl UnfinishedCollection {
    /// Begins a collection in a folder, or goes on with the one that was interrupted there.
    ///
    /// # Errors
    /// If the folder cannot be used, another scope was collected in it, or it holds files that no collection stored.
    pub fn begin(
        dir: &Path,
        folder: CollectionFolder,
        scope: CollectionScope,
        run: CollectionRun,
        limits: &Limits,
        stop: &CancelFlag,
    ) -> Result<Self, Error> {
        let custody = CustodyLog::begin(scope, run, folder.unfinished)?;
        let cannot = |e: io::Error| not_stored(&words(&e));
        if custody.is_resumed() {
            let origins = origins::read(&folder.origins).map_err(cannot)?;
            resume::refuse_foreign_files(dir, limits, &origins)?;
        }
        let store = Store::new(folder.root).map_err(cannot)?;
        if custody.is_resumed() {
            resume::forget_errors(&store).map_err(cannot)?;
            resume::forget_altered(dir, limits, &store, stop).map_err(cannot)?;
        }
        let origins = Origins::in_file(folder.origins).map_err(cannot)?;
        let stored = custody
            .is_resumed()
            .then(|| StoredAnswers::of(dir, limits))
            .transpose()
            .map_err(cannot)?;
        let recorder = Recorder::new(store, origins, stored);
        custody.keep(&recorder);
        // Nothing is stored before it is known what for.
        let kept = recorder.store().flush();
        let collection = UnfinishedCollection {
            dir: dir.to_owned(),
            limits: limits.clone(),
            recorder: Arc::new(recorder),
            custody,
        };
        match kept {
            Ok(()) => Ok(collection),
            Err(error) => {
                collection.give_up();
                Err(cannot(error))
            }
        }
    }

    /// Gives up a collection that has stored nothing yet, so that another one may use the folder.
    pub fn give_up(self) {
        let only = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| entry.file_name() == UNFINISHED)
        };
        // If something stays, the next collection finds an unfinished one here.
        let _ = self.recorder.store().flush();
        let is_empty = fs::read_dir(&self.dir).is_ok_and(|mut all| all.all(only));
        if is_empty && self.resumed().is_none() {
            let _ = fs::remove_dir_all(self.dir.join(UNFINISHED));
        }
    }

    /// What records the answers.
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    /// The first run of the collection, if it was interrupted: all of it is about its time.
    pub fn resumed(&self) -> Option<&CollectionRun> {
        self.custody.first().filter(|_| self.custody.is_resumed())
    }

    /// Takes what is known once the buckets are opened.
    pub fn opened(
        &mut self,
        as_of: Option<Timestamp>,
        clock_ahead: Option<i64>,
        change: impl FnOnce(&mut CollectionScope),
    ) {
        let collection = self.custody.collection();
        if let Some(as_of) = as_of {
            collection.as_of = as_of;
        }
        change(&mut collection.scope);
        if let Some(run) = self.custody.current() {
            run.clock_ahead = clock_ahead;
        }
        self.custody.keep(&self.recorder);
    }

    /// Ends the run: finishes the bundle if nothing is left to be read. Calls `each` with the line of every file of
    /// the finished bundle. Also returns what is known of the collection.
    ///
    /// # Errors
    /// If the folder holds files that no collection stored.
    pub fn end(
        mut self,
        caller: Option<String>,
        stop: &CancelFlag,
        each: &mut dyn FnMut(&ManifestLine),
    ) -> Result<(CollectionEnd, Custody), Error> {
        let recorder = Arc::clone(&self.recorder);
        if let Some(run) = self.custody.current() {
            run.caller = caller;
            run.ended = Some(now());
        }
        let end = match (stop.reason(), recorder.ended()) {
            (Some(reason), _) => CollectionEnd::Cancelled(reason),
            (None, Some(error)) => CollectionEnd::Stopped(error.clone()),
            (None, None) => {
                let custody = &mut self.custody;
                let sealed = key_files::make(&recorder)
                    .and_then(|()| seal::seal(&self.dir, &self.limits, &recorder, custody, each));
                match sealed {
                    Ok(sealed) => CollectionEnd::Finished(sealed),
                    Err(error) => CollectionEnd::NotStored(words(&error)),
                }
            }
        };
        let is_finished = matches!(end, CollectionEnd::Finished(_));
        let end = match is_finished {
            true => end,
            false => self.leave(end),
        };
        if matches!(end, CollectionEnd::NotStored(_))
            && let Ok(origins) = recorder.origins().read()
        {
            resume::refuse_foreign_files(&self.dir, &self.limits, &origins)?;
        }
        Ok((end, self.custody.into_custody()))
    }

    /// Keeps what is known of a collection that is not finished.
    fn leave(&self, end: CollectionEnd) -> CollectionEnd {
        self.custody.keep(&self.recorder);
        match self.recorder.store().flush() {
            Ok(()) => end,
            Err(error) => CollectionEnd::NotStored(words(&error)),
        }
    }
}

/// The error of a collection that cannot store anything.
fn not_stored(why: &str) -> Error {
    Error::new(ErrorKind::Output, "the collection cannot be stored").because(why)
}
