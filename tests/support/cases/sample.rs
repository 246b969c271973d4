//! The sample that README uses, and a digest that AWS itself wrote.

use crate::support::case::{Case, HOME, Keys};
use crate::support::forge::{Chain, ChainSpec, Heads, Trail, ts};

pub fn cases() -> Vec<Case> {
    vec![sample(), real()]
}

/// 48 hours of two accounts in two regions: an organization's trail with quiet hours and a backfill
/// digest. Only the newest digests have metadata.
fn sample() -> Case {
    let mut case = Case::new(
        "sample",
        0,
        "48 hours of two accounts in two regions, as `aws s3 sync` leaves them; metadata kept where it is needed",
    )
    .args(&["--path", "bucket", "--keys", "keys"])
    .differs("a bucket has a name to compare with, this copy was given none");
    case.buckets = vec!["example-org-trail"];
    case.regions = vec!["us-east-1", "eu-central-1"];
    let mut heads = Vec::new();
    for account in ["111111111111", "222222222222"] {
        for region in case.regions.clone() {
            let trail = Trail::new("111111111111", HOME, "org_trail.main", "example-org-trail")
                .prefix("audit")
                .organization("o-a1b2c3d4e5");
            let spec = ChainSpec::new(trail, region)
                .account(account)
                .logs(1..=2)
                .events(1..=3);
            let mut chain = Chain::new(spec);
            let w = &mut case.world;
            chain.start(w, ts("2026-03-02T00:07:21Z"));
            chain.run_until(w, ts("2026-03-02T12:07:21Z"));
            chain.quiet_until(w, ts("2026-03-02T22:07:21Z"));
            chain.run_until(w, ts("2026-03-04T00:07:21Z"));
            if region == HOME {
                chain.backfill(
                    w,
                    ts("2026-03-02T09:07:21Z"),
                    ts("2026-03-02T15:40:00Z"),
                    2,
                    false,
                );
                heads.push(chain.backfills[0].place.key.clone());
            }
            heads.push(chain.last().place.key.clone());
        }
    }
    case.heads = Heads::Only(heads);
    case
}

/// A digest that AWS wrote in 2023, and four keys that AWS published. Its signature, key and logs
/// are not public, so this case shows only how its bytes, name and link are parsed.
fn real() -> Case {
    let mut case = Case::new(
        "real",
        4,
        "a digest that AWS wrote and keys that AWS published: read as they are, and not proven without their signature",
    )
    .args(&["--path", "bucket", "--s3-bucket", "llm-guard-trail", "--keys", "public-keys.json"])
    .disk_only();
    let key = "AWSLogs/327878933619/CloudTrail-Digest/ap-northeast-1/2023/10/15/327878933619_CloudTrail-Digest_ap-northeast-1_llm-guard-trail_us-west-2_20231015T230404Z.json.gz";
    let object = crate::support::forge::Object::delivered(
        crate::support::forge::gzip(include_bytes!("../real/digest-2023-10-15.json")),
        ts("2023-10-15T23:30:00Z"),
    );
    case.world.put(
        &crate::support::forge::Place::new("llm-guard-trail", key),
        object,
    );
    case.buckets = vec!["llm-guard-trail"];
    case.heads = Heads::None;
    case.keys = Keys::Files(vec![(
        "public-keys.json",
        include_str!("../real/public-keys.json").into(),
    )]);
    case
}
