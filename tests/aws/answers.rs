//! One answer that is wrong, at each stage of a validation: it accuses nobody. One that stays wrong leaves open
//! what it is about, unless it is S3's own.

use std::thread;

use serde_json::Value;

use crate::support::aws::{Answer, Fault, TrailConfig, TrailStatus};
use crate::support::forge::{Chain, ChainSpec, Trail, World, damage, ts};
use crate::support::program::severity_codes;
use crate::support::six_hours::finding;
use crate::support::stage::Stage;
use crate::support::trail_scenes::{ACCOUNT, REGION, ago, assert_gives, run_chain, set_status};

const PAGE: &[u8] = b"<html><body>Please sign in</body></html>";
const NO_OBJECTS: &[u8] =
    b"<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

/// A trail in S3 that began ten hours ago, and what CloudTrail says of it.
fn live(seed: u64) -> (Stage, Trail, Chain) {
    let mut w = World::new(seed);
    let t = Trail::new(ACCOUNT, REGION, "main", "logs");
    let started = ago(630);
    let c = run_chain(&mut w, &t, ACCOUNT, &started, &ago(30));
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let status = TrailStatus {
        logging: true,
        latest_digest_delivery: Some(ts(&ago(2))),
        started: Some(ts(&started)),
        ..TrailStatus::default()
    };
    stage.loopback.change(|c| {
        let place = (t.arn(), REGION.to_owned());
        c.cloudtrail.status.insert(place, status.clone());
    });
    (stage, t, c)
}

fn validate(stage: &Stage, t: &Trail) -> (i32, Value) {
    let (arn, from) = (t.arn(), ago(570));
    stage.report(&["--trail-arn", &arn, "--start-time", &from])
}

/// Validates with each of the answers at one operation, once and for ever. Returns the exit statuses.
fn with_each(operation: &'static str, answers: Vec<Answer>) -> Vec<(i32, i32)> {
    let run = |(at, answer): (u64, Answer)| {
        let (stage, t, _) = live(20 + at);
        let fault = Fault::new(answer.clone()).operation(operation);
        stage.loopback.fault(fault.clone().times(1));
        let once = validate(&stage, &t);
        assert_ne!(once.0, 1, "{operation} {answer:?}: {:#}", once.1);
        stage.loopback.change(|c| c.faults.clear());
        stage.loopback.fault(fault);
        let ever = validate(&stage, &t);
        assert_ne!(ever.0, 1, "{operation} {answer:?}: {:#}", ever.1);
        (once.0, ever.0)
    };
    thread::scope(|scope| {
        let runs = (0..).zip(answers).map(|one| scope.spawn(|| run(one)));
        let runs: Vec<_> = runs.collect();
        runs.into_iter()
            .map(|run| run.join().expect("a run"))
            .collect()
    })
}

#[test]
fn a_page_of_a_proxy_is_no_answer_of_aws() {
    for (operation, ever) in [
        ("ListObjectsV2", 4),
        ("ListPublicKeys", 4),
        ("DescribeTrails", 4),
        // What is known of the trail only adds to what S3 shows.
        ("GetTrailStatus", 0),
        ("GetEventSelectors", 0),
        ("HeadBucket", 0),
    ] {
        let answers = [PAGE, b"", b"{}", NO_OBJECTS].map(|body| Answer::Instead(body.to_vec()));
        let answers = answers.map(Answer::foreign).to_vec();
        for exits in with_each(operation, answers) {
            assert_eq!(exits, (0, ever), "{operation}");
        }
    }
}

#[test]
fn a_refusal_of_a_proxy_blames_no_permission() {
    let (stage, t, _) = live(40);
    for operation in ["ListObjectsV2", "HeadBucket", "GetCallerIdentity"] {
        let refusal = Answer::access_denied().foreign();
        stage
            .loopback
            .fault(Fault::new(refusal).operation(operation));
    }
    let (code, report) = validate(&stage, &t);
    let unreadable = finding(&report, "source-unreadable");
    assert_eq!(
        (code, &unreadable["reason"]),
        (4, &"io".into()),
        "{report:#}"
    );
    let run = stage.run(&["doctor", "--trail-arn", &t.arn()]);
    assert_eq!(run.code, 4, "{}", run.stdout);
    let is_blamed = run.stdout.lines().any(|line| line.starts_with("failed"));
    assert!(!is_blamed, "{}", run.stdout);
    for check in ["credentials", "bucket-exists", "list-permission"] {
        let line = run.stdout.lines().find(|line| line.contains(check));
        let line = line.expect("a line");
        assert!(line.starts_with("unknown"), "{line}");
    }
}

#[test]
fn an_answer_of_cloudtrail_without_what_each_has_is_asked_for_again() {
    for (operation, ever) in [
        ("ListPublicKeys", 4),
        ("DescribeTrails", 4),
        ("GetTrailStatus", 0),
        ("GetEventSelectors", 0),
    ] {
        let answers = [&b""[..], b"{}"].map(|body| Answer::Instead(body.to_vec()));
        for exits in with_each(operation, answers.to_vec()) {
            assert_eq!(exits, (0, ever), "{operation}");
        }
    }
}

#[test]
fn an_empty_answer_of_cloudtrail_is_asked_for_again() {
    for (operation, body) in [
        ("ListPublicKeys", &br#"{"PublicKeyList":[]}"#[..]),
        ("DescribeTrails", br#"{"trailList":[]}"#),
    ] {
        let answers = vec![Answer::Instead(body.to_vec())];
        assert_eq!(with_each(operation, answers), [(0, 4)], "{operation}");
    }
}

/// A listing that shows nothing, with all headers of S3.
#[test]
fn an_empty_listing_calls_nothing_missing() {
    for (once, ever) in with_each("ListObjectsV2", vec![Answer::Instead(NO_OBJECTS.to_vec())]) {
        assert_eq!((once, ever), (0, 4));
    }
}

/// A listing that shows none of the digests, or not the newest: they are asked for by name.
#[test]
fn a_listing_without_the_newest_digests_is_no_gap() {
    let (stage, t, c) = live(40);
    let hidden = |from: usize| {
        let digests = c.digests[from..].iter();
        digests.map(|d| d.place.key.clone()).collect::<Vec<_>>()
    };
    for asked in [true, false] {
        if !asked {
            stage.loopback.change(|c| c.cloudtrail.status.clear());
        }
        stage.loopback.change(|c| c.unlisted = hidden(5));
        let ran = validate(&stage, &t);
        assert_gives("the newest", &ran, 4, Some("digest-unreadable"));
        let codes = severity_codes(&ran.1);
        assert!(!codes.contains(&"gap coverage-tail".into()), "{codes:?}");
        assert_eq!(finding(&ran.1, "digest-unreadable")["reason"], "not-listed");
        stage.loopback.change(|c| c.unlisted = hidden(0));
        assert_gives("all", &validate(&stage, &t), 4, Some("nothing-found"));
    }
    // Where they do not exist, it is a gap.
    stage.loopback.change(|cloud| {
        c.digests[5..]
            .iter()
            .for_each(|d| _ = cloud.remove(&d.place));
    });
    stage.loopback.change(|c| c.unlisted.clear());
    assert_gives("gone", &validate(&stage, &t), 3, Some("coverage-tail"));
}

/// GetTrailStatus accuses only if it says so twice.
#[test]
fn one_wrong_status_of_a_trail_accuses_nobody() {
    let wrong = |last: f64| {
        let status = format!(r#"{{"IsLogging":true,"LatestDigestDeliveryTime":{last}}}"#);
        Answer::Instead(status.into_bytes())
    };
    let (stage, t, c) = live(41);
    for last in [221_845_392_000.0, ts(&ago(-600)).as_second() as f64] {
        let fault = Fault::new(wrong(last)).operation("GetTrailStatus");
        stage.loopback.fault(fault.times(1));
        assert_gives("once", &validate(&stage, &t), 0, None);
        assert_eq!(stage.calls("GetTrailStatus").len(), 2);
        stage.loopback.change(|c| c.faults.clear());
        stage.loopback.clear_calls();
    }
    // Where the newest digest is gone, both answers say so.
    stage.loopback.change(|cloud| cloud.remove(&c.last().place));
    assert_gives("twice", &validate(&stage, &t), 1, Some("digest-missing"));
    // Where all are gone, one wrong answer is not enough either.
    let (stage, t, c) = live(42);
    stage.loopback.change(|cloud| {
        c.digests.iter().for_each(|d| _ = cloud.remove(&d.place));
    });
    set_status(&stage, &t, &ago(3_000_000));
    let fault = Fault::new(wrong(ts(&ago(2)).as_second() as f64)).operation("GetTrailStatus");
    stage.loopback.fault(fault.times(1));
    let (code, report) = validate(&stage, &t);
    assert_eq!(code, 4, "{:?}", severity_codes(&report));
}

/// The newest digest is signed with a key that the first answer lacks.
#[test]
fn a_key_is_unknown_only_after_a_second_answer() {
    let (stage, t, _) = live(43);
    let answer = Answer::Instead(br#"{"PublicKeyList":[]}"#.to_vec());
    let fault = Fault::new(answer).operation("ListPublicKeys");
    // Both ranges that are asked for.
    stage.loopback.fault(fault.times(2));
    assert_gives("the third answer", &validate(&stage, &t), 0, None);
    assert_eq!(stage.calls("ListPublicKeys").len(), 3);
}

/// The objects of a stage as a proxy passes them on that undoes `Content-Encoding`.
#[test]
fn an_encoding_that_was_undone_on_the_way_is_asked_about() {
    for digest in [true, false] {
        let mut w = World::new(44);
        let t = Trail::new(ACCOUNT, REGION, "main", "logs");
        let c = run_chain(&mut w, &t, ACCOUNT, &ago(630), &ago(30));
        let place = match digest {
            true => c.digests[4].place.clone(),
            false => c.digests[4].logs[0].place.clone(),
        };
        let packed = w.object(&place).body.clone();
        damage::store_inflated(&mut w, &place);
        let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
        set_status(&stage, &t, &ago(2));
        let wanted = if digest {
            "digest-malformed"
        } else {
            "log-malformed"
        };
        let ran = validate(&stage, &t);
        assert_gives("inflated", &ran, 1, Some(wanted));
        let hint = ran.1["findings"][0]["hint"].as_str().expect("a hint");
        assert!(
            hint.contains("if a proxy or client removed its Content-Encoding"),
            "{hint}"
        );
        // Another compression of the same content is as good, and one inflated answer accuses nobody.
        let inflated = w.object(&place).body.clone();
        stage.loopback.change(|cloud| {
            let objects = &mut cloud.bucket("logs").objects;
            objects.get_mut(&place.key).expect("the object").body = packed.to_vec().into();
        });
        let answer = Answer::Instead(inflated.to_vec());
        let fault = Fault::new(answer).operation("GetObject").key(&place.key);
        stage.loopback.fault(fault.times(1));
        assert_gives("once", &validate(&stage, &t), 0, None);
    }
}

#[test]
fn a_trail_that_one_answer_leaves_out_is_asked_for_on_a_new_connection() {
    let (stage, t, _) = live(45);
    let answer = Answer::Instead(br#"{"trailList":[]}"#.to_vec());
    let fault = Fault::new(answer).operation("DescribeTrails");
    stage.loopback.fault(fault.times(1));
    assert_gives("once", &validate(&stage, &t), 0, None);
    let calls = stage.calls("DescribeTrails");
    assert_ne!(calls[0].connection, calls[1].connection);
}

/// A listing of folders that lost one of them hides a chain.
#[test]
fn a_folder_that_one_listing_lost_is_no_missing_chain() {
    let mut w = World::new(46);
    let t = Trail::new(ACCOUNT, REGION, "main", "logs");
    let c = run_chain(&mut w, &t, ACCOUNT, &ago(630), &ago(30));
    let mut other = Chain::new(ChainSpec::new(t.clone(), "eu-central-1"));
    other.start(&mut w, ts(&ago(630)));
    other.run_until(&mut w, ts(&ago(30)));
    let stage = Stage::of(&w, &[TrailConfig::from(&t)]);
    let folder = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/");
    let listing = format!(
        "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>logs</Name><Prefix>{folder}</Prefix><Delimiter>/</Delimiter><KeyCount>1</KeyCount>\
         <MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>\
         <CommonPrefixes><Prefix>{folder}eu-central-1/</Prefix></CommonPrefixes></ListBucketResult>"
    );
    let from = ago(570);
    let args = ["--s3-bucket", "logs", "--start-time", &from];
    let lost = Answer::Instead(listing.into_bytes());
    let lost = Fault::new(lost).operation("ListObjectsV2").under(&folder);
    stage.loopback.fault(lost.times(1));
    let ran = stage.report(&args);
    assert_gives("lost", &ran, 4, Some("source-unreadable"));
    assert_eq!(finding(&ran.1, "source-unreadable")["reason"], "not-listed");
    let codes = severity_codes(&ran.1);
    assert!(
        !codes.contains(&"unproven chain-missing".into()),
        "{codes:?}"
    );
    // Where its digests are gone, the chain is missing.
    stage.loopback.change(|cloud| {
        c.digests.iter().for_each(|d| _ = cloud.remove(&d.place));
    });
    assert_gives("gone", &stage.report(&args), 4, Some("chain-missing"));
}
