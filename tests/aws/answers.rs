//! AWS answers in part, or not as it should.

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::forge::ts;
use crate::support::stage::Stage;
use crate::support::trail_scenes::{asked, gives, plant, usual};

#[test]
fn plain_404() {
    for (name, op, under, code) in [
        (
            "get",
            "GetObject",
            "AWSLogs/111111111111/CloudTrail/",
            "log-unreadable",
        ),
        (
            "list logs",
            "ListObjectsV2",
            "AWSLogs/111111111111/CloudTrail/eu-west-1/",
            "log-unreadable",
        ),
        (
            "list digests",
            "ListObjectsV2",
            "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/",
            "digest-unreadable",
        ),
    ] {
        let (mut w, t, _) = usual(8, "logs", ["2026-03-01T00:07:21Z", "2026-03-04T00:07:21Z"]);
        if name != "get" {
            plant(&mut w, &t, "logs", "2026-03-02T05:20:00Z");
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        stage.loopback.fault(
            Fault::new(Answer::error(404, "GatewayNotFound", "no route"))
                .operation(op)
                .under(under),
        );
        let a = asked(
            &["--trail-arn", &t.arn()],
            [
                "2026-03-01T04:07:21Z",
                "2026-03-03T22:07:21Z",
                "2026-03-04T00:30:00Z",
            ],
        );
        gives(
            &format!("no answer of S3: {name}"),
            &stage.report(&a),
            4,
            Some(code),
        );
    }
}

#[test]
fn keys_answered_in_part() {
    use crate::support::forge::damage::sign_with_key;
    let (mut w, t, mut c) = usual(6, "logs", ["2026-01-01T00:07:21Z", "2026-01-01T05:07:21Z"]);
    c.stop(&mut w, ts("2026-01-01T05:30:00Z"));
    c.start(&mut w, ts("2026-06-01T00:07:21Z"));
    c.run_until(&mut w, ts("2026-06-01T05:07:21Z"));
    let old = c.digests[0].key;
    sign_with_key(&mut w, c.last(), old);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    stage.loopback.change(|cl| cl.key_page = 2);
    stage.loopback.fault(
        Fault::new(Answer::Delay(std::time::Duration::from_millis(1500)))
            .operation("ListPublicKeys"),
    );
    let a = asked(
        &["--trail-arn", &t.arn()],
        [
            "2026-01-01T00:07:21Z",
            "2026-06-01T05:07:21Z",
            "2026-06-20T00:30:00Z",
        ],
    );
    let r = std::thread::scope(|s| {
        s.spawn(|| {
            for _ in 0..2000 {
                if !stage.calls("ListPublicKeys").is_empty() {
                    stage.loopback.fault(
                        Fault::new(Answer::error(400, "AccessDeniedException", "no more"))
                            .operation("ListPublicKeys"),
                    );
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        });
        stage.report(&a)
    });
    gives("keys in part", &r, 4, Some("key-unavailable"));
}
