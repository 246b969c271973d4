//! The body of an object, recorded while it is read. What the reader leaves is recorded too, because another chain may
//! read it.

use std::io::{self, Read};

use super::answer::{StoredError, StoredObject, encode};
use super::content::StoredContent;
use super::source_answers::SourceAnswers;
use crate::source::{GetError, SourceObject};

/// Bytes that are read at a time of what the reader leaves.
const BUFFER: usize = 64 << 10;

/// The most bytes of one object that are recorded: what a validation reads at most.
const LARGEST: u64 = 4 << 30;

/// A body that is recorded while it is read.
struct RecordedBody<'a> {
    body: Box<dyn Read + Send + 'a>,
    answers: SourceAnswers<'a>,
    question: Vec<u8>,
    /// `None` once it is recorded, or cannot be.
    object: Option<StoredObject>,
}

/// Records the answer to the request for an object. Returns the object, whose body is recorded while it is read.
pub(super) fn recorded<'a>(
    answers: SourceAnswers<'a>,
    question: Vec<u8>,
    answer: Result<SourceObject<'a>, GetError>,
) -> Result<SourceObject<'a>, GetError> {
    let object = match answer {
        Ok(object) => object,
        Err(error) => {
            answers.put::<()>(&question, &Err(error.clone()));
            return Err(error);
        }
    };
    let head = object.head.as_ref();
    let stored = StoredObject {
        metadata: object.metadata.clone(),
        facts: object.facts.clone(),
        head: head.and_then(|head| serde_json::to_string(head).ok()),
        doubt: object.doubt.as_ref().and_then(StoredError::of),
        body: StoredContent::default(),
        end: None,
    };
    Ok(SourceObject {
        body: Box::new(RecordedBody {
            body: object.body,
            answers,
            question,
            object: Some(stored),
        }),
        ..object
    })
}

impl RecordedBody<'_> {
    /// Takes the next bytes; none at the end.
    fn take(&mut self, bytes: &[u8]) {
        match &mut self.object {
            Some(object) if !bytes.is_empty() => object.body.add(bytes, self.answers.sink),
            Some(_) => self.finish(None),
            None => {}
        }
    }

    /// Records the object, with the error that ended its body.
    fn finish(&mut self, error: Option<&GetError>) {
        let Some(mut object) = self.object.take() else {
            return;
        };
        if error.is_some_and(|error| !self.answers.is_answer(error)) {
            return;
        }
        object.end = error.and_then(StoredError::of);
        if let Some(bytes) = encode(&Ok::<_, StoredError>(object)) {
            self.answers.sink.put(&self.question, &bytes);
        }
    }

    fn failed(&mut self, error: io::Error) -> io::Error {
        let error = GetError::from_body(error);
        self.finish(Some(&error));
        io::Error::other(error)
    }

    /// Takes what the reader left.
    fn drain(&mut self) {
        let mut buffer = vec![0; BUFFER];
        while let Some(object) = &self.object {
            if object.body.len() > LARGEST {
                let why = format!("it is larger than {LARGEST} bytes");
                self.finish(Some(&GetError::Refused(why)));
                return;
            }
            match self.body.read(&mut buffer) {
                Ok(read) => self.take(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => _ = self.failed(error),
            }
        }
    }
}

impl Read for RecordedBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.body.read(buffer) {
            // Nothing was asked for, so nothing says that it ended.
            Ok(0) if buffer.is_empty() => Ok(0),
            Ok(read) => {
                self.take(&buffer[..read]);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.failed(error)),
        }
    }
}

impl Drop for RecordedBody<'_> {
    fn drop(&mut self) {
        if self.object.is_some() && self.answers.sink.check().is_ok() {
            self.drain();
        }
    }
}
