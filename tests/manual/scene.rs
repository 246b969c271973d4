//! The place in which the examples run: a bucket and a trail of some days until now, a copy, the keys, and the
//! profiles and files that the examples refer to.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};

use crate::support::aws::{ACCESS_KEY, MemberAccount, SECRET_KEY, TrailConfig, TrailStatus};
use crate::support::forge::{Chain, ChainSpec, Heads, KeyFileStyle, Trail, World};
use crate::support::python::AWS_CLI;
use crate::support::stage::Stage;

/// A day, in seconds.
const DAY: i64 = 24 * 60 * 60;
const ACCOUNT: &str = "111111111111";
const BUCKET: &str = "my-logs";
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
/// The log that the examples explain.
const LOG: &str = "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/03/01/FILE.json.gz";

/// The bucket, made once, and the key of one log in it.
static MADE: LazyLock<(World, String)> = LazyLock::new(|| {
    let mut world = World::new(19);
    let mut log = None;
    for region in REGIONS {
        let spec = ChainSpec::new(trail(), region).account(ACCOUNT).logs(1..=1);
        let mut chain = Chain::new(spec.events(1..=1));
        chain.start(&mut world, day(-3) - SignedDuration::from_mins(107));
        chain.run_until(&mut world, now() - SignedDuration::from_mins(20));
        log = chain.all_logs().nth(5).map(|log| log.place.key.clone());
    }
    (world, log.expect("a log"))
});

fn now() -> Timestamp {
    static NOW: LazyLock<Timestamp> = LazyLock::new(|| {
        let second = Timestamp::now().as_second();
        Timestamp::from_second(second).expect("a time")
    });
    *NOW
}

/// The beginning of a day before or after today, in UTC.
fn day(after: i64) -> Timestamp {
    let today = now().as_second().div_euclid(DAY);
    Timestamp::from_second((today + after) * DAY).expect("a day")
}

fn trail() -> Trail {
    Trail::new(ACCOUNT, REGIONS[0], "main", BUCKET)
}

/// AWS, a folder with all that the examples refer to, and programs called `trailproof` and `aws`.
pub struct Scene {
    pub stage: Stage,
}

impl Scene {
    pub fn new() -> Scene {
        let (world, _) = &*MADE;
        let stage = Stage::of(world, &[TrailConfig::from(&trail())]);
        stage.loopback.change(|cloud| {
            cloud.accounts = vec![MemberAccount::active(ACCOUNT, "Payroll")];
            for region in REGIONS {
                let status = TrailStatus {
                    latest_digest_delivery: Some(now() - SignedDuration::from_mins(90)),
                    ..TrailStatus::default()
                };
                let place = (trail().arn(), region.to_owned());
                cloud.cloudtrail.status.insert(place, status);
            }
        });
        let dir = stage.dir.path();
        world.write_tree(BUCKET, &dir.join("copy"), Heads::All);
        let keys = dir.join("keys");
        let style = KeyFileStyle::V2Iso;
        world.write_keys(&keys, style, &REGIONS, day(-4), day(1));
        let profile = |kind: &str, name: &str| {
            format!(
                "[{kind}{name}]\nregion = us-east-1\naws_access_key_id = {ACCESS_KEY}\n\
                 aws_secret_access_key = {SECRET_KEY}\n"
            )
        };
        let config = profile("profile ", "archive") + &profile("profile ", "prod");
        let write = |name: &str, text: &str| fs::write(dir.join(name), text).expect("a file");
        write("config", &config);
        write("note.md", "Checked **twice**.\n");
        write("names.csv", "111111111111,Payroll\n");
        for name in ["DIR", "bin"] {
            fs::create_dir(dir.join(name)).expect("a folder");
        }
        symlink(env!("CARGO_BIN_EXE_trailproof"), dir.join("bin/trailproof")).expect("a link");
        write("bin/aws", &aws());
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(dir.join("bin/aws"), executable).expect("permissions");
        let scene = Scene { stage };
        // Reports that examples read are made by examples before them, or in another topic.
        let report = "trailproof validate --path copy --keys keys/ --format json --out report.json";
        let made = scene.run(report);
        assert_eq!(made.status.code(), Some(0), "{made:?}");
        scene
    }

    /// Runs a script in the folder.
    pub fn run(&self, script: &str) -> Output {
        let dir = self.stage.dir.path();
        let mut command = Command::new("bash");
        command.args(["-euc", &mapped(script)]).current_dir(dir);
        command.env_clear().envs(self.stage.loopback.env());
        command.env("AWS_CONFIG_FILE", dir.join("config"));
        let path = std::env::var("PATH").expect("PATH");
        command.env("PATH", format!("{}:{path}", dir.join("bin").display()));
        command.env("HOME", dir).output().expect("bash is needed")
    }
}

/// A text whose names and dates are those of the scene.
pub fn mapped(text: &str) -> String {
    let date = |after: i64| day(after).strftime("%Y-%m-%d").to_string();
    text.replace("2026-01-01", &date(-3))
        .replace("2026-02-01", &date(-1))
        .replace("2026-02-02", &date(1))
        .replace("2026-02-15", &now().to_string())
        .replace(LOG, &MADE.1)
}

/// A script that starts the AWS CLI.
fn aws() -> String {
    let path = AWS_CLI
        .path()
        .map(|(name, path)| format!("{name}={} ", path.display()));
    let python = AWS_CLI.command();
    let program = Path::new(python.get_program()).display().to_string();
    format!(
        "#!/bin/sh\n{}exec {program} -m awscli \"$@\"\n",
        path.unwrap_or_default()
    )
}
