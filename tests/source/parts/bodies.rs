//! Objects, listings and everything else that a source says, from a part.

use std::io::{self, Read};

use trailproof::proof::finding::ObjectFacts;
use trailproof::source::memory::{MemoryObject, MemorySource};
use trailproof::source::{
    Folders, GetError, Listed, ListedFacts, Outage, Range, Root, RootId, Source, SourceObject,
};

use super::again;

/// Objects of sizes around a block, and an error behind some bytes.
struct Bodies;

impl Source for Bodies {
    fn roots(&self) -> Vec<Root> {
        vec![Root {
            id: RootId(5),
            buckets: Vec::new(),
        }]
    }

    fn open(&self, bucket: &str) -> Option<RootId> {
        match bucket {
            "given" => Some(RootId(5)),
            "opened" => Some(RootId(17)),
            _ => None,
        }
    }

    fn folders(
        &self,
        _: RootId,
        _: &str,
        other: &mut dyn FnMut(Listed<'_>),
    ) -> Result<Folders, GetError> {
        other(Listed::Refused("a/link", "a symbolic link"));
        other(Listed::Object("a/object", ListedFacts::default()));
        Ok(Folders {
            names: vec!["b".into(), "c".into()],
            complete: false,
            requests: 1,
        })
    }

    fn list(
        &self,
        _: RootId,
        prefix: &str,
        range: &Range,
        visit: &mut dyn FnMut(Listed<'_>),
    ) -> Result<u64, GetError> {
        let facts = ListedFacts {
            modified: Some("2026-03-01T00:00:00.5Z".parse().expect("a time")),
            size: Some(7),
        };
        for n in 0..40_000 {
            let key = format!("{prefix}{n:05}-{}", "x".repeat(60));
            if range.holds(&key) {
                visit(Listed::Object(&key, facts));
            }
        }
        let denied = GetError::Denied("s3:ListBucket".into());
        visit(Listed::Unlisted("z/", &denied));
        Ok(40)
    }

    fn get(&self, _: RootId, key: &str, _: bool) -> Result<SourceObject<'_>, GetError> {
        let size: u64 = key.parse().map_err(|_| GetError::NotFound)?;
        let body = io::repeat(b'a').take(size);
        let body: Box<dyn Read + Send> = match size % 2 {
            0 => Box::new(body),
            _ => Box::new(body.chain(Failing)),
        };
        Ok(SourceObject {
            body,
            metadata: Default::default(),
            facts: ObjectFacts {
                etag: Some("tag".into()),
                size: Some(size),
                ..ObjectFacts::default()
            },
            head: None,
            doubt: Some(GetError::foreign()),
        })
    }

    fn outages(&self) -> Vec<(RootId, Outage)> {
        let outage = Outage {
            in_row: 1,
            seconds: 2,
            not_asked: 3,
        };
        vec![(RootId(17), outage)]
    }

    fn changed(&self) -> Option<String> {
        Some("changed".into())
    }

    fn is_copy(&self) -> bool {
        true
    }

    fn stat(&self, _: RootId, _: &str) -> Result<ObjectFacts, GetError> {
        Err(GetError::Archived("GLACIER".into()))
    }
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(GetError::Throttled("slow down".into())))
    }
}

/// A body to its end, and the error there.
fn body(source: &dyn Source, root: RootId, key: &str) -> (usize, Option<GetError>) {
    let mut object = source.get(root, key, true).expect("an object");
    let mut bytes = Vec::new();
    let end = object.body.read_to_end(&mut bytes);
    assert!(bytes.iter().all(|byte| *byte == b'a'));
    (bytes.len(), end.err().map(GetError::from_body))
}

#[test]
fn bodies_of_any_size_come_back_with_the_error_at_their_end() {
    const MIB: usize = 1 << 20;
    let sizes = [
        0,
        1,
        2,
        MIB - 2,
        MIB - 1,
        MIB,
        MIB + 1,
        MIB + 2,
        5 * MIB + 7,
    ];
    let slow = GetError::Throttled("slow down".into());
    let (parts, ()) = again(&Bodies, |source| {
        let root = source.roots()[0].id;
        for (n, size) in sizes.into_iter().enumerate() {
            let mut object = source
                .get(root, &size.to_string(), true)
                .expect("an object");
            // Some are left after a few bytes, and some are not read at all.
            let mut first = vec![0; [0, 1, usize::MAX][n % 3].min(size)];
            object.body.read_exact(&mut first).expect("bytes");
        }
        assert_eq!(
            source.get(root, "none", true).err(),
            Some(GetError::NotFound)
        );
    });
    let root = parts.roots()[0].id;
    for size in sizes {
        let error = (size % 2 == 1).then(|| slow.clone());
        assert_eq!(
            body(&parts, root, &size.to_string()),
            (size, error),
            "{size}"
        );
    }
    let object = parts
        .get(root, "2", false)
        .expect("an object with more than asked");
    assert_eq!(object.facts.etag.as_deref(), Some("tag"));
    assert_eq!(object.doubt, Some(GetError::foreign()));
    assert_eq!(
        parts.get(root, "none", true).err(),
        Some(GetError::NotFound)
    );
    assert_eq!(
        parts.get(root, "4", true).err(),
        Some(GetError::NotInParts(None))
    );
    assert!(
        parts
            .get_again(root, "2", true)
            .is_some_and(|object| object.is_err())
    );
}

/// Everything that a listing visits, in words.
fn listing(
    source: &dyn Source,
    root: RootId,
    range: &Range,
) -> (Vec<String>, Result<(), GetError>) {
    let mut visited = Vec::new();
    let listed = source.list(root, "a/", range, &mut |listed| {
        visited.push(format!("{listed:?}"))
    });
    (visited, listed.map(|_| ()))
}

#[test]
fn a_listing_of_many_keys_comes_back_and_answers_for_its_parts() {
    let range = |after: &str, before: &str| Range {
        after: Some(after.into()),
        before: Some(before.into()),
    };
    let wide = range("a/10000", "a/30000");
    let (parts, ()) = again(&Bodies, |source| {
        let (visited, answer) = listing(source, RootId(5), &wide);
        assert_eq!((visited.len(), answer), (20_001, Ok(())));
        // The same once more is the same answer.
        assert_eq!(listing(source, RootId(5), &wide).0.len(), 20_001);
        assert_eq!(
            listing(source, RootId(5), &range("a/39990", "a/5")).1,
            Ok(())
        );
    });
    for asked in [
        wide,
        range("a/10500", "a/10600"),
        range("a/39995", "a/39999"),
    ] {
        let expected = listing(&Bodies, RootId(5), &asked);
        assert!(listing(&parts, RootId(5), &asked) == expected, "{asked:?}");
    }
    let lost = Err(GetError::NotInParts(None));
    for asked in [
        Range::default(),
        range("a/09999", "a/20000"),
        range("a/20000", "a/30001"),
    ] {
        assert_eq!(listing(&parts, RootId(5), &asked).1, lost, "{asked:?}");
    }
}

#[test]
fn roots_folders_and_what_is_said_of_the_source_come_back() {
    let (parts, _) = again(&Bodies, |source| {
        assert_eq!(source.open("none"), None);
        assert_eq!(source.open("given"), Some(RootId(5)));
        let opened = source.open("opened").expect("a root");
        let _ = source.folders(opened, "a/", &mut |_| ());
        let _ = source.stat(opened, "x");
        assert_eq!(source.look_up(RootId(5), "x"), None);
        assert!(source.get_again(RootId(5), "x", true).is_none());
        assert_eq!(source.versions(RootId(5), "x"), None);
        assert!(source.lifecycle(RootId(5)).is_none());
        (source.outages(), source.changed())
    });
    assert_eq!(parts.roots(), Bodies.roots());
    assert!(parts.is_copy());
    assert_eq!(parts.open("none"), None);
    assert_eq!(parts.open("given"), Some(RootId(5)));
    let unknown = parts
        .open("never-asked")
        .expect("a root that no part knows");
    let opened = parts.open("opened").expect("a root");
    assert!(unknown != opened && opened != RootId(5));
    assert_eq!(parts.open("opened"), Some(opened));
    assert_eq!(parts.stat(unknown, "x"), Err(GetError::NotInParts(None)));
    assert_eq!(
        parts.stat(opened, "x"),
        Err(GetError::Archived("GLACIER".into()))
    );

    let visited = |source: &dyn Source, root| {
        let mut visited = Vec::new();
        let folders = source.folders(root, "a/", &mut |listed| {
            visited.push(format!("{listed:?}"))
        });
        let folders = folders.expect("folders");
        (visited, folders.names, folders.complete)
    };
    assert_eq!(visited(&parts, opened), visited(&Bodies, RootId(17)));

    assert_eq!(parts.look_up(RootId(5), "y"), None);
    assert!(parts.get_again(RootId(5), "x", true).is_none());
    assert_eq!(parts.versions(RootId(5), "x"), None);
    let lost = GetError::NotInParts(None);
    assert_eq!(parts.versions(RootId(5), "y"), Some(Err(lost)));
    assert!(parts.lifecycle(RootId(5)).is_none());
    assert_eq!(parts.changed().as_deref(), Some("changed"));
    assert_eq!(parts.outages(), [(opened, Bodies.outages()[0].1)]);
}

#[test]
fn a_memory_source_answers_for_buckets_by_their_numbers() {
    let mut memory = MemorySource::default();
    for bucket in ["one", "two"] {
        let body = bucket.as_bytes().to_vec();
        let object = MemoryObject {
            body,
            ..MemoryObject::default()
        };
        memory.put(bucket, "key", object);
    }
    let (parts, ()) = again(&memory, |source| {
        for root in source.roots() {
            drop(source.get(root.id, "key", false));
        }
    });
    for (root, body) in parts.roots().into_iter().zip(["one", "two"]) {
        assert_eq!(root.buckets, [body]);
        let mut text = String::new();
        let object = parts.get(root.id, "key", false);
        let read = object.expect("an object").body.read_to_string(&mut text);
        assert_eq!((read.expect("text"), text.as_str()), (3, body));
    }
}
