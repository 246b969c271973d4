//! What two independent readers of gzip make of an object: libdeflate, and zlib with its own header.

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::Decompressor;

/// More than any object of the trail inflates to.
const MOST: usize = 1 << 18;

/// The content of an object.
#[derive(Debug, PartialEq, Eq)]
pub enum Container {
    /// One complete gzip member and nothing else, with this content.
    Complete(Vec<u8>),
    /// Anything else.
    Broken,
    /// The readers disagree.
    Disputed,
}

/// Two readers of gzip, with their buffers.
pub struct GzipReaders {
    libdeflate: Decompressor,
    buffers: [Vec<u8>; 2],
}

impl Default for GzipReaders {
    fn default() -> Self {
        let libdeflate = Decompressor::new();
        let buffers = [vec![0; MOST], vec![0; MOST]];
        GzipReaders {
            libdeflate,
            buffers,
        }
    }
}

impl GzipReaders {
    /// Reads an object.
    pub fn read(&mut self, body: &[u8]) -> Container {
        let [a, b] = &mut self.buffers;
        let first = by_libdeflate(&mut self.libdeflate, body, a);
        match (first, by_zlib(body, b)) {
            (None, None) => Container::Broken,
            (Some(a), Some(b)) if a == b => Container::Complete(a.to_vec()),
            _ => Container::Disputed,
        }
    }
}

/// The content, if the object is one complete member. What follows a member is ignored by libdeflate: then the
/// member is complete without the last byte too.
fn by_libdeflate<'b>(
    reader: &mut Decompressor,
    body: &[u8],
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let (_, shorter) = body.split_last()?;
    if reader.gzip_decompress(shorter, buffer).is_ok() {
        return None;
    }
    let length = reader.gzip_decompress(body, buffer).ok()?;
    Some(&buffer[..length])
}

fn by_zlib<'b>(body: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut reader = Decompress::new_gzip(15);
    let status = reader.decompress(body, buffer, FlushDecompress::Finish);
    let ends = matches!(status, Ok(Status::StreamEnd)) && reader.total_in() == body.len() as u64;
    ends.then(|| &buffer[..reader.total_out() as usize])
}
