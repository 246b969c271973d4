//! The members of a zip. The central directory is what counts, and each member must have its size and checksum.

use std::fs::File;
use std::io::{BufReader, Read};

use flate2::read::DeflateDecoder;
use rawzip::{
    CompressionMethod, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive, ZipFileHeaderRecord,
};

use super::{check_count, member_path, most_inflated};
use crate::base::limits::Limits;
use crate::source::GetError;
use crate::source::disk::found::{FoundContent, FoundFile, ZipMember};

/// The type of a file in the mode of a member that was packed on Unix.
const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// A zip, opened.
pub(in crate::source::disk) struct ZipReader(ZipArchive<FileReader>);

impl ZipReader {
    /// Opens a zip and lists its members.
    ///
    /// # Errors
    /// If it is damaged, has too many members, or its members overlap or inflate to too much; as a part of a
    /// message.
    pub(super) fn open(file: File, limits: &Limits) -> Result<(Self, Vec<FoundFile>), String> {
        let failed = |e: rawzip::Error| format!("the zip is damaged: {e}");
        let size = file.metadata().map_err(|e| e.to_string())?.len();
        let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
        let archive = ZipArchive::from_file(file, &mut buffer).map_err(failed)?;
        let mut files = Vec::new();
        let (mut packed, mut inflated) = (0_u64, 0_u64);
        let mut entries = archive.entries(&mut buffer);
        while let Some(entry) = entries.next_entry().map_err(failed)? {
            if entry.is_dir() {
                continue;
            }
            check_count(&files, limits)?;
            packed = packed.saturating_add(entry.compressed_size_hint());
            inflated = inflated.saturating_add(entry.uncompressed_size_hint());
            files.push(member(&entry));
        }
        if packed > size {
            return Err("members of the zip overlap".into());
        }
        let most = most_inflated(size, limits);
        if inflated > most {
            return Err(format!("it inflates to more than {most} bytes"));
        }
        Ok((ZipReader(archive), files))
    }

    /// Opens a member, whose reader fails at its end unless size and checksum are right.
    pub(in crate::source::disk) fn member(
        &self,
        member: ZipMember,
    ) -> Result<Box<dyn Read + Send + '_>, GetError> {
        let entry = self
            .0
            .get_entry(member.at)
            .map_err(|e| GetError::Io(format!("the zip is damaged: {e}")))?;
        let packed = BufReader::new(entry.reader());
        Ok(if member.deflated {
            Box::new(entry.verifying_reader(DeflateDecoder::new(packed)))
        } else {
            Box::new(entry.verifying_reader(packed))
        })
    }
}

fn member(entry: &ZipFileHeaderRecord<'_>) -> FoundFile {
    let (path, refused) = member_path(entry.file_path().as_bytes());
    let flags = entry.flags();
    let method = entry.compression_method();
    let kind = entry.mode().value() & TYPE;
    let special = if flags.is_encrypted() || flags.has_strong_encryption() || flags.is_masked() {
        Some("an encrypted member")
    } else if entry.mode().is_symlink() {
        Some("a symbolic link")
    } else if kind != 0 && kind != REGULAR {
        Some("not a regular file")
    } else if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
        Some("a member that is not compressed with deflate")
    } else {
        None
    };
    let content = match refused.or(special) {
        Some(why) => FoundContent::Refused(why),
        None => FoundContent::InZip(ZipMember {
            at: entry.wayfinder(),
            deflated: method == CompressionMethod::DEFLATE,
        }),
    };
    FoundFile {
        path,
        size: entry.uncompressed_size_hint(),
        content,
    }
}
