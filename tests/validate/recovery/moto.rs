//! The same against `moto_server`, an S3 that nobody here wrote.

use aws_sdk_s3::types::BucketVersioningStatus;
use serde_json::Value;

use crate::support::aws::TrailConfig;
use crate::support::case::{BUCKET, Case, trail};
use crate::support::forge::{Chain, Place};
use crate::support::moto::MotoServer;
use crate::support::program::{finish, reported};
use crate::support::six_hours::WINDOW;
use crate::support::stage::Stage;

use super::{forged, recovery};

/// Six hours in a bucket of moto; CloudTrail is the loopback server.
struct Scene {
    moto: MotoServer,
    stage: Stage,
    chain: Chain,
}

impl Scene {
    fn new() -> Self {
        let mut case = Case::new("moto", 0, "moto");
        let chain = case.chain(10);
        let config = TrailConfig {
            bucket: "logs-since-then".into(),
            ..TrailConfig::from(&trail())
        };
        let moto = MotoServer::start();
        moto.serve(&case.world);
        Scene {
            moto,
            stage: Stage::of(&case.world, &[config]),
            chain,
        }
    }

    fn log(&self, digest: usize) -> Place {
        self.chain.digests[digest].logs[0].place.clone()
    }

    fn report(&self) -> (i32, Value) {
        let args = [&["validate", "--format", "json"], &WINDOW[..]].concat();
        let mut command = self.stage.command(&args);
        command.env("AWS_ENDPOINT_URL_S3", self.moto.url());
        reported(finish(&mut command))
    }
}

#[test]
fn on_moto_the_original_survives_a_delete_and_an_overwrite_and_no_delete_of_all_versions() {
    let scene = Scene::new();
    let (code, report) = scene.report();
    assert_eq!(code, 0, "{report:#}");
    let (deleted, replaced, gone) = (scene.log(3), scene.log(4), scene.log(5));
    let digest = scene.chain.digests[4].place.clone();
    scene.moto.delete(BUCKET, &deleted.key, None);
    scene.moto.put(BUCKET, &replaced.key, &forged());
    for id in scene.moto.version_ids(BUCKET, &gone.key) {
        scene.moto.delete(BUCKET, &gone.key, Some(&id));
    }
    scene.moto.delete(BUCKET, &digest.key, None);
    let (code, report) = scene.report();
    assert_eq!(code, 1);
    let first = |place: &Place| scene.moto.version_ids(BUCKET, &place.key)[0].clone();
    let found = recovery(&report, "log-missing", &deleted);
    assert_eq!(found["outcome"], "survives", "{report:#}");
    assert_eq!(found["original"]["version_id"], *first(&deleted));
    assert!(found["deleted_by"]["version_id"].is_string());
    let found = recovery(&report, "log-missing", &gone);
    assert_eq!(found["outcome"], "lost", "{report:#}");
    let found = recovery(&report, "digest-missing", &digest);
    assert_eq!(found["outcome"], "survives", "{report:#}");
    assert_eq!(found["original"]["version_id"], *first(&digest));
}

/// Unlike S3, moto forgets the versions of what is written while versioning is suspended.
#[test]
fn on_moto_with_suspended_versioning_what_was_deleted_before_survives() {
    let scene = Scene::new();
    let (before, after) = (scene.log(3), scene.log(4));
    let first = scene.moto.version_ids(BUCKET, &before.key)[0].clone();
    scene.moto.delete(BUCKET, &before.key, None);
    let suspended = BucketVersioningStatus::Suspended;
    scene.moto.set_versioning(BUCKET, suspended);
    scene.moto.put(BUCKET, &after.key, &forged());
    let (code, report) = scene.report();
    assert_eq!(code, 1);
    let found = recovery(&report, "log-missing", &before);
    assert_eq!(found["outcome"], "survives", "{report:#}");
    assert_eq!(found["original"]["version_id"], *first);
    let found = recovery(&report, "log-modified", &after);
    assert_eq!(found["outcome"], "lost", "{report:#}");
}
