//! gzip as CloudTrail's Java writes it: one member with the fixed ten-byte header.
//!
//! The container is built by hand, because no setting of the compressor yields exactly that header,
//! and because tests of damage need to know every byte.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::DeflateEncoder;

/// Magic, deflate, no flags, mtime 0, XFL 0, OS 0: what `java.util.zip.GZIPOutputStream` writes.
pub const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0];

/// Bytes of the trailer: CRC-32 and the inflated length.
pub const TRAILER: usize = 8;

/// One complete gzip member with CloudTrail's header.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    member(&HEADER, content)
}

/// One complete gzip member with a header of the caller's choice.
pub fn member(header: &[u8], content: &[u8]) -> Vec<u8> {
    let mut deflate = DeflateEncoder::new(header.to_vec(), Compression::fast());
    deflate
        .write_all(content)
        .expect("writing to memory succeeds");
    let mut out = deflate.finish().expect("writing to memory succeeds");
    let mut crc = flate2::Crc::new();
    crc.update(content);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}

/// The content of the first member, its trailer checked.
pub fn gunzip(body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    GzDecoder::new(body)
        .read_to_end(&mut content)
        .expect("a whole gzip member");
    content
}
