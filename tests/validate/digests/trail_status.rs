//! The newest digests, and what GetTrailStatus says about them.

use crate::support::aws::{Answer, Fault, TrailConfig};
use crate::support::forge::{Trail, World, ts};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{
    ACCOUNT, REGION, ago, arguments, assert_gives, run_chain, set_status, usual_trail,
};

#[test]
fn a_member_is_judged_by_its_own_hour_and_not_by_the_owners_status() {
    let mut w = World::new(4);
    let t = Trail::new(ACCOUNT, REGION, "org", "logs").organization("o-a1b2c3d4e5");
    // The owner's last digest ended 53 minutes ago. This member's ended 70 minutes ago, and its next one has
    // not come yet.
    run_chain(&mut w, &t, ACCOUNT, &ago(653), &ago(53));
    run_chain(&mut w, &t, "222222222222", &ago(610), &ago(70));
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let now = ago(0);
    let a = arguments(&["--trail-arn", &t.arn()], [&ago(540), &now, &now]);
    set_status(&stage, &t, &ago(5));
    assert_gives("a member's own hour", &stage.report(&a), 0, None);
    // The member left the organization.
    let mut w = World::new(4);
    run_chain(
        &mut w,
        &t,
        ACCOUNT,
        "2026-03-01T00:07:21Z",
        "2026-03-04T12:07:21Z",
    );
    run_chain(
        &mut w,
        &t,
        "222222222222",
        "2026-03-01T00:07:21Z",
        "2026-03-02T11:07:21Z",
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, "2026-03-04T12:35:00Z");
    let a = arguments(
        &["--trail-arn", &t.arn()],
        [
            "2026-03-01T02:07:21Z",
            "2026-03-04T12:07:21Z",
            "2026-03-04T13:00:00Z",
        ],
    );
    assert_gives(
        "a member that left",
        &stage.report(&a),
        4,
        Some("chain-missing"),
    );
}

#[test]
fn the_status_of_a_trail_that_moved_does_not_judge_its_old_bucket() {
    let (mut w, t, mut c) = usual_trail(
        4,
        "old-logs",
        ["2026-03-01T00:07:21Z", "2026-03-02T12:07:21Z"],
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
    let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
    set_status(&stage, &t, "2026-03-03T12:35:00Z");
    let a = arguments(
        &["--trail-arn", &t.arn(), "--s3-bucket", "old-logs"],
        [
            "2026-03-01T02:07:21Z",
            "2026-03-03T12:07:21Z",
            "2026-03-03T12:40:00Z",
        ],
    );
    assert_gives(
        "a trail that writes elsewhere",
        &stage.report(&a),
        3,
        Some("coverage-tail"),
    );
}

#[test]
fn a_touched_object_does_not_hide_a_removed_tail() {
    // Nothing, a digest of the day before, or the newest one that is left, copied onto itself.
    let newest = ["2026-03-02T12:45:00Z", "2026-03-02T14:30:00Z"].map(|at| Some((35, at)));
    for touched in [None, Some((20, "2026-03-02T12:40:00Z"))]
        .into_iter()
        .chain(newest)
    {
        let (mut w, t, c) =
            usual_trail(5, "logs", ["2026-03-01T00:07:21Z", "2026-03-02T12:07:21Z"]);
        w.remove(&c.last().place);
        for l in &c.last().logs {
            w.remove(&l.place);
        }
        if let Some((at, written)) = touched {
            let place = c.digests[at].place.clone();
            assert_ne!(place, c.last().place);
            let mut o = w.object(&place).clone();
            o.last_modified = ts(written);
            w.put(&place, o);
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        set_status(&stage, &t, "2026-03-02T12:35:00Z");
        let a = arguments(
            &["--trail-arn", &t.arn()],
            [
                "2026-03-01T02:07:21Z",
                "2026-03-02T13:00:00Z",
                "2026-03-02T13:00:00Z",
            ],
        );
        assert_gives(
            &format!("a touched digest: touched={touched:?}"),
            &stage.report(&a),
            1,
            Some("digest-missing"),
        );
    }
}

#[test]
fn a_digest_delivered_during_the_run_is_not_missing() {
    // The digest exists before the end of the run; the listing was made before it existed.
    let (mut w, t, c) = usual_trail(12, "logs", [&ago(629), &ago(29)]);
    let last = c.last().place.clone();
    let object = w.object(&last).clone();
    w.remove(&last);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, &ago(1));
    stage.loopback.fault(
        Fault::new(Answer::Delay(std::time::Duration::from_millis(300))).operation("GetObject"),
    );
    let now = ago(0);
    let a = arguments(&["--trail-arn", &t.arn()], [&ago(509), &now, &now]);
    let r = std::thread::scope(|s| {
        s.spawn(|| {
            for _ in 0..2000 {
                if !stage.calls("GetObject").is_empty() {
                    stage.loopback.change(|cl| cl.put(&last, &object));
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        });
        stage.report(&a)
    });
    assert_gives("a digest that came since", &r, 0, None);
}

#[test]
fn a_session_that_expires_at_the_status_call_leaves_the_report_incomplete() {
    let (mut w, t, c) = usual_trail(5, "logs", ["2026-03-01T00:07:21Z", "2026-03-02T12:07:21Z"]);
    w.remove(&c.last().place);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    set_status(&stage, &t, "2026-03-02T12:35:00Z");
    stage.loopback.fault(
        Fault::new(Answer::error(400, "ExpiredTokenException", "expired"))
            .operation("GetTrailStatus"),
    );
    let a = arguments(
        &["--trail-arn", &t.arn()],
        [
            "2026-03-01T02:07:21Z",
            "2026-03-02T13:00:00Z",
            "2026-03-02T13:00:00Z",
        ],
    );
    let message = stage.report(&a);
    assert_gives("expired at the end", &message, 4, None);
    assert_eq!(message.1["complete"], false, "{:#}", message.1);
}
