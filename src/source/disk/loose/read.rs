//! Reads digests among loose files, to see which keys they state.

use std::io::{self, BufRead as _};

use super::LooseTree;
use crate::base::gzip::inflate::{Container, Inflater};
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::digest_stream::{DigestStream, NotParsed};
use crate::source::disk::found::FoundFile;

/// Reads one file after another.
pub(super) struct DigestReader<'t> {
    tree: &'t LooseTree,
    inflater: Inflater,
    /// Inflated bytes that may still be read of files with any name.
    left: u64,
}

impl<'t> DigestReader<'t> {
    pub(super) fn new(tree: &'t LooseTree) -> Self {
        DigestReader {
            tree,
            inflater: Inflater::default(),
            left: tree.limits.unnamed_inflated,
        }
    }

    /// The digest in a file that is named like one; `None` if it is none, or cannot be read.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub(super) fn named(&mut self, file: &FoundFile) -> io::Result<Option<Unverified>> {
        let (digest, _) = self.digest(file, self.tree.limits.digest_inflated)?;
        Ok(digest)
    }

    /// The same for a file of any other name, as long as few bytes were read of such files.
    ///
    /// # Errors
    /// If a temporary file cannot be written.
    pub(super) fn unnamed(&mut self, file: &FoundFile) -> io::Result<Option<Unverified>> {
        let limit = self.tree.limits.digest_inflated.min(self.left);
        if limit == 0 {
            return Ok(None);
        }
        let (digest, read) = self.digest(file, limit)?;
        self.left = self.left.saturating_sub(read);
        Ok(digest)
    }

    /// The digest in a file, and how many bytes were inflated.
    fn digest(&mut self, file: &FoundFile, limit: u64) -> io::Result<(Option<Unverified>, u64)> {
        let Ok((mut body, _)) = self.tree.body(file) else {
            return Ok((None, 0));
        };
        let mut digest = DigestStream::new(limit);
        let mut read = 0;
        let inflated = self.inflater.run(&mut body, limit, &mut |chunk| {
            read += chunk.bytes().len() as u64;
            digest.push(chunk.bytes());
        });
        let inflated = inflated.ok().filter(|i| i.container != Container::TooLarge);
        let digest = match inflated.map(|inflated| digest.finish(inflated.sha256)) {
            Some(Ok(digest)) => Some(digest),
            Some(Err(NotParsed::Spool(error))) => return Err(error),
            Some(Err(NotParsed::Malformed(_) | NotParsed::TooLarge)) | None => None,
        };
        Ok((digest, read))
    }
}

/// Whether two files have the same bytes, as they are stored.
pub(super) fn same_content(tree: &LooseTree, a: &FoundFile, b: &FoundFile) -> bool {
    if a.size != b.size {
        return false;
    }
    let (Ok((a, _)), Ok((b, _))) = (tree.body(a), tree.body(b)) else {
        return false;
    };
    let (mut a, mut b) = (std::io::BufReader::new(a), std::io::BufReader::new(b));
    loop {
        let (Ok(left), Ok(right)) = (a.fill_buf(), b.fill_buf()) else {
            return false;
        };
        let common = left.len().min(right.len());
        if left[..common] != right[..common] || (common == 0 && left.len() != right.len()) {
            return false;
        }
        if common == 0 {
            return true;
        }
        a.consume(common);
        b.consume(common);
    }
}
