//! No accusation rests on one unsigned answer: what would count as altered or missing is asked for once
//! more, and an answer that is none of S3's accuses nobody.

use crate::support::aws::{Answer, Call};
use crate::support::forge::damage;
use crate::support::program::severity_codes;
use crate::support::six_hours::{SixHours, field, finding, on_object, six_hours};

fn reads(six: &SixHours, key: &str) -> Vec<Call> {
    let calls = six.stage.calls("GetObject").into_iter();
    calls.filter(|c| c.key.as_deref() == Some(key)).collect()
}

/// The body of an object, changed in one bit.
fn altered(six: &SixHours, key: &str) -> Vec<u8> {
    six.stage.loopback.change(|c| {
        let mut body = c.bucket("trail-logs").objects[key].body.to_vec();
        let middle = body.len() / 2;
        body[middle] ^= 1;
        body
    })
}

#[test]
fn one_wrong_answer_accuses_nobody_and_the_second_comes_on_a_new_connection() {
    let of_digest = six_hours().digest(4).key;
    let of_log = six_hours().log(4).key;
    for key in [&of_digest, &of_log] {
        for answer in [
            Answer::no_such_key(),
            Answer::Instead(altered(&six_hours(), key)),
            Answer::Instead(b"<html>503</html>".to_vec()),
            Answer::Instead(b"<html>503</html>".to_vec()).foreign(),
        ] {
            let six = six_hours();
            let place = crate::support::forge::Place::new("trail-logs", key);
            six.fault(on_object(&place, answer.clone()).times(1));
            let (code, report) = six.report(&[]);
            assert_eq!(code, 0, "{answer:?}: {:#}", report["findings"]);
            let reads = reads(&six, key);
            assert_eq!(reads.len(), 2, "{answer:?}");
            let shared = six.stage.loopback.calls().into_iter();
            let shared = shared.filter(|c| c.connection == reads[1].connection);
            assert_eq!(shared.count(), 1, "{answer:?}");
        }
    }
    // Nothing is asked for twice where nothing is wrong.
    let six = six_hours();
    six.report(&[]);
    assert_eq!(reads(&six, &of_log).len(), 1);
    assert_eq!(reads(&six, &of_digest).len(), 1);
}

#[test]
fn two_wrong_answers_of_s3_accuse() {
    let six = six_hours();
    let (digest, log) = (six.digest(3), six.log(5));
    six.stage
        .loopback
        .change(|c| (c.remove(&digest), c.remove(&log)));
    let (code, report) = six.report(&[]);
    let codes = severity_codes(&report);
    assert_eq!(code, 1);
    assert!(codes.contains(&"failed log-missing".into()), "{codes:?}");
    assert!(codes.contains(&"failed digest-missing".into()), "{codes:?}");

    let six = six_hours();
    let body = altered(&six, &six.log(5).key);
    six.fault(on_object(&six.log(5), Answer::Instead(body)));
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1, "{:#}", report["findings"]);
}

#[test]
fn an_answer_that_is_none_of_s3s_is_no_evidence() {
    for answer in [
        Answer::no_such_key(),
        Answer::Instead(b"<html>503</html>".to_vec()),
    ] {
        let six = six_hours();
        six.fault(on_object(&six.log(4), answer.clone().foreign()));
        let (code, report) = six.report(&[]);
        assert_eq!(code, 4, "{answer:?}: {:#}", report["findings"]);
        let found = finding(&report, "log-unreadable");
        assert!(
            field(found, "message").contains("x-amz-request-id"),
            "{found:#}"
        );

        let six = six_hours();
        six.fault(on_object(&six.digest(4), answer.clone().foreign()));
        let (code, report) = six.report(&[]);
        assert_eq!(code, 4, "{answer:?}: {:#}", report["findings"]);
        finding(&report, "digest-unreadable");
    }
}

/// What S3 signs needs no header: intact content proves itself, whoever passed it on.
#[test]
fn intact_content_proves_itself_without_the_headers_of_s3() {
    let six = six_hours();
    for place in [six.log(4), six.digest(4)] {
        six.fault(on_object(
            &place,
            Answer::Header("x-seen", "yes".into()).foreign(),
        ));
    }
    let (code, report) = six.report(&[]);
    assert_eq!(code, 0, "{:#}", report["findings"]);
}

#[test]
fn an_incomplete_listing_makes_no_digest_missing() {
    let six = six_hours();
    // A deleted digest, and before it two that exist and that no listing shows.
    let deleted = six.digest(5);
    let unlisted = [six.digest(3).key, six.digest(4).key];
    six.stage.loopback.change(|c| {
        c.remove(&deleted);
        c.unlisted = unlisted.to_vec();
    });
    let (code, report) = six.report(&[]);
    assert_eq!(code, 1);
    let digests = &report["chains"][0]["digests"];
    assert_eq!(
        (&digests["missing"], &digests["missing_inferred"]),
        (&1.into(), &0.into()),
        "{:#}",
        report["findings"]
    );
    assert_eq!(
        finding(&report, "digest-unreadable")["reason"],
        "not-listed"
    );
    // Where they do not exist either, they are missing.
    six.stage.loopback.change(|c| {
        for key in &unlisted {
            c.bucket("trail-logs").objects.remove(key);
        }
    });
    let (_, report) = six.report(&[]);
    assert_eq!(report["chains"][0]["digests"]["missing_inferred"], 2);
}

#[test]
fn a_body_is_continued_only_by_its_own_rest() {
    for (name, value) in [
        ("content-range", "bytes 0-7/8"),
        ("content-range", "bytes 1-2/1000000"),
        ("etag", "\"another\""),
    ] {
        for digest in [false, true] {
            let six = six_hours();
            let place = if digest { six.digest(4) } else { six.log(4) };
            six.fault(on_object(&place, Answer::CutOff(40)).times(1));
            six.fault(on_object(&place, Answer::Header(name, value.into())).times(1));
            let (code, report) = six.report(&[]);
            assert_eq!(code, 0, "{name} {value}: {:#}", report["findings"]);
            let third = reads(&six, &place.key).len();
            assert_eq!(
                third, 3,
                "{name} {value}: cut off, the wrong rest, read anew"
            );
        }
    }
}

#[test]
fn a_digest_without_metadata_is_asked_for_again_only_if_it_is_another() {
    let six = six_hours();
    let place = six.digest(4);
    six.stage.loopback.change(|c| {
        let object = c
            .bucket("trail-logs")
            .objects
            .get_mut(&place.key)
            .expect("a digest");
        object.metadata.clear();
    });
    let (code, _) = six.report(&[]);
    assert_eq!((code, reads(&six, &place.key).len()), (0, 1));
    let mut world = crate::support::forge::World::new(1);
    let object = six
        .stage
        .loopback
        .change(|c| c.bucket("trail-logs").objects[&place.key].clone());
    world.put(
        &place,
        crate::support::forge::Object::delivered(object.body.to_vec(), object.last_modified),
    );
    damage::tamper_digest(&mut world, &place);
    let body = world.object(&place).body.clone();
    six.stage.loopback.clear_calls();
    six.fault(on_object(&place, Answer::Instead(body)).times(1));
    let (code, report) = six.report(&[]);
    assert_eq!(
        (code, reads(&six, &place.key).len()),
        (0, 2),
        "{:#}",
        report["findings"]
    );
}
