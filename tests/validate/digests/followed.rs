//! A trail that wrote elsewhere before.

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::forge::{Object, Place, Trail, ts};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{A, R, asked, gives, plant, run_chain, usual};

#[test]
fn followed_bucket_is_shared() {
    let (mut w, t, mut c) = usual(
        7,
        "old-logs",
        ["2026-03-01T00:07:21Z", "2026-03-02T12:07:21Z"],
    );
    let other = Trail::new(A, R, "other", "old-logs");
    run_chain(
        &mut w,
        &other,
        A,
        "2026-03-01T00:09:21Z",
        "2026-03-04T12:09:21Z",
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-04T12:07:21Z"));
    let stage = Stage::of(
        &w,
        &[TrailConfig::from(&c.spec.trail), TrailConfig::from(&other)],
    );
    let mut a = asked(
        &["--trail-arn", &t.arn()],
        [
            "2026-03-01T04:07:21Z",
            "2026-03-03T12:07:21Z",
            "2026-03-04T12:40:00Z",
        ],
    );
    gives("a shared bucket: followed", &stage.report(&a), 0, None);
    a.extend(["--s3-bucket", "old-logs", "--s3-bucket", "new-logs"].map(str::to_owned));
    gives("a shared bucket: given", &stage.report(&a), 0, None);
}

#[test]
fn backfill_of_the_last_hour_before_the_move() {
    for moved in [false, true] {
        let (mut w, t, mut c) = usual(
            9,
            "old-logs",
            ["2026-03-01T00:07:21Z", "2026-03-01T10:07:21Z"],
        );
        c.backfill(
            &mut w,
            ts("2026-03-01T10:07:21Z"),
            ts("2026-03-01T12:07:21Z"),
            1,
            false,
        );
        let log = c.backfills[0].logs[0].place.clone();
        w.remove(&log);
        if moved {
            c.move_to("new-logs", None);
        }
        c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
        let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
        let a = asked(
            &["--trail-arn", &t.arn()],
            [
                "2026-03-01T04:07:21Z",
                "2026-03-02T12:07:21Z",
                "2026-03-03T12:40:00Z",
            ],
        );
        gives(
            &format!("a backfill digest: moved={moved}"),
            &stage.report(&a),
            1,
            Some("log-missing"),
        );
    }
}

#[test]
fn followed_listing() {
    let (mut w, t, mut c) = usual(
        10,
        "old-logs",
        ["2026-03-01T00:07:21Z", "2026-03-01T10:07:21Z"],
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
    let a = asked(
        &["--trail-arn", &t.arn()],
        [
            "2026-03-01T04:07:21Z",
            "2026-03-02T12:07:21Z",
            "2026-03-03T12:40:00Z",
        ],
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
    stage.loopback.fault(
        Fault::new(Answer::access_denied())
            .operation("ListObjectsV2")
            .bucket("old-logs"),
    );
    gives(
        "a bucket that may not be listed",
        &stage.report(&a),
        4,
        Some("digest-unreadable"),
    );
    // A thousand names hide the folder of the old bucket from the look at its logs.
    plant(&mut w, &t, "old-logs", "2026-03-01T06:20:00Z");
    for junk in [false, true] {
        if junk {
            for n in 0..1000 {
                let other = Trail::new(A, R, &format!("aa{n:04}"), "old-logs");
                let key = other.digest_key(A, R, ts("2026-03-01T00:00:01Z"));
                w.put(
                    &Place::new("old-logs", &key),
                    Object::delivered(b"x".to_vec(), ts("2026-03-01T00:30:00Z")),
                );
            }
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
        gives(
            &format!("planted where a link led: planted in the old bucket, junk={junk}"),
            &stage.report(&a),
            4,
            Some("log-unreferenced"),
        );
    }
}
