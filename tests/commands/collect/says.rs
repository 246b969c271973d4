//! What `collect` says of what it could not collect, and what to do about it.

use super::reported;
use crate::support::aws::{Answer, Fault};
use crate::support::program::Run;
use crate::support::six_hours::{SixHours, WINDOW, on_object, six_hours};

/// Collects into a folder.
fn collect(scene: &SixHours, out: &str, more: &[&str]) -> Run {
    let args = [&["collect", "--out", out], &WINDOW[..], more].concat();
    scene.stage.run(&args)
}

/// Asserts that a text has each of these parts.
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn what_does_not_exist_is_not_counted_as_unread() {
    let scene = six_hours();
    scene.fault(on_object(&scene.log(3), Answer::no_such_key()));
    let run = collect(&scene, "evidence", &[]);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{}", run.stdout);
    assert_has(&run.stdout, &["do not exist"]);
    assert!(!run.stdout.contains("could not be read"), "{}", run.stdout);
}

#[test]
fn settings_without_an_answer_are_listed_and_change_no_exit_status() {
    let scene = six_hours();
    for call in ["GetBucketPolicy", "GetBucketEncryption"] {
        scene.fault(Fault::new(Answer::access_denied()).operation(call));
    }
    let (code, report) = reported(collect(&scene, "evidence", &["--format", "json"]));
    let unread = &report["collected"]["unread"];
    assert_eq!((code, &report["complete"]), (0, &true.into()), "{report:#}");
    let listed = unread["first"].as_array().expect("entries").iter();
    let calls: Vec<&str> = listed
        .filter(|entry| entry["reason"] == "denied" && entry["bucket"].is_null())
        .filter_map(|entry| entry["key"].as_str()?.split(' ').next())
        .collect();
    assert_eq!(calls, ["GetBucketPolicy", "GetBucketEncryption"]);
    assert!(report["collected"]["advice"].is_null());
}

#[test]
fn an_answer_that_a_proof_needs_has_one_line_with_the_reason_and_what_to_do() {
    let scene = six_hours();
    scene.fault(on_object(&scene.log(3), Answer::access_denied()));
    let run = collect(&scene, "evidence", &[]);
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    let said = ["1 denied", "into another folder", "grant the missing"];
    assert_has(&run.stderr, &said);
    assert_has(&run.stdout, &said);
}

#[test]
fn a_finished_bundle_is_refused_with_its_hash() {
    let scene = six_hours();
    let first = collect(&scene, "evidence", &[]);
    let again = collect(&scene, "evidence", &[]);
    assert_eq!((first.code, again.code, &*again.stdout), (0, 2, ""));
    let hash = first.stdout.lines().last().expect("a hash");
    assert_has(&again.stderr, &[hash]);
}

#[test]
fn an_end_by_the_public_keys_says_so_and_goes_on_with_keys_that_are_given() {
    let scene = six_hours();
    let whole = collect(&scene, "whole", &[]);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    let keys = "whole/keys/eu-west-1.json";
    let error = Answer::error(500, "InternalError", "no");
    scene.fault(Fault::new(error).operation("ListPublicKeys"));
    let run = collect(&scene, "evidence", &[]);
    assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
    assert_has(&run.stdout, &["ListPublicKeys in eu-west-1"]);
    assert_has(&run.stderr, &["ListPublicKeys in eu-west-1", "--keys"]);

    let run = collect(&scene, "evidence", &["--keys", keys]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let hash = run.stdout.lines().last().expect("a hash");
    assert_has(&run.stdout, &[&format!("HASH --keys {keys} gives")]);
    assert_has(&run.stdout, &["does not hold the public keys"]);
    // The command that it printed gives the report.
    let args = ["validate", "--path", "evidence", "--manifest-sha256"];
    let run = scene
        .stage
        .run(&[&args[..], &[hash, "--keys", keys]].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn the_help_describes_what_is_collected_from_aws_alone() {
    let scene = six_hours();
    let run = scene.stage.run(&["collect", "--help"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (options, _) = run.stdout.split_once("Examples:").expect("examples");
    for of_a_copy in ["--path", " copy ", " copied "] {
        assert!(!options.contains(of_a_copy), "{of_a_copy}: {options}");
    }
}
