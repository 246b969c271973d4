//! Keeps what was made of logs until it is their turn. It stays in memory up to a budget, and beyond that in
//! temporary files.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard};

use super::sink::EncodedLog;
use crate::base::spool::TemporaryFile;

/// Bytes in memory that wait for their turn. One log may be more.
const BUDGET: usize = 64 << 20;

/// What waits, by the number of its log.
#[derive(Default)]
pub struct WaitingLogs(Mutex<WaitingTexts>);

#[derive(Default)]
struct WaitingTexts {
    logs: HashMap<u64, io::Result<KeptText>>,
    /// Bytes in memory.
    bytes: usize,
}

enum KeptText {
    Memory(EncodedLog),
    File(TemporaryFile),
}

impl WaitingLogs {
    /// Keeps bytes until their turn comes.
    pub fn put(&self, number: u64, encoded: EncodedLog) {
        let mut waiting = self.waiting();
        if waiting.bytes + encoded.buffer.capacity() <= BUDGET {
            waiting.bytes += encoded.buffer.capacity();
            waiting.logs.insert(number, Ok(KeptText::Memory(encoded)));
            return;
        }
        drop(waiting);
        let kept = in_file(encoded.bytes()).map(KeptText::File);
        self.waiting().logs.insert(number, kept);
    }

    /// Keeps an error until its turn comes.
    pub fn fail(&self, number: u64, error: io::Error) {
        self.waiting().logs.insert(number, Err(error));
    }

    /// Takes the bytes for a log; none if nothing was kept.
    ///
    /// # Errors
    /// If a temporary file could not be written or read.
    pub fn take(&self, number: u64) -> io::Result<EncodedLog> {
        let mut waiting = self.waiting();
        let kept = waiting.logs.remove(&number);
        match kept.transpose()? {
            None => Ok(EncodedLog::default()),
            Some(KeptText::Memory(encoded)) => {
                waiting.bytes -= encoded.buffer.capacity();
                Ok(encoded)
            }
            Some(KeptText::File(mut file)) => {
                drop(waiting);
                let mut bytes = Vec::new();
                file.read_all(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, WaitingTexts> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

fn in_file(bytes: &[u8]) -> io::Result<TemporaryFile> {
    let file = TemporaryFile::new()?;
    file.write_all_at(bytes, 0)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::{BUDGET, WaitingLogs};

    #[test]
    fn what_is_beyond_the_budget_waits_in_a_file() {
        let waiting = WaitingLogs::default();
        let text = |n: u64| vec![u8::try_from(n).expect("small"); BUDGET / 4];
        for n in 0..6 {
            waiting.put(n, text(n).into());
        }
        assert_eq!(waiting.waiting().bytes, BUDGET);
        for n in (0..6).rev() {
            assert_eq!(waiting.take(n).expect("kept").bytes(), text(n), "{n}");
            assert!(waiting.take(n).expect("nothing").bytes().is_empty());
        }
        assert_eq!(waiting.waiting().bytes, 0);
    }
}
