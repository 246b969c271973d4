//! Older logs are listed by an inventory, everything else by the source itself.

use trailproof::base::limits::Limits;
use trailproof::source::inventory::{InventoryListing, InventorySource, compare_sample};
use trailproof::source::memory::{MemoryObject, MemorySource};
use trailproof::source::{GetError, Listed, Range, RootId, Source};

use super::{BUCKET, FOLDER, created, row, sorted};
use crate::support::s3_inventory::Report;

/// A bucket with objects, and an inventory of other ones: created on 5 March, so that 3 March is listed.
fn source(objects: &[&str], inventory: &[&str]) -> InventorySource {
    let mut memory = MemorySource::default();
    for key in objects {
        memory.put(BUCKET, key, MemoryObject::default());
    }
    InventorySource::new(Box::new(memory), vec![(RootId(0), listing(inventory))])
}

fn listing(inventory: &[&str]) -> InventoryListing {
    let rows = inventory
        .iter()
        .map(|key| row(key, 1, "2026-03-01T00:00:00Z"));
    let report = Report::csv(BUCKET, created(), &[rows.collect()]);
    InventoryListing {
        rows: sorted(&report, 1 << 20).expect("rows"),
        created: created(),
    }
}

fn keys(source: &InventorySource, prefix: &str, range: &Range) -> Vec<String> {
    let mut keys = Vec::new();
    let listed = source.list(RootId(0), prefix, range, &mut |listed| {
        if let Listed::Object(key, _) = listed {
            keys.push(key.to_owned());
        }
    });
    assert!(
        matches!(listed, Ok(_) | Err(GetError::NotFound)),
        "{listed:?}"
    );
    keys
}

#[test]
fn days_before_the_inventory_come_from_it_and_later_ones_from_the_source() {
    let key = |day: &str| format!("{FOLDER}2026/03/{day}/x.json.gz");
    let live = [key("01"), key("03"), key("04")];
    let live: Vec<&str> = live.iter().map(String::as_str).collect();
    let old = [key("01"), key("02"), key("03"), key("05")];
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let source = source(&live, &old);
    let everything = Range::default();
    let expected = [key("01"), key("02"), key("03"), key("04")];
    assert_eq!(keys(&source, FOLDER, &everything), expected);
    assert_eq!(
        keys(&source, &format!("{FOLDER}2026/03/"), &everything),
        expected
    );
    // One day is from one of them.
    let day = |day: &str| keys(&source, &format!("{FOLDER}2026/03/{day}/"), &everything);
    assert_eq!(day("02"), [key("02")]);
    assert_eq!(day("04"), [key("04")]);
    assert_eq!(day("05"), [""; 0]);
    let range = |after: &str, before: &str| Range {
        after: Some(format!("{FOLDER}2026/03/{after}")),
        before: Some(format!("{FOLDER}2026/03/{before}")),
    };
    assert_eq!(keys(&source, FOLDER, &range("02", "03")), [key("02")]);
    assert_eq!(
        keys(&source, FOLDER, &range("02", "04")),
        [key("02"), key("03")]
    );
    assert_eq!(
        keys(&source, FOLDER, &range("03", "09")),
        [key("03"), key("04")]
    );
    // Nothing else comes from it.
    assert_eq!(keys(&source, "AWSLogs/", &everything), live);
    let folders = source.folders(RootId(0), &format!("{FOLDER}2026/03/"), &mut |_| ());
    assert_eq!(folders.expect("folders").names, ["01", "03", "04"]);
}

#[test]
fn what_the_inventory_lacks_altogether_is_listed() {
    let there = format!("{FOLDER}2026/03/01/x.json.gz");
    let digest = there.replace("/CloudTrail/", "/CloudTrail-Digest/");
    let source = source(&[&there, &digest], &[]);
    assert_eq!(keys(&source, FOLDER, &Range::default()), [there.as_str()]);
    assert_eq!(
        keys(&source, &format!("{FOLDER}2026/03/01/"), &Range::default()),
        [there]
    );
    let folder = FOLDER.replace("/CloudTrail/", "/CloudTrail-Digest/");
    assert_eq!(keys(&source, &folder, &Range::default()), [digest]);
}

#[test]
fn an_object_of_an_old_listing_is_looked_up() {
    let key = |day: &str, name: &str| format!("{FOLDER}2026/03/{day}/{name}");
    let there = key("01", "a");
    let source = source(&[&there], &[&there, &key("01", "b")]);
    let exists = |key: &str| source.still_exists(RootId(0), key);
    assert_eq!(exists(&there), Some(Ok(())));
    assert_eq!(exists(&key("01", "b")), Some(Err(GetError::NotFound)));
    // Those of later days were listed just now.
    assert_eq!(exists(&key("04", "c")), None);
}

#[test]
fn a_sample_shows_what_an_inventory_lacks_and_what_is_gone() {
    let all: Vec<String> = (0..40)
        .map(|at| format!("{FOLDER}2026/03/01/{at:02}"))
        .collect();
    let some = |of: fn(usize) -> bool| -> Vec<&str> {
        let kept = all.iter().enumerate().filter(|(at, _)| of(*at));
        kept.map(|(_, key)| key.as_str()).collect()
    };
    let compare = |live: &[&str], old: &[&str], at: &str| {
        let mut memory = MemorySource::default();
        for key in live {
            let object = MemoryObject {
                body: vec![0],
                ..MemoryObject::default()
            };
            memory.put(BUCKET, key, object);
        }
        let source = Dated(memory, crate::support::forge::ts(at));
        compare_sample(
            &listing(old),
            (&source, RootId(0)),
            "seed",
            &Limits::default(),
        )
        .expect("a listing")
    };
    let old = "2026-03-01T00:00:00Z";
    let same = compare(&some(|_| true), &some(|_| true), old);
    assert_eq!(
        (same.stretches, same.wrong.count, same.gone.count),
        (1, 0, 0)
    );
    let lacking = compare(&some(|_| true), &some(|at| at % 10 != 5), old);
    assert_eq!((lacking.wrong.count, lacking.gone.count), (4, 0));
    assert_eq!(lacking.wrong.first[0], all[5]);
    let gone = compare(&some(|at| at % 10 != 5), &some(|_| true), old);
    assert_eq!((gone.wrong.count, gone.gone.count), (0, 4));
    // What was written since then cannot be in it.
    let later = compare(
        &some(|_| true),
        &some(|at| at % 10 != 5),
        "2026-03-04T00:00:00Z",
    );
    assert_eq!((later.wrong.count, later.gone.count), (0, 0));
}

/// A source whose objects were all written at one time.
struct Dated(MemorySource, jiff::Timestamp);

impl Source for Dated {
    fn roots(&self) -> Vec<trailproof::source::Root> {
        self.0.roots()
    }

    fn folders(
        &self,
        root: RootId,
        prefix: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<trailproof::source::Folders, GetError> {
        self.0.folders(root, prefix, other)
    }

    fn list(
        &self,
        root: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        self.0
            .list(root, prefix, range, &mut |listed| match listed {
                Listed::Object(key, mut facts) => {
                    facts.modified = Some(self.1);
                    visit(Listed::Object(key, facts));
                }
                other => visit(other),
            })
    }

    fn get(
        &self,
        root: RootId,
        key: &str,
        with_metadata: bool,
    ) -> Result<trailproof::source::SourceObject<'_>, GetError> {
        self.0.get(root, key, with_metadata)
    }

    fn stat(
        &self,
        root: RootId,
        key: &str,
    ) -> Result<trailproof::proof::finding::ObjectFacts, GetError> {
        self.0.stat(root, key)
    }
}
