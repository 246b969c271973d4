//! Which logs proven digests list, by the day in their names: in memory while the digests of one account
//! and region are walked, and then in one spool for all of them until their logs are listed.

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::base::error::words;
use crate::base::sha256::Sha256;
use crate::base::spool::Spool;
use crate::cloudtrail::object_key::{LogKeyParser, time_of_folder};
use crate::proof::placement::RecordedPlace;

/// Identifies a bucket and a key: the first half of their SHA-256, so that all have one small size.
type LogMark = [u8; MARK];
const MARK: usize = 16;
/// Marks that stay in memory before they move to the spool: a megabyte.
const IN_MEMORY: usize = 1 << 16;
/// Folders beside `CloudTrail` that are searched. AWS has three kinds.
const MOST_BESIDE: usize = 16;

/// The logs that proven digests list, as marks by day.
#[derive(Default)]
pub(crate) struct References {
    spool: Arc<Spool>,
    /// Whether logs are also looked up without their bucket, for copies whose bucket is not known.
    any_bucket: bool,
    /// Whose digests are being added.
    whose: Whose,
    in_memory: Vec<(Date, LogMark)>,
    /// Present while logs are added.
    keys: Option<Box<LogKeyParser>>,
    /// Folders beside `CloudTrail` whose files digests list, such as `CloudTrail-Insight`.
    beside: BTreeSet<String>,
    blocks: Vec<MarkBlock>,
    /// Where the spool holds the list of the earlier blocks.
    earlier: Option<u64>,
    /// Why some marks are lost. Without them nothing can be looked up.
    trouble: Option<String>,
}

/// Whose digests list a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(super) enum Whose {
    /// Those of a requested chain.
    #[default]
    Requested,
    /// Those of other chains alone.
    Others,
}

/// Where a block of marks of one day is in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct MarkBlock {
    day: Date,
    whose: Whose,
    at: u64,
}

/// The marks of one day.
#[derive(Default)]
struct DayMarks {
    requested: HashSet<LogMark>,
    others: HashSet<LogMark>,
}

impl DayMarks {
    /// Whose digests list a log at a place; without a bucket, in any bucket.
    fn whose(&self, bucket: Option<&str>, key: &str) -> Option<Whose> {
        let mark = mark(bucket.unwrap_or_default(), key);
        if self.requested.contains(&mark) {
            return Some(Whose::Requested);
        }
        self.others.contains(&mark).then_some(Whose::Others)
    }
}

/// Looks up objects; fastest day by day.
pub(super) struct ReferenceLookup<'a> {
    references: &'a mut References,
    marks: Option<(Date, DayMarks)>,
}

impl ReferenceLookup<'_> {
    /// Whose digests list a log of this day at one of these places.
    ///
    /// # Errors
    /// If the temporary file could not be made, written or read.
    pub fn log(&mut self, day: Date, places: &[RecordedPlace]) -> io::Result<Option<Whose>> {
        let mut best = None;
        for place in places {
            let whose = self.find(day, place)?;
            best = [best, whose].into_iter().flatten().min();
        }
        Ok(best)
    }

    /// Whose digests list an object that has not the name of a log, at one of these places.
    ///
    /// # Errors
    /// If the temporary file could not be made, written or read.
    pub fn other(&mut self, places: &[RecordedPlace]) -> io::Result<Option<Whose>> {
        let mut best = None;
        for place in places {
            let whose = self.find(shelf(&place.key), place)?;
            best = [best, whose].into_iter().flatten().min();
        }
        Ok(best)
    }

    fn find(&mut self, day: Date, place: &RecordedPlace) -> io::Result<Option<Whose>> {
        let marks = match &mut self.marks {
            Some((of, marks)) if *of == day => marks,
            other => &mut other.insert((day, self.references.day(day)?)).1,
        };
        Ok(marks.whose(place.bucket.as_deref(), &place.key))
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

    /// Sets whose digests are added from now on.
    pub(super) fn of(&mut self, whose: Whose) {
        if whose != self.whose {
            self.write_marks();
            self.whose = whose;
        }
    }

    /// Adds a log that a proven digest lists, whatever its key looks like.
    pub fn add(&mut self, bucket: &str, key: &str) {
        let keys = self.keys.get_or_insert_default();
        let day = match keys.minute(key) {
            Some(minute) => {
                if let Some(kind) = keys.beside()
                    && !self.beside.contains(kind)
                    && self.beside.len() < MOST_BESIDE
                {
                    self.beside.insert(kind.to_owned());
                }
                TimeZone::UTC.to_datetime(minute).date()
            }
            None => shelf(key),
        };
        self.in_memory.push((day, mark(bucket, key)));
        if self.any_bucket {
            self.in_memory.push((day, mark("", key)));
        }
        if self.in_memory.len() >= IN_MEMORY {
            self.write_marks();
        }
    }

    /// The folders beside `CloudTrail` whose files digests list.
    pub(super) fn beside(&self) -> &BTreeSet<String> {
        &self.beside
    }

    /// Some logs that digests list could not be read, so nothing can be looked up.
    pub fn lose(&mut self, error: &io::Error) {
        self.trouble.get_or_insert(words(error));
    }

    /// Moves everything to the spool and frees the memory: thousands of folders wait at the same time.
    pub fn write_out(&mut self) {
        self.free_marks();
        if self.blocks.is_empty() {
            return;
        }
        self.read_blocks();
        let list = postcard::to_stdvec(&self.blocks).map_err(io::Error::other);
        // Where there is no room for the list, it stays in memory.
        if let Ok(at) = list.and_then(|list| self.spool.add(&list)) {
            (self.earlier, self.blocks) = (Some(at), Vec::new());
        }
    }

    fn free_marks(&mut self) {
        self.write_marks();
        self.in_memory = Vec::new();
        self.keys = None;
    }

    /// Adds the earlier blocks to the list.
    fn read_blocks(&mut self) {
        let Some(at) = self.earlier.take() else {
            return;
        };
        let list = self.spool.read(at);
        let list = list.and_then(|list| postcard::from_bytes(&list).map_err(io::Error::other));
        match list {
            Ok(earlier) => self.blocks.extend::<Vec<MarkBlock>>(earlier),
            Err(e) => drop(self.trouble.get_or_insert(words(&e))),
        }
    }

    /// Looks up logs among those added so far.
    pub(super) fn lookup(&mut self) -> ReferenceLookup<'_> {
        self.free_marks();
        self.read_blocks();
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
                Ok(at) => self.blocks.push(MarkBlock {
                    day: marks[0].0,
                    whose: self.whose,
                    at,
                }),
                Err(e) => drop(self.trouble.get_or_insert(words(&e))),
            }
        }
        self.in_memory.clear();
    }

    /// All marks of a day.
    ///
    /// # Errors
    /// If the temporary file could not be made, written or read.
    fn day(&mut self, day: Date) -> io::Result<DayMarks> {
        if let Some(why) = &self.trouble {
            return Err(io::Error::other(why.clone()));
        }
        let mut marks = DayMarks::default();
        let first = self.blocks.partition_point(|block| block.day < day);
        let blocks = self.blocks[first..].iter();
        for block in blocks.take_while(|block| block.day == day) {
            let bytes = self.spool.read(block.at)?;
            let (all, _) = bytes.as_chunks::<MARK>();
            match block.whose {
                Whose::Requested => marks.requested.extend(all),
                Whose::Others => marks.others.extend(all),
            }
        }
        Ok(marks)
    }
}

/// The day under which an object is kept that has not the name of a log: that of its folder.
fn shelf(key: &str) -> Date {
    let folder = key.rfind('/').map_or("", |at| &key[..at]);
    let from = time_of_folder(folder).map(|time| time.from);
    from.map_or(Date::MIN, |from| TimeZone::UTC.to_datetime(from).date())
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

    use super::{IN_MEMORY, RecordedPlace, References, Whose};

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
        references.of(Whose::Others);
        references.add("logs", &key(1, 3));
        references.add("logs", &key(1, 150_000));
        references.add("logs", "AWSLogs/odd.json");
        references.write_out();
        assert!(references.blocks.is_empty());
        drop(references.lookup());
        let first = references.day(date(2026, 3, 1)).expect("a day");
        let second = references.day(date(2026, 3, 2)).expect("a day");
        let requested = Some(Whose::Requested);
        for n in [0, 3, 65_535, 149_997] {
            let key = key(1, n);
            assert_eq!(first.whose(Some("logs"), &key), requested, "{n}");
            assert_eq!(first.whose(None, &key), requested, "{n}");
            assert_eq!(first.whose(Some("other"), &key), None, "{n}");
            assert_eq!(second.whose(None, &key), None, "{n}");
        }
        let others = Some(Whose::Others);
        assert_eq!(first.whose(None, &key(1, 150_000)), others);
        assert_eq!(second.whose(None, &key(2, 149_999)), requested);
        assert_eq!(second.whose(None, &key(2, 150_001)), None);
        assert_eq!(first.requested.len() + second.requested.len(), 300_000);
        let odd = |bucket: &str, key: &str| RecordedPlace {
            bucket: Some(bucket.into()),
            key: key.into(),
        };
        let mut lookup = references.lookup();
        let mut whose = |place| lookup.other(&[place]).expect("a day");
        assert_eq!(whose(odd("logs", "AWSLogs/odd.json")), others);
        assert_eq!(whose(odd("logs", "AWSLogs/odder.json")), None);
        assert_eq!(whose(odd("other", "AWSLogs/odd.json")), None);
    }

    /// Otherwise a log whose mark is lost would count as listed by no digest.
    #[test]
    fn after_a_mark_is_lost_nothing_can_be_looked_up() {
        let mut references = References::new(&Arc::default(), false);
        references.add("logs", &key(1, 1));
        references.trouble = Some("no space left on device".into());
        for _ in 0..2 {
            let mut lookup = references.lookup();
            let place = RecordedPlace {
                bucket: Some("logs".into()),
                key: key(1, 1),
            };
            for day in [1, 1, 2] {
                let found = lookup.log(date(2026, 3, day), std::slice::from_ref(&place));
                let why = found.expect_err("nothing is known").to_string();
                assert_eq!(why, "no space left on device");
            }
        }
    }

    #[test]
    fn folders_beside_the_logs_are_known_by_the_files_that_digests_list() {
        let mut references = References::new(&Arc::default(), false);
        references.add("logs", &key(1, 1));
        assert!(references.beside().is_empty());
        references.add(
            "logs",
            &key(1, 1).replace("CloudTrail", "CloudTrail-Insight"),
        );
        assert_eq!(
            references.beside().iter().collect::<Vec<_>>(),
            ["CloudTrail-Insight"]
        );
    }
}
