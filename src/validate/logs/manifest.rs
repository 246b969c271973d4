//! The logs that digests list, kept from the digests phase to the logs phase. They go to a
//! temporary file, because a year of one organization lists millions.

use std::io;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::error::words;
use crate::base::sha256::Sha256;
use crate::base::spool::Spool;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::digest::{LogEntry, Unverified};
use crate::cloudtrail::object_key::LogObjectKey;
use crate::proof::judge::Verified;

/// The log lists of all chains.
#[derive(Default)]
pub(crate) struct Manifest {
    spool: Spool,
    /// Why the first page that is lost could not be written.
    lost: OnceLock<String>,
}

/// Where the manifest holds the logs of one digest: sixteen bytes per digest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ManifestPage {
    /// The end of the digest's interval, in seconds.
    end: i64,
    /// The offset; with [`LOST`], how many logs the digest lists.
    at: u64,
}

/// Marks a page that could not be written.
const LOST: u64 = 1 << 63;

/// One digest and the logs that it lists.
pub(crate) struct ListedLogs {
    /// Its bucket and key.
    pub place: (String, String),
    /// Its interval.
    pub interval: Window,
    /// Its logs.
    pub logs: Vec<LogEntry>,
}

/// A page as written. Of each key, only the part that differs from the key before it.
#[derive(Serialize, Deserialize)]
struct StoredPage {
    place: (String, String),
    /// Seconds and nanoseconds of both ends.
    interval: [(i64, i32); 2],
    logs: Vec<StoredLog>,
}

#[derive(Serialize, Deserialize)]
struct StoredLog {
    /// `None` if it is that of the digest.
    bucket: Option<String>,
    shared: usize,
    rest: String,
    hash: Result<[u8; 32], String>,
}

impl Manifest {
    /// Keeps the logs that a proven digest lists. Trouble with the temporary file shows when they are read.
    pub fn add(&self, digest: &Verified) -> ManifestPage {
        let (place, interval, logs) = (digest.place(), digest.interval(), digest.log_files());
        ManifestPage {
            end: interval.to.as_second(),
            at: self.keep(place, interval, logs.iter()),
        }
    }

    /// Keeps the logs that a digest claims to list that nothing proves. Of these only what has the name of a
    /// log and is in the digest's own bucket is kept: the list could name any object that may be read. `None`
    /// if it lists none.
    pub fn add_unproven(&self, digest: &Unverified, end: Timestamp) -> Option<ManifestPage> {
        let place = digest.claimed_place_unverified();
        let claimed = digest.claimed_log_files_unverified().iter();
        let logs: Vec<&LogEntry> = claimed
            .filter(|log| log.bucket == place.0 && LogObjectKey::parse(&log.key).is_some())
            .collect();
        let interval = Window::new(shift(end, -HOUR), end);
        (!logs.is_empty()).then(|| ManifestPage {
            end: end.as_second(),
            at: self.keep(place, interval, logs.into_iter()),
        })
    }

    /// Writes a page, or notes that it is lost.
    fn keep<'l>(
        &self,
        place: (&str, &str),
        interval: Window,
        logs: impl ExactSizeIterator<Item = &'l LogEntry>,
    ) -> u64 {
        let listed = logs.len() as u64;
        self.write(place, interval, logs).unwrap_or_else(|e| {
            self.lost.get_or_init(|| words(&e));
            LOST | listed
        })
    }

    fn write<'l>(
        &self,
        (bucket, key): (&str, &str),
        Window { from, to }: Window,
        listed: impl Iterator<Item = &'l LogEntry>,
    ) -> io::Result<u64> {
        let mut before = key;
        let mut logs = Vec::new();
        for log in listed {
            let shared = shared(before, &log.key);
            logs.push(StoredLog {
                bucket: (log.bucket != bucket).then(|| log.bucket.clone()),
                shared,
                rest: log.key[shared..].to_owned(),
                hash: log.hash.clone().map(|hash| hash.0),
            });
            before = &log.key;
        }
        let stored = StoredPage {
            place: (bucket.into(), key.into()),
            interval: [from, to].map(|at| (at.as_second(), at.subsec_nanosecond())),
            logs,
        };
        let bytes = postcard::to_stdvec(&stored).map_err(io::Error::other)?;
        self.spool.add(&bytes)
    }

    /// The logs that a digest lists.
    ///
    /// # Errors
    /// If the temporary file could not be written, or cannot be read.
    pub fn read(&self, page: &ManifestPage) -> io::Result<ListedLogs> {
        if page.lost().is_some() {
            let why = self.lost.get().map_or("", String::as_str);
            return Err(io::Error::other(why));
        }
        let bytes = self.spool.read(page.at)?;
        let stored: StoredPage = postcard::from_bytes(&bytes).map_err(io::Error::other)?;
        let mut before = stored.place.1.clone();
        let mut logs = Vec::with_capacity(stored.logs.len());
        for log in stored.logs {
            let start = before.get(..log.shared).unwrap_or_default();
            let key = format!("{start}{}", log.rest);
            before.clone_from(&key);
            logs.push(LogEntry {
                bucket: log.bucket.unwrap_or_else(|| stored.place.0.clone()),
                key,
                hash: log.hash.map(Sha256),
            });
        }
        let [from, to] = stored.interval.map(|(second, nanosecond)| {
            Timestamp::new(second, nanosecond).map_err(io::Error::other)
        });
        Ok(ListedLogs {
            place: stored.place,
            interval: Window::new(from?, to?),
            logs,
        })
    }
}

impl ManifestPage {
    /// The end of the digest's interval, in seconds. Logs are read in this order.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// How many logs it lists, if they could not be kept.
    pub fn lost(&self) -> Option<u64> {
        (self.at & LOST != 0).then_some(self.at & !LOST)
    }

    /// The hour before the end: the time that the digest usually covers. The page is not read.
    pub fn hour(&self) -> Window {
        let end = Timestamp::from_second(self.end).unwrap_or_default();
        Window::new(shift(end, -HOUR), end)
    }
}

/// How many bytes two texts share at their beginnings, cut where a character ends.
fn shared(a: &str, b: &str) -> usize {
    let mut shared = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    while !b.is_char_boundary(shared) {
        shared -= 1;
    }
    shared
}
