//! The units of systemd: systemd itself accepts them without a word, and the command is run as it is printed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::policy::{actions, policy};
use super::{HOSTILE, read, written};
use crate::support::aws::{Service, TrailConfig};
use crate::support::case::{BUCKET, REGION};
use crate::support::forge::{Chain, ChainSpec, World};
use crate::support::program::{Run, finish, root};
use crate::support::python::both_streams;
use crate::support::short_trail::trail;
use crate::support::stage::Stage;

const UNITS: [&str; 3] = [
    "trailproof.service",
    "trailproof.timer",
    "trailproof-failed.service",
];
/// Where the Debian package puts the program.
const PROGRAM: &str = "/usr/bin/trailproof";
/// Where the program of this build is.
const BUILT: &str = env!("CARGO_BIN_EXE_trailproof");

/// What `systemd-analyze verify` says of the units in a folder, which must be nothing.
fn assert_verified(folder: &Path) {
    for name in UNITS {
        let unit = read(folder, name).replace(PROGRAM, BUILT);
        fs::write(folder.join(name), unit).expect("written");
    }
    let mut verify = Command::new("systemd-analyze");
    // The man pages are those of the package, which is not installed.
    verify.args(["verify", "--man=no"]);
    let paths = UNITS.map(|name| folder.join(name));
    let output = verify.args(paths).output();
    let output = output.unwrap_or_else(|e| panic!("systemd-analyze: {e}: apt-get install systemd"));
    let said = both_streams(&output);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn systemd_says_nothing_of_the_units() {
    let seed = format!("--seed={HOSTILE}");
    let textfile = ["--textfile", "/var/lib/a b/50%"];
    let many = [
        "--s3-bucket=b",
        &seed,
        "--profile=prod",
        "--accept=/etc/trailproof/a b",
        "--logs=5%",
    ];
    for (own, flags) in [
        (&[][..], &["--s3-bucket=b"][..]),
        (&textfile, &many),
        (&[], &["--s3-bucket=b", "--no-sign-request"]),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        written(dir.path(), "systemd", own, flags);
        assert_verified(dir.path());
    }
}

/// The units of the Debian package are those that are printed, but that the flags are in a file of their own.
#[test]
fn the_units_of_the_package_are_those_that_are_printed() {
    let dir = tempfile::tempdir().expect("a folder");
    written(dir.path(), "systemd", &[], &["--s3-bucket=b"]);
    let packaged = root().join(".packaging/systemd");
    let settings = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        lines
    };
    for name in ["trailproof.timer", "trailproof-failed.service"] {
        assert_eq!(read(&packaged, name), read(dir.path(), name), "{name}");
    }
    let own = settings(&read(dir.path(), "trailproof.service"));
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let shipped = settings(&read(&packaged, "trailproof.service"));
    let shipped: Vec<&str> = shipped.iter().map(String::as_str).collect();
    let more: Vec<&&str> = shipped.iter().filter(|line| !own.contains(line)).collect();
    assert_eq!(
        more,
        [
            &"    $TRAILPROOF_FLAGS \\",
            &"EnvironmentFile=/etc/trailproof/trailproof.conf"
        ]
    );
    let less: Vec<&&str> = own.iter().filter(|line| !shipped.contains(line)).collect();
    assert_eq!(less, [&"    --s3-bucket=b \\"]);
    let dir = tempfile::tempdir().expect("a folder");
    for name in UNITS {
        fs::copy(packaged.join(name), dir.path().join(name)).expect("copied");
    }
    assert_verified(dir.path());
}

/// The words of a command line, as systemd reads them (systemd.service(5) and systemd.syntax(7)), with `%S` in a
/// folder.
fn words(unit: &str, setting: &str, state: &Path) -> Vec<String> {
    let line = unit
        .split_once(&format!("\n{setting}="))
        .expect("a command")
        .1;
    let mut text = line.chars().peekable();
    let (mut words, mut word, mut quote, mut is_open) = (Vec::new(), String::new(), false, false);
    while let Some(c) = text.next() {
        match c {
            '\\' if text.peek() == Some(&'\n') => _ = text.next(),
            '\\' => word.push(text.next().expect("an escaped character")),
            '"' => {
                let next = text.peek();
                let at_edge = if quote {
                    matches!(next, Some(' ' | '\n'))
                } else {
                    !is_open
                };
                assert!(at_edge, "a quote within a word: {word}");
                (quote, is_open) = (!quote, true);
            }
            '\n' if !quote => break,
            ' ' if !quote => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            '%' => match text.next() {
                Some('%') => word.push('%'),
                Some('S') => word.push_str(state.to_str().expect("UTF-8")),
                other => panic!("a specifier: {other:?}"),
            },
            '$' => {
                assert_eq!(text.next(), Some('$'), "a variable");
                word.push('$');
            }
            c => {
                is_open = true;
                word.push(c);
            }
        }
    }
    words.extend(is_open.then_some(word));
    words
}

/// A trail that was started six hours ago and delivers still.
fn stage() -> Stage {
    let mut world = World::new(60);
    let mut chain = Chain::new(ChainSpec::new(trail(), REGION).logs(1..=2).events(1..=2));
    let now = Timestamp::now();
    chain.start(&mut world, now - SignedDuration::from_hours(6));
    chain.run_until(&mut world, now - SignedDuration::from_mins(10));
    Stage::of(&world, &[TrailConfig::from(&trail())])
}

/// The service, run once: with its command as it is printed, and in the folder and environment of a service.
fn started(stage: &Stage, unit: &str, state: &Path) -> Run {
    let words = words(unit, "ExecStart", state);
    assert_eq!(words[0], PROGRAM);
    let mut command = Command::new(BUILT);
    command.args(&words[1..]).current_dir("/").env_clear();
    let run = finish(command.envs(stage.loopback.env()));
    let words = self::words(unit, "ExecStopPost", state);
    let mut stop = Command::new(&words[0]);
    stop.args(&words[1..]).current_dir("/");
    let stopped = finish(stop.env("EXIT_STATUS", run.code.to_string()));
    let said = (
        stopped.code,
        stopped.stdout.as_str(),
        stopped.stderr.as_str(),
    );
    assert_eq!(said, (0, "", ""));
    run
}

/// The reports that are kept under the time of their run.
fn kept(state: &Path) -> Vec<String> {
    let entries = fs::read_dir(state.join("trailproof")).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().display().to_string());
    names.filter(|name| name.starts_with("report-2")).collect()
}

fn report(state: &Path) -> Value {
    let text = read(state, "trailproof/report.json");
    serde_json::from_str(&text).expect("a report")
}

/// The permission that a call needs (Service Authorization Reference).
fn permission(service: Service, operation: &str) -> Option<String> {
    let s3 = match operation {
        "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "HeadObject" => "GetObject",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        other => other,
    };
    match service {
        Service::S3 => Some(format!("s3:{s3}")),
        Service::CloudTrail => Some(format!("cloudtrail:{operation}")),
        Service::Organizations => Some(format!("organizations:{operation}")),
        // It needs none.
        Service::Sts => None,
    }
}

/// The command finds what it needs in its folder, the second run continues the first, the alarm is the exit status,
/// and no call is made that the policy does not allow.
#[test]
fn the_command_runs_as_it_is_printed() {
    let (dir, folder) = (tempfile::tempdir(), tempfile::tempdir());
    let (dir, folder) = (dir.expect("a folder"), folder.expect("a folder"));
    let metrics = folder.path().to_str().expect("UTF-8");
    let stage = stage();
    // The folder of the collector is not in /tmp on a machine that has one.
    let seed = format!("--seed={HOSTILE}");
    let flags = ["--s3-bucket", BUCKET, &seed, "--logs", "50%"];
    written(
        dir.path(),
        "systemd",
        &["--textfile", "/var/lib/a b/50%"],
        &flags,
    );
    let unit = read(dir.path(), "trailproof.service");
    let unit = unit.replace("\"--out=/var/lib/a b/50%%/", &format!("\"--out={metrics}/"));
    fs::create_dir(folder.path().join("trailproof")).expect("a folder");

    let first = started(&stage, &unit, folder.path());
    assert_eq!(
        (first.code, first.stderr.as_str()),
        (0, ""),
        "{}",
        first.stdout
    );
    assert!(first.stdout.starts_with("VERIFIED"), "{}", first.stdout);
    let begun = report(folder.path());
    assert_eq!(begun["requested"]["seed"], HOSTILE);
    assert!(read(folder.path(), "trailproof.prom").contains("\ntrailproof_verdict{"));
    assert!(folder.path().join("trailproof/state.json").is_file());

    let second = started(&stage, &unit, folder.path());
    assert_eq!(
        (second.code, second.stderr.as_str()),
        (0, ""),
        "{}",
        second.stdout
    );
    let continued = report(folder.path());
    assert!(
        continued["requested"]["continues_from"].is_object(),
        "{continued:#}"
    );

    assert!(kept(folder.path()).is_empty());

    // The newest digest goes, and so does a log.
    stage.loopback.change(|cloud| {
        let objects = &mut cloud.bucket(BUCKET).objects;
        for kind in ["/CloudTrail-Digest/", "/CloudTrail/"] {
            let newest = objects.keys().rfind(|key| key.contains(kind));
            let newest = newest.expect("an object").clone();
            objects.remove(&newest);
        }
    });
    let third = started(&stage, &unit, folder.path());
    assert_eq!(third.code, 1, "{}{}", third.stdout, third.stderr);
    let kept = kept(folder.path());
    assert_eq!(kept.len(), 1, "{kept:?}");
    let (last, kept) = ("trailproof/report.json", format!("trailproof/{}", kept[0]));
    assert_eq!(read(folder.path(), &kept), read(folder.path(), last));

    let allowed = actions(&policy(&flags));
    let calls = stage.loopback.calls().into_iter();
    let needed: BTreeSet<String> = calls
        .filter_map(|call| permission(call.service, &call.operation))
        .collect();
    let denied: Vec<&String> = needed.difference(&allowed).collect();
    assert!(denied.is_empty(), "{denied:?}");
    assert!(needed.len() > 5, "{needed:?}");
}
