//! The ids of the events that proven logs hold, in bounded memory: sixteen bytes each, in sorted blocks.

use std::io;
use std::sync::{Mutex, MutexGuard};

use crate::base::sha256::Sha256;
use crate::base::spool::TemporaryFile;

/// Ids of one block: 64 MiB. A block that is full goes to a temporary file.
const IN_MEMORY: usize = 4 << 20;
/// Bytes of an id.
const BYTES: usize = 16;

/// The id of an event. CloudTrail writes a GUID (user guide, "CloudTrail record contents", `eventID`), whose
/// digits are kept. Of any other text the beginning of its SHA-256 is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EventId([u8; BYTES]);

impl EventId {
    /// The id that a record writes as `text`.
    pub fn of(text: &[u8]) -> Self {
        EventId(guid(text).unwrap_or_else(|| {
            let mut beginning = [0; BYTES];
            beginning.copy_from_slice(&Sha256::of(text).0[..BYTES]);
            beginning
        }))
    }
}

/// The bytes of a GUID such as `00000000-0000-0000-0000-000000000000`.
fn guid(text: &[u8]) -> Option<[u8; BYTES]> {
    let has_dashes = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text[*at] == b'-');
    if !has_dashes {
        return None;
    }
    let mut digits = text.iter().filter(|byte| **byte != b'-');
    let mut digit = || {
        let digit = char::from(*digits.next()?).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    let mut bytes = [0; BYTES];
    for byte in &mut bytes {
        *byte = digit()? << 4 | digit()?;
    }
    Some(bytes)
}

/// Ids that any thread adds, in any order, until they are sealed.
pub(super) struct EventIds {
    added: Mutex<AddedIds>,
    /// Ids of one block in memory.
    most: usize,
}

impl Default for EventIds {
    fn default() -> Self {
        EventIds {
            added: Mutex::default(),
            most: IN_MEMORY,
        }
    }
}

#[derive(Default)]
struct AddedIds {
    block: Vec<EventId>,
    files: Vec<IdFile>,
}

/// A sorted block in a temporary file.
struct IdFile {
    file: TemporaryFile,
    ids: u64,
}

impl EventIds {
    /// Adds the ids of one log.
    ///
    /// # Errors
    /// If the temporary file of a full block cannot be written.
    pub fn add(&self, ids: &[EventId]) -> io::Result<()> {
        let mut added = self.lock();
        for some in ids.chunks(self.most) {
            if added.block.len() + some.len() > self.most {
                let block = std::mem::take(&mut added.block);
                added.files.push(IdFile::write(sorted(block))?);
            }
            added.block.extend_from_slice(some);
        }
        Ok(())
    }

    /// Takes all of them, to be searched.
    pub fn seal(&self) -> SealedIds {
        let added = std::mem::take(&mut *self.lock());
        SealedIds {
            block: sorted(added.block),
            files: added.files,
        }
    }

    fn lock(&self) -> MutexGuard<'_, AddedIds> {
        self.added.lock().unwrap_or_else(|e| e.into_inner())
    }
}

fn sorted(mut block: Vec<EventId>) -> Vec<EventId> {
    block.sort_unstable();
    block.dedup();
    block
}

/// Ids that can be searched.
pub(super) struct SealedIds {
    block: Vec<EventId>,
    files: Vec<IdFile>,
}

impl SealedIds {
    /// Whether an id is among them.
    ///
    /// # Errors
    /// If a temporary file cannot be read.
    pub fn contains(&self, id: EventId) -> io::Result<bool> {
        if self.block.binary_search(&id).is_ok() {
            return Ok(true);
        }
        for file in &self.files {
            if file.contains(id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl IdFile {
    fn write(block: Vec<EventId>) -> io::Result<Self> {
        let file = TemporaryFile::new()?;
        let ids = block.len() as u64;
        let mut at = 0;
        // Written in parts, so that no second copy of the block is needed.
        for some in block.chunks(1 << 16) {
            let bytes: Vec<u8> = some.iter().flat_map(|id| id.0).collect();
            file.write_all_at(&bytes, at)?;
            at += bytes.len() as u64;
        }
        Ok(IdFile { file, ids })
    }

    fn contains(&self, id: EventId) -> io::Result<bool> {
        let (mut from, mut to) = (0, self.ids);
        while from < to {
            let middle = from + (to - from) / 2;
            let mut found = [0; BYTES];
            self.file.read_exact_at(&mut found, middle * BYTES as u64)?;
            match EventId(found).cmp(&id) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => from = middle + 1,
                std::cmp::Ordering::Greater => to = middle,
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::{AddedIds, EventId, EventIds};
    use std::sync::Mutex;

    fn id(n: u32) -> EventId {
        EventId::of(format!("{n:08x}-1111-4111-8111-{:012x}", n.reverse_bits()).as_bytes())
    }

    #[test]
    fn ids_are_found_in_memory_and_in_files() {
        let ids = EventIds {
            added: Mutex::new(AddedIds::default()),
            most: 100,
        };
        // More than a block at once, duplicates, and no order.
        ids.add(&(0..250).rev().map(id).collect::<Vec<_>>())
            .expect("room");
        ids.add(&[id(7), id(7), id(1_000)]).expect("room");
        let sealed = ids.seal();
        assert_eq!(sealed.files.len(), 2);
        for n in (0..250).chain([1_000]) {
            assert!(sealed.contains(id(n)).expect("readable"), "{n}");
        }
        for n in [250, 999, 1_001] {
            assert!(!sealed.contains(id(n)).expect("readable"), "{n}");
        }
    }

    #[test]
    fn a_guid_is_the_same_in_capitals_and_other_texts_have_their_own_ids() {
        let of = |text: &str| EventId::of(text.as_bytes());
        assert_eq!(
            of("AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
            of("aaaaaaaa-BBBB-4ccc-8ddd-eeeeeeeeeeee")
        );
        let odd = [
            "",
            "a",
            "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeeg",
            "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeee",
            "aaaaaaaa-bbbb-4ccc-8ddd-eeee-eeeeeee",
            "aaaaaaaabbbb4ccc8dddeeeeeeeeeeee",
        ];
        for (n, one) in odd.iter().enumerate() {
            for other in &odd[n + 1..] {
                assert_ne!(of(one), of(other), "{one} {other}");
            }
        }
    }
}
