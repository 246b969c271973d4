//! Bundles that differ from their manifest, and folders that are none.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use trailproof::base::cancel::{CancelFlag, CancelReason};
use trailproof::base::error::{Error, ErrorKind};
use trailproof::base::limits::Limits;
use trailproof::source::bundle::check::{BundleCheck, CheckedBundle, Difference, check};
use trailproof::source::bundle::manifest::LineProblem;

use crate::support::bundle::{line, put, seal};

/// Paths whose order differs by bytes and by folders.
const PATHS: [&str; 9] = [
    "custody.json",
    "s3/b/AWSLogs/a.b",
    "s3/b/AWSLogs/a/1.json.gz",
    "s3/b/AWSLogs/a/1.json.gz.head.json",
    "s3/b/AWSLogs/a0",
    "s3/b/AWSLogs/ab/é.gz",
    "s3/b.c/x",
    "s3/b0/x",
    "unread/0.json",
];

fn bundle() -> (TempDir, String) {
    let dir = tempfile::tempdir().expect("a folder");
    for path in PATHS {
        put(dir.path(), path, path.as_bytes());
    }
    let hash = seal(dir.path());
    (dir, hash)
}

fn checked_with(dir: &Path, jobs: usize, limits: &Limits) -> Result<CheckedBundle, Error> {
    check(&BundleCheck {
        dir,
        jobs,
        limits,
        stop: &CancelFlag::default(),
        progress: &|_| {},
    })
}

fn checked(dir: &Path) -> CheckedBundle {
    checked_with(dir, 3, &Limits::default()).expect("a bundle")
}

fn refused(dir: &Path) -> String {
    let error = checked_with(dir, 3, &Limits::default()).expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Input);
    format!("{error}: {}", error.causes().join(": "))
}

/// What differs, by kind.
fn differing(bundle: &CheckedBundle) -> Vec<(Difference, String)> {
    use Difference::{Added, Altered, Missing, Unread};
    let mut all = Vec::new();
    for kind in [Missing, Altered, Added, Unread] {
        let files = bundle.differences.files(kind);
        assert_eq!(files.count, files.first.len() as u64);
        all.extend(files.first.into_keys().map(|path| (kind, path)));
    }
    for (kind, path) in &all {
        assert_eq!(bundle.difference(path), Some(*kind));
    }
    all
}

#[test]
fn a_bundle_that_nobody_touched_is_intact() {
    let (dir, hash) = bundle();
    let bundle = checked(dir.path());
    assert!(bundle.is_intact() && !bundle.differs(), "{bundle:?}");
    assert_eq!(bundle.manifest_sha256.to_string(), hash);
    let listed = bundle.listed.all();
    assert_eq!(listed.files, PATHS.len() as u64);
    assert_eq!(listed.bytes, PATHS.concat().len() as u64);
    assert_eq!(bundle.difference(PATHS[0]), None);
}

#[test]
fn every_file_that_is_flipped_cut_longer_or_deleted_is_found_and_no_other() {
    for path in PATHS {
        let old = path.as_bytes();
        let mut flipped = old.to_vec();
        flipped[0] ^= 1;
        let altered = [flipped, old[1..].to_vec(), [old, b"x"].concat(), Vec::new()];
        for new in altered {
            let (dir, hash) = bundle();
            put(dir.path(), path, &new);
            let bundle = checked(dir.path());
            let expected = vec![(Difference::Altered, path.to_owned())];
            assert_eq!(differing(&bundle), expected);
            assert!(bundle.differs() && !bundle.is_intact());
            assert_eq!(bundle.manifest_sha256.to_string(), hash);
        }
        let (dir, _) = bundle();
        fs::remove_file(dir.path().join(path)).expect("deleted");
        let expected = vec![(Difference::Missing, path.to_owned())];
        assert_eq!(differing(&checked(dir.path())), expected);
    }
}

#[test]
fn files_that_change_places_are_found() {
    let (dir, _) = bundle();
    let [a, b] = [PATHS[1], PATHS[8]].map(|path| dir.path().join(path));
    fs::rename(&a, dir.path().join("x")).expect("moved");
    fs::rename(&b, &a).expect("moved");
    fs::rename(dir.path().join("x"), &b).expect("moved");
    let expected = [PATHS[1], PATHS[8]].map(|path| (Difference::Altered, path.to_owned()));
    assert_eq!(differing(&checked(dir.path())), expected);
}

#[test]
fn files_that_were_added_are_found_wherever_they_lie() {
    let added = [
        "!",
        "custody.json.partial",
        "keys/us-east-1.json",
        "s3/b/AWSLogs/a/",
        "s3/b/AWSLogs/a/2",
        "s3/b/AWSLogs/a.b.head.json",
        "zzz/a/b",
    ];
    for path in added.into_iter().filter(|path| !path.ends_with('/')) {
        let (dir, _) = bundle();
        put(dir.path(), path, b"x");
        let expected = vec![(Difference::Added, path.to_owned())];
        assert_eq!(differing(&checked(dir.path())), expected);
    }
    // An empty folder holds no file.
    let (dir, _) = bundle();
    fs::create_dir_all(dir.path().join("s3/b/empty/folder")).expect("a folder");
    assert!(checked(dir.path()).is_intact());
}

#[test]
fn no_link_is_followed_and_no_pipe_opened() {
    let (dir, _) = bundle();
    let at = |path: &str| dir.path().join(path);
    // The same content behind a link is not the file.
    fs::rename(at("s3/b0/x"), at("s3/b0/y")).expect("moved");
    symlink("y", at("s3/b0/x")).expect("a link");
    // A folder behind a link is not the folder.
    let away = tempfile::tempdir().expect("a folder");
    fs::rename(at("s3/b.c"), away.path().join("moved")).expect("moved");
    symlink(away.path().join("moved"), at("s3/b.c")).expect("a link");
    symlink("/dev/zero", at("zero")).expect("a link");
    let made = Command::new("mkfifo").arg(at("pipe")).status();
    assert!(made.expect("mkfifo").success());
    let expected = [
        (Difference::Missing, "s3/b.c/x"),
        (Difference::Altered, "s3/b0/x"),
        (Difference::Added, "pipe"),
        (Difference::Added, "s3/b.c"),
        (Difference::Added, "s3/b0/y"),
        (Difference::Added, "zero"),
    ]
    .map(|(kind, path)| (kind, path.to_owned()));
    let bundle = checked(dir.path());
    assert_eq!(differing(&bundle), expected);
    let added = bundle.differences.files(Difference::Added);
    assert_eq!(added.first["pipe"].as_deref(), Some("it is a pipe"));
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let dir = tempfile::tempdir().expect("a folder");
    for n in 0..300 {
        put(dir.path(), &format!("s3/b/{n}"), format!("{n}").as_bytes());
    }
    seal(dir.path());
    for n in 0..200 {
        put(dir.path(), &format!("s3/b/{n}"), b"other");
    }
    for most in [1000, 100] {
        let limits = Limits {
            bundle_differences: most,
            ..Limits::default()
        };
        let all: Vec<CheckedBundle> = [0, 1, 7]
            .map(|jobs| checked_with(dir.path(), jobs, &limits).expect("a bundle"))
            .into();
        for bundle in &all {
            let altered = bundle.differences.files(Difference::Altered);
            assert_eq!(altered.count, 200);
            assert_eq!(altered, all[0].differences.files(Difference::Altered));
            let expected = match most {
                100 => Some(Difference::Beyond),
                _ => None,
            };
            assert_eq!(bundle.difference("s3/b/299"), expected);
        }
    }
}

#[test]
fn a_manifest_merged_from_two_collections_or_cut_differs() {
    let (dir, _) = bundle();
    let at = dir.path().join("manifest.jsonl");
    let manifest = fs::read_to_string(&at).expect("a manifest");
    fs::write(&at, manifest.clone() + &manifest).expect("a manifest");
    let bundle = checked(dir.path());
    assert!(bundle.differs() && bundle.differences.is_empty());
    assert_eq!(bundle.invalid.count, PATHS.len() as u64);
    let first = (PATHS.len() as u64 + 1, LineProblem::Order);
    assert_eq!(bundle.invalid.first[0], first);

    fs::write(&at, &manifest[..manifest.len() - 10]).expect("a manifest");
    let bundle = checked(dir.path());
    assert_eq!(
        bundle.invalid.first,
        [(PATHS.len() as u64, LineProblem::Cut)]
    );
    assert_eq!(
        differing(&bundle),
        [(Difference::Added, PATHS[8].to_owned())]
    );
}

#[test]
fn a_path_in_a_manifest_leads_nowhere_else() {
    let dir = tempfile::tempdir().expect("a folder");
    put(dir.path(), "secret", b"secret");
    let inner = dir.path().join("bundle");
    put(&inner, "a", b"a");
    let long = format!("s3/{}", "x".repeat(5000));
    let manifest: String = ["../secret", "/etc/passwd", "a", "s3/../../secret", &long]
        .map(|path| line(path, b"secret"))
        .concat();
    put(&inner, "manifest.jsonl", manifest.as_bytes());
    let bundle = checked(&inner);
    assert_eq!(bundle.invalid.count, 4);
    assert_eq!(differing(&bundle), [(Difference::Altered, "a".to_owned())]);
}

#[test]
fn a_folder_that_is_not_a_bundle_is_refused() {
    let (dir, _) = bundle();
    let at = dir.path().join("manifest.jsonl");
    for text in ["", "{}\n", "not a manifest", "\0\0\0\n"] {
        fs::write(&at, text).expect("a manifest");
        assert!(refused(dir.path()).contains("is not a bundle"), "{text:?}");
    }
    fs::remove_file(&at).expect("deleted");
    assert!(refused(dir.path()).contains("is not a bundle"));
    symlink("custody.json", &at).expect("a link");
    assert!(refused(dir.path()).contains("a symbolic link"));
    assert!(refused(&dir.path().join("missing")).contains("cannot open"));
    let file = refused(&dir.path().join("custody.json"));
    assert!(
        file.contains("is not a bundle") && file.contains("it is a file"),
        "{file}"
    );
}

#[test]
fn an_unfinished_bundle_is_refused() {
    let (dir, _) = bundle();
    put(dir.path(), ".collect/run.json", b"{}");
    assert!(refused(dir.path()).contains("is not finished"));
}

#[test]
fn a_manifest_with_very_many_lines_is_read_line_by_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let lines: String = (0..200_000)
        .map(|n| line(&format!("s3/b/{n:07}"), b""))
        .collect();
    put(dir.path(), "manifest.jsonl", lines.as_bytes());
    let bundle = checked(dir.path());
    let missing = bundle.differences.files(Difference::Missing);
    assert_eq!(
        (bundle.listed.all().files, missing.count),
        (200_000, 200_000)
    );
    assert_eq!(missing.first.len(), 20);
    assert!(missing.first.contains_key("s3/b/0000000"));
}

#[test]
fn a_check_that_is_stopped_says_so() {
    let (dir, _) = bundle();
    let stop = CancelFlag::default();
    stop.set(CancelReason::Signal);
    let bundle = check(&BundleCheck {
        dir: dir.path(),
        jobs: 2,
        limits: &Limits::default(),
        stop: &stop,
        progress: &|_| {},
    })
    .expect("a bundle");
    assert_eq!(bundle.ended_by, Some(CancelReason::Signal));
    assert!(!bundle.is_intact() && !bundle.differs());
}
