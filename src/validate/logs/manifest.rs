//! The logs that digests list, kept from the digests phase to the logs phase. They go to a
//! temporary file, because a year of one organization lists millions.

use std::io;
use std::sync::OnceLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::error::words;
use crate::base::spool::Spool;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::digest::Unverified;
use crate::cloudtrail::log_list::{self, LogEntry, StoredLog};
use crate::cloudtrail::object_key::LogObjectKey;
use crate::proof::judge::Verified;

/// The log lists of all chains.
#[derive(Default)]
pub(crate) struct Manifest {
    spool: Spool,
    /// Why the first page that is lost could not be written.
    lost: OnceLock<String>,
}

/// Where the manifest holds the logs of one digest, or one block of a long list: sixteen bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ManifestPage {
    /// The end of the digest's interval, in seconds.
    end: i64,
    /// The offset; with [`LOST`], how many logs it would have.
    at: u64,
}

/// The bytes of a page in a list of pages.
const PAGE: usize = 16;

/// Marks a page that could not be written.
const LOST: u64 = 1 << 63;

/// One digest and logs that it lists.
pub(crate) struct ListedLogs {
    /// Its bucket and key.
    pub place: (String, String),
    /// Its interval.
    pub interval: Window,
    /// Its logs.
    pub logs: Vec<LogEntry>,
}

/// A page as written.
#[derive(Serialize, Deserialize)]
struct StoredPage {
    place: (String, String),
    /// Seconds and nanoseconds of both ends.
    interval: [(i64, i32); 2],
    logs: Vec<StoredLog>,
}

impl Manifest {
    /// Keeps some of the logs that a proven digest lists. Trouble with the temporary file shows when they are
    /// read.
    pub fn add(&self, digest: &Verified, logs: &[LogEntry]) -> ManifestPage {
        let interval = digest.interval();
        ManifestPage {
            end: interval.to.as_second(),
            at: self.keep(digest.place(), interval, logs.iter()),
        }
    }

    /// The page of so many logs of a proven digest that were lost before they could be kept.
    pub fn lose(&self, digest: &Verified, logs: usize, error: &io::Error) -> ManifestPage {
        self.lost.get_or_init(|| words(error));
        ManifestPage {
            end: digest.interval().to.as_second(),
            at: LOST | logs as u64,
        }
    }

    /// Keeps the logs that a digest claims to list that nothing proves, at most one more than `most` of them.
    /// Of these only what has the name of a log and is in the digest's own bucket is kept: the list could name
    /// any object that may be read. What cannot be read any more is left out.
    pub fn add_unproven(
        &self,
        digest: &Unverified,
        end: Timestamp,
        most: usize,
    ) -> Vec<ManifestPage> {
        let place = digest.claimed_place_unverified();
        let interval = Window::new(shift(end, -HOUR), end);
        let is_log =
            |log: &&LogEntry| log.bucket == place.0 && LogObjectKey::parse(&log.key).is_some();
        let mut left = most.saturating_add(1);
        let mut pages = Vec::new();
        let blocks = digest.claimed_log_files_unverified().blocks();
        for block in blocks.map_while(Result::ok) {
            let logs: Vec<&LogEntry> = block.iter().filter(is_log).take(left).collect();
            left -= logs.len();
            if !logs.is_empty() {
                pages.push(ManifestPage {
                    end: end.as_second(),
                    at: self.keep(place, interval, logs.into_iter()),
                });
            }
            if left == 0 {
                break;
            }
        }
        pages
    }

    /// Keeps a list of pages.
    ///
    /// # Errors
    /// If the temporary file could not be made or written.
    pub fn add_pages(&self, pages: &[ManifestPage]) -> io::Result<u64> {
        let bytes = |page: &ManifestPage| [page.end.to_le_bytes(), page.at.to_le_bytes()];
        let bytes: Vec<u8> = pages.iter().flat_map(bytes).flatten().collect();
        self.spool.add(&bytes)
    }

    /// So many pages of a list, from the one with the number `first`.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub fn pages(&self, at: u64, first: usize, count: usize) -> io::Result<Vec<ManifestPage>> {
        let mut bytes = vec![0; count * PAGE];
        self.spool
            .read_part(at, (first * PAGE) as u64, &mut bytes)?;
        let (numbers, _) = bytes.as_chunks::<8>();
        let pages = numbers.chunks_exact(2).map(|pair| ManifestPage {
            end: i64::from_le_bytes(pair[0]),
            at: u64::from_le_bytes(pair[1]),
        });
        Ok(pages.collect())
    }

    /// Writes a page, or notes that it is lost.
    fn keep<'l>(
        &self,
        place: (&'l str, &'l str),
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
        (bucket, key): (&'l str, &'l str),
        Window { from, to }: Window,
        listed: impl Iterator<Item = &'l LogEntry>,
    ) -> io::Result<u64> {
        let stored = StoredPage {
            place: (bucket.into(), key.into()),
            interval: [from, to].map(|at| (at.as_second(), at.subsec_nanosecond())),
            logs: log_list::stored(bucket, key, listed),
        };
        let bytes = postcard::to_stdvec(&stored).map_err(io::Error::other)?;
        self.spool.add(&bytes)
    }

    /// The logs of a page.
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
        let (bucket, key) = &stored.place;
        let logs = log_list::restored(bucket, key, stored.logs);
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

    #[cfg(test)]
    pub fn at(end: i64, at: u64) -> Self {
        ManifestPage { end, at }
    }

    /// The hour before the end: the time that the digest usually covers. The page is not read.
    pub fn hour(&self) -> Window {
        let end = Timestamp::from_second(self.end).unwrap_or_default();
        Window::new(shift(end, -HOUR), end)
    }
}
