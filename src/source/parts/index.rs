//! The index of a part while it is written: in memory up to a bound, beyond it in sorted runs in a temporary file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io;

use super::format::{ENTRY, IndexEntry, QuestionHash};
use crate::base::spool::Spool;

/// Entries that are in memory before they become a run: some 8 MB.
const IN_MEMORY: usize = 128 << 10;

/// Entries of a run that are written and read together: 24 KiB.
const BLOCK: usize = 1 << 10;

/// The entries of an index, in no order.
pub(super) struct IndexSorter {
    recent: BTreeMap<QuestionHash, u64>,
    most: usize,
    spool: Spool,
    /// Where the blocks of each run are.
    runs: Vec<Vec<u64>>,
}

/// One run while all of them are read.
struct SortedRun {
    blocks: std::vec::IntoIter<u64>,
    block: std::vec::IntoIter<IndexEntry>,
}

impl Default for IndexSorter {
    fn default() -> Self {
        IndexSorter::with(IN_MEMORY)
    }
}

impl IndexSorter {
    fn with(most: usize) -> Self {
        IndexSorter {
            recent: BTreeMap::new(),
            most,
            spool: Spool::default(),
            runs: Vec::new(),
        }
    }

    /// Whether a question is known to be answered. One that was answered long ago may not be.
    pub fn has(&self, hash: &QuestionHash) -> bool {
        self.recent.contains_key(hash)
    }

    /// Adds an answer.
    ///
    /// # Errors
    /// If the temporary file cannot be written.
    pub fn add(&mut self, entry: IndexEntry) -> io::Result<()> {
        self.recent.insert(entry.hash, entry.at);
        if self.recent.len() < self.most {
            return Ok(());
        }
        let recent = std::mem::take(&mut self.recent);
        let entries: Vec<IndexEntry> = recent
            .into_iter()
            .map(|(hash, at)| IndexEntry { hash, at })
            .collect();
        let blocks = entries.chunks(BLOCK).map(|block| {
            let bytes: Vec<u8> = block.iter().flat_map(IndexEntry::bytes).collect();
            self.spool.add(&bytes)
        });
        self.runs.push(blocks.collect::<io::Result<_>>()?);
        Ok(())
    }

    /// Calls `each` with all entries in their order: of those with the same question, with the first that was added.
    ///
    /// # Errors
    /// If the temporary file cannot be read, or the first error of `each`.
    pub fn sorted(self, mut each: impl FnMut(IndexEntry) -> io::Result<()>) -> io::Result<()> {
        let recent = self.recent.into_iter();
        let recent: Vec<IndexEntry> = recent.map(|(hash, at)| IndexEntry { hash, at }).collect();
        let mut runs = vec![SortedRun {
            blocks: Vec::new().into_iter(),
            block: recent.into_iter(),
        }];
        runs.extend(self.runs.into_iter().map(|blocks| SortedRun {
            blocks: blocks.into_iter(),
            block: Vec::new().into_iter(),
        }));
        let mut next = BinaryHeap::new();
        for (at, run) in runs.iter_mut().enumerate() {
            next.extend(run.next(&self.spool)?.map(|entry| Reverse((entry, at))));
        }
        let mut last = None;
        while let Some(Reverse((entry, at))) = next.pop() {
            // Places grow, so the first answer comes first.
            if last.replace(entry.hash) != Some(entry.hash) {
                each(entry)?;
            }
            let run = runs.get_mut(at).map(|run| run.next(&self.spool));
            next.extend(run.transpose()?.flatten().map(|entry| Reverse((entry, at))));
        }
        Ok(())
    }
}

impl SortedRun {
    fn next(&mut self, spool: &Spool) -> io::Result<Option<IndexEntry>> {
        if let Some(entry) = self.block.next() {
            return Ok(Some(entry));
        }
        let Some(at) = self.blocks.next() else {
            return Ok(None);
        };
        let bytes = spool.read(at)?;
        let entries = bytes.as_chunks::<ENTRY>().0.iter().map(IndexEntry::read);
        self.block = entries.collect::<Vec<_>>().into_iter();
        Ok(self.block.next())
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, IndexSorter};
    use crate::source::parts::format::{IndexEntry, hash_of};

    #[test]
    fn entries_come_in_order_and_the_first_of_each_question_alone() {
        let question = |n: usize| hash_of(&n.to_le_bytes());
        let questions = 5 * BLOCK;
        let mut index = IndexSorter::with(2 * BLOCK + 7);
        for at in 0..3 * questions {
            let hash = question(at % questions);
            index
                .add(IndexEntry {
                    hash,
                    at: at as u64,
                })
                .expect("room");
        }
        assert!(index.runs.len() > 5);
        let mut found = Vec::new();
        index
            .sorted(|entry| {
                found.push(entry);
                Ok(())
            })
            .expect("entries");
        let mut expected: Vec<IndexEntry> = (0..questions)
            .map(|n| IndexEntry {
                hash: question(n),
                at: n as u64,
            })
            .collect();
        expected.sort();
        assert!(found == expected);
    }
}
