//! Which logs proven digests name, kept by the day in their names: in memory as long as they are
//! few, and in an unlinked temporary file beyond that.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use jiff::civil::Date;

use crate::hash::Sha256;
use crate::keyname::LogKey;
use crate::placement::Recorded;

/// Half of the SHA-256 of a bucket and a key: as good as those, at a fixed size.
type Mark = [u8; MARK];
const MARK: usize = 16;
/// Marks held in memory before they are written out: a megabyte.
const HELD: usize = 1 << 16;

/// Marks of logs by day.
#[derive(Default)]
pub(super) struct References {
    held: Vec<(Date, Mark)>,
    file: Option<File>,
    /// Where the marks of a day lie in the file: offset and number.
    runs: BTreeMap<Date, Vec<(u64, usize)>>,
    end: u64,
    trouble: Option<io::Error>,
}

/// The marks of one day.
#[derive(Default)]
struct DayMarks(HashSet<Mark>);

impl DayMarks {
    /// Whether a digest names a log at a place; in any bucket, where the place has none.
    fn holds(&self, bucket: Option<&str>, key: &str) -> bool {
        self.0.contains(&mark(bucket.unwrap_or_default(), key))
    }
}

/// Looks logs up, one day after another.
pub(super) struct Lookup<'a> {
    references: &'a mut References,
    marks: Option<(Date, DayMarks)>,
}

impl Lookup<'_> {
    /// Whether a digest names a log of a day at any of these places.
    ///
    /// # Errors
    /// Where the temporary file could not be made, written or read.
    pub fn named(&mut self, day: Date, places: &[Recorded]) -> io::Result<bool> {
        let marks = match &mut self.marks {
            Some((of, marks)) if *of == day => marks,
            other => &mut other.insert((day, self.references.day(day)?)).1,
        };
        let named = |r: &Recorded| marks.holds(r.bucket.as_deref(), &r.key);
        Ok(places.iter().any(named))
    }
}

impl References {
    /// Adds a log that a proven digest names. One whose name is none of a log is found by its digest
    /// alone and never looked for among others.
    pub fn add(&mut self, bucket: &str, key: &str) {
        let Some(name) = LogKey::parse(key) else {
            return;
        };
        let day = name.day();
        // Once more without its bucket, for copies that were given no name.
        self.held
            .extend([(day, mark(bucket, key)), (day, mark("", key))]);
        if self.held.len() >= HELD
            && let Err(e) = self.write_out()
        {
            self.trouble.get_or_insert(e);
        }
    }

    /// Looks logs up.
    pub fn lookup(&mut self) -> Lookup<'_> {
        Lookup {
            references: self,
            marks: None,
        }
    }

    fn write_out(&mut self) -> io::Result<()> {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_key(|(day, _)| *day);
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        for marks in held.chunk_by(|(a, _), (b, _)| a == b) {
            let day = marks[0].0;
            let bytes: Vec<u8> = marks.iter().flat_map(|(_, mark)| *mark).collect();
            file.write_all(&bytes)?;
            let run = (self.end, marks.len());
            self.runs.entry(day).or_default().push(run);
            self.end += (marks.len() * MARK) as u64;
        }
        Ok(())
    }

    /// All marks of a day.
    ///
    /// # Errors
    /// Where the temporary file could not be made, written or read.
    fn day(&mut self, day: Date) -> io::Result<DayMarks> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        let held = self.held.iter().filter(|(of, _)| *of == day);
        let mut marks: HashSet<Mark> = held.map(|(_, mark)| *mark).collect();
        for (offset, count) in self.runs.get(&day).into_iter().flatten() {
            let Some(file) = &mut self.file else { break };
            file.seek(SeekFrom::Start(*offset))?;
            let mut bytes = vec![0; count * MARK];
            file.read_exact(&mut bytes)?;
            let (all, _) = bytes.as_chunks::<MARK>();
            marks.extend(all);
        }
        Ok(DayMarks(marks))
    }
}

fn mark(bucket: &str, key: &str) -> Mark {
    let mut mark = [0; MARK];
    let place = Sha256::of_parts(&[bucket, "\0", key]);
    mark.copy_from_slice(&place.0[..MARK]);
    mark
}

#[cfg(test)]
mod tests {
    use super::References;
    use jiff::civil::date;

    fn key(day: i8, n: usize) -> String {
        format!(
            "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/{day:02}/\
             111111111111_CloudTrail_eu-west-1_202603{day:02}T0000Z_{n:016}.json.gz"
        )
    }

    #[test]
    fn what_was_written_out_is_found_again_by_its_day() {
        let mut references = References::default();
        for n in 0..150_000 {
            references.add("logs", &key(if n % 3 == 0 { 1 } else { 2 }, n));
        }
        assert!(references.file.is_some());
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
