//! ListPublicKeys: denied, empty, partial, and keys of another time.

use jiff::SignedDuration;

use crate::support::aws::{Answer, Fault, Service, TrailConfig};
use crate::support::case::{BUCKET, Case, REGION, trail};
use crate::support::forge::damage::sign_with_key;
use crate::support::forge::{Chain, ChainSpec, World, ts};
use crate::support::program::severity_codes;
use crate::support::six_hours::{field, finding, six_hours};
use crate::support::stage::Stage;
use crate::support::trail_scenes::{arguments, assert_gives, usual_trail};

#[test]
fn denied_keys_are_unavailable_and_requested_once() {
    let six = six_hours();
    let refusal = Answer::error(
        400,
        "AccessDeniedException",
        "User is not authorized to perform: cloudtrail:ListPublicKeys",
    );
    six.fault(Fault::new(refusal).operation("ListPublicKeys"));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "key-unavailable");
    assert_eq!(found["reason"], "denied");
    assert!(
        field(found, "message").contains("cloudtrail:ListPublicKeys"),
        "{found:#}"
    );
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 1);
    assert_eq!(report["chains"][0]["digests"]["failed"], 0);
}

/// Six hours whose newest digest is signed with a key of another time, which nobody published for this one.
fn newest_by_another_key() -> (Stage, usize) {
    let mut case = Case::new("another-key", 1, "");
    let chain = case.chain(6);
    let published = case
        .world
        .keys
        .published(REGION, chain.digests[0].end, chain.last().end);
    let known: Vec<usize> = published.iter().map(|key| key.index).collect();
    let other = (0..4)
        .find(|index| !known.contains(index))
        .expect("another key");
    sign_with_key(&mut case.world, chain.last(), other);
    let config = TrailConfig {
        bucket: "logs-since-then".into(),
        ..TrailConfig::from(&trail())
    };
    let stage = Stage::of(&case.world, &[config]);
    stage
        .loopback
        .change(|c| _ = c.published.insert(REGION.into(), published));
    (stage, other)
}

const TO_THE_NEWEST: [&str; 8] = [
    "--s3-bucket",
    BUCKET,
    "--start-time",
    "2026-03-01T01:12:34Z",
    "--end-time",
    "2026-03-01T06:12:34Z",
    "--as-of",
    "2026-03-01T12:00:00Z",
];

/// AWS answers, but the key is not among those valid then. Only AWS could have published it.
#[test]
fn a_key_unknown_to_aws_is_a_forgery_where_its_answer_fits_other_digests() {
    let (stage, _) = newest_by_another_key();
    let (code, report) = stage.report(&TO_THE_NEWEST);
    assert_eq!(code, 1, "{report:#}");
    let found = finding(&report, "key-unknown");
    assert_eq!(found["severity"], "failed");
    assert!(
        field(found, "message").contains("not among those that AWS published"),
        "{found:#}"
    );
    assert_eq!(report["chains"][0]["digests"]["failed"], 1);
    // One call for the window, one for a wider window, and one more on a new connection.
    assert_eq!(stage.calls("ListPublicKeys").len(), 3);
}

#[test]
fn a_key_that_could_not_be_read_may_be_the_unknown_one() {
    let (stage, other) = newest_by_another_key();
    stage.loopback.change(|c| {
        let keys = c.published.get_mut(REGION).expect("keys");
        let mut broken = keys[0];
        broken.index = other;
        keys.push(broken);
        c.broken_keys.push(other);
    });
    let (code, report) = stage.report(&TO_THE_NEWEST);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "key-unavailable");
    assert!(
        field(found, "message").contains("could not be read"),
        "{found:#}"
    );
    finding(&report, "key-invalid");
    assert_eq!(report["chains"][0]["digests"]["failed"], 0);
}

#[test]
fn pages_of_keys_that_do_not_end_accuse_nobody() {
    for page in [1, 100] {
        let (stage, _) = newest_by_another_key();
        stage
            .loopback
            .change(|c| (c.endless_keys, c.key_page) = (true, page));
        let (code, report) = stage.report(&TO_THE_NEWEST);
        assert_eq!(code, 4, "{report:#}");
        let found = finding(&report, "key-unavailable");
        assert!(
            field(found, "message").contains("without an end"),
            "{found:#}"
        );
        // The keys on its pages prove the other digests all the same.
        assert_eq!(report["chains"][0]["digests"]["valid"], 4);
        assert!(stage.calls("ListPublicKeys").len() < 20);
    }
}

/// Nothing in the region fits the answer, so it may be the answer that is wrong.
#[test]
fn keys_that_fit_no_digest_of_the_region_accuse_nobody() {
    let six = six_hours();
    six.stage.loopback.change(|c| {
        let known = c
            .keys
            .published(REGION, six.chain.digests[0].end, six.chain.digests[9].end);
        let others = known.into_iter().map(|mut key| {
            // The forge has four keys; two are valid at a time.
            key.index = (key.index + 2) % 4;
            key
        });
        let others = others.collect();
        c.published.insert(REGION.into(), others);
    });
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "key-unavailable");
    assert_eq!(found["severity"], "unproven");
    assert_eq!(found["reason"], "key-unknown");
    let digests = &report["chains"][0]["digests"];
    assert_eq!(
        (&digests["failed"], &digests["unproven"]),
        (&0.into(), &6.into())
    );
}

#[test]
fn a_region_that_is_switched_off_says_so_and_the_run_goes_on() {
    let unknown = || {
        let message = "The security token included in the request is invalid.";
        Answer::error(400, "UnrecognizedClientException", message)
    };
    let six = six_hours();
    six.fault(
        Fault::new(unknown())
            .service(Service::CloudTrail)
            .region(REGION),
    );
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    let found = finding(&report, "key-unavailable");
    assert_eq!(found["reason"], "region-disabled", "{found:#}");
    assert!(field(found, "message").contains(REGION), "{found:#}");
    assert!(
        !report["findings"]
            .to_string()
            .contains("credentials were not accepted")
    );

    // Where no region accepts the credentials, they are the cause.
    let six = six_hours();
    six.fault(
        Fault::new(unknown())
            .service(Service::CloudTrail)
            .region(REGION),
    );
    six.fault(Fault::new(unknown()).service(Service::Sts));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 4, "{report:#}");
    assert_eq!(finding(&report, "key-unavailable")["reason"], "credentials");
}

#[test]
fn an_answer_without_keys_leaves_them_unavailable() {
    let six = six_hours();
    six.stage
        .loopback
        .change(|c| _ = c.published.insert(REGION.into(), Vec::new()));
    let (code, report) = six.report(&[]);
    assert_eq!(
        (
            code,
            severity_codes(&report).contains(&"unproven key-unavailable".into())
        ),
        (4, true)
    );
    assert_eq!(six.stage.calls("ListPublicKeys").len(), 3);
}

/// In the forge a key is used again months later. A key known from another time must not turn an
/// empty answer into "this key is unknown".
#[test]
fn a_key_known_from_another_time_does_not_answer_for_an_empty_answer() {
    let mut world = World::new(61);
    let trail = trail();
    let mut chain = Chain::new(
        ChainSpec::new(trail.clone(), REGION)
            .logs(1..=1)
            .events(1..=1),
    );
    let begin = ts("2026-03-01T00:12:34Z");
    let keys = &world.keys;
    let same = (100..1_000)
        .map(|days| begin + SignedDuration::from_hours(24 * days))
        .find(|later| keys.signing_index(REGION, *later) == keys.signing_index(REGION, begin));
    let later = same.expect("a key that comes round");
    let hours = SignedDuration::from_hours(3);
    let known = keys.published(REGION, begin, begin + hours);
    chain.start(&mut world, begin);
    chain.stop(&mut world, begin + hours);
    chain.start(&mut world, later);
    chain.run_until(&mut world, later + hours);
    let config = TrailConfig {
        bucket: "logs-since-then".into(),
        ..TrailConfig::from(&trail)
    };
    let stage = Stage::of(&world, &[config]);
    stage
        .loopback
        .change(|c| _ = c.published.insert(REGION.into(), known));
    let (from, to) = (begin.to_string(), (later + hours).to_string());
    let window = ["--start-time", &from, "--end-time", &to, "--as-of", &to];
    let args = [&["--s3-bucket", BUCKET][..], &window].concat();
    let (code, report) = stage.report(&args);
    assert_eq!(code, 4, "{report:#}");
    let found = severity_codes(&report);
    assert!(
        found.contains(&"unproven key-unavailable".into()),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|f| f.contains("key-unknown")),
        "{found:?}"
    );
    assert_eq!(report["chains"][0]["digests"]["valid"], 3, "{report:#}");
}

#[test]
fn a_partial_answer_of_keys_leaves_them_unavailable() {
    let (mut w, t, mut c) =
        usual_trail(6, "logs", ["2026-01-01T00:07:21Z", "2026-01-01T05:07:21Z"]);
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
    let a = arguments(
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
    assert_gives("keys in part", &r, 4, Some("key-unavailable"));
}
