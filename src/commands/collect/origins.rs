//! Where the files of a bundle came from that do not say it themselves: answers of an API, stored as they came.
//! It is kept in a file until the manifest is written, so that it outlives an interruption.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::sync::Mutex;

use jiff::Timestamp;

use crate::source::bundle::record::{FileOrigin, RecordedOrigin};

/// Origins, in a file that grows.
pub struct Origins(Mutex<File>);

impl Origins {
    /// Adds to a file, which is open for appending and for reading.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn in_file(mut file: File) -> io::Result<Self> {
        // An interrupted run may have cut its last line, which must not spoil the next one.
        if file.metadata()?.len() > 0 {
            file.write_all(b"\n")?;
        }
        Ok(Origins(Mutex::new(file)))
    }

    /// Records where a file comes from, before the file is stored.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&self, path: &str, from: FileOrigin, at: Timestamp) -> io::Result<()> {
        let origin = RecordedOrigin {
            path: path.to_owned(),
            from,
            at,
        };
        let mut line = serde_json::to_vec(&origin).map_err(io::Error::other)?;
        line.push(b'\n');
        let mut file = self.0.lock().unwrap_or_else(|e| e.into_inner());
        file.write_all(&line)
    }

    /// All of them, by path. The last one of a path counts; a line that was cut by an interruption does not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(&self) -> io::Result<BTreeMap<String, RecordedOrigin>> {
        read(&self.0.lock().unwrap_or_else(|e| e.into_inner()))
    }
}

/// The origins in a file, as [`Origins::read`].
///
/// # Errors
/// If the file cannot be read.
pub fn read(file: &File) -> io::Result<BTreeMap<String, RecordedOrigin>> {
    let mut all = BTreeMap::new();
    rustix::fs::seek(file, rustix::fs::SeekFrom::Start(0))?;
    for line in BufReader::new(file).split(b'\n') {
        if let Ok(origin) = serde_json::from_slice::<RecordedOrigin>(&line?) {
            all.insert(origin.path.clone(), origin);
        }
    }
    Ok(all)
}
