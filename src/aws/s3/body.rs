//! The body of an object. If a connection breaks or stalls, the rest is requested from the same object.

use std::fmt;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::byte_stream::error::Error as ByteStreamError;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use bytes::{Buf as _, Bytes, BytesMut};

use super::flight::Pass;
use super::request::RequestTerms;
use super::{Bucket, S3Source};
use crate::aws::RequestContext;
use crate::aws::bounds::TIME_OUTS;
use crate::source::GetError;

/// How often one body is resumed.
const MAX_RESUMES: usize = 8;

/// The longest body, in bytes, that is read together with its answer, so that the waiting thread wakes
/// up only once.
const SMALL: u64 = 64 << 10;

/// The part of a body that was read together with its answer.
pub(super) struct Begun {
    bytes: Bytes,
    broken: Option<Break>,
}

/// Why no more came.
enum Break {
    /// It took too long.
    Silence,
    /// The connection closed too early.
    Early,
    /// Any other failure, in words.
    Failure(String),
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Break::Silence => "no further bytes came in time",
            Break::Early => "it ended early",
            Break::Failure(why) => why,
        })
    }
}

impl Begun {
    /// Reads a small body completely, and nothing of a larger one.
    pub async fn of(answer: &mut GetObjectOutput, timeout: Option<Duration>) -> Self {
        let size = size(answer).filter(|size| *size <= SMALL).unwrap_or(0);
        let mut bytes = BytesMut::with_capacity(size as usize);
        let mut broken = None;
        while broken.is_none() && (bytes.len() as u64) < size {
            match part(&mut answer.body, timeout).await {
                Ok(Some(some)) => bytes.extend_from_slice(&some),
                Ok(None) => broken = Some(Break::Early),
                Err(why) => broken = Some(why),
            }
        }
        let bytes = bytes.freeze();
        Begun { bytes, broken }
    }
}

/// The size in bytes, if the answer has a `Content-Length`.
fn size(answer: &GetObjectOutput) -> Option<u64> {
    answer.content_length().and_then(|n| u64::try_from(n).ok())
}

/// Waits for the next bytes: `None` at the end, or the reason why they did not come.
async fn part(stream: &mut ByteStream, timeout: Option<Duration>) -> Result<Option<Bytes>, Break> {
    let next = stream.next();
    let received = match timeout {
        Some(timeout) => match tokio::time::timeout(timeout, next).await {
            Ok(received) => received,
            Err(_) => return Err(Break::Silence),
        },
        None => next.await,
    };
    let failure = |e: ByteStreamError| Break::Failure(e.to_string());
    received.transpose().map_err(failure)
}

/// A body that resumes itself.
pub(super) struct Body<'a> {
    source: &'a S3Source,
    bucket: &'a Bucket,
    key: String,
    /// The version, if it is not the current one.
    version: Option<String>,
    context: RequestContext,
    stream: ByteStream,
    chunk: Bytes,
    /// Why no more came with the answer.
    broken: Option<Break>,
    /// Bytes received so far.
    at: u64,
    /// The total size, if S3 gave it.
    size: Option<u64>,
    etag: Option<String>,
    /// How it is requested, and until when it is waited for.
    terms: RequestTerms,
    /// When the first answer came.
    answered: Instant,
    /// Time-outs since the last bytes.
    time_outs: u32,
    waits: ExponentialBackoff,
    _pass: Pass<'a>,
}

impl<'a> Body<'a> {
    pub fn new(
        source: &'a S3Source,
        bucket: &'a Bucket,
        (key, version): (&str, Option<&str>),
        (answer, begun): (GetObjectOutput, Begun),
        (terms, answered): (RequestTerms, Instant),
        (context, pass): (RequestContext, Pass<'a>),
    ) -> Self {
        let waits = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_delay(Duration::from_secs(5))
            .with_max_times(MAX_RESUMES)
            .with_jitter();
        Body {
            source,
            bucket,
            key: key.into(),
            version: version.map(Into::into),
            context,
            at: begun.bytes.len() as u64,
            chunk: begun.bytes,
            broken: begun.broken,
            size: size(&answer),
            etag: answer.e_tag,
            stream: answer.body,
            terms,
            answered,
            time_outs: 0,
            waits: waits.build(),
            _pass: pass,
        }
    }

    /// The next bytes; `None` at the end.
    fn next(&mut self) -> Result<Option<Bytes>, GetError> {
        while self.size.is_none_or(|size| self.at < size) {
            let received = match self.broken.take() {
                Some(why) => Err(why),
                None => self.receive()?,
            };
            let why = match received {
                Ok(Some(bytes)) => {
                    self.at += bytes.len() as u64;
                    self.time_outs = 0;
                    self.terms.deadline.received(bytes.len());
                    return Ok(Some(bytes));
                }
                Ok(None) if self.size.is_none() => break,
                Ok(None) => Break::Early,
                Err(why) => why,
            };
            self.resume(&why)?;
        }
        self.bucket.health.answered();
        Ok(None)
    }

    /// Waits for bytes, or for the reason why they did not come.
    fn receive(&mut self) -> Result<Result<Option<Bytes>, Break>, GetError> {
        let session = &self.source.session;
        let most = self.terms.deadline.next_part(session.read_timeout());
        session.runtime().run(part(&mut self.stream, most))
    }

    /// Requests the rest, with `If-Match` so that it is of the same object. An answer may be of another part
    /// or object all the same, and is compared; then the caller reads the object anew.
    fn resume(&mut self, why: &Break) -> Result<(), GetError> {
        let broken = |more: &str| GetError::Io(format!("its body broke off: {why}{more}"));
        self.time_outs += u32::from(matches!(why, Break::Silence));
        let wait = self.waits.next().filter(|_| self.time_outs < TIME_OUTS);
        let Some(wait) = wait.filter(|_| !self.terms.deadline.is_over()) else {
            let error = broken(", again and again");
            self.bucket.health.silent(self.answered, &error);
            return Err(error);
        };
        let runtime = self.source.session.runtime();
        runtime.run(async { tokio::time::sleep(wait).await })?;
        let request = |client: aws_sdk_s3::Client| {
            client
                .get_object()
                .bucket(&self.bucket.name)
                .key(&self.key)
                .set_version_id(self.version.clone())
                .range(format!("bytes={}-", self.at))
                .set_if_match(self.etag.clone())
                .send()
        };
        let source = self.source;
        let answer = source.call_by(self.bucket, &self.context, self.terms, request)?;
        if !is_rest(answer.content_range(), self.at, self.size) || answer.e_tag != self.etag {
            return Err(broken(
                ", and the answer to the request for the rest was another part",
            ));
        }
        self.stream = answer.body;
        Ok(())
    }
}

/// Whether a `Content-Range` is that of an object's rest from `at` on. Without one, all of it follows.
fn is_rest(content_range: Option<&str>, at: u64, size: Option<u64>) -> bool {
    let Some(range) = content_range else {
        return at == 0;
    };
    let parts = || {
        let (part, total) = range.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = part.split_once('-')?;
        let number = |text: &str| text.parse::<u64>().ok();
        Some((number(first)?, number(last)?, number(total)?))
    };
    parts().is_some_and(|(first, last, total)| {
        first == at && last.checked_add(1) == Some(total) && size.is_none_or(|size| size == total)
    })
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.is_empty() {
            match self.next().map_err(io::Error::other)? {
                Some(bytes) => self.chunk = bytes,
                None => return Ok(0),
            }
        }
        let n = self.chunk.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.chunk[..n]);
        self.chunk.advance(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::is_rest;

    #[test]
    fn only_the_rest_of_the_same_length_continues_a_body() {
        assert!(is_rest(None, 0, Some(9)) && !is_rest(None, 4, Some(9)));
        assert!(is_rest(Some("bytes 4-8/9"), 4, Some(9)));
        for other in [
            "bytes 0-8/9",
            "bytes 5-8/9",
            "bytes 4-7/9",
            "bytes 4-9/10",
            "bytes 4-8/*",
            "4-8/9",
            "",
        ] {
            assert!(!is_rest(Some(other), 4, Some(9)), "{other}");
        }
        assert!(!is_rest(Some("bytes 4-18446744073709551615/9"), 4, None));
    }
}
