//! The header and trailer of one gzip member (RFC 1952, section 2.3), in pieces of any size and as strictly
//! as zlib checks them.
//!
//! We parse header and trailer ourselves to use crc-fast, which is faster than flate2's CRC-32 with AVX-512
//! (5 % on a copy on disk).

use crc_fast::{CrcAlgorithm, Digest};

/// The first two bytes of a member.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The position of the flags in the header.
pub const FLAGS: usize = 3;
/// The flags FTEXT, FEXTRA, FNAME and FCOMMENT, whose fields have no effect on the content.
pub const OPTIONAL_FIELDS: u8 = 0b0001_1101;

const DEFLATE: u8 = 8;
const FIXED: usize = 10;
const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// The member is not valid gzip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// CRC-32 (ISO 3309) and size of the bytes so far.
pub struct Checksum(Digest);

impl Default for Checksum {
    fn default() -> Self {
        Checksum(Digest::new(CrcAlgorithm::Crc32IsoHdlc))
    }
}

impl Checksum {
    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn sum(&self) -> u32 {
        self.0.finalize() as u32
    }

    /// The size modulo 2^32, as ISIZE in the trailer.
    fn size(&self) -> u32 {
        self.0.get_amount() as u32
    }
}

/// A header that is being parsed.
pub struct Header {
    field: HeaderField,
    flags: u8,
    /// For fields of a fixed length the bytes taken, for FEXTRA the bytes that remain.
    count: usize,
    /// The last two bytes, the later one as the high byte.
    last: u16,
    crc: Checksum,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum HeaderField {
    Fixed,
    ExtraLength,
    Extra,
    Name,
    Comment,
    Crc,
    Done,
}

impl Default for Header {
    fn default() -> Self {
        Header {
            field: HeaderField::Fixed,
            flags: 0,
            count: 0,
            last: 0,
            crc: Checksum::default(),
        }
    }
}

impl Header {
    /// Whether the header is complete.
    pub fn is_done(&self) -> bool {
        self.field == HeaderField::Done
    }

    /// Takes bytes up to the end of the header, and returns the bytes after it.
    ///
    /// # Errors
    /// If the header is not valid.
    pub fn take<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], Broken> {
        let mut rest = bytes;
        while !self.is_done() && !rest.is_empty() {
            // Fields of variable length are taken at once, other bytes one by one.
            let length = match self.field {
                HeaderField::Extra => self.count.min(rest.len()),
                HeaderField::Name | HeaderField::Comment => {
                    let end = rest.iter().position(|byte| *byte == 0);
                    end.map_or(rest.len(), |end| end + 1)
                }
                _ => 1,
            };
            let (own, after) = rest.split_at(length);
            self.part(own)?;
            rest = after;
        }
        Ok(rest)
    }

    /// Takes bytes of the current field.
    fn part(&mut self, own: &[u8]) -> Result<(), Broken> {
        let Some(byte) = own.last().copied() else {
            return Ok(());
        };
        self.last = self.last >> 8 | u16::from(byte) << 8;
        // The header's CRC16 covers all bytes before it.
        if self.field != HeaderField::Crc {
            self.crc.update(own);
        }
        match self.field {
            HeaderField::Fixed => {
                if self.count == FLAGS {
                    self.flags = byte;
                    let [method, _] = self.last.to_le_bytes();
                    if method != DEFLATE || byte & RESERVED != 0 {
                        return Err(Broken);
                    }
                } else if self.count < MAGIC.len() && byte != MAGIC[self.count] {
                    return Err(Broken);
                }
                self.count += 1;
                if self.count == FIXED {
                    self.next();
                }
            }
            HeaderField::ExtraLength | HeaderField::Crc => {
                self.count += 1;
                if self.count < 2 {
                    return Ok(());
                }
                if self.field == HeaderField::Crc && self.last != (self.crc.sum() & 0xffff) as u16 {
                    return Err(Broken);
                }
                self.next();
            }
            HeaderField::Extra => {
                self.count -= own.len();
                if self.count == 0 {
                    self.next();
                }
            }
            HeaderField::Name | HeaderField::Comment if byte == 0 => self.next(),
            HeaderField::Name | HeaderField::Comment | HeaderField::Done => {}
        }
        Ok(())
    }

    /// Moves to the next field that the flags announce.
    fn next(&mut self) {
        let extra = match self.field {
            HeaderField::ExtraLength => usize::from(self.last),
            _ => 0,
        };
        let after = |field: HeaderField| self.field < field;
        let has = |flag: u8| self.flags & flag != 0;
        self.count = extra;
        self.field = match () {
            () if after(HeaderField::ExtraLength) && has(EXTRA) => HeaderField::ExtraLength,
            () if extra > 0 => HeaderField::Extra,
            () if after(HeaderField::Name) && has(NAME) => HeaderField::Name,
            () if after(HeaderField::Comment) && has(COMMENT) => HeaderField::Comment,
            () if after(HeaderField::Crc) && has(HEADER_CRC) => HeaderField::Crc,
            () => HeaderField::Done,
        };
    }
}

/// A trailer that is being parsed: CRC32 and ISIZE.
#[derive(Default)]
pub struct Trailer {
    bytes: [u8; 8],
    count: usize,
}

impl Trailer {
    /// Whether the trailer is complete.
    pub fn is_done(&self) -> bool {
        self.count == self.bytes.len()
    }

    /// Takes bytes up to the end of the trailer, and returns the bytes after it.
    pub fn take<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let (own, rest) = bytes.split_at(bytes.len().min(self.bytes.len() - self.count));
        self.bytes[self.count..][..own.len()].copy_from_slice(own);
        self.count += own.len();
        rest
    }

    /// Compares the complete fields of the trailer with the content.
    ///
    /// # Errors
    /// If a field does not match.
    pub fn check(&self, content: &Checksum) -> Result<(), Broken> {
        let [a, b, c, d, e, f, g, h] = self.bytes;
        let crc = self.count < 4 || u32::from_le_bytes([a, b, c, d]) == content.sum();
        let size = self.count < 8 || u32::from_le_bytes([e, f, g, h]) == content.size();
        if crc && size { Ok(()) } else { Err(Broken) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Broken, Checksum, Header, Trailer};
    use flate2::Crc;

    /// A header with every optional field.
    fn full() -> Vec<u8> {
        let mut header = vec![0x1f, 0x8b, 8, 0b0001_1111, 1, 2, 3, 4, 0, 3, 3, 0];
        header.extend(b"xyzname\0comment\0");
        let mut crc = Crc::new();
        crc.update(&header);
        header.extend(&crc.sum().to_le_bytes()[..2]);
        header
    }

    #[test]
    fn content_has_the_checksum_that_zlib_gives_it_whatever_its_length_and_however_it_comes() {
        let content: Vec<u8> = (0..200_000_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        let lengths = (0..600).chain([1 << 12, 65_537, content.len()]);
        for length in lengths {
            for piece in [1, 15, 256, 4_099, 1 << 20] {
                let (mut ours, mut zlib) = (Checksum::default(), Crc::new());
                content[..length]
                    .chunks(piece)
                    .for_each(|some| ours.update(some));
                zlib.update(&content[..length]);
                let mut trailer = Trailer::default();
                trailer.take(&zlib.sum().to_le_bytes());
                trailer.take(&zlib.amount().to_le_bytes());
                assert!(trailer.is_done());
                assert_eq!(trailer.check(&ours), Ok(()), "{length} bytes in {piece}");
                ours.update(b"0");
                assert_eq!(trailer.check(&ours), Err(Broken));
            }
        }
    }

    #[test]
    fn a_header_ends_where_it_does_however_it_comes() {
        let mut bytes = full();
        let end = bytes.len();
        bytes.extend(b"content");
        for size in 1..bytes.len() {
            let (mut header, mut rest) = (Header::default(), Vec::<u8>::new());
            for some in bytes.chunks(size) {
                rest.extend(header.take(some).expect("a header"));
            }
            assert!(header.is_done());
            assert_eq!(rest, &bytes[end..], "{size} bytes at a time");
        }
        for cut in 0..end {
            let mut header = Header::default();
            assert!(header.take(&bytes[..cut]).is_ok() && !header.is_done());
        }
    }

    #[test]
    fn a_header_with_any_bit_of_it_flipped_is_broken_or_longer() {
        for bit in 0..full().len() * 8 {
            let mut bytes = full();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut header = Header::default();
            let taken = header.take(&bytes);
            assert!(
                taken == Err(Broken) || !header.is_done() || taken != Ok(&[]),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_trailer_takes_its_eight_bytes_however_they_come() {
        let bytes = *b"12345678more";
        for first in 0..=bytes.len() {
            let mut trailer = Trailer::default();
            let rest = trailer.take(&bytes[..first]);
            assert_eq!(rest, &bytes[first.min(8)..first]);
            assert_eq!(trailer.is_done(), first >= 8);
            let rest = trailer.take(&bytes[first..]);
            assert_eq!(rest, &bytes[first.max(8)..], "{first} bytes first");
            assert_eq!(trailer.bytes, bytes[..8]);
        }
    }
}
