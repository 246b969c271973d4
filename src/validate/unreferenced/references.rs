//! Which logs proven digests name, kept by the day in their names: of one account and region in memory
//! while its digests are walked, and of all in one spool until their logs are listed.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::sha256::Sha256;
use crate::base::spool::Spool;
use crate::cloudtrail::object_key::LogKeyParser;
use crate::proof::placement::RecordedPlace;

/// Half of the SHA-256 of a bucket and a key: as good as those, at a fixed size.
type LogMark = [u8; MARK];
const MARK: usize = 16;
/// Marks held in memory before they are put away: a megabyte.
const HELD: usize = 1 << 16;

/// Marks of logs by day.
#[derive(Default)]
pub(crate) struct References {
    spool: Arc<Spool>,
    /// Whether there are copies whose buckets have no name.
    unnamed: bool,
    held: Vec<(Date, LogMark)>,
    /// While some are added.
    keys: Option<Box<LogKeyParser>>,
    /// Where in the spool marks of a day lie.
    runs: Vec<(Date, u64)>,
    trouble: Option<io::Error>,
}

/// The marks of one day.
#[derive(Default)]
struct DayMarks(HashSet<LogMark>);

impl DayMarks {
    /// Whether a digest names a log at a place; in any bucket, where the place has none.
    fn holds(&self, bucket: Option<&str>, key: &str) -> bool {
        self.0.contains(&mark(bucket.unwrap_or_default(), key))
    }
}

/// Looks logs up, one day after another.
pub(crate) struct ReferenceLookup<'a> {
    references: &'a mut References,
    marks: Option<(Date, DayMarks)>,
}

impl ReferenceLookup<'_> {
    /// Whether a digest names a log of a day at any of these places.
    ///
    /// # Errors
    /// Where the temporary file could not be made, written or read.
    pub fn named(&mut self, day: Date, places: &[RecordedPlace]) -> io::Result<bool> {
        let marks = match &mut self.marks {
            Some((of, marks)) if *of == day => marks,
            other => &mut other.insert((day, self.references.day(day)?)).1,
        };
        let named = |r: &RecordedPlace| marks.holds(r.bucket.as_deref(), &r.key);
        Ok(places.iter().any(named))
    }
}

impl References {
    /// None yet; `unnamed` if logs are also looked up without their bucket.
    pub fn new(spool: &Arc<Spool>, unnamed: bool) -> Self {
        References {
            spool: Arc::clone(spool),
            unnamed,
            ..References::default()
        }
    }

    /// Adds a log that a proven digest names. One whose name is none of a log is found by its digest
    /// alone and never looked for among others.
    pub fn add(&mut self, bucket: &str, key: &str) {
        let Some(minute) = self.keys.get_or_insert_default().minute(key) else {
            return;
        };
        let day = TimeZone::UTC.to_datetime(minute).date();
        self.held.push((day, mark(bucket, key)));
        if self.unnamed {
            self.held.push((day, mark("", key)));
        }
        if self.held.len() >= HELD {
            self.put_held();
        }
    }

    /// Puts away what is held in memory.
    pub fn put_away(&mut self) {
        self.put_held();
        self.held = Vec::new();
        self.keys = None;
        self.runs.shrink_to_fit();
    }

    /// Looks logs up.
    pub fn lookup(&mut self) -> ReferenceLookup<'_> {
        self.put_away();
        self.runs.sort_unstable();
        ReferenceLookup {
            references: self,
            marks: None,
        }
    }

    fn put_held(&mut self) {
        self.held.sort_unstable_by_key(|(day, _)| *day);
        for marks in self.held.chunk_by(|(a, _), (b, _)| a == b) {
            let bytes: Vec<u8> = marks.iter().flat_map(|(_, mark)| *mark).collect();
            match self.spool.add(&bytes) {
                Ok(at) => self.runs.push((marks[0].0, at)),
                Err(e) => drop(self.trouble.get_or_insert(e)),
            }
        }
        self.held.clear();
    }

    /// All marks of a day.
    ///
    /// # Errors
    /// Where the temporary file could not be made, written or read.
    fn day(&mut self, day: Date) -> io::Result<DayMarks> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        let mut marks = HashSet::new();
        let first = self.runs.partition_point(|(of, _)| *of < day);
        for (_, at) in self.runs[first..].iter().take_while(|(of, _)| *of == day) {
            let bytes = self.spool.read(*at)?;
            let (all, _) = bytes.as_chunks::<MARK>();
            marks.extend(all);
        }
        Ok(DayMarks(marks))
    }
}

fn mark(bucket: &str, key: &str) -> LogMark {
    let mut mark = [0; MARK];
    let place = Sha256::of_parts(&[bucket, "\0", key]);
    mark.copy_from_slice(&place.0[..MARK]);
    mark
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::{HELD, References};

    fn key(day: i8, n: usize) -> String {
        format!(
            "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/{day:02}/\
             111111111111_CloudTrail_eu-west-1_202603{day:02}T0000Z_{n:016}.json.gz"
        )
    }

    #[test]
    fn what_was_written_out_is_found_again_by_its_day() {
        let mut references = References::new(&Arc::default(), true);
        for n in 0..150_000 {
            references.add("logs", &key(if n % 3 == 0 { 1 } else { 2 }, n));
        }
        assert!(references.held.len() < HELD && !references.runs.is_empty());
        drop(references.lookup());
        let first = references.day(date(2026, 3, 1)).expect("a day");
        let second = references.day(date(2026, 3, 2)).expect("a day");
        for n in [0, 3, 65_535, 149_997] {
            let key = key(1, n);
            assert!(
                first.holds(Some("logs"), &key) && first.holds(None, &key),
                "{n}"
            );
            assert!(
                !first.holds(Some("other"), &key) && !second.holds(None, &key),
                "{n}"
            );
        }
        assert!(second.holds(None, &key(2, 149_999)) && !second.holds(None, &key(2, 150_001)));
        assert_eq!(first.0.len() + second.0.len(), 300_000);
    }
}
