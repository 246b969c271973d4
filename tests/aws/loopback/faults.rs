//! Faults on order: error answers, broken bodies, closed connections and delays.

use std::time::{Duration, Instant};

use aws_sdk_s3 as s3;
use s3::config::retry::RetryConfig;
use s3::error::DisplayErrorContext;

use super::{
    BUCKET, HOME, Stage, cloudtrail_client, keys_of, refusal, s3_client, s3_config, stage,
};
use crate::support::aws::{Answer, Fault, SECRET_KEY, Service};

#[tokio::test]
async fn faults_of_s3_apply_to_the_ordered_calls_as_often_as_ordered() {
    let Stage {
        loopback, world, ..
    } = stage();
    let client = s3_client(&loopback, HOME);
    let keys = keys_of(&world);
    let (digest, log) = (&keys[keys.len() - 1], &keys[0]);
    let get = |key: &String| client.get_object().bucket(BUCKET).key(key).send();
    for (answer, status, code) in [
        (Answer::slow_down(), 503, "SlowDown"),
        (Answer::access_denied(), 403, "AccessDenied"),
        (Answer::kms_denied(), 403, "AccessDenied"),
        (Answer::archived(), 403, "InvalidObjectState"),
        (Answer::expired_token(), 400, "ExpiredToken"),
    ] {
        let fault = Fault::new(answer)
            .service(Service::S3)
            .operation("GetObject")
            .bucket(BUCKET)
            .region(HOME)
            .key(log)
            .times(2);
        loopback.fault(fault);
        for _ in 0..2 {
            get(digest).await.expect("another object");
            let given = refusal(&get(log).await.expect_err("a fault"));
            assert_eq!((given.0, given.1.as_str()), (status, code));
        }
        get(log).await.expect("the fault is used up");
    }

    loopback.fault(Fault::new(Answer::access_denied()).under("AWSLogs/"));
    let list = |prefix| {
        client
            .list_objects_v2()
            .bucket(BUCKET)
            .prefix(prefix)
            .send()
    };
    list("AWSLogs/1").await.expect_err("under the prefix");
    get(log).await.expect_err("under the prefix");
    list("AWS").await.expect("above the prefix");
    loopback.change(|cloud| cloud.faults.clear());
    get(log).await.expect("no faults are left");
}

#[tokio::test]
async fn a_client_that_tries_again_gets_through_over_the_same_connection() {
    let Stage { loopback, .. } = stage();
    let quick = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(1));
    let config = s3_config(&loopback, HOME, SECRET_KEY).retry_config(quick);
    let client = s3::Client::from_conf(config.build());
    loopback.fault(Fault::new(Answer::slow_down()).times(2));
    let listed = client.list_objects_v2().bucket(BUCKET).send().await;
    assert!(listed.expect("a listing").key_count() > Some(0));
    let calls = loopback.calls();
    let statuses: Vec<_> = calls.iter().filter_map(|call| call.status).collect();
    assert_eq!(statuses, [503, 503, 200]);
    assert!(calls.iter().all(|c| c.connection == calls[0].connection));
    assert!(calls.windows(2).all(|pair| pair[0].at + 1 == pair[1].at));
}

#[tokio::test]
async fn bodies_that_break_off_or_stall_and_closed_connections_are_noticed() {
    let Stage {
        loopback,
        world,
        chain,
    } = stage();
    let client = s3_client(&loopback, HOME);
    let place = &chain.last().place;
    let length = world.object(place).body.len();
    let get = || client.get_object().bucket(BUCKET).key(&place.key).send();

    loopback.fault(Fault::new(Answer::CutOff(100)).times(1));
    let mut cut = get().await.expect("a head");
    assert_eq!(cut.content_length(), Some(length as i64));
    let mut got = 0;
    let error = loop {
        match cut.body.try_next().await {
            Ok(Some(bytes)) => got += bytes.len(),
            Ok(None) => panic!("the end was not noticed"),
            Err(error) => break error,
        }
    };
    assert_eq!(got, 100, "{error}");

    loopback.fault(Fault::new(Answer::Stall(100)).times(1));
    let mut stalled = get().await.expect("a head");
    let first = stalled.body.try_next().await.expect("bytes");
    assert_eq!(first.map(|bytes| bytes.len()), Some(100));
    let more = tokio::time::timeout(Duration::from_millis(200), stalled.body.try_next());
    assert!(more.await.is_err(), "nothing comes");
    drop(stalled);

    loopback.fault(Fault::new(Answer::Close).times(1));
    let closed = get().await.expect_err("no answer");
    assert!(
        closed.raw_response().is_none(),
        "{}",
        DisplayErrorContext(&closed)
    );
    assert_eq!(loopback.calls()[2].status, None);
    let complete = get().await.expect("an object").body.collect().await;
    assert_eq!(complete.expect("a body").to_vec().len(), length);
}

#[tokio::test]
async fn latency_and_delays_add_up_and_calls_at_once_are_counted() {
    let Stage { loopback, .. } = stage();
    let client = s3_client(&loopback, HOME);
    loopback.change(|cloud| cloud.latency = Duration::from_millis(100));
    let delay = Answer::Delay(Duration::from_millis(200));
    loopback.fault(Fault::new(delay).operation("HeadBucket").times(1));
    let head = || client.head_bucket().bucket(BUCKET).send();
    let begun = Instant::now();
    head().await.expect("a bucket");
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_eq!(loopback.peak_in_flight(), 1);
    let (a, b, c) = tokio::join!(head(), head(), head());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(loopback.peak_in_flight(), 3);
    loopback.clear_calls();
    assert_eq!((loopback.peak_in_flight(), loopback.calls().len()), (0, 0));
}

#[tokio::test]
async fn faults_of_cloudtrail_come_in_its_own_words() {
    let Stage { loopback, .. } = stage();
    let client = cloudtrail_client(&loopback, HOME);
    for (status, code, message) in [
        (400, "ThrottlingException", "Rate exceeded"),
        (400, "AccessDeniedException", "You may not"),
        (
            400,
            "ExpiredTokenException",
            "The security token is expired",
        ),
    ] {
        let fault = Fault::new(Answer::error(status, code, message));
        loopback.fault(fault.operation("ListPublicKeys").region(HOME).times(1));
        let given = client.list_public_keys().send().await;
        let given = refusal(&given.expect_err("a fault"));
        assert_eq!(given, (status, code.to_owned(), message.to_owned()));
        client
            .list_public_keys()
            .send()
            .await
            .expect("no fault is left");
    }
    loopback.fault(Fault::new(Answer::Close).service(Service::CloudTrail));
    let closed = client.list_trails().send().await.expect_err("no answer");
    assert!(closed.raw_response().is_none());
}
