//! Trails and public keys whose answers come from parts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use trailproof::base::time::Window;
use trailproof::cloudtrail::answers::{CompleteAnswer, ListedKey};
use trailproof::cloudtrail::event::Event;
use trailproof::cloudtrail::ids::{Region, TrailArn};
use trailproof::cloudtrail::selectors::{Basic, Selectors};
use trailproof::cloudtrail::trail::{TrailConfig, TrailStatus};
use trailproof::proof::keys::KeyOrigin;
use trailproof::source::GetError;
use trailproof::source::keys::{PublicKeyApi, TimeRange};
use trailproof::source::parts::{PartWriter, RecordKeys, RecordTrails, ReplayKeys, ReplayTrails};
use trailproof::source::trails::{TakeHistory, TrailApi};

use super::{header, open, writer};
use crate::support::case::REGION;
use crate::support::short_trail::ARN;

/// CloudTrail: its keys are valid in the range that was asked for.
struct Api(Mutex<u64>);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

impl PublicKeyApi for Api {
    fn list(
        &self,
        region: &Region,
        range: TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        *self.0.lock().expect("no panic") += 1;
        if region.as_str() == "us-east-1" {
            return Err(GetError::RegionDisabled(region.to_string()));
        }
        let key = ListedKey {
            der: Some(vec![again.into(); 300]),
            valid: Some(range),
            fingerprint: None,
        };
        Ok(CompleteAnswer {
            items: vec![key],
            is_complete: true,
        })
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Aws
    }

    fn requests(&self) -> u64 {
        *self.0.lock().expect("no panic")
    }
}

impl TrailApi for Api {
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError> {
        Ok(vec![TrailConfig {
            arn: ARN.parse().expect("an ARN"),
            bucket: region.to_string(),
            prefix: String::new(),
            organization: false,
            multi_region: true,
            validation: true,
            global_events: false,
            kms_key: Some("key".into()),
        }])
    }

    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError> {
        Err(GetError::Denied("cloudtrail:ListTrails".into()))
    }

    fn status(&self, _: &TrailArn, _: &Region) -> Result<TrailStatus, GetError> {
        Ok(TrailStatus {
            logging: true,
            last_digest: Some(at(7)),
            ..TrailStatus::default()
        })
    }

    fn status_again(&self, _: &TrailArn, _: &Region) -> Result<TrailStatus, GetError> {
        Ok(TrailStatus::default())
    }

    fn lookup(&self, _: &Region, _: &str, _: Window) -> Result<Vec<Event>, GetError> {
        Ok(Vec::new())
    }

    fn history(&self, _: &Region, _: Window, _: &mut TakeHistory<'_>) -> Result<(), GetError> {
        Ok(())
    }

    fn selectors(&self, _: &TrailArn) -> Result<Selectors, GetError> {
        Ok(Selectors {
            basic: vec![Basic::default()],
            advanced: Vec::new(),
            insights: Err("denied".into()),
        })
    }

    fn requests(&self) -> u64 {
        0
    }
}

/// A part that several recorders write.
fn shared(dir: &Path, shard: u32) -> (PathBuf, Arc<PartWriter>) {
    let path = dir.join(format!("shared-{shard}"));
    let part = Arc::new(writer(&path, &header(shard)));
    (path, part)
}

#[test]
fn trails_answer_from_a_part_as_cloudtrail_did() {
    let dir = tempfile::tempdir().expect("a folder");
    let (path, part) = shared(dir.path(), 0);
    let region: Region = REGION.parse().expect("a region");
    let arn: TrailArn = ARN.parse().expect("an ARN");
    let ask = |trails: &dyn TrailApi| {
        (
            trails.describe(&region),
            trails.home_regions(),
            trails.status(&arn, &region),
            trails.status_again(&arn, &region),
            trails.selectors(&arn),
        )
    };
    let api = || Api(Mutex::new(0));
    let answers = ask(&RecordTrails::new(Box::new(api()), part.clone()));
    assert_eq!(answers, ask(&api()));
    part.finish().expect("a part");
    let trails = ReplayTrails::new(Arc::new(open(1, &[&path])));
    assert_eq!(ask(&trails), answers);
    let other: Region = "us-west-2".parse().expect("a region");
    assert_eq!(trails.describe(&other), Err(GetError::NotInParts(None)));
}

#[test]
fn keys_of_all_shards_answer_for_every_range_within_one_that_was_asked_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let region: Region = REGION.parse().expect("a region");
    let disabled: Region = "us-east-1".parse().expect("a region");
    let ranges = [[(10, 20), (15, 40)], [(100, 200), (10, 20)]];
    let paths = [0, 1].map(|shard| {
        let (path, part) = shared(dir.path(), shard);
        let keys = RecordKeys::new(Api(Mutex::new(0)), part.clone());
        for (from, to) in ranges[shard as usize] {
            let answer = keys.list(&region, (at(from), at(to)), shard == 1);
            assert!(answer.is_ok());
        }
        assert!(keys.list(&disabled, (at(1), at(2)), false).is_err());
        assert_eq!(keys.requests(), 3);
        part.finish().expect("a part");
        path
    });
    let keys = ReplayKeys::new(Arc::new(open(3, &paths.each_ref().map(PathBuf::as_path))));
    let range = |needed: (i64, i64), again| {
        let needed = (at(needed.0), at(needed.1));
        keys.range(&region, needed, (at(0), at(999)), again)
    };
    assert_eq!(range((11, 19), false), (at(10), at(20)));
    assert_eq!(range((21, 40), false), (at(15), at(40)));
    assert_eq!(range((150, 150), true), (at(100), at(200)));
    assert_eq!(range((150, 150), false), (at(0), at(999)));
    let asked = (at(15), at(40));
    assert_eq!(keys.range(&region, asked, asked, false), asked);
    let found = keys.list(&region, asked, false).expect("keys");
    assert_eq!(found.items[0].valid, Some(asked));
    assert_eq!(
        keys.list(&disabled, (at(1), at(2)), false),
        Err(GetError::RegionDisabled("us-east-1".into()))
    );
    let lost = keys.list(&region, (at(0), at(999)), false);
    assert_eq!(lost, Err(GetError::NotInParts(None)));
    assert_eq!((keys.origin(), keys.requests()), (KeyOrigin::Aws, 0));
}
