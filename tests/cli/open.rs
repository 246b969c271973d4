//! What the command line opens: a copy on disk, or AWS.

use crate::support::case::{BUCKET, REGION};
use crate::support::forge::Heads;
use crate::support::profiles::{chains, command, write_keys, write_profiles};
use crate::support::program::{finish, reported};
use crate::support::short_trail::{
    CHAIN, WINDOW, add, assert_refused, of_trail, serving, stage, trail, world,
};

#[test]
fn without_a_source_the_error_has_a_hint() {
    let stage = stage();
    for args in [&["validate"][..], &["validate", "--region", REGION]] {
        let message = [
            "no trail, bucket or copy is given",
            "hint:",
            "--trail-arn",
            "--path",
        ];
        assert_refused(&mut stage.command(args), &message);
    }
    assert!(stage.loopback.calls().is_empty());
}

#[test]
fn a_copy_on_disk_makes_no_calls_even_with_a_profile() {
    let stage = stage();
    let world = world(6);
    world.write_tree(BUCKET, &stage.dir.path().join("bucket"), Heads::All);
    write_keys(&stage, &world);
    let args = ["validate", "--path", "bucket", "--keys", "keys"];
    let aws = ["--profile", "nobody", "--no-sign-request"];
    let run = stage.run(&[&args[..], &WINDOW, &aws].concat());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let message = "--profile, --no-sign-request have no effect with --path";
    assert!(run.stderr.contains(message), "{}", run.stderr);
    assert!(stage.loopback.calls().is_empty(), "nobody was asked");
}

#[test]
fn the_region_of_the_environment_or_a_profile_never_narrows() {
    let mut world = world(6);
    add(&mut world, trail(), "ap-south-1", 6);
    let stage = serving(&world);
    write_profiles(&stage, "[profile audit]\nregion = eu-central-1\n");
    let both = ["111111111111/ap-south-1/eu-west-1/main", CHAIN];
    for region in [None, Some("eu-west-1"), Some("sa-east-1")] {
        let mut command = command(&stage, &of_trail(&["--profile", "audit"]));
        command.envs(region.map(|region| ("AWS_REGION", region)));
        let (code, report) = reported(finish(&mut command));
        assert_eq!(code, 0, "{region:?}: {report}");
        assert_eq!(chains(&report), both, "{region:?}");
    }
    let args = of_trail(&["--profile", "audit", "--region", "ap-south-1"]);
    let (code, report) = reported(finish(&mut command(&stage, &args)));
    assert_eq!((code, chains(&report)), (0, vec![both[0]]), "{report}");
}
