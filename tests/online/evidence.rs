//! What would make a wrong verdict look right: each scene, and what it must give.
use super::stage::Stage;
use crate::support::aws::{Answer, Fault, TrailConfig, TrailStatus};
use crate::support::{Chain, ChainSpec, Object, Place, Trail, World, gzip, ts};
use serde_json::Value;

const A: &str = "111111111111";
const R: &str = "eu-west-1";

fn run_chain(w: &mut World, trail: &Trail, account: &str, from: &str, to: &str) -> Chain {
    let mut c = Chain::new(
        ChainSpec::new(trail.clone(), R)
            .account(account)
            .logs(1..=1)
            .events(1..=1),
    );
    c.start(w, ts(from));
    c.run_until(w, ts(to));
    c
}
fn args(more: &[&str]) -> Vec<String> {
    more.iter().map(|s| (*s).to_owned()).collect()
}
/// What each scene must give: by the beginning of its name, the exit status and a code.
const EXPECTED: &[(&str, i32, &str)] = &[
    ("junk beside", 4, "log-unreferenced"),
    ("a key of another bucket", 4, "log-unreferenced"),
    ("a member's own hour", 0, ""),
    ("a member that left", 4, "chain-missing"),
    ("a trail that writes elsewhere", 3, "coverage-tail"),
    ("a touched digest", 1, "digest-missing"),
    ("a shared bucket", 0, ""),
    ("no answer of S3: get", 4, "log-unreadable"),
    ("no answer of S3: list logs", 4, "log-unreadable"),
    ("no answer of S3: list digests", 4, "digest-unreadable"),
    ("keys in part", 4, "key-unavailable"),
    ("a backfill digest", 1, "log-missing"),
    ("a bucket that may not be listed", 4, "digest-unreadable"),
    ("planted where a link led", 4, "log-unreferenced"),
    ("a digest that came since", 0, ""),
    ("opened by another region", 0, ""),
    ("expired at the end", 4, ""),
    ("a sibling that stopped", 4, "log-unreferenced"),
    ("the first hour", 4, "log-unreferenced"),
];

/// Holds a report against what its scene must give.
fn expect(name: &str, (code, report): &(i32, Value)) {
    let expected = EXPECTED.iter().find(|(scene, ..)| name.starts_with(scene));
    let (_, exit, wanted) = expected.unwrap_or_else(|| panic!("{name} is no scene"));
    assert_eq!(code, exit, "{name}: {report:#}");
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().any(|f| f["code"] == *wanted);
    assert!(found || wanted.is_empty(), "{name}: {report:#}");
    let incomplete = name.starts_with("expired");
    assert!(
        !incomplete || report["complete"] == false,
        "{name}: {report:#}"
    );
}

fn window<'a>(from: &'a str, to: &'a str, as_of: &'a str) -> [&'a str; 6] {
    ["--start-time", from, "--end-time", to, "--as-of", as_of]
}

#[test]
fn junk_sibling_silences_strays() {
    for junk in [false, true] {
        let mut w = World::new(1);
        let t = Trail::new(A, R, "main", "logs");
        let c = run_chain(
            &mut w,
            &t,
            A,
            "2026-03-01T00:07:21Z",
            "2026-03-04T00:07:21Z",
        );
        let key = t.log_key(A, R, ts("2026-03-02T05:20:00Z"), "Injected00000001");
        w.put(
            &Place::new("logs", &key),
            Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-02T05:20:00Z")),
        );
        if junk {
            let other = Trail::new(A, R, "zz", "logs");
            let key = other.digest_key(A, R, ts("2026-03-01T00:30:00Z"));
            w.put(
                &Place::new("logs", &key),
                Object::delivered(b"junk".to_vec(), ts("2026-03-01T00:30:00Z")),
            );
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
        let mut a = args(&["--trail-arn", &t.arn()]);
        a.extend(args(&window(
            "2026-03-01T10:07:21Z",
            "2026-03-04T00:07:21Z",
            "2026-03-04T00:30:00Z",
        )));
        expect(&format!("junk beside={junk}"), &stage.report(&a));
    }
}

#[test]
fn copied_key_of_other_bucket() {
    let mut w = World::new(2);
    let t1 = Trail::new(A, R, "one", "logs-one");
    let t2 = Trail::new(A, R, "two", "logs-two");
    let c1 = run_chain(
        &mut w,
        &t1,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-04T00:07:21Z",
    );
    run_chain(
        &mut w,
        &t2,
        A,
        "2026-03-01T00:09:21Z",
        "2026-03-04T00:09:21Z",
    );
    let log = &c1.digests[10].logs[0];
    w.put(
        &Place::new("logs-two", &log.place.key),
        Object::delivered(
            gzip(br#"{"Records":[{"evil":1}]}"#),
            ts("2026-03-03T05:20:00Z"),
        ),
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t1), TrailConfig::from(&t2)]);
    let mut a = args(&["--s3-bucket", "logs-one", "--s3-bucket", "logs-two"]);
    a.extend(args(&window(
        "2026-03-01T02:07:21Z",
        "2026-03-03T22:07:21Z",
        "2026-03-04T00:30:00Z",
    )));
    expect("a key of another bucket: both", &stage.report(&a));
    let mut a = args(&["--s3-bucket", "logs-two"]);
    a.extend(args(&window(
        "2026-03-01T02:07:21Z",
        "2026-03-03T22:07:21Z",
        "2026-03-04T00:30:00Z",
    )));
    expect("a key of another bucket: alone", &stage.report(&a));
}

fn status(stage: &Stage, t: &Trail, at: &str) {
    let s = TrailStatus {
        logging: true,
        latest_digest_delivery: Some(ts(at)),
        ..TrailStatus::default()
    };
    stage.loopback.change(|c| {
        c.cloudtrail
            .status
            .insert((t.arn(), R.to_owned()), s.clone())
    });
}

#[test]
fn status_of_management_account_held_against_member() {
    let mut w = World::new(4);
    let t = Trail::new(A, R, "org", "logs").organization("o-a1b2c3d4e5");
    run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-02T12:07:21Z",
    );
    // This member's hour ends at :50; its last digest came at 12:15, the next comes at 13:15.
    run_chain(
        &mut w,
        &t,
        "222222222222",
        "2026-03-01T00:50:00Z",
        "2026-03-02T11:50:00Z",
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&window(
        "2026-03-01T02:07:21Z",
        "2026-03-02T13:00:00Z",
        "2026-03-02T13:00:00Z",
    )));
    status(&stage, &t, "2026-03-02T12:55:00Z");
    expect("a member's own hour", &stage.report(&a));
    // The member left the organization.
    let mut w = World::new(4);
    run_chain(
        &mut w,
        &t,
        A,
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
    status(&stage, &t, "2026-03-04T12:35:00Z");
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&window(
        "2026-03-01T02:07:21Z",
        "2026-03-04T12:07:21Z",
        "2026-03-04T13:00:00Z",
    )));
    expect("a member that left", &stage.report(&a));
}

#[test]
fn status_of_trail_that_writes_elsewhere_now() {
    let mut w = World::new(4);
    let t = Trail::new(A, R, "main", "old-logs");
    let mut c = run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-02T12:07:21Z",
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
    let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
    status(&stage, &t, "2026-03-03T12:35:00Z");
    let mut a = args(&["--trail-arn", &t.arn(), "--s3-bucket", "old-logs"]);
    a.extend(args(&window(
        "2026-03-01T02:07:21Z",
        "2026-03-03T12:07:21Z",
        "2026-03-03T12:40:00Z",
    )));
    expect("a trail that writes elsewhere", &stage.report(&a));
}

#[test]
fn touched_object_hides_the_removed_tail() {
    for touched in [false, true] {
        let mut w = World::new(5);
        let t = Trail::new(A, R, "main", "logs");
        let c = run_chain(
            &mut w,
            &t,
            A,
            "2026-03-01T00:07:21Z",
            "2026-03-02T12:07:21Z",
        );
        w.remove(&c.last().place);
        for l in &c.last().logs {
            w.remove(&l.place);
        }
        if touched {
            let place = c.digests[20].place.clone();
            let mut o = w.object(&place).clone();
            o.last_modified = ts("2026-03-02T12:40:00Z");
            w.put(&place, o);
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        status(&stage, &t, "2026-03-02T12:35:00Z");
        let mut a = args(&["--trail-arn", &t.arn()]);
        a.extend(args(&window(
            "2026-03-01T02:07:21Z",
            "2026-03-02T13:00:00Z",
            "2026-03-02T13:00:00Z",
        )));
        expect(
            &format!("a touched digest: touched={touched}"),
            &stage.report(&a),
        );
    }
}

#[test]
fn followed_bucket_is_shared() {
    let mut w = World::new(7);
    let t = Trail::new(A, R, "main", "old-logs");
    let mut c = run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-02T12:07:21Z",
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
    let w6 = window(
        "2026-03-01T04:07:21Z",
        "2026-03-03T12:07:21Z",
        "2026-03-04T12:40:00Z",
    );
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&w6));
    expect("a shared bucket: followed", &stage.report(&a));
    a.extend(args(&[
        "--s3-bucket",
        "old-logs",
        "--s3-bucket",
        "new-logs",
    ]));
    expect("a shared bucket: given", &stage.report(&a));
}

#[test]
fn plain_404() {
    for (name, op, under) in [
        ("get", "GetObject", "AWSLogs/111111111111/CloudTrail/"),
        (
            "list logs",
            "ListObjectsV2",
            "AWSLogs/111111111111/CloudTrail/eu-west-1/",
        ),
        (
            "list digests",
            "ListObjectsV2",
            "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/",
        ),
    ] {
        let mut w = World::new(8);
        let t = Trail::new(A, R, "main", "logs");
        run_chain(
            &mut w,
            &t,
            A,
            "2026-03-01T00:07:21Z",
            "2026-03-04T00:07:21Z",
        );
        let key = t.log_key(A, R, ts("2026-03-02T05:20:00Z"), "Injected00000001");
        if name != "get" {
            w.put(
                &Place::new("logs", &key),
                Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-02T05:20:00Z")),
            );
        }
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        stage.loopback.fault(
            Fault::new(Answer::error(404, "GatewayNotFound", "no route"))
                .operation(op)
                .under(under),
        );
        let mut a = args(&["--trail-arn", &t.arn()]);
        a.extend(args(&window(
            "2026-03-01T04:07:21Z",
            "2026-03-03T22:07:21Z",
            "2026-03-04T00:30:00Z",
        )));
        expect(&format!("no answer of S3: {name}"), &stage.report(&a));
    }
}

#[test]
fn keys_answered_in_part() {
    use crate::support::damage::sign_with_key;
    let mut w = World::new(6);
    let t = Trail::new(A, R, "main", "logs");
    let mut c = run_chain(
        &mut w,
        &t,
        A,
        "2026-01-01T00:07:21Z",
        "2026-01-01T05:07:21Z",
    );
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
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&window(
        "2026-01-01T00:07:21Z",
        "2026-06-01T05:07:21Z",
        "2026-06-20T00:30:00Z",
    )));
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
    expect("keys in part", &r);
}

#[test]
fn backfill_of_the_last_hour_before_the_move() {
    for moved in [false, true] {
        let mut w = World::new(9);
        let t = Trail::new(A, R, "main", "old-logs");
        let mut c = run_chain(
            &mut w,
            &t,
            A,
            "2026-03-01T00:07:21Z",
            "2026-03-01T10:07:21Z",
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
        let mut a = args(&["--trail-arn", &t.arn()]);
        a.extend(args(&window(
            "2026-03-01T04:07:21Z",
            "2026-03-02T12:07:21Z",
            "2026-03-03T12:40:00Z",
        )));
        expect(
            &format!("a backfill digest: moved={moved}"),
            &stage.report(&a),
        );
    }
}

#[test]
fn followed_listing() {
    let mut w = World::new(10);
    let t = Trail::new(A, R, "main", "old-logs");
    let mut c = run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-01T10:07:21Z",
    );
    c.move_to("new-logs", None);
    c.run_until(&mut w, ts("2026-03-03T12:07:21Z"));
    let w6 = window(
        "2026-03-01T04:07:21Z",
        "2026-03-02T12:07:21Z",
        "2026-03-03T12:40:00Z",
    );
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&w6));
    let stage = Stage::of(&w, &[TrailConfig::from(&c.spec.trail)]);
    stage.loopback.fault(
        Fault::new(Answer::access_denied())
            .operation("ListObjectsV2")
            .bucket("old-logs"),
    );
    expect("a bucket that may not be listed", &stage.report(&a));
    // A thousand names hide the folder of the old bucket from the look at its logs.
    let key = t.log_key(A, R, ts("2026-03-01T06:20:00Z"), "Injected00000001");
    w.put(
        &Place::new("old-logs", &key),
        Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-01T06:20:00Z")),
    );
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
        expect(
            &format!("planted where a link led: planted in the old bucket, junk={junk}"),
            &stage.report(&a),
        );
    }
}

#[test]
fn status_race_of_a_fast_clock_and_no_look_by_name() {
    // The digest is there by name before the end of the run; the listing came before it.
    let mut w = World::new(12);
    let t = Trail::new(A, R, "main", "logs");
    let c = run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-02T12:07:21Z",
    );
    let last = c.last().place.clone();
    let object = w.object(&last).clone();
    w.remove(&last);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    status(&stage, &t, "2026-03-02T12:35:00Z");
    stage.loopback.fault(
        Fault::new(Answer::Delay(std::time::Duration::from_millis(300))).operation("GetObject"),
    );
    let mut a = args(&["--trail-arn", &t.arn()]);
    // The machine's clock is two minutes ahead: it says 12:36 when it is 12:34.
    a.extend(args(&window(
        "2026-03-01T22:07:21Z",
        "2026-03-02T12:36:00Z",
        "2026-03-02T12:36:00Z",
    )));
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
    expect("a digest that came since", &r);
}

#[test]
fn what_another_region_opened() {
    let mut w = World::new(11);
    let home = "eu-central-1";
    let t = Trail::new(A, home, "main", "old-logs");
    // In one region the links lead back to the old bucket.
    let mut c1 = Chain::new(ChainSpec::new(t.clone(), home).logs(1..=1).events(1..=1));
    c1.start(&mut w, ts("2026-03-01T00:07:21Z"));
    c1.run_until(&mut w, ts("2026-03-01T10:07:21Z"));
    c1.move_to("new-logs", None);
    c1.run_until(&mut w, ts("2026-03-02T12:07:21Z"));
    // In the other the chain begins in the new bucket, and one digest names a log in the old one.
    let t2 = Trail::new(A, home, "main", "new-logs");
    let mut c2 = Chain::new(ChainSpec::new(t2.clone(), R).logs(1..=1).events(1..=1));
    c2.start(&mut w, ts("2026-03-01T10:07:21Z"));
    let at = c2.append_custom(&mut w, |fields| {
        let logs = &mut fields
            .0
            .iter_mut()
            .find(|(n, _)| n == "logFiles")
            .unwrap()
            .1;
        logs.as_array_mut().unwrap()[0]
            .as_object_mut()
            .unwrap()
            .set("s3Bucket", "old-logs");
    });
    let log = c2.digests[at].logs[0].place.clone();
    let object = w.object(&log).clone();
    w.put(&Place::new("old-logs", &log.key), object);
    w.remove(&log);
    c2.run_until(&mut w, ts("2026-03-02T12:07:21Z"));
    for (jobs, slow) in [
        ("1", None),
        (
            "8",
            Some("AWSLogs/111111111111/CloudTrail-Digest/eu-central-1/"),
        ),
        (
            "8",
            Some("AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/"),
        ),
    ] {
        let stage = Stage::of(&w, &[TrailConfig::from(&t2)]);
        if let Some(slow) = slow {
            stage.loopback.fault(
                Fault::new(Answer::Delay(std::time::Duration::from_millis(900))).under(slow),
            );
        }
        let mut a = args(&["--trail-arn", &t2.arn(), "--jobs", jobs]);
        a.extend(args(&window(
            "2026-03-01T10:07:21Z",
            "2026-03-02T10:07:21Z",
            "2026-03-02T12:30:00Z",
        )));
        expect(
            &format!("opened by another region: jobs={jobs} slow={slow:?}"),
            &stage.report(&a),
        );
    }
}

#[test]
fn expired_at_the_status() {
    let mut w = World::new(5);
    let t = Trail::new(A, R, "main", "logs");
    let c = run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-02T12:07:21Z",
    );
    w.remove(&c.last().place);
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    status(&stage, &t, "2026-03-02T12:35:00Z");
    stage.loopback.fault(
        Fault::new(Answer::error(400, "ExpiredTokenException", "expired"))
            .operation("GetTrailStatus"),
    );
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&window(
        "2026-03-01T02:07:21Z",
        "2026-03-02T13:00:00Z",
        "2026-03-02T13:00:00Z",
    )));
    expect("expired at the end", &stage.report(&a));
}

#[test]
fn stopped_sibling() {
    let mut w = World::new(14);
    let t = Trail::new(A, R, "main", "logs");
    run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-04T00:07:21Z",
    );
    let other = Trail::new(A, R, "zz", "logs");
    run_chain(
        &mut w,
        &other,
        A,
        "2026-03-01T00:09:21Z",
        "2026-03-01T03:09:21Z",
    );
    let key = t.log_key(A, R, ts("2026-03-02T05:20:00Z"), "Injected00000001");
    w.put(
        &Place::new("logs", &key),
        Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-02T05:20:00Z")),
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    for from in ["2026-03-01T10:07:21Z", "2026-03-02T04:07:21Z"] {
        let mut a = args(&["--trail-arn", &t.arn()]);
        a.extend(args(&window(
            from,
            "2026-03-04T00:07:21Z",
            "2026-03-04T00:30:00Z",
        )));
        expect(
            &format!("a sibling that stopped: from {from}"),
            &stage.report(&a),
        );
    }
}

#[test]
fn first_hour() {
    let mut w = World::new(16);
    let t = Trail::new(A, R, "main", "logs");
    run_chain(
        &mut w,
        &t,
        A,
        "2026-03-01T00:07:21Z",
        "2026-03-04T00:07:21Z",
    );
    let key = t.log_key(A, R, ts("2026-03-01T00:50:00Z"), "Injected00000001");
    w.put(
        &Place::new("logs", &key),
        Object::delivered(gzip(br#"{"Records":[]}"#), ts("2026-03-02T05:20:00Z")),
    );
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let mut a = args(&["--trail-arn", &t.arn()]);
    a.extend(args(&["--as-of", "2026-03-04T00:30:00Z"]));
    expect("the first hour", &stage.report(&a));
}
