//! One whole gzip member, streamed: bounded whatever it inflates to, its trailer checked, nothing
//! after it.
//!
//! What counts is every bit but MTIME, XFL, OS, FTEXT, the contents of FNAME, FCOMMENT and FEXTRA,
//! and the padding of the last deflate byte (RFC 1952, RFC 1951).

use std::io::{self, ErrorKind, Read};

use flate2::{Decompress, FlushDecompress, Status};
use sha2::Digest as _;

use crate::hash::Sha256;

/// What is read at a time.
const CHUNK: usize = 128 << 10;
/// What is inflated at a time: most logs at one go, so that the window need not be kept aside.
const INFLATED: usize = 256 << 10;
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Where the header's flags stand.
const FLAGS: usize = 3;
/// FTEXT, FEXTRA, FNAME and FCOMMENT: header fields that do not touch the content.
const OPTIONAL_FIELDS: u8 = 0b0001_1101;

/// The state of the container around the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// One whole member, and nothing after it.
    Whole,
    /// One whole member, and something after it.
    TrailingData,
    /// It ends before its checked end.
    CutOff,
    /// It does not inflate to a checked end, for its bits are broken.
    Broken,
    /// It is not gzip; what was hashed is the bytes as they are.
    NotGzip,
    /// It goes on beyond the limit; what was hashed is the part up to there.
    TooLarge,
}

/// What inflating an object gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// The state of the container.
    pub container: Container,
    /// SHA-256 of everything that came out, also of a broken container.
    pub sha256: Sha256,
    /// Bytes read.
    pub read: u64,
    /// Bytes that came out.
    pub inflated: u64,
    /// Whether the header carries optional fields.
    pub optional_fields: bool,
}

/// An object's bytes, some at a time.
pub trait Chunks {
    /// The next bytes, in `buffer` or where they are kept; none at the end.
    ///
    /// # Errors
    /// Where reading fails.
    fn next<'c>(&'c mut self, buffer: &'c mut [u8]) -> io::Result<&'c [u8]>;
}

/// A body that nothing is kept of.
pub struct Passing<'b>(pub &'b mut dyn Read);

impl Chunks for Passing<'_> {
    fn next<'c>(&'c mut self, buffer: &'c mut [u8]) -> io::Result<&'c [u8]> {
        let n = read_some(self.0, buffer)?;
        Ok(&buffer[..n])
    }
}

/// Buffers to inflate many objects with, one after another; none before the first.
#[derive(Default)]
pub struct Inflater {
    input: Box<[u8]>,
    output: Box<[u8]>,
}

impl Inflater {
    /// Inflates and hashes a body, giving what comes out to `sink` chunk by chunk. Stops once more
    /// than `limit` bytes were read or came out.
    ///
    /// # Errors
    /// Where reading the body fails; what the body holds is never an error.
    pub fn run(
        &mut self,
        body: &mut dyn Read,
        limit: u64,
        sink: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Inflated> {
        self.run_chunks(&mut Passing(body), limit, sink)
    }

    /// The same for bytes that come from elsewhere.
    ///
    /// # Errors
    /// Where reading fails; what the body holds is never an error.
    pub fn run_chunks(
        &mut self,
        body: &mut dyn Chunks,
        limit: u64,
        sink: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Inflated> {
        if self.input.is_empty() {
            self.input = vec![0; CHUNK].into_boxed_slice();
            self.output = vec![0; INFLATED].into_boxed_slice();
        }
        let Inflater { input, output } = self;
        let mut hasher = sha2::Sha256::new();
        let mut take = |bytes: &[u8]| {
            hasher.update(bytes);
            sink(bytes);
        };
        let mut head = Vec::new();
        let mut chunk = body.next(input)?;
        if chunk.len() < FLAGS + 1 {
            // It comes in crumbs.
            head.extend_from_slice(chunk);
            while !head.is_empty() && head.len() < FLAGS + 1 {
                let more = body.next(input)?;
                head.extend_from_slice(more);
                if more.is_empty() {
                    break;
                }
            }
            chunk = &head;
        }
        let flags = chunk.get(FLAGS).copied().unwrap_or_default();
        let mut result = Inflated {
            container: Container::Broken,
            sha256: Sha256([0; 32]),
            read: chunk.len() as u64,
            inflated: 0,
            optional_fields: flags & OPTIONAL_FIELDS != 0,
        };
        if !chunk.starts_with(&MAGIC) {
            result.container = if chunk.is_empty() {
                Container::CutOff
            } else {
                Container::NotGzip
            };
            result.optional_fields = false;
            while !chunk.is_empty() {
                take(chunk);
                result.inflated += chunk.len() as u64;
                if result.inflated > limit {
                    result.container = Container::TooLarge;
                    break;
                }
                chunk = body.next(input)?;
                result.read += chunk.len() as u64;
            }
            result.sha256 = Sha256(hasher.finalize().into());
            return Ok(result);
        }
        let mut decoder = Decompress::new_gzip(15);
        loop {
            if chunk.is_empty() {
                chunk = body.next(input)?;
                result.read += chunk.len() as u64;
                if chunk.is_empty() {
                    result.container = Container::CutOff;
                    break;
                }
            }
            let (read, out) = (decoder.total_in(), decoder.total_out());
            let status = decoder.decompress(chunk, output, FlushDecompress::None);
            chunk = &chunk[(decoder.total_in() - read) as usize..];
            take(&output[..(decoder.total_out() - out) as usize]);
            result.inflated = decoder.total_out();
            match status {
                Ok(Status::StreamEnd) => {
                    let more = !chunk.is_empty() || !body.next(input)?.is_empty();
                    let end = if more {
                        Container::TrailingData
                    } else {
                        Container::Whole
                    };
                    result.container = end;
                    break;
                }
                Ok(Status::Ok | Status::BufError) => {}
                Err(_) => break,
            }
            if result.inflated > limit || result.read > limit.saturating_add(CHUNK as u64) {
                result.container = Container::TooLarge;
                break;
            }
        }
        result.sha256 = Sha256(hasher.finalize().into());
        Ok(result)
    }
}

/// Reads what there is, once there is something.
pub fn read_some(body: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match body.read(buffer) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
