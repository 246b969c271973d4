//! Folders on disk: no path out of the root, no special files, bounded listings.

use std::fs;
use std::io::Read as _;
use std::process::Command;

use crate::support::case::{ACCOUNT, BUCKET, Case, REGION};
use crate::support::forge::Heads;
use crate::support::forge::damage::rewrite_digest;
use crate::support::program::{report, severity_codes};

#[test]
fn no_key_leads_out_of_the_root() {
    let mut case = Case::new("traversal", 4, "");
    let chain = case.chain(3);
    let dir = case.copied();
    let secret = dir.path().join("secret");
    fs::write(&secret, "secret").expect("a file");
    for key in [
        "../secret",
        "AWSLogs/../../secret",
        secret.to_str().expect("UTF-8"),
        "a//b",
        "AWSLogs/./x",
        "a\0b",
    ] {
        let mut world = case.world.clone();
        rewrite_digest(&mut world, chain.last(), REGION, |fields| {
            let log = fields.log_files_mut()[0].as_object_mut().expect("a log");
            log.set("s3Object", key);
        });
        world.write_tree(BUCKET, &dir.path().join("bucket"), Heads::All);
        let (code, report) = report(dir.path(), &case.args);
        assert_eq!(
            (code, severity_codes(&report)),
            (4, vec!["unproven log-unreadable".to_owned()]),
            "{key:?}"
        );
        assert_eq!(report["findings"][0]["reason"], "refused", "{key:?}");
    }
}

#[test]
fn links_pipes_and_folders_in_place_of_objects_are_refused_and_reported() {
    let mut case = Case::new("special-files", 4, "");
    let chain = case.chain(5);
    let dir = case.copied();
    let bucket = dir.path().join("bucket");
    let at = |i: usize| bucket.join(&chain.digests[i].logs[0].place.key);
    for i in 1..=3 {
        fs::remove_file(at(i)).expect("a log");
    }
    std::os::unix::fs::symlink(at(4), at(1)).expect("a link");
    assert!(
        Command::new("mkfifo")
            .arg(at(2))
            .status()
            .expect("mkfifo")
            .success()
    );
    fs::create_dir(at(3)).expect("a folder");
    // A link replaces a day of digests; they are known from the links of later digests.
    let outside = dir.path().join("outside");
    let day = bucket.join(format!(
        "AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/2026/03/01"
    ));
    let (code, first) = report(dir.path(), &case.args);
    assert_eq!(code, 4);
    assert_eq!(severity_codes(&first), ["unproven log-unreadable"; 3]);
    let message = first["findings"].to_string();
    for what in ["a symbolic link", "a pipe", "a folder"] {
        assert!(message.contains(what), "{what}: {message}");
    }
    fs::rename(&day, &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, &day).expect("a link");
    let (code, second) = report(dir.path(), &case.args);
    assert_eq!(code, 4, "{second:#}");
    assert!(
        second["findings"].to_string().contains("a symbolic link"),
        "{:#}",
        second["findings"]
    );
}

#[test]
fn a_large_folder_is_listed_in_several_passes_and_the_report_is_the_same() {
    use trailproof::base::limits::Limits;
    use trailproof::source::disk::DiskSource;
    use trailproof::source::{Listed, Range, RootId, Source as _};
    let mut case = Case::new("passes", 0, "");
    case.chain(30);
    let dir = case.copied();
    let list = |names_at_once| {
        let mut source = DiskSource::new(Limits {
            names_at_once,
            ..Limits::default()
        });
        source
            .mount(&dir.path().join("bucket"), Vec::new())
            .expect("a folder");
        let mut keys = Vec::new();
        source
            .list(
                RootId(0),
                "",
                &Range::default(),
                &mut |listed| match listed {
                    Listed::Object(key, _) => keys.push(key.to_owned()),
                    other => panic!("{other:?}"),
                },
            )
            .expect("a listing");
        keys
    };
    let one_pass = list(50_000);
    let expected: Vec<String> = case.world.buckets[BUCKET].keys().cloned().collect();
    assert_eq!(one_pass, expected, "every key, in the order of its bytes");
    for few in [1, 2, 7] {
        assert_eq!(list(few), one_pass, "{few} names at once");
    }
}

#[test]
fn an_open_folder_is_still_read_after_its_name_changes() {
    use trailproof::base::limits::Limits;
    use trailproof::proof::reason::Reason;
    use trailproof::source::disk::DiskSource;
    use trailproof::source::{GetError, RootId, Source as _};
    let dir = tempfile::tempdir().expect("a folder");
    let (root, outside) = (dir.path().join("root"), dir.path().join("outside"));
    let day = root.join("a/day");
    fs::create_dir_all(&day).expect("a folder");
    fs::create_dir(&outside).expect("a folder");
    fs::write(day.join("one"), "1").expect("a file");
    fs::write(outside.join("secret"), "secret").expect("a file");
    let mut source = DiskSource::new(Limits::default());
    source.mount(&root, Vec::new()).expect("a folder");
    let get = |key: &str| {
        let mut object = source.get(RootId(0), key, false)?;
        let mut text = String::new();
        object.body.read_to_string(&mut text).expect("a body");
        Ok::<_, GetError>(text)
    };
    assert_eq!(get("a/day/one"), Ok("1".to_owned()));
    // A link replaces the folder. The open folder is still read, and the target of the link is not.
    fs::rename(&day, dir.path().join("moved")).expect("moved");
    std::os::unix::fs::symlink(&outside, &day).expect("a link");
    let link = Err(GetError::Refused("a symbolic link in its path".into()));
    assert_eq!(get("a/day/secret"), link);
    assert_eq!(
        get("a/day/../day/one").map_err(|e| e.reason()),
        Err(Reason::Refused)
    );
    // Another folder gets this name: its files are found.
    fs::remove_file(&day).expect("no link");
    fs::create_dir(&day).expect("a folder");
    fs::write(day.join("two"), "2").expect("a file");
    assert_eq!(get("a/day/two"), Ok("2".to_owned()));
    assert_eq!(get("a/day/one"), Err(GetError::NotFound));
}
