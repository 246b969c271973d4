//! A copy in one file: a zip or a tar archive, the latter also compressed with gzip. `zip` and `tar` list the
//! members of a file and read one of them where it is. Nothing is ever extracted, apart from the inflated tar of
//! a `.tar.gz`, which is a temporary file without a name.
//!
//! An archive may come from an attacker. The number of its members and the bytes they inflate to are bounded, no
//! name leads anywhere, and links, devices and encrypted members are listed as refused. A member that is
//! damaged is one that could not be read. It says nothing about the object that was packed.

mod tar;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::found::FoundFile;
use crate::base::error::words;
use crate::base::limits::Limits;
use crate::base::spool::TemporaryFile;
use crate::source::GetError;
use crate::source::input::open_input;

pub(super) use self::zip::ZipReader;

/// The longest name of a member that is kept, in bytes. Keys of S3 have at most 1,024.
const NAME: usize = 4096;

/// A file with members, opened.
pub(super) enum Archive {
    Zip(ZipReader),
    /// A tar, whose members are stretches of the file.
    Tar(File),
}

impl Archive {
    /// Opens an archive and lists its members, in the order of their names.
    ///
    /// # Errors
    /// If it is not an archive, is damaged, or is beyond a bound; as a part of a message.
    pub(super) fn open(path: &Path, limits: &Limits) -> Result<(Self, Vec<FoundFile>), String> {
        let failed = |e: io::Error| words(&e);
        let mut file = open_input(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err("it is neither a folder nor a regular file".into());
        }
        let mut magic = [0; 6];
        let read = file.read_at(&mut magic, 0).map_err(failed)?;
        let (archive, mut files) = match &magic[..read] {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => {
                let (zip, files) = ZipReader::open(file, limits)?;
                (Archive::Zip(zip), files)
            }
            [0x1f, 0x8b, ..] => {
                let inflated = inflated(&file, limits)?;
                let files = tar::members(&inflated, limits)?;
                (Archive::Tar(inflated), files)
            }
            _ => {
                file.seek(SeekFrom::Start(0)).map_err(failed)?;
                let files = tar::members(&file, limits)?;
                (Archive::Tar(file), files)
            }
        };
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((archive, files))
    }
}

/// The tar in a `.tar.gz`, in a temporary file without a name.
fn inflated(file: &File, limits: &Limits) -> Result<File, String> {
    let failed = |e: io::Error| format!("it could not be inflated: {}", words(&e));
    let packed = file.metadata().map_err(failed)?.len();
    let most = most_inflated(packed, limits);
    let mut tar = TemporaryFile::new().map_err(failed)?;
    let mut body = MultiGzDecoder::new(BufReader::with_capacity(128 << 10, file)).take(most + 1);
    if io::copy(&mut body, &mut tar).map_err(failed)? > most {
        return Err(format!("it inflates to more than {most} bytes"));
    }
    tar.into_file().map_err(failed)
}

/// To how many bytes an archive of a size may inflate.
fn most_inflated(packed: u64, limits: &Limits) -> u64 {
    let in_proportion = packed.saturating_mul(limits.archive_ratio);
    in_proportion
        .saturating_add(64 << 20)
        .min(limits.archive_inflated)
}

/// Checks that there may be one more member.
fn check_count(files: &[FoundFile], limits: &Limits) -> Result<(), String> {
    if files.len() < limits.loose_files {
        return Ok(());
    }
    Err(format!(
        "it has more than {} files; unpack it, and give the folder that holds AWSLogs",
        limits.loose_files
    ))
}

/// The name of a member as a path without `.` and empty parts; and why the member is refused, if its name
/// leads out of the archive or cannot be shown.
fn member_path(name: &[u8]) -> (String, Option<&'static str>) {
    let name = &name[..name.len().min(NAME + 1)];
    let text = String::from_utf8_lossy(name);
    let mut refused = match &text {
        _ if name.len() > NAME => Some("a member with a name that is too long"),
        std::borrow::Cow::Owned(_) => Some("a member with a name that is not utf-8"),
        text if text.contains('\0') => Some("a member with a nul byte in its name"),
        text if text.starts_with(['/', '\\']) || text.as_bytes().get(1) == Some(&b':') => {
            Some("a member with an absolute name")
        }
        _ => None,
    };
    // Some programs on Windows write backslashes, against the specification.
    let separator = if text.contains('/') { '/' } else { '\\' };
    let mut path = String::with_capacity(text.len());
    for part in text.split(separator) {
        match part {
            "" | "." => continue,
            ".." => {
                refused = refused.or(Some("a member with a name that leads out of the archive"));
                continue;
            }
            _ => {}
        }
        if !path.is_empty() {
            path.push('/');
        }
        path += part;
    }
    (path, refused)
}

/// A stretch of a file.
pub(super) struct FileStretch<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl<'f> FileStretch<'f> {
    pub(super) fn new(file: &'f File, at: u64, size: u64) -> Self {
        let end = at.saturating_add(size);
        FileStretch { file, at, end }
    }
}

impl Read for FileStretch<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..most], self.at)?;
        if read == 0 && most > 0 {
            let cut = GetError::Io("the archive ends within this member".into());
            return Err(io::Error::other(cut));
        }
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::member_path;

    #[test]
    fn no_name_leads_out_of_the_archive() {
        for (name, path, refused) in [
            ("a/b", "a/b", false),
            ("./a//b/./c", "a/b/c", false),
            ("a\\b", "a/b", false),
            ("a/b\\c", "a/b\\c", false),
            ("/etc/passwd", "etc/passwd", true),
            ("\\\\server\\share", "server/share", true),
            ("C:\\x", "C:/x", true),
            ("../../x", "x", true),
            ("a/../b", "a/b", true),
            ("a\0b", "a\0b", true),
        ] {
            let (found, why) = member_path(name.as_bytes());
            assert_eq!((found.as_str(), why.is_some()), (path, refused), "{name:?}");
        }
        assert!(member_path(b"a\xff").1.is_some());
        let (path, why) = member_path(&b"x".repeat(1 << 20));
        assert!(path.len() <= super::NAME + 1 && why.is_some());
    }
}
