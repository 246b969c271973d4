//! Small worlds in S3, and what each gives over a network without faults.

use crate::support::aws::{TrailConfig, TrailStatus};
use crate::support::case::{BUCKET, REGION, hour};
use crate::support::forge::{Chain, ChainSpec, World, damage, ts};
use crate::support::short_trail::{ARN, trail};
use crate::support::stage::Stage;
use crate::support::stopped::{ASKED_ONE, stopped_outside_home};
use crate::support::trail_scenes::add_log;

/// A world, and how it is validated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    /// Everything is as delivered.
    Intact,
    /// The same, for every chain in the bucket.
    Listed,
    /// The same, in pages of two entries.
    Paged,
    /// A log was altered.
    Altered,
    /// A log was deleted.
    Deleted,
    /// A digest was deleted.
    DigestDeleted,
    /// The newest digests were deleted, and CloudTrail knows that they were delivered.
    TailDeleted,
    /// A log lies among the others that no digest lists.
    Unreferenced,
    /// The trail was stopped for some hours, and CloudTrail's event history tells by whom.
    Stopped,
}

impl Scene {
    pub const ALL: [Scene; 9] = [
        Scene::Intact,
        Scene::Listed,
        Scene::Paged,
        Scene::Altered,
        Scene::Deleted,
        Scene::DigestDeleted,
        Scene::TailDeleted,
        Scene::Unreferenced,
        Scene::Stopped,
    ];

    /// The exit status without faults.
    pub fn exit(self) -> i32 {
        match self {
            Scene::Intact | Scene::Listed | Scene::Paged => 0,
            Scene::Altered | Scene::Deleted | Scene::DigestDeleted | Scene::TailDeleted => 1,
            Scene::Stopped => 3,
            Scene::Unreferenced => 4,
        }
    }

    /// Whether nothing is wrong with it.
    pub fn is_intact(self) -> bool {
        self.exit() == 0
    }

    /// AWS that serves it.
    pub fn stage(self) -> Stage {
        if self == Scene::Stopped {
            return stopped_outside_home();
        }
        let mut world = World::new(17);
        let mut chain = Chain::new(ChainSpec::new(trail(), REGION).logs(1..=1).events(1..=1));
        chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
        chain.run_until(&mut world, hour(4));
        let (digest, log) = (&chain.digests[2].place, &chain.digests[2].logs[0].place);
        match self {
            Scene::Altered => damage::modify_log(&mut world, log),
            Scene::Deleted => drop(damage::delete(&mut world, log)),
            Scene::DigestDeleted => drop(damage::delete(&mut world, digest)),
            Scene::TailDeleted => {
                for digest in &chain.digests[3..] {
                    damage::delete(&mut world, &digest.place);
                }
            }
            Scene::Unreferenced => {
                add_log(&mut world, &trail(), BUCKET, "2026-03-01T01:30:00Z");
            }
            Scene::Intact | Scene::Listed | Scene::Paged | Scene::Stopped => {}
        }
        let stage = Stage::of(&world, &[TrailConfig::from(&trail())]);
        let status = TrailStatus {
            latest_digest_delivery: Some(chain.end()),
            ..TrailStatus::default()
        };
        stage.loopback.change(|cloud| {
            let place = (trail().arn(), REGION.to_owned());
            cloud.cloudtrail.status.insert(place, status);
            if self == Scene::Paged {
                (cloud.page, cloud.key_page) = (2, 1);
            }
        });
        stage
    }

    /// `validate` with a JSON report.
    pub fn args(self) -> Vec<&'static str> {
        let mut args = vec![
            "validate",
            "--format",
            "json",
            "--cli-connect-timeout",
            "1",
            "--cli-read-timeout",
            "1",
            "--jobs",
            "4",
        ];
        let window = |end| {
            [
                "--s3-bucket",
                BUCKET,
                "--start-time",
                "2026-03-01T00:12:34Z",
                "--end-time",
                end,
            ]
        };
        match self {
            Scene::Stopped => args.extend(ASKED_ONE),
            Scene::TailDeleted => {
                args.extend(window("2026-03-01T04:12:34Z"));
                args.extend(["--trail-arn", ARN]);
            }
            Scene::Listed | Scene::Paged => args.extend(window("2026-03-01T03:12:34Z")),
            _ => {
                args.extend(window("2026-03-01T03:12:34Z"));
                args.extend(["--trail-arn", ARN]);
            }
        }
        args
    }
}
