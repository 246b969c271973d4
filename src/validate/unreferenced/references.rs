//! Which logs proven digests list, by the day in their names: in memory while the digests of one account
//! and region are walked, and then in one spool for all of them until their logs are listed.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::sha256::Sha256;
use crate::base::spool::Spool;
use crate::cloudtrail::object_key::LogKeyParser;
use crate::proof::placement::RecordedPlace;

/// Identifies a bucket and a key: the first half of their SHA-256, so that all have one small size.
type LogMark = [u8; MARK];
const MARK: usize = 16;
/// Marks that stay in memory before they move to the spool: a megabyte.
const IN_MEMORY: usize = 1 << 16;

/// The logs that proven digests list, as marks by day.
#[derive(Default)]
pub(crate) struct References {
    spool: Arc<Spool>,
    /// Whether logs are also looked up without their bucket, for copies whose bucket is not known.
    any_bucket: bool,
    in_memory: Vec<(Date, LogMark)>,
    /// Present while logs are added.
    keys: Option<Box<LogKeyParser>>,
    /// The day and the offset of each block of marks in the spool.
    blocks: Vec<(Date, u64)>,
    trouble: Option<io::Error>,
}

/// The marks of one day.
#[derive(Default)]
struct DayMarks(HashSet<LogMark>);

impl DayMarks {
    /// Whether a digest lists a log at a place; without a bucket, in any bucket.
    fn holds(&self, bucket: Option<&str>, key: &str) -> bool {
        self.0.contains(&mark(bucket.unwrap_or_default(), key))
    }
}

/// Looks up logs; fastest day by day.
pub(super) struct ReferenceLookup<'a> {
    references: &'a mut References,
    marks: Option<(Date, DayMarks)>,
}

impl ReferenceLookup<'_> {
    /// Whether a digest lists a log of this day at one of these places.
    ///
    /// # Errors
    /// If the temporary file could not be made, written or read.
    pub fn lists(&mut self, day: Date, places: &[RecordedPlace]) -> io::Result<bool> {
        let marks = match &mut self.marks {
            Some((of, marks)) if *of == day => marks,
            other => &mut other.insert((day, self.references.day(day)?)).1,
        };
        let is_listed = |r: &RecordedPlace| marks.holds(r.bucket.as_deref(), &r.key);
        Ok(places.iter().any(is_listed))
    }
}

impl References {
    /// No logs yet. With `any_bucket`, logs can be looked up without their bucket as well.
    pub fn new(spool: &Arc<Spool>, any_bucket: bool) -> Self {
        References {
            spool: Arc::clone(spool),
            any_bucket,
            ..References::default()
        }
    }

    /// Adds a log that a proven digest lists. A key that is not that of a log is ignored: listings of
    /// log folders never look for it.
    pub fn add(&mut self, bucket: &str, key: &str) {
        let Some(minute) = self.keys.get_or_insert_default().minute(key) else {
            return;
        };
        let day = TimeZone::UTC.to_datetime(minute).date();
        self.in_memory.push((day, mark(bucket, key)));
        if self.any_bucket {
            self.in_memory.push((day, mark("", key)));
        }
        if self.in_memory.len() >= IN_MEMORY {
            self.write_marks();
        }
    }

    /// Moves everything to the spool and frees the memory.
    pub fn write_out(&mut self) {
        self.write_marks();
        self.in_memory = Vec::new();
        self.keys = None;
        self.blocks.shrink_to_fit();
    }

    /// Looks up logs among those added so far.
    pub(super) fn lookup(&mut self) -> ReferenceLookup<'_> {
        self.write_out();
        self.blocks.sort_unstable();
        ReferenceLookup {
            references: self,
            marks: None,
        }
    }

    fn write_marks(&mut self) {
        self.in_memory.sort_unstable_by_key(|(day, _)| *day);
        for marks in self.in_memory.chunk_by(|(a, _), (b, _)| a == b) {
            let bytes: Vec<u8> = marks.iter().flat_map(|(_, mark)| *mark).collect();
            match self.spool.add(&bytes) {
                Ok(at) => self.blocks.push((marks[0].0, at)),
                Err(e) => drop(self.trouble.get_or_insert(e)),
            }
        }
        self.in_memory.clear();
    }

    /// All marks of a day.
    ///
    /// # Errors
    /// If the temporary file could not be made, written or read.
    fn day(&mut self, day: Date) -> io::Result<DayMarks> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        let mut marks = HashSet::new();
        let first = self.blocks.partition_point(|(of, _)| *of < day);
        for (_, at) in self.blocks[first..].iter().take_while(|(of, _)| *of == day) {
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

    use super::{IN_MEMORY, References};

    fn key(day: i8, n: usize) -> String {
        format!(
            "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/{day:02}/\
             111111111111_CloudTrail_eu-west-1_202603{day:02}T0000Z_{n:016}.json.gz"
        )
    }

    #[test]
    fn marks_that_were_written_out_are_found_by_their_day() {
        let mut references = References::new(&Arc::default(), true);
        for n in 0..150_000 {
            references.add("logs", &key(if n % 3 == 0 { 1 } else { 2 }, n));
        }
        assert!(references.in_memory.len() < IN_MEMORY && !references.blocks.is_empty());
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
