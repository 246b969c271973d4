//! The members of a tar. Names and sizes are those of the classic header, of GNU's long names and of PAX
//! headers, each of bounded size.

use std::fs::File;
use std::io::{self, Read};

use tar::{EntryType, PaxExtensions};

use super::{NAME, check_count, member_path};
use crate::base::limits::Limits;
use crate::source::disk::found::{FoundContent, FoundFile};

/// The largest PAX header that is read: a path and a handful of times.
const PAX: u64 = 64 << 10;

/// What the headers before a member say about it.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    sparse: bool,
}

/// Lists the members of a tar.
///
/// # Errors
/// If it is not a tar, is damaged or cut off, or has too many members; as a part of a message.
pub(super) fn members(file: &File, limits: &Limits) -> Result<Vec<FoundFile>, String> {
    let failed = |e: io::Error| format!("it is not a zip or tar archive, or it is damaged: {e}");
    let size = file.metadata().map_err(failed)?.len();
    if size < 512 {
        return Err("it is not a zip or tar archive".into());
    }
    let mut archive = tar::Archive::new(file);
    let mut files = Vec::new();
    let mut extended = Extended::default();
    for entry in archive.entries_with_seek().map_err(failed)?.raw(true) {
        let mut entry = entry.map_err(failed)?;
        let (kind, at, length) = (
            entry.header().entry_type(),
            entry.raw_file_position(),
            entry.size(),
        );
        if at.checked_add(length).is_none_or(|end| end > size) {
            return Err("the archive is cut off".into());
        }
        if kind.is_gnu_longname() {
            extended.name = Some(bounded(&mut entry, NAME as u64 + 1)?);
            continue;
        }
        if kind.is_pax_local_extensions() {
            let header = bounded(&mut entry, PAX)?;
            extended.read(&header)?;
            continue;
        }
        if kind.is_gnu_longlink() || kind.is_pax_global_extensions() {
            continue;
        }
        let Extended { name, sparse } = std::mem::take(&mut extended);
        if kind.is_dir() {
            continue;
        }
        check_count(&files, limits)?;
        let name = name.unwrap_or_else(|| entry.path_bytes().into_owned());
        let (path, refused) = member_path(name.strip_suffix(b"\0").unwrap_or(&name));
        let special = special(kind).or(sparse.then_some("a sparse member"));
        let content = match refused.or(special) {
            Some(why) => FoundContent::Refused(why),
            None => FoundContent::InTar(at),
        };
        files.push(FoundFile {
            path,
            size: length,
            content,
        });
    }
    Ok(files)
}

/// The kind of a member that is not a regular file.
fn special(kind: EntryType) -> Option<&'static str> {
    match kind {
        EntryType::Regular | EntryType::Continuous => None,
        EntryType::Link => Some("a hard link"),
        EntryType::Symlink => Some("a symbolic link"),
        EntryType::Char | EntryType::Block => Some("a device"),
        EntryType::Fifo => Some("a pipe"),
        EntryType::GNUSparse => Some("a sparse member"),
        _ => Some("not a regular file"),
    }
}

/// All bytes of a header, which must be few.
fn bounded(header: &mut impl Read, most: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = header.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|e| e.to_string())?;
    if bytes.len() as u64 > most {
        return Err("a name or a header in it is too long".into());
    }
    Ok(bytes)
}

impl Extended {
    fn read(&mut self, header: &[u8]) -> Result<(), String> {
        for extension in PaxExtensions::new(header) {
            let extension = extension.map_err(|e| format!("a PAX header is damaged: {e}"))?;
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_vec()),
                b"size" => return Err("it has a member of more than 8 GiB".into()),
                key => self.sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
        Ok(())
    }
}
