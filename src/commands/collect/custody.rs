//! Who collects what, and when: kept from the first moment, so that an interrupted collection can go on.

use std::io;

use super::recorder::{Recorder, json};
use crate::base::error::{Error, ErrorKind};
use crate::source::bundle::layout::{CUSTODY, UNFINISHED_RUN};
use crate::source::bundle::record::{
    Collection, CollectionCounts, CollectionRun, CollectionScope, Custody, SCHEMA,
};

/// A collection with its runs so far, the current one last.
#[derive(Debug)]
pub struct CustodyLog(Custody);

impl CustodyLog {
    /// Begins a run: of a new collection, or of one that was interrupted.
    ///
    /// # Errors
    /// If another scope was collected before.
    pub fn begin(
        scope: CollectionScope,
        run: CollectionRun,
        unfinished: Option<Custody>,
    ) -> Result<Self, Error> {
        let Some(mut earlier) = unfinished else {
            return Ok(CustodyLog(Custody {
                collection: Collection {
                    schema: SCHEMA.to_owned(),
                    as_of: run.started,
                    scope,
                },
                runs: vec![run],
                counts: CollectionCounts::default(),
            }));
        };
        let before = &earlier.collection.scope;
        let asked = CollectionScope {
            opened: before.opened.clone(),
            seed: scope.seed.clone().or_else(|| before.seed.clone()),
            ..scope
        };
        if asked != *before {
            return Err(another_scope(&earlier.runs));
        }
        earlier.runs.push(run);
        Ok(CustodyLog(earlier))
    }

    /// The first run, whose time is that of the collection.
    pub fn first(&self) -> Option<&CollectionRun> {
        self.0.runs.first()
    }

    /// Whether an earlier run was interrupted.
    pub fn is_resumed(&self) -> bool {
        self.0.runs.len() > 1
    }

    /// What is collected.
    pub fn collection(&mut self) -> &mut Collection {
        &mut self.0.collection
    }

    /// The current run.
    pub fn current(&mut self) -> Option<&mut CollectionRun> {
        self.0.runs.last_mut()
    }

    /// Stores what is known so far.
    pub fn keep(&self, recorder: &Recorder) {
        recorder.put_json(UNFINISHED_RUN, &self.0);
    }

    /// Stores it for good, and returns its bytes.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub fn finish(&mut self, recorder: &Recorder, counts: CollectionCounts) -> io::Result<Vec<u8>> {
        self.0.counts = counts;
        let bytes = json(&self.0)?;
        recorder.store().put(CUSTODY, &bytes)?;
        Ok(bytes)
    }

    /// All of it.
    pub fn into_custody(self) -> Custody {
        self.0
    }
}

fn another_scope(runs: &[CollectionRun]) -> Error {
    let message = "the folder holds an unfinished collection of another scope";
    let mut error = Error::new(ErrorKind::Usage, message);
    if let Some(first) = runs.first() {
        let command = first.command.join(" ");
        error = error.because(format!("it was begun at {} by: {command}", first.started));
    }
    error.hint("give the same options again to go on with it, or another folder")
}
