//! Reads digests among loose files, to see which keys they state.

use std::io::BufRead as _;

use super::LooseTree;
use crate::base::gzip::inflate::{Container, Inflater};
use crate::base::sha256::Sha256;
use crate::cloudtrail::digest::Unverified;
use crate::source::disk::found::FoundFile;

/// Reads one file after another.
pub(super) struct DigestReader<'t> {
    tree: &'t LooseTree,
    inflater: Inflater,
    json: Vec<u8>,
    /// Inflated bytes that may still be read of files with any name.
    left: u64,
}

impl<'t> DigestReader<'t> {
    pub(super) fn new(tree: &'t LooseTree) -> Self {
        DigestReader {
            tree,
            inflater: Inflater::default(),
            json: Vec::new(),
            left: tree.limits.unnamed_inflated,
        }
    }

    /// The digest in a file that is named like one; `None` if it is none, or cannot be read.
    pub(super) fn named(&mut self, file: &FoundFile) -> Option<Unverified> {
        let limit = self.tree.limits.digest_inflated;
        let sha256 = self.inflate(file, limit)?;
        Unverified::parse_hashed(&self.json, sha256).ok()
    }

    /// The same for a file of any other name, as long as few bytes were read of such files.
    pub(super) fn unnamed(&mut self, file: &FoundFile) -> Option<Unverified> {
        let limit = self.tree.limits.digest_inflated.min(self.left);
        let sha256 = (limit > 0).then(|| self.inflate(file, limit)).flatten();
        self.left = self.left.saturating_sub(self.json.len() as u64);
        Unverified::parse_hashed(&self.json, sha256?).ok()
    }

    /// Inflates a file into `json`; its hash, or `None` if it cannot be read or is too large.
    fn inflate(&mut self, file: &FoundFile, limit: u64) -> Option<Sha256> {
        let DigestReader {
            tree,
            inflater,
            json,
            ..
        } = self;
        json.clear();
        let (mut body, _) = tree.body(file).ok()?;
        let inflated = inflater.run(&mut body, limit, &mut |bytes| json.extend_from_slice(bytes));
        let inflated = inflated.ok()?;
        (inflated.container != Container::TooLarge).then_some(inflated.sha256)
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
