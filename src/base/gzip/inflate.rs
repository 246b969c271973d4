//! One whole gzip member, streamed: bounded whatever it inflates to, its trailer checked, nothing
//! after it.
//!
//! What counts is every bit but MTIME, XFL, OS, FTEXT, the contents of FNAME, FCOMMENT and FEXTRA,
//! and the padding of the last deflate byte (RFC 1952, RFC 1951).

use std::io::{self, ErrorKind, Read};

use flate2::{Decompress, FlushDecompress, Status};
use sha2::Digest as _;

use crate::base::gzip::header::{Broken, Checksum, FLAGS, Header, MAGIC, OPTIONAL_FIELDS, Trailer};
use crate::base::sha256::Sha256;

/// What is read at a time.
const CHUNK: usize = 128 << 10;
/// What is inflated at a time: most logs at one go, so that the window need not be kept aside.
const INFLATED: usize = 256 << 10;

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
    /// Without what stands around the stream, as only so it can be used again.
    decoder: Option<Decompress>,
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
        let Inflater {
            input,
            output,
            decoder,
        } = self;
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
        let decoder = decoder.get_or_insert_with(|| Decompress::new(false));
        decoder.reset(false);
        let (mut header, mut trailer) = (Header::default(), Trailer::default());
        let (mut checksum, mut ended) = (Checksum::default(), false);
        loop {
            if chunk.is_empty() {
                chunk = body.next(input)?;
                result.read += chunk.len() as u64;
                if chunk.is_empty() {
                    if trailer.check(&checksum).is_ok() {
                        result.container = Container::CutOff;
                    }
                    break;
                }
            }
            if result.inflated > limit || result.read > limit.saturating_add(CHUNK as u64) {
                result.container = Container::TooLarge;
                break;
            }
            if !header.is_done() {
                match header.take(chunk) {
                    Ok(rest) => chunk = rest,
                    Err(Broken) => break,
                }
                continue;
            }
            if ended {
                chunk = trailer.take(chunk);
                if !trailer.is_done() {
                    continue;
                }
                if trailer.check(&checksum).is_ok() {
                    let more = !chunk.is_empty() || !body.next(input)?.is_empty();
                    result.container = match more {
                        true => Container::TrailingData,
                        false => Container::Complete,
                    };
                }
                break;
            }
            let (read, out) = (decoder.total_in(), decoder.total_out());
            let status = decoder.decompress(chunk, output, FlushDecompress::None);
            chunk = &chunk[(decoder.total_in() - read) as usize..];
            let content = &output[..(decoder.total_out() - out) as usize];
            checksum.update(content);
            take(content);
            result.inflated = decoder.total_out();
            match status {
                Ok(Status::StreamEnd) => ended = true,
                Ok(Status::Ok | Status::BufError) => {}
                Err(_) => break,
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, Decompress, FlushDecompress, GzBuilder, Status};

    use super::{Container, Inflater};
    use crate::base::sha256::Sha256;

    /// What zlib's own reading of a member comes to.
    fn by_zlib(bytes: &[u8]) -> (Container, Sha256) {
        let mut decoder = Decompress::new_gzip(15);
        let mut out = vec![0; 1 << 16];
        let status = decoder.decompress(bytes, &mut out, FlushDecompress::None);
        let content = Sha256::of(&out[..decoder.total_out() as usize]);
        let container = match status {
            Ok(Status::StreamEnd) if decoder.total_in() < bytes.len() as u64 => {
                Container::TrailingData
            }
            Ok(Status::StreamEnd) => Container::Complete,
            Ok(Status::Ok | Status::BufError) => Container::CutOff,
            Err(_) => Container::Broken,
        };
        (container, content)
    }

    fn ours(bytes: &[u8]) -> (Container, Sha256) {
        let mut bytes = bytes;
        let inflated = Inflater::default().run(&mut bytes, 1 << 20, &mut |_| {});
        let inflated = inflated.expect("bytes are read");
        (inflated.container, inflated.sha256)
    }

    /// Members with and without optional fields, what follows one, and one with a header checksum.
    fn members() -> Vec<Vec<u8>> {
        let content: Vec<u8> = (0..300_u32).flat_map(|n| (n * n).to_le_bytes()).collect();
        let plain = GzBuilder::new();
        let named = GzBuilder::new().filename("name").comment("comment");
        let extra = GzBuilder::new().extra("extra").mtime(1).filename("n");
        let mut members: Vec<Vec<u8>> = [plain, named, extra]
            .into_iter()
            .map(|builder| {
                let mut writer = builder.write(Vec::new(), Compression::fast());
                writer.write_all(&content).expect("bytes are written");
                writer.finish().expect("bytes are written")
            })
            .collect();
        members.push([&members[0][..], b"more"].concat());
        let mut summed = members[1].clone();
        summed[3] |= 1 << 1;
        let end = 10 + "name\0comment\0".len();
        let mut crc = flate2::Crc::new();
        crc.update(&summed[..end]);
        summed.splice(end..end, crc.sum().to_le_bytes()[..2].iter().copied());
        members.push(summed);
        members
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_what_zlib_says_it_is() {
        for member in members() {
            assert_eq!(ours(&member), by_zlib(&member));
            // Before that nothing says that it is gzip.
            for end in 2..member.len() {
                assert_eq!(
                    ours(&member[..end]),
                    by_zlib(&member[..end]),
                    "cut at {end}"
                );
            }
            for bit in 16..member.len() * 8 {
                let mut flipped = member.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(ours(&flipped), by_zlib(&flipped), "bit {bit}");
            }
        }
    }
}
