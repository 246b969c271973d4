//! What happens to the folder of a collection that was interrupted, and to one that is in use.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::aws::{Answer, Fault};
use crate::support::collected::{BUNDLE, assert_same_bundle, collecting, lasting};
use crate::support::short_trail::{ARN, WINDOW, serving, world};
use crate::support::stage::Stage;
use crate::support::tree::tree;

fn scope() -> Vec<String> {
    let more = ["--trail-arn", ARN, "--as-of", "2026-03-02T00:00:00Z"];
    collecting(&more.iter().chain(&WINDOW).collect::<Vec<_>>())
}

/// A collection that was interrupted once most is stored, and the complete one.
fn interrupted() -> (Stage, BTreeMap<String, Vec<u8>>) {
    let world = world(6);
    let complete = serving(&world);
    let run = complete.run(&scope());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let wanted = lasting(&complete.dir.path().join(BUNDLE));
    let stage = serving(&world);
    // The settings of the bucket are read last of all.
    let fault = Fault::new(Answer::expired_token()).operation("GetObject");
    let reads = complete.calls("GetObject").len();
    stage.loopback.fault(fault.after(reads - 2));
    let run = stage.run(&scope());
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    stage.loopback.change(|cloud| cloud.faults.clear());
    let bundle = stage.dir.path().join(BUNDLE);
    assert!(bundle.join(".collect").exists() && !bundle.join("manifest.jsonl").exists());
    (stage, wanted)
}

#[test]
fn objects_that_were_changed_since_the_interruption_are_collected_again() {
    let (stage, wanted) = interrupted();
    let bundle = stage.dir.path().join(BUNDLE);
    let files = tree(&bundle);
    let is_object = |path: &&String| path.starts_with("s3/") && !path.ends_with(".head.json");
    let objects: Vec<&String> = files.keys().filter(is_object).collect();
    assert!(objects.len() > 6, "{objects:?}");
    let head = |path: &str| bundle.join(format!("{path}.head.json"));
    // Longer; of the same length; with the metadata of another one; with metadata that are cut.
    let mut longer = files[objects[0]].clone();
    longer.push(b'x');
    fs::write(bundle.join(objects[0]), longer).expect("a file");
    let mut flipped = files[objects[1]].clone();
    flipped[9] ^= 1;
    fs::write(bundle.join(objects[1]), flipped).expect("a file");
    fs::copy(head(objects[3]), head(objects[2])).expect("a file");
    fs::copy(bundle.join(objects[3]), bundle.join(objects[2])).expect("a file");
    fs::write(head(objects[4]), "{").expect("a file");
    stage.loopback.clear_calls();
    let run = stage.run(&scope());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_same_bundle(&wanted, &lasting(&bundle), "changed");
    let fetched = stage.calls("GetObject").into_iter().filter_map(|c| c.key);
    let fetched: Vec<String> = fetched.collect();
    for (at, path) in objects.iter().enumerate() {
        let key = path.splitn(3, '/').nth(2).expect("a key");
        let again = [0, 1, 2, 4].contains(&at);
        assert_eq!(fetched.iter().any(|k| k == key), again, "{at}: {path}");
    }
}

#[test]
fn files_that_no_collection_stored_are_refused_and_nothing_is_changed() {
    let (stage, wanted) = interrupted();
    let bundle = stage.dir.path().join(BUNDLE);
    for foreign in [
        "note.txt",
        "s3/planted.txt",
        "s3/trail-logs/AWSLogs/planted.json.gz",
        "other/planted",
        "cloudtrail/DescribeTrails.xx-west-1.json",
        "keys/eu-west-1.json",
        "listings/planted.jsonl",
        "elsewhere/file",
        ".collect/planted",
        "link",
    ] {
        let path = bundle.join(foreign);
        let above = path.parent().expect("a folder");
        let is_new = !above.exists();
        fs::create_dir_all(above).expect("a folder");
        match foreign {
            "link" => symlink("/etc/hostname", &path).expect("a link"),
            _ => fs::write(&path, "mine").expect("a file"),
        }
        let before = (foreign != "link").then(|| tree(&bundle));
        stage.loopback.clear_calls();
        let run = stage.run(&scope());
        assert_eq!(run.code, 2, "{foreign}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(foreign), "{foreign}: {}", run.stderr);
        assert!(stage.calls("GetObject").is_empty(), "{foreign}");
        if let Some(before) = before {
            assert_eq!(before, tree(&bundle), "{foreign}");
        }
        fs::remove_file(&path).expect("removed");
        if is_new {
            fs::remove_dir(above).expect("removed");
        }
    }
    let run = stage.run(&scope());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_same_bundle(&wanted, &lasting(&bundle), "foreign files");
}

#[test]
fn two_collections_do_not_write_to_one_folder_and_only_its_owner_may_enter_it() {
    let (stage, wanted) = interrupted();
    let bundle = stage.dir.path().join(BUNDLE);
    let mode = fs::metadata(&bundle)
        .expect("a folder")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    // The first one waits for an answer.
    let slow = Answer::slow_down();
    stage
        .loopback
        .fault(Fault::new(slow).operation("GetObject"));
    stage.loopback.clear_calls();
    let mut first = stage.command(&scope());
    first.stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = first.spawn().expect("the binary runs");
    let begun = Instant::now();
    while stage.calls("GetObject").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no request");
        sleep(Duration::from_millis(1));
    }
    let second = stage.run(&scope());
    let is_running = first.try_wait().expect("a child").is_none();
    first.kill().expect("it can be killed");
    first.wait().expect("a child");
    assert!(is_running, "the first one ended too early");
    assert_eq!(second.code, 2, "{}{}", second.stdout, second.stderr);
    assert!(
        second.stderr.contains("another collection"),
        "{}",
        second.stderr
    );
    stage.loopback.change(|cloud| cloud.faults.clear());
    let run = stage.run(&scope());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_same_bundle(&wanted, &lasting(&bundle), "one after the other");
}

#[test]
fn a_folder_that_others_may_write_to_is_warned_of() {
    let (stage, wanted) = interrupted();
    let bundle = stage.dir.path().join(BUNDLE);
    let private = stage.run(&["collect", "--check", BUNDLE]);
    assert_eq!(private.code, 2, "{}", private.stderr);
    fs::set_permissions(&bundle, fs::Permissions::from_mode(0o777)).expect("a folder");
    let run = stage.run(&scope());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let warned = |line: &str| line.starts_with("warning: other users may write to ");
    assert!(run.stderr.lines().any(warned), "{}", run.stderr);
    assert_same_bundle(&lasting(&bundle), &wanted, "warned");
}

#[test]
fn what_lies_behind_a_link_is_not_gone_on_with_and_nothing_is_written_there() {
    let (stage, _) = interrupted();
    let bundle = stage.dir.path().join(BUNDLE);
    let aside = stage.dir.path().join("aside");
    fs::rename(bundle.join(".collect"), &aside).expect("a folder");
    fs::remove_file(aside.join("origins.jsonl")).expect("a file");
    symlink(&aside, bundle.join(".collect")).expect("a link");
    let before = tree(&stage.dir.path().join("aside"));
    let run = stage.run(&scope());
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(tree(&aside), before);
}

#[test]
fn what_another_user_began_is_not_gone_on_with() {
    let (stage, _) = interrupted();
    let bundle = stage.dir.path().join(BUNDLE);
    let run_file = bundle.join(".collect/run.json");
    if chown(&run_file, Some(12_345), None).is_err() {
        // Only root can give a file away.
        assert_ne!(fs::metadata(&run_file).expect("a file").uid(), 0);
        return;
    }
    let run = stage.run(&scope());
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("belongs to user 12345"),
        "{}",
        run.stderr
    );
    assert!(!bundle.join("manifest.jsonl").exists());
}
