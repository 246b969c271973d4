//! Inflates and hashes one gzip member as a stream: its size is bounded whatever it inflates to, its trailer
//! is checked, and nothing may follow it.
//!
//! A log is modified if its content is. The bits that have no effect on the content or its checks are MTIME,
//! XFL, OS, FTEXT, the contents of FNAME, FCOMMENT and FEXTRA, and the padding of the last deflate byte
//! (RFC 1952, RFC 1951).

use std::io::{self, ErrorKind, Read};

use flate2::{Decompress, FlushDecompress, Status};
use sha2::Digest as _;

use crate::base::gzip::header::{Broken, Checksum, FLAGS, Header, MAGIC, OPTIONAL_FIELDS, Trailer};
use crate::base::sha256::Sha256;

/// Bytes that are read at a time.
const CHUNK: usize = 128 << 10;
/// Bytes that are inflated at a time: most logs at once, so that the decoder need not keep its window.
pub const INFLATED: usize = 256 << 10;

/// The state of the container around the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// One complete member and nothing after it.
    Complete,
    /// One complete member and more bytes after it.
    TrailingData,
    /// It ends before the end of its trailer.
    CutOff,
    /// It is not valid gzip, or its trailer does not match.
    Broken,
    /// It is not gzip. The hash is that of the bytes as they are.
    NotGzip,
    /// It is larger than the limit. The hash is that of the part within the limit.
    TooLarge,
}

/// The result of inflating an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// The state of the container.
    pub container: Container,
    /// SHA-256 of all inflated bytes, even of a broken container.
    pub sha256: Sha256,
    /// Bytes read.
    pub read: u64,
    /// Bytes inflated.
    pub inflated: u64,
    /// Whether the header has optional fields.
    pub optional_fields: bool,
}

/// Some of the content of an object.
pub enum ContentChunk<'c> {
    /// Bytes as they were read.
    Read(&'c [u8]),
    /// Inflated bytes, of all capacity of their buffer but in the last chunk. Whoever keeps them may take them instead
    /// of a copy.
    Inflated(&'c mut Vec<u8>),
}

impl ContentChunk<'_> {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            ContentChunk::Read(bytes) => bytes,
            ContentChunk::Inflated(buffer) => buffer,
        }
    }
}

/// Buffers for inflating many objects one after another; allocated with the first.
#[derive(Default)]
pub struct Inflater {
    input: Box<[u8]>,
    output: Vec<u8>,
    /// Decodes the bare deflate stream, because only then can it be reset.
    decoder: Option<Decompress>,
}

impl Inflater {
    /// Inflates and hashes a body, and passes the content to `sink` chunk by chunk. Those of a gzip member are all of
    /// one size, but for the last. Stops when more than `limit` bytes were inflated, or were read of a body that is not
    /// gzip. Of a gzip member one chunk more may be read, because a header and what does not compress take room.
    ///
    /// # Errors
    /// If reading the body fails. Its content is never an error.
    pub fn run(
        &mut self,
        body: &mut dyn Read,
        limit: u64,
        sink: &mut dyn FnMut(ContentChunk<'_>),
    ) -> io::Result<Inflated> {
        if self.input.is_empty() {
            self.input = vec![0; CHUNK].into_boxed_slice();
        }
        let Inflater {
            input,
            output,
            decoder,
        } = self;
        let mut hasher = sha2::Sha256::new();
        let mut take = |chunk: ContentChunk<'_>| {
            hasher.update(chunk.bytes());
            sink(chunk);
        };
        let mut head = Vec::new();
        let mut chunk = next_chunk(body, input)?;
        if chunk.len() < FLAGS + 1 {
            head.extend_from_slice(chunk);
            fill_head(&mut head, body, input)?;
            chunk = &head;
        }
        let mut read = chunk.len() as u64;
        let mut inflated = 0;
        let is_gzip = chunk.starts_with(&MAGIC);
        let flags = chunk.get(FLAGS).copied().unwrap_or_default();
        let container = if is_gzip {
            let decoder = decoder.get_or_insert_with(|| Decompress::new(false));
            let mut member = GzipMember::new(decoder, output);
            let container = loop {
                if let Some(ended) = member.take(chunk, read, limit, &mut take) {
                    break ended;
                }
                chunk = next_chunk(body, input)?;
                read += chunk.len() as u64;
                if chunk.is_empty() {
                    break member.cut_off();
                }
            };
            member.pass_on(&mut take);
            inflated = member.decoder.total_out();
            match container {
                // However the body came in chunks, what exceeds the limit was not read to its end.
                _ if inflated > limit => Container::TooLarge,
                Container::Complete if !next_chunk(body, input)?.is_empty() => {
                    Container::TrailingData
                }
                container => container,
            }
        } else if chunk.is_empty() {
            Container::CutOff
        } else {
            loop {
                take(ContentChunk::Read(chunk));
                inflated += chunk.len() as u64;
                if inflated > limit {
                    break Container::TooLarge;
                }
                chunk = next_chunk(body, input)?;
                read += chunk.len() as u64;
                if chunk.is_empty() {
                    break Container::NotGzip;
                }
            }
        };
        Ok(Inflated {
            container,
            sha256: Sha256(hasher.finalize().into()),
            read,
            inflated,
            optional_fields: is_gzip && flags & OPTIONAL_FIELDS != 0,
        })
    }
}

/// Empties a buffer, or makes a new one where it was taken.
fn empty(output: &mut Vec<u8>) {
    output.clear();
    if output.capacity() != INFLATED {
        *output = Vec::with_capacity(INFLATED);
    }
}

/// Reads until the flags of a header are known, where a body comes in a few bytes at a time.
fn fill_head(head: &mut Vec<u8>, body: &mut dyn Read, input: &mut [u8]) -> io::Result<()> {
    while !head.is_empty() && head.len() < FLAGS + 1 {
        let more = next_chunk(body, input)?;
        head.extend_from_slice(more);
        if more.is_empty() {
            break;
        }
    }
    Ok(())
}

/// A gzip member that is being inflated.
struct GzipMember<'i> {
    header: Header,
    decoder: &'i mut Decompress,
    /// Bytes that were not passed on yet.
    output: &'i mut Vec<u8>,
    checksum: Checksum,
    /// Whether the deflate stream has ended.
    stream_ended: bool,
    trailer: Trailer,
}

impl<'i> GzipMember<'i> {
    fn new(decoder: &'i mut Decompress, output: &'i mut Vec<u8>) -> Self {
        decoder.reset(false);
        empty(output);
        GzipMember {
            header: Header::default(),
            decoder,
            output,
            checksum: Checksum::default(),
            stream_ended: false,
            trailer: Trailer::default(),
        }
    }

    /// Takes a chunk, of `read` bytes in all so far. Returns the state of the container once that is decided:
    /// `Complete` if the chunk ends with the member.
    fn take(
        &mut self,
        mut chunk: &[u8],
        read: u64,
        limit: u64,
        take: &mut dyn FnMut(ContentChunk<'_>),
    ) -> Option<Container> {
        while !chunk.is_empty() {
            if self.decoder.total_out() > limit || read > limit.saturating_add(CHUNK as u64) {
                return Some(Container::TooLarge);
            }
            if !self.header.is_done() {
                match self.header.take(chunk) {
                    Ok(rest) => chunk = rest,
                    Err(Broken) => return Some(Container::Broken),
                }
            } else if self.stream_ended {
                chunk = self.trailer.take(chunk);
                if self.trailer.is_done() {
                    return Some(match self.trailer.check(&self.checksum) {
                        Err(Broken) => Container::Broken,
                        Ok(()) if chunk.is_empty() => Container::Complete,
                        Ok(()) => Container::TrailingData,
                    });
                }
            } else {
                match self.inflate(chunk, take) {
                    Ok(rest) => chunk = rest,
                    Err(Broken) => return Some(Container::Broken),
                }
            }
        }
        None
    }

    /// Inflates what fits into the output, and returns the bytes that remain. The content is passed on whenever the
    /// output is full, so that its chunks do not depend on those of the body.
    fn inflate<'c>(
        &mut self,
        chunk: &'c [u8],
        take: &mut dyn FnMut(ContentChunk<'_>),
    ) -> Result<&'c [u8], Broken> {
        let (read, filled) = (self.decoder.total_in(), self.output.len());
        let status = self
            .decoder
            .decompress_vec(chunk, self.output, FlushDecompress::None);
        let rest = &chunk[(self.decoder.total_in() - read) as usize..];
        self.checksum.update(&self.output[filled..]);
        if self.output.len() == self.output.capacity() {
            self.pass_on(take);
        }
        match status {
            Ok(Status::StreamEnd) => self.stream_ended = true,
            Ok(Status::Ok | Status::BufError) => {}
            Err(_) => return Err(Broken),
        }
        Ok(rest)
    }

    /// Passes on what was inflated.
    fn pass_on(&mut self, take: &mut dyn FnMut(ContentChunk<'_>)) {
        if !self.output.is_empty() {
            take(ContentChunk::Inflated(self.output));
            empty(self.output);
        }
    }

    /// The state of the container if no more bytes come.
    fn cut_off(&self) -> Container {
        match self.trailer.check(&self.checksum) {
            Ok(()) => Container::CutOff,
            Err(Broken) => Container::Broken,
        }
    }
}

/// The next bytes of a body; none at its end.
fn next_chunk<'i>(body: &mut dyn Read, input: &'i mut [u8]) -> io::Result<&'i [u8]> {
    loop {
        match body.read(input) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            read => return Ok(&input[..read?]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind, Read, Write as _};

    use flate2::{Compression, Decompress, FlushDecompress, GzBuilder, Status};

    use super::{CHUNK, Container, ContentChunk, Inflated, Inflater};
    use crate::base::pieces::Pieces;
    use crate::base::sha256::Sha256;

    /// How zlib itself reads a member.
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

    fn in_pieces(bytes: &[u8], size: usize, limit: u64) -> (Inflated, Vec<u8>) {
        let mut content = Vec::new();
        let mut pieces = Pieces(bytes, size);
        let mut keep = |chunk: ContentChunk<'_>| content.extend_from_slice(chunk.bytes());
        let inflated = Inflater::default().run(&mut pieces, limit, &mut keep);
        (inflated.expect("bytes are read"), content)
    }

    fn ours(bytes: &[u8]) -> (Container, Sha256) {
        let mut bytes = bytes;
        let inflated = Inflater::default().run(&mut bytes, 1 << 20, &mut |_| {});
        let inflated = inflated.expect("bytes are read");
        (inflated.container, inflated.sha256)
    }

    /// Members with and without optional fields, one with trailing data, and one with a header checksum.
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
            // Shorter inputs are not recognized as gzip.
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

    #[test]
    fn a_body_is_the_same_however_it_comes() {
        let texts: [&[u8]; 5] = [b"", b"\x1f", b"\x1f\x8b\x08", b"no gzip", &[7; 9_000]];
        let bodies = members().into_iter().chain(texts.map(<[u8]>::to_vec));
        for body in bodies {
            let (whole, content) = in_pieces(&body, usize::MAX, 1 << 20);
            assert_eq!(whole.inflated, content.len() as u64);
            assert_eq!(whole.sha256, Sha256::of(&content));
            let is_gzip = body.starts_with(&[0x1f, 0x8b]);
            assert_eq!(
                whole.optional_fields,
                is_gzip && body.get(3).is_some_and(|flags| *flags != 0)
            );
            if whole.container != Container::TrailingData {
                assert_eq!(whole.read, body.len() as u64);
            }
            for size in [1, 2, 3, 4, 5, 100] {
                let (pieces, same) = in_pieces(&body, size, 1 << 20);
                assert_eq!(pieces.container, whole.container, "{size} bytes at a time");
                assert_eq!((&same, pieces.sha256), (&content, whole.sha256));
                assert_eq!(pieces.optional_fields, whole.optional_fields);
                assert_eq!(pieces.inflated, whole.inflated);
                assert!(pieces.read <= whole.read);
            }
        }
    }

    #[test]
    fn what_exceeds_the_limit_is_not_read_to_its_end() {
        let text = vec![7; 1_000];
        for (limit, container) in [(999, Container::TooLarge), (1_000, Container::NotGzip)] {
            for size in [1, 300, 1_000] {
                assert_eq!(in_pieces(&text, size, limit).0.container, container);
            }
        }
        let zeros = |length: usize| {
            let mut writer = GzBuilder::new().write(Vec::new(), Compression::best());
            writer
                .write_all(&vec![0; length])
                .expect("bytes are written");
            writer.finish().expect("bytes are written")
        };
        let exact = zeros(1_000);
        assert_eq!(in_pieces(&exact, 7, 999).0.container, Container::TooLarge);
        assert_eq!(in_pieces(&exact, 7, 1_000).0.container, Container::Complete);
        let without_trailer = &exact[..exact.len() - 8];
        for (limit, container) in [(999, Container::TooLarge), (1_000, Container::CutOff)] {
            for size in [1, 7, usize::MAX] {
                let (cut, _) = in_pieces(without_trailer, size, limit);
                assert_eq!(cut.container, container, "{size} bytes at a time");
            }
        }
        let (bomb, _) = in_pieces(&zeros(64 << 20), 100, 1 << 20);
        assert_eq!(bomb.container, Container::TooLarge);
        assert!(bomb.inflated < 3 << 20, "{bomb:?}");
        // A name that does not end takes no room, and is not read for ever.
        let mut endless = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0];
        endless.resize(64 * CHUNK, b'n');
        for size in [3, CHUNK] {
            let (endless, _) = in_pieces(&endless, size, 0);
            assert_eq!(endless.container, Container::TooLarge);
            assert!(endless.read <= 3 * CHUNK as u64, "{endless:?}");
        }
        // Of what comes in small pieces no more is read than tells that it is too large.
        let (text, content) = in_pieces(b"no gzip", 2, 3);
        assert_eq!(text.container, Container::TooLarge);
        assert_eq!((text.read, &content[..]), (4, &b"no g"[..]));
    }

    #[test]
    fn what_is_read_of_a_member_may_exceed_the_limit_by_one_chunk() {
        let named = |length: usize| {
            let builder = GzBuilder::new().filename(vec![b'n'; length]);
            let writer = builder.write(Vec::new(), Compression::fast());
            writer.finish().expect("bytes are written")
        };
        let least = named(0).len();
        for (size, container) in [
            (CHUNK + 10, Container::Complete),
            (CHUNK + 11, Container::TooLarge),
        ] {
            let member = named(size - least);
            assert_eq!(member.len(), size);
            let (inflated, _) = in_pieces(&member, usize::MAX, 10);
            assert_eq!(inflated.container, container, "{size} bytes");
        }
    }

    /// A body whose first read fails.
    struct FailsOnce<'b>(Option<ErrorKind>, &'b [u8]);

    impl Read for FailsOnce<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.take() {
                Some(kind) => Err(kind.into()),
                None => self.1.read(buffer),
            }
        }
    }

    #[test]
    fn a_read_that_a_signal_interrupted_is_tried_again_and_no_other() {
        let run = |kind| {
            let mut body = FailsOnce(Some(kind), b"no gzip");
            Inflater::default().run(&mut body, 1 << 20, &mut |_| {})
        };
        let inflated = run(ErrorKind::Interrupted).expect("bytes are read");
        assert_eq!(inflated.sha256, Sha256::of(b"no gzip"));
        let failed = run(ErrorKind::ConnectionReset).map_err(|error| error.kind());
        assert_eq!(failed, Err(ErrorKind::ConnectionReset));
    }
}
