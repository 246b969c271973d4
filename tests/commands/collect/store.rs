//! The folder of a bundle while it is written.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use trailproof::commands::collect::store::Store;

fn store(dir: &Path) -> Store {
    Store::new(File::open(dir).expect("a folder").into()).expect("a thread")
}

fn read(dir: &Path, path: &str) -> String {
    fs::read_to_string(dir.join(path)).expect("a file")
}

#[test]
fn a_file_has_its_name_once_it_is_complete() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = store(dir.path());
    let mut file = store.create("s3/b/x").expect("room").expect("nobody else");
    file.write_all(&vec![b'a'; 100_000]).expect("room");
    assert!(store.create("s3/b/x").expect("room").is_none());
    assert!(dir.path().join("s3/b/x.partial").exists());
    assert!(!store.has("s3/b/x") && store.is_taken("s3/b/x"));
    file.finish().expect("room");
    store.flush().expect("stored");
    assert_eq!(read(dir.path(), "s3/b/x").len(), 100_000);
    assert!(!dir.path().join("s3/b/x.partial").exists());
    assert!(store.create("s3/b/x").expect("room").is_none());
}

#[test]
fn a_file_that_is_not_finished_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = store(dir.path());
    fs::create_dir(dir.path().join("unread")).expect("a folder");
    // An interrupted run left this one.
    fs::write(dir.path().join("unread/x.partial"), "old").expect("a file");
    let mut file = store
        .create("unread/x")
        .expect("room")
        .expect("nobody else");
    file.write_all(b"new").expect("room");
    drop(file);
    store.flush().expect("stored");
    let left = fs::read_dir(dir.path().join("unread")).expect("a folder");
    assert_eq!(left.count(), 0);
    assert!(!store.is_taken("unread/x"));
}

#[test]
fn the_last_of_two_files_stays_until_it_is_removed() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = store(dir.path());
    store.put("unread/x", b"first").expect("room");
    store.put("unread/x", b"second").expect("room");
    store.flush().expect("stored");
    assert_eq!(read(dir.path(), "unread/x"), "second");
    store.remove("unread/x");
    store.remove("unread/none");
    store.flush().expect("removed");
    assert!(!store.has("unread/x"));
}

/// A collection that is killed at any instant is found again by such a file.
#[test]
fn a_file_that_is_replaced_is_there_at_each_instant() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = store(dir.path());
    store.put(".collect/run.json", b"0").expect("room");
    store.flush().expect("stored");
    let path = dir.path().join(".collect/run.json");
    let is_done = AtomicBool::new(false);
    let looks = thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut looks = 0;
            while !is_done.load(Ordering::Relaxed) {
                assert!(path.exists(), "after {looks} looks");
                looks += 1;
            }
            looks
        });
        for number in 1..=500 {
            let text = format!("{number}");
            store
                .put(".collect/run.json", text.as_bytes())
                .expect("room");
        }
        store.flush().expect("stored");
        is_done.store(true, Ordering::Relaxed);
        looking.join().expect("it was there")
    });
    assert!(looks > 0);
    assert_eq!(read(dir.path(), ".collect/run.json"), "500");
}

/// S3 has no folders, so a key may begin with another key and a slash.
#[test]
fn a_key_that_is_the_folder_of_another_key_lies_elsewhere() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = store(dir.path());
    let mut first = store.create("s3/b/a").expect("room").expect("nobody else");
    first.write_all(b"a").expect("room");
    // While the first is on its way, the other makes a folder of its name.
    store.put("s3/b/a/b", b"b").expect("room");
    let mut head = store.replace("s3/b/a.head.json").expect("room");
    head.write_all(b"head").expect("room");
    first
        .finish_with(head, Some("other/1".into()), Vec::new())
        .expect("room");
    store.flush().expect("stored");
    assert_eq!(read(dir.path(), "s3/b/a/b"), "b");
    assert_eq!(read(dir.path(), "other/1"), "a");
    assert_eq!(read(dir.path(), "other/1.head.json"), "head");
    assert!(!store.has("s3/b/a.head.json"));
    // The other way round, the folder cannot be made.
    store.put("s3/b/c", b"c").expect("room");
    store.flush().expect("stored");
    let below = store.create("s3/b/c/d");
    assert_eq!(
        below.err().map(|e| e.kind()),
        Some(std::io::ErrorKind::NotADirectory)
    );
}

#[test]
fn no_path_leads_through_a_link() {
    let (dir, elsewhere) = (tempfile::tempdir(), tempfile::tempdir());
    let (dir, elsewhere) = (dir.expect("a folder"), elsewhere.expect("a folder"));
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join("s3")).expect("a link");
    let store = store(dir.path());
    assert!(store.put("s3/x", b"x").is_err());
    assert!(store.create("s3/b/x").is_err());
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn after_one_file_that_cannot_be_stored_nothing_more_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = store(dir.path());
    store.fail("s3/x", &std::io::Error::from_raw_os_error(28));
    assert_eq!(store.failure(), Some("s3/x: no space left on device"));
    assert!(store.put("s3/y", b"y").is_err());
    assert!(store.flush().is_err());
    assert!(!store.has("s3/y"));
}
