//! The body of an object, stored while it is read. What the reader leaves is stored too.

use std::io::{self, Read, Write as _};

use super::{ObjectName, Recorder, json, now};
use crate::commands::collect::store::PartialFile;
use crate::proof::finding::ObjectFacts;
use crate::source::bundle::layout;
use crate::source::bundle::record::{BodyRecord, HeadRecord};
use crate::source::{GetError, Metadata, SourceObject, StoredHead};

/// Bytes that are read at a time of what the reader leaves.
const BUFFER: usize = 64 << 10;

/// The most bytes of one object that are stored: what a validation reads at most.
const LARGEST: u64 = 4 << 30;

/// A body that is stored while it is read.
pub(super) struct RecordingBody<'a> {
    body: Box<dyn Read + Send + 'a>,
    recorder: &'a Recorder,
    bucket: String,
    key: String,
    version_id: Option<String>,
    /// `None` once it is stored, or cannot be.
    slot: Option<BodySlot<'a>>,
}

/// Where a body goes.
struct BodySlot<'a> {
    file: PartialFile<'a>,
    /// The path of the file.
    path: String,
    head: Box<StoredHead>,
    /// Whether it was read once more, so that an earlier answer may be stored.
    again: bool,
}

impl Recorder {
    /// Records an answer to the request for an object. Returns the object, whose body is stored while it is read.
    pub(super) fn record<'a>(
        &'a self,
        name: ObjectName<'_>,
        again: bool,
        answer: Result<SourceObject<'a>, GetError>,
    ) -> Result<SourceObject<'a>, GetError> {
        let object = match answer {
            Ok(object) => object,
            Err(error) => {
                if again && self.is_answer(&error) {
                    self.forget(name);
                }
                self.unread(name, &error);
                return Err(error);
            }
        };
        let slot = match self.place(name, again) {
            Ok(Some((path, file))) => BodySlot {
                file,
                path,
                head: head_of(&object, name),
                again,
            },
            // Stored already, or being stored by another thread.
            Ok(None) => return Ok(object),
            Err(error) => {
                self.store.fail(name.key, &error);
                return Ok(object);
            }
        };
        Ok(SourceObject {
            body: Box::new(RecordingBody {
                body: object.body,
                recorder: self,
                bucket: name.bucket.to_owned(),
                key: name.key.to_owned(),
                version_id: name.version_id.map(str::to_owned),
                slot: Some(slot),
            }),
            ..object
        })
    }

    /// Starts the file of an object: at its first place, or at the next one if something else lies there.
    fn place(
        &self,
        name: ObjectName<'_>,
        again: bool,
    ) -> io::Result<Option<(String, PartialFile<'_>)>> {
        let places = name.places();
        if !again && places.iter().any(|path| self.store.is_taken(path)) {
            return Ok(None);
        }
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        for path in places {
            let created = match again {
                true => self.store.replace(&path).map(Some),
                false => self.store.create(&path),
            };
            match created {
                Ok(Some(file)) => return Ok(Some((path, file))),
                Ok(None) => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => failed = error,
                Err(error) => return Err(error),
            }
        }
        Err(failed)
    }

    /// Removes what was stored of an object, before another answer is.
    fn forget(&self, name: ObjectName<'_>) {
        for path in name.places() {
            self.store.remove(&path);
            self.store.remove(&layout::head(&path));
        }
    }
}

/// What S3 said of an object; of another source, what it says.
fn head_of(object: &SourceObject<'_>, name: ObjectName<'_>) -> Box<StoredHead> {
    match &object.head {
        Some(head) => head.clone(),
        None => Box::new(made_head(name, &object.facts, &object.metadata)),
    }
}

/// The head of an object of which only some facts are known.
pub(super) fn made_head(
    name: ObjectName<'_>,
    facts: &ObjectFacts,
    metadata: &Metadata,
) -> StoredHead {
    let entries = [
        ("signature", &metadata.signature),
        ("signature-algorithm", &metadata.signature_algorithm),
        (
            "backfill-generation-timestamp",
            &metadata.backfill_generated,
        ),
    ];
    let entries = entries.into_iter();
    let known = entries.filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    StoredHead {
        bucket: name.bucket.to_owned(),
        key: name.key.to_owned(),
        last_modified: facts.last_modified.clone(),
        content_length: facts.size,
        e_tag: facts.etag.clone(),
        version_id: facts.version_id.clone(),
        metadata: known.collect(),
        ..StoredHead::default()
    }
}

impl RecordingBody<'_> {
    fn name(&self) -> ObjectName<'_> {
        ObjectName {
            bucket: &self.bucket,
            key: &self.key,
            version_id: self.version_id.as_deref(),
        }
    }

    /// Stores the next bytes; none at the end.
    fn store(&mut self, bytes: &[u8]) {
        let Some(mut slot) = self.slot.take() else {
            return;
        };
        let stored = match bytes {
            [] => self.finish(slot),
            bytes => slot.file.write_all(bytes).map(|()| {
                self.slot = Some(slot);
            }),
        };
        if let Err(error) = stored {
            self.recorder.store.fail(&self.key, &error);
        }
    }

    /// Stores the head, and gives both their names.
    fn finish(&self, slot: BodySlot<'_>) -> io::Result<()> {
        let BodySlot {
            file,
            path,
            head,
            again,
        } = slot;
        let record = HeadRecord {
            head: *head,
            body: Some(BodyRecord {
                sha256: file.sha256().to_string(),
                size: file.size(),
                at: now(),
            }),
        };
        let mut described_by = self.recorder.store.replace(&layout::head(&path))?;
        described_by.write_all(&json(&record)?)?;
        let remove = again.then(|| self.name().unread());
        let other_place = self
            .name()
            .places()
            .into_iter()
            .find(|place| *place != path);
        file.finish_with(described_by, other_place, remove.into_iter().collect())
    }

    /// Takes an error of reading: the object is not stored, and why is.
    fn failed(&mut self, error: io::Error) -> io::Error {
        let error = GetError::from_body(error);
        if let Some(slot) = self.slot.take() {
            if slot.again && self.recorder.is_answer(&error) {
                drop(slot);
                self.recorder.forget(self.name());
            }
            self.recorder.unread(self.name(), &error);
        }
        io::Error::other(error)
    }

    /// Stores what the reader left.
    fn drain(&mut self) {
        let mut buffer = vec![0; BUFFER];
        while let Some(slot) = &self.slot {
            if slot.file.size() > LARGEST {
                let why = format!("it is larger than {LARGEST} bytes");
                let error = io::Error::other(GetError::Refused(why));
                self.failed(error);
                return;
            }
            match self.body.read(&mut buffer) {
                Ok(read) => self.store(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => _ = self.failed(error),
            }
        }
    }
}

impl Read for RecordingBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.body.read(buffer) {
            // Nothing was asked for, so nothing says that it ended.
            Ok(0) if buffer.is_empty() => Ok(0),
            Ok(read) => {
                self.store(&buffer[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.failed(error)),
        }
    }
}

impl Drop for RecordingBody<'_> {
    fn drop(&mut self) {
        if self.slot.is_some() && self.recorder.store.failure().is_none() {
            self.drain();
        }
    }
}
