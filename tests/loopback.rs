//! AWS on loopback itself: it answers the real SDK as AWS does, and fails as it is told to.

use std::time::{Duration, Instant};

use aws_sdk_cloudtrail as cloudtrail;
use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsOutput;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_sdk_s3 as s3;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use s3::config::retry::RetryConfig;
use s3::config::{BehaviorVersion, Credentials, Region};
use s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::support::aws::{
    ACCESS_KEY, Answer, Ca, Call, Fault, Loopback, Organization, Proxy, SECRET_KEY, Service,
    TrailConfig, TrailStatus,
};
use crate::support::{Chain, ChainSpec, Object, Place, Trail, World, gunzip, ts};

const BUCKET: &str = "logs";
const ACCOUNT: &str = "111122223333";
const HOME: &str = "us-east-1";

/// AWS with ten hours of one chain in a bucket.
struct Stage {
    loopback: Loopback,
    world: World,
    chain: Chain,
}

fn trail() -> Trail {
    Trail::new(ACCOUNT, HOME, "main", BUCKET)
}

fn stage() -> Stage {
    let mut world = World::new(7);
    let mut chain = Chain::new(ChainSpec::new(trail(), HOME));
    chain.start(&mut world, ts("2026-03-01T00:12:34Z"));
    chain.run_until(&mut world, ts("2026-03-01T10:12:34Z"));
    let loopback = Loopback::start();
    loopback.serve(&world);
    Stage {
        loopback,
        world,
        chain,
    }
}

fn s3_config(loopback: &Loopback, region: &'static str, secret: &str) -> s3::config::Builder {
    s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static(region))
        .credentials_provider(Credentials::new(ACCESS_KEY, secret, None, None, "test"))
        .endpoint_url(loopback.s3_url())
        .force_path_style(true)
        .retry_config(RetryConfig::disabled())
        .http_client(Builder::new().build_http())
}

fn s3_client(loopback: &Loopback, region: &'static str) -> s3::Client {
    s3::Client::from_conf(s3_config(loopback, region, SECRET_KEY).build())
}

fn cloudtrail_client(loopback: &Loopback, region: &'static str) -> cloudtrail::Client {
    let config = cloudtrail::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static(region))
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"))
        .endpoint_url(loopback.cloudtrail_url())
        .retry_config(RetryConfig::disabled())
        .http_client(Builder::new().build_http());
    cloudtrail::Client::from_conf(config.build())
}

/// Status, code and message of an error answer.
fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E>) -> (u16, String, String) {
    let status = error.raw_response().expect("an answer").status().as_u16();
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    (status, text(error.code()), text(error.message()))
}

/// Sends a request without the SDK: status, headers and body.
async fn send(url: &str, request: Request<Full<Bytes>>) -> (StatusCode, hyper::HeaderMap, String) {
    let address = url.strip_prefix("http://").expect("a plain URL");
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .expect("HTTP/1.1");
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.expect("an answer");
    let (head, body) = answer.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    let text = String::from_utf8_lossy(&body).into_owned();
    (head.status, head.headers, text)
}

fn request(method: Method, path: &str) -> hyper::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
}

fn authorization(region: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260301/{region}/any/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}

fn operations(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| call.operation.as_str()).collect()
}

fn keys_of(world: &World) -> Vec<String> {
    world.buckets[BUCKET].keys().cloned().collect()
}

#[tokio::test]
async fn listings_come_in_pages_from_where_they_are_to_begin() {
    let Stage {
        loopback, world, ..
    } = stage();
    loopback.change(|cloud| cloud.page = 3);
    let client = s3_client(&loopback, HOME);
    let all = keys_of(&world);
    let (before, wanted) = (&all[4], &all[5..]);
    let mut pages = client
        .list_objects_v2()
        .bucket(BUCKET)
        .prefix("AWSLogs/")
        .start_after(before)
        .into_paginator()
        .send();
    let mut listed = Vec::new();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        assert!(
            page.contents().len() <= 3 && page.key_count() == Some(page.contents().len() as i32)
        );
        for object in page.contents() {
            let key = object.key().expect("a key");
            let there = &world.buckets[BUCKET][key];
            assert_eq!(object.size(), Some(there.body.len() as i64));
            let modified = object.last_modified().expect("a time");
            assert_eq!(modified.secs(), there.last_modified.as_second());
            listed.push(key.to_owned());
        }
        count += 1;
    }
    assert_eq!(listed, wanted);
    assert_eq!(count, wanted.len().div_ceil(3));
    let calls = loopback.calls();
    assert_eq!(calls.len(), count);
    assert_eq!(calls[0].start_after.as_deref(), Some(before.as_str()));
    assert_eq!(calls[0].prefix.as_deref(), Some("AWSLogs/"));
    assert_eq!(calls[0].bucket.as_deref(), Some(BUCKET));
    assert_eq!(calls[0].region.as_deref(), Some(HOME));
    assert!(
        calls
            .iter()
            .all(|c| c.operation == "ListObjectsV2" && c.status == Some(200))
    );
    let wrong = client
        .list_objects_v2()
        .bucket(BUCKET)
        .continuation_token(before)
        .send()
        .await
        .expect_err("a token of nobody");
    assert_eq!(refusal(&wrong).1, "InvalidArgument");
}

#[tokio::test]
async fn a_delimiter_rolls_keys_up_once_over_all_pages_of_both_versions() {
    let loopback = Loopback::start();
    let mut world = World::new(1);
    for key in ["a b/1", "a b/2", "a+c/1", "d", "e/1", "é"] {
        let object = Object::delivered(Vec::new(), ts("2026-01-01T00:00:00Z"));
        world.put(&Place::new(BUCKET, key), object);
    }
    loopback.serve(&world);
    loopback.change(|cloud| cloud.page = 1);
    let client = s3_client(&loopback, HOME);
    let (mut v1, mut v2) = (Vec::new(), Vec::new());
    let mut marker = None;
    loop {
        let page = client.list_objects().bucket(BUCKET).delimiter("/");
        let page = page.set_marker(marker).send().await.expect("a page");
        v1.extend(page.common_prefixes().iter().map(|p| p.prefix.clone()));
        v1.extend(page.contents().iter().map(|o| o.key.clone()));
        marker = page.next_marker;
        if page.is_truncated == Some(false) {
            break;
        }
    }
    let mut pages = client
        .list_objects_v2()
        .bucket(BUCKET)
        .delimiter("/")
        .encoding_type(s3::types::EncodingType::Url)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        v2.extend(page.common_prefixes().iter().map(|p| p.prefix.clone()));
        v2.extend(page.contents().iter().map(|o| o.key.clone()));
    }
    let plain = |list: Vec<Option<String>>| list.into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(plain(v1), ["a b/", "a+c/", "d", "e/", "é"]);
    assert_eq!(plain(v2), ["a+b/", "a%2Bc/", "d", "e/", "%C3%A9"]);
}

#[tokio::test]
async fn objects_come_as_they_are_stored_with_their_metadata() {
    let Stage {
        loopback,
        world,
        chain,
    } = stage();
    let client = s3_client(&loopback, HOME);
    let place = &chain.last().place;
    let there = world.object(place);
    let get = || client.get_object().bucket(BUCKET).key(&place.key);

    let whole = get().send().await.expect("an object");
    assert_eq!(whole.content_encoding(), Some("gzip"));
    assert_eq!(whole.content_type(), Some("application/json"));
    let metadata = whole.metadata().expect("metadata");
    assert_eq!(metadata.len(), there.metadata.len());
    assert!(
        there
            .metadata
            .iter()
            .all(|(n, v)| metadata.get(n) == Some(v))
    );
    assert!(metadata.contains_key("signature"));
    let modified = whole.last_modified().expect("a time").secs();
    assert_eq!(modified, there.last_modified.as_second());
    let etag = whole.e_tag().expect("an ETag").to_owned();
    let body = whole.body.collect().await.expect("a body").to_vec();
    assert_eq!(body, there.body);
    assert_eq!(gunzip(&body), chain.last().json);

    let head = client.head_object().bucket(BUCKET).key(&place.key);
    let head = head.if_match(&etag).send().await.expect("a head");
    assert_eq!(head.e_tag(), Some(etag.as_str()));
    assert_eq!(head.content_length(), Some(body.len() as i64));
    assert_eq!(head.metadata().map(|m| m.len()), Some(there.metadata.len()));

    let rest = get().range("bytes=10-").if_match(&etag);
    let rest = rest.send().await.expect("a part");
    let range = format!("bytes 10-{}/{}", body.len() - 1, body.len());
    assert_eq!(rest.content_range(), Some(range.as_str()));
    let rest = rest.body.collect().await.expect("a body").to_vec();
    assert_eq!(rest, body[10..]);
    let beyond = get().range(format!("bytes={}-", body.len()));
    let beyond = beyond.send().await.expect_err("nothing is there");
    assert_eq!(refusal(&beyond).0, 416);

    let other = get().if_match("\"00000000000000000000000000000000\"");
    let other = other.send().await.expect_err("another object");
    let (status, code, _) = refusal(&other);
    assert_eq!((status, code.as_str()), (412, "PreconditionFailed"));

    let calls = loopback.calls();
    assert_eq!(calls[2].range.as_deref(), Some("bytes=10-"));
    assert_eq!(calls[2].key.as_deref(), Some(place.key.as_str()));
    let agent = calls[2].user_agent.as_deref().expect("a user agent");
    assert!(agent.contains("aws-sdk-rust/"), "{agent}");
}

#[tokio::test]
async fn what_is_not_there_is_told_and_what_changes_is_served_at_once() {
    let Stage {
        loopback, world, ..
    } = stage();
    let client = s3_client(&loopback, HOME);
    let key = keys_of(&world).remove(0);
    let get = |bucket: &str| client.get_object().bucket(bucket).key(&key).send();

    let error = get("nowhere").await.expect_err("no such bucket");
    let (status, code, _) = refusal(&error);
    assert_eq!((status, code.as_str()), (404, "NoSuchBucket"));
    let place = Place::new(BUCKET, &key);
    let removed = loopback.change(|cloud| cloud.remove(&place));
    assert!(removed.is_some());
    let error = get(BUCKET).await.expect_err("no such key");
    assert!(error.as_service_error().is_some_and(|e| e.is_no_such_key()));
    let bare = client.head_object().bucket(BUCKET).key(&key).send().await;
    assert_eq!(refusal(&bare.expect_err("no such key")).0, 404);

    let object = Object::delivered(b"new".to_vec(), ts("2026-01-01T00:00:00Z"));
    loopback.change(|cloud| cloud.put(&place, &object));
    let new = get(BUCKET).await.expect("an object");
    assert_eq!(new.content_length(), Some(3));
    let bucket = client.head_bucket().bucket(BUCKET).send().await;
    assert_eq!(bucket.expect("a bucket").bucket_region(), Some(HOME));
}

#[tokio::test]
async fn signatures_are_checked_and_unsigned_requests_need_a_public_bucket() {
    let Stage {
        loopback, world, ..
    } = stage();
    let key = keys_of(&world).remove(0);
    let wrong = s3_config(&loopback, HOME, "another secret").build();
    let wrong = s3::Client::from_conf(wrong)
        .list_objects_v2()
        .bucket(BUCKET);
    let (status, code, _) = refusal(&wrong.send().await.expect_err("a wrong signature"));
    assert_eq!((status, code.as_str()), (403, "SignatureDoesNotMatch"));

    let stranger = Credentials::new("AKIASTRANGER", SECRET_KEY, None, None, "test");
    let stranger = s3_config(&loopback, HOME, SECRET_KEY).credentials_provider(stranger);
    let stranger = s3::Client::from_conf(stranger.build()).head_bucket();
    let (status, ..) = refusal(
        &stranger
            .bucket(BUCKET)
            .send()
            .await
            .expect_err("a stranger"),
    );
    assert_eq!(status, 403);

    let unsigned = || {
        let request = request(Method::GET, &format!("/{BUCKET}/{key}"));
        request.body(Full::default()).expect("a request")
    };
    let (status, headers, body) = send(&loopback.s3_url(), unsigned()).await;
    assert_eq!(status, 403);
    assert_eq!(headers["x-amz-bucket-region"], HOME);
    assert!(body.contains("<Code>AccessDenied</Code>"), "{body}");
    loopback.change(|cloud| cloud.bucket(BUCKET).public = true);
    let (status, headers, _) = send(&loopback.s3_url(), unsigned()).await;
    assert_eq!(
        (status, &headers["content-encoding"]),
        (StatusCode::OK, &"gzip".parse().expect("a value"))
    );
    assert_eq!(loopback.calls()[3].region, None);
}

#[tokio::test]
async fn a_request_signed_for_another_region_is_sent_to_the_buckets_own() {
    let Stage { loopback, .. } = stage();
    loopback.change(|cloud| cloud.bucket(BUCKET).region = "eu-west-1".to_owned());
    let there = |error: &SdkError<_>| {
        let raw = error.raw_response().expect("an answer");
        raw.headers().get("x-amz-bucket-region").map(str::to_owned)
    };
    let list = |region| {
        s3_client(&loopback, region)
            .list_objects_v2()
            .bucket(BUCKET)
            .send()
    };
    let error = list(HOME).await.expect_err("the wrong region");
    let (status, code, _) = refusal(&error);
    assert_eq!((status, code.as_str()), (301, "PermanentRedirect"));
    assert_eq!(there(&error).as_deref(), Some("eu-west-1"));
    let head = s3_client(&loopback, HOME).head_bucket().bucket(BUCKET);
    assert_eq!(
        refusal(&head.send().await.expect_err("the wrong region")).0,
        301
    );
    let told = s3_client(&loopback, HOME)
        .get_bucket_location()
        .bucket(BUCKET);
    let told = told.send().await.expect("a location");
    assert_eq!(
        told.location_constraint().map(|l| l.as_str()),
        Some("eu-west-1")
    );

    loopback.change(|cloud| cloud.bucket(BUCKET).strict = true);
    let error = list(HOME).await.expect_err("the wrong region");
    let (status, code, message) = refusal(&error);
    assert_eq!(
        (status, code.as_str()),
        (400, "AuthorizationHeaderMalformed")
    );
    assert!(message.ends_with("expecting 'eu-west-1'"), "{message}");
    assert_eq!(there(&error).as_deref(), Some("eu-west-1"));
    list("eu-west-1").await.expect("the right region");
}

#[tokio::test]
async fn faults_of_s3_are_given_to_what_they_are_for_and_as_often_as_ordered() {
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
    let whole = get().await.expect("an object").body.collect().await;
    assert_eq!(whole.expect("a body").to_vec().len(), length);
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
async fn public_keys_are_those_of_the_region_and_the_time_in_pages() {
    let Stage {
        loopback, world, ..
    } = stage();
    loopback.change(|cloud| cloud.key_page = 2);
    let (from, to) = (ts("2026-01-01T00:00:00Z"), ts("2026-04-01T00:00:00Z"));
    let region = "eu-west-1";
    let client = cloudtrail_client(&loopback, region);
    let time = |at: jiff::Timestamp| s3::primitives::DateTime::from_secs(at.as_second());
    let wanted = world.keys.published(region, from, to);
    let mut pages = client
        .list_public_keys()
        .start_time(time(from))
        .end_time(time(to))
        .into_paginator()
        .send();
    let (mut keys, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        keys.extend(page.expect("a page").public_key_list.unwrap_or_default());
        count += 1;
    }
    assert_eq!(
        (keys.len(), count),
        (wanted.len(), wanted.len().div_ceil(2))
    );
    for (key, wanted) in keys.iter().zip(&wanted) {
        let value = key.value().expect("a value").as_ref();
        assert_eq!(value, world.keys.value_der(region, wanted.index));
        let fingerprint = world.keys.fingerprint(region, wanted.index);
        assert_eq!(key.fingerprint(), Some(fingerprint.as_str()));
        let ends = (key.validity_start_time, key.validity_end_time);
        assert_eq!(
            ends,
            (Some(time(wanted.valid_from)), Some(time(wanted.valid_to)))
        );
    }
    let calls = loopback.calls();
    assert!(calls.iter().all(|c| c.service == Service::CloudTrail));
    assert_eq!(calls[0].region.as_deref(), Some(region));
    assert_eq!(calls[0].input["StartTime"], json!(from.as_second()));

    let other = vec![wanted[1]];
    loopback.change(|cloud| cloud.published.insert(region.to_owned(), other));
    let ask = || client.list_public_keys().start_time(time(from));
    let answer = ask().end_time(time(to)).send().await.expect("an answer");
    assert_eq!(answer.public_key_list().len(), 1);
    let backwards = ask().end_time(time(ts("2025-01-01T00:00:00Z")));
    let backwards = backwards
        .send()
        .await
        .expect_err("a range that ends before it begins");
    assert_eq!(refusal(&backwards).1, "InvalidTimeRangeException");
}

#[tokio::test]
async fn trails_are_seen_where_they_deliver_and_are_told_how_they_fare() {
    let loopback = Loopback::start();
    let wide = TrailConfig::from(&trail().prefix("p"));
    let mut local = TrailConfig::from(&Trail::new(ACCOUNT, "eu-west-1", "local", BUCKET));
    local.multi_region = false;
    let delivered = ts("2026-03-01T00:00:00Z");
    loopback.change(|cloud| {
        cloud.cloudtrail.trails = vec![wide.clone(), local.clone()];
        let status = TrailStatus {
            logging: false,
            latest_digest_delivery: Some(delivered),
            latest_digest_delivery_error: Some("AccessDenied".to_owned()),
            ..TrailStatus::default()
        };
        let place = (wide.arn.clone(), "eu-west-1".to_owned());
        cloud.cloudtrail.status.insert(place, status);
    });
    let here = cloudtrail_client(&loopback, "eu-west-1");
    let elsewhere = cloudtrail_client(&loopback, "ap-south-1");

    let all = here.describe_trails().send().await.expect("trails");
    let [first, second] = all.trail_list() else {
        panic!("two trails are seen here");
    };
    assert_eq!(first.trail_arn(), Some(wide.arn.as_str()));
    assert_eq!(first.s3_key_prefix(), Some("p"));
    assert_eq!(first.home_region(), Some(HOME));
    assert_eq!(first.is_multi_region_trail(), Some(true));
    assert_eq!(second.name(), Some("local"));
    assert_eq!(second.s3_key_prefix(), None);
    let own = here.describe_trails().include_shadow_trails(false);
    assert_eq!(own.send().await.expect("trails").trail_list().len(), 1);
    let far = elsewhere.describe_trails().send().await.expect("trails");
    assert_eq!(far.trail_list().len(), 1);
    let none = elsewhere.describe_trails().trail_name_list(&local.arn);
    assert!(none.send().await.expect("trails").trail_list().is_empty());
    let listed = elsewhere.list_trails().send().await.expect("trails");
    assert_eq!(listed.trails().len(), 2);
    let got = here.get_trail().name(&wide.arn).send().await;
    let got = got.expect("a trail").trail.expect("a trail");
    assert_eq!(got.s3_bucket_name(), Some(BUCKET));

    let status = here.get_trail_status().name(&wide.arn).send().await;
    let status = status.expect("a status");
    assert_eq!(status.is_logging(), Some(false));
    assert_eq!(status.latest_digest_delivery_error(), Some("AccessDenied"));
    let time = status.latest_digest_delivery_time().expect("a time");
    assert_eq!(time.secs(), delivered.as_second());
    let default = elsewhere.get_trail_status().name(&wide.arn).send().await;
    let default = default.expect("a status");
    assert_eq!(default.is_logging(), Some(true));
    assert!(default.latest_delivery_time().is_none());
    let unknown = elsewhere.get_trail_status().name("local").send().await;
    let unknown = refusal(&unknown.expect_err("not its home"));
    assert_eq!(
        (unknown.0, unknown.1.as_str()),
        (400, "TrailNotFoundException")
    );

    let selectors = here.get_event_selectors().trail_name("local").send().await;
    assert_eq!(selectors.expect("selectors").event_selectors().len(), 1);
    let insights = here
        .get_insight_selectors()
        .trail_name("local")
        .send()
        .await;
    let insights = refusal(&insights.expect_err("no insights"));
    assert_eq!(insights.1, "InsightNotEnabledException");
    let events = here.lookup_events().send().await.expect("an answer");
    assert!(events.events().is_empty());
}

#[tokio::test]
async fn events_are_looked_up_by_name_and_time_newest_first_in_pages() {
    let loopback = Loopback::start();
    let event = |name: &str, at: Timestamp| {
        let source = "cloudtrail.amazonaws.com";
        json!({"eventName": name, "eventTime": at.to_string(), "eventSource": source, "eventID": "id"})
    };
    let now = Timestamp::from_second(Timestamp::now().as_second()).expect("an instant");
    let days = |n: i64| now - SignedDuration::from_hours(24 * n);
    loopback.change(|cloud| {
        let events = [100, 80, 1, 30].map(|n| event("StopLogging", days(n)));
        let events = events.into_iter().chain([event("StartLogging", days(2))]);
        let events = events.collect();
        cloud.cloudtrail.events.insert(HOME.into(), events);
        cloud.event_page = 2;
    });
    let client = cloudtrail_client(&loopback, HOME);
    let look_up = |name: &str, from: Timestamp, token: Option<String>| {
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::EventName)
            .attribute_value(name);
        let request = client.lookup_events().set_next_token(token);
        request
            .lookup_attributes(attribute.build().expect("an attribute"))
            .start_time(DateTime::from_secs(from.as_second()))
            .end_time(DateTime::from_secs(days(1).as_second()))
            .send()
    };
    let times = |answer: &LookupEventsOutput| -> Vec<i64> {
        let events = answer.events().iter();
        events
            .map(|e| e.event_time().expect("a time").secs())
            .collect()
    };
    let first = look_up("StopLogging", days(200), None)
        .await
        .expect("events");
    assert_eq!(times(&first), [1, 30].map(|n| days(n).as_second()));
    let told = first.events()[0].cloud_trail_event().expect("a record");
    let told: Value = serde_json::from_str(told).expect("JSON");
    assert_eq!(told, event("StopLogging", days(1)));
    let token = first.next_token;
    assert!(token.is_some());
    let second = look_up("StopLogging", days(200), token.clone()).await;
    let second = second.expect("events");
    assert_eq!(times(&second), [80, 100].map(|n| days(n).as_second()));
    assert_eq!(second.next_token, None);
    let other = look_up("StartLogging", days(200), token).await;
    let other = refusal(&other.expect_err("a token of another name"));
    assert_eq!(other.1, "InvalidNextTokenException");
    let backwards = look_up("StopLogging", days(0), None).await;
    let backwards = refusal(&backwards.expect_err("a range that ends before it begins"));
    assert_eq!(backwards.1, "InvalidTimeRangeException");

    // What is too long ago is left out, where the loopback is told to.
    loopback.change(|cloud| {
        cloud.cloudtrail.lookback = Some(SignedDuration::from_hours(24 * 90));
        cloud.event_page = 50;
    });
    let kept = look_up("StopLogging", days(200), None)
        .await
        .expect("events");
    assert_eq!(times(&kept), [1, 30, 80].map(|n| days(n).as_second()));
    let elsewhere = cloudtrail_client(&loopback, "eu-west-1");
    let elsewhere = elsewhere.lookup_events().send().await.expect("events");
    assert!(elsewhere.events().is_empty());
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

#[tokio::test]
async fn the_caller_and_its_organization_are_told_by_the_same_server() {
    let loopback = Loopback::start();
    let url = loopback.cloudtrail_url();
    let sts = |signed: bool| {
        let request = request(Method::POST, "/");
        let request = match signed {
            true => request.header("authorization", authorization(HOME)),
            false => request,
        };
        let form = "Action=GetCallerIdentity&Version=2011-06-15";
        request.body(Full::from(form)).expect("a request")
    };
    let (status, _, body) = send(&url, sts(true)).await;
    assert_eq!(status, 200);
    assert!(body.contains("<Account>111111111111</Account>"), "{body}");
    let (status, _, body) = send(&url, sts(false)).await;
    assert_eq!(status, 403);
    assert!(body.contains("<Code>MissingAuthenticationToken"), "{body}");

    let organization = || {
        request(Method::POST, "/")
            .header(
                "x-amz-target",
                "AWSOrganizationsV20161128.DescribeOrganization",
            )
            .header("authorization", authorization(HOME))
            .body(Full::from("{}"))
            .expect("a request")
    };
    let (status, _, body) = send(&url, organization()).await;
    assert_eq!(status, 400);
    assert!(body.contains("AWSOrganizationsNotInUseException"), "{body}");
    loopback.change(|cloud| {
        cloud.organization = Some(Organization {
            id: "o-exampleorg".to_owned(),
            management_account: "999999999999".to_owned(),
        });
    });
    let (status, _, body) = send(&url, organization()).await;
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(status, 200);
    assert_eq!(answer["Organization"]["Id"], "o-exampleorg");
    assert_eq!(answer["Organization"]["MasterAccountId"], "999999999999");
    let services: Vec<_> = loopback.calls().iter().map(|c| c.service).collect();
    let (sts, organizations) = (Service::Sts, Service::Organizations);
    assert_eq!(services, [sts, sts, organizations, organizations]);
}

#[tokio::test]
async fn what_is_not_served_is_refused_and_stands_in_the_log() {
    let Stage {
        loopback, world, ..
    } = stage();
    let client = s3_client(&loopback, HOME);
    let key = keys_of(&world).remove(0);
    let put = client.put_object().bucket(BUCKET).key(&key).send().await;
    assert_eq!(refusal(&put.expect_err("nothing is written here")).0, 501);
    let acl = client.get_bucket_acl().bucket(BUCKET).send().await;
    assert_eq!(refusal(&acl.expect_err("not served")).0, 501);
    let stop = cloudtrail_client(&loopback, HOME).stop_logging();
    let stop = stop.name("main").send().await.expect_err("not served");
    assert_eq!(refusal(&stop).1, "UnknownOperationException");
    let calls = loopback.calls();
    let [put, acl, stop] = operations(&calls)[..] else {
        panic!("three calls");
    };
    assert_eq!(put, format!("PUT /{BUCKET}/{key}?x-id=PutObject"));
    assert_eq!(acl, format!("GET /{BUCKET}/?acl"));
    assert_eq!(stop, "StopLogging");
}

#[test]
fn the_environment_leads_to_these_servers_and_the_servers_end_with_their_owner() {
    let loopback = Loopback::start();
    let env = loopback.env();
    let value = |name: &str| {
        let found = env.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let (s3, control) = (loopback.s3_url(), loopback.cloudtrail_url());
    assert_eq!(value("AWS_ENDPOINT_URL_S3"), s3);
    for service in ["CLOUDTRAIL", "ORGANIZATIONS", "STS"] {
        assert_eq!(value(&format!("AWS_ENDPOINT_URL_{service}")), control);
    }
    assert_eq!(value("AWS_SECRET_ACCESS_KEY"), SECRET_KEY);
    let address = |url: &str| url.strip_prefix("http://").expect("a plain URL").to_owned();
    assert!(std::net::TcpStream::connect(address(&s3)).is_ok());
    drop(loopback);
    for url in [s3, control] {
        assert!(std::net::TcpStream::connect(address(&url)).is_err());
    }
}

/// What a client trusts that was given a file of certificates.
fn trust(pem: &[u8]) -> TlsContext {
    let store = TrustStore::empty().with_pem_certificate(pem);
    let context = TlsContext::builder().with_trust_store(store);
    context.build().expect("certificates")
}

fn tls_client(pem: &[u8], proxy: ProxyConfig) -> s3::config::SharedHttpClient {
    let context = trust(pem);
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|c| c.sleep_impl()));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(context.clone())
            .build()
    })
}

#[tokio::test]
async fn over_tls_only_those_are_served_who_trust_the_authority() {
    let (ca, stranger) = (Ca::new(), Ca::new());
    let loopback = Loopback::start_tls(&ca);
    let Stage { world, .. } = stage();
    loopback.serve(&world);
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("ca.pem");
    ca.write(&file);
    let pem = std::fs::read(&file).expect("certificates");
    let list = |pem: &[u8], url: &str| {
        let config = s3_config(&loopback, HOME, SECRET_KEY)
            .endpoint_url(url)
            .http_client(tls_client(pem, ProxyConfig::disabled()));
        let client = s3::Client::from_conf(config.build());
        client.list_objects_v2().bucket(BUCKET).send()
    };
    let url = loopback.s3_url();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    list(&pem, &url).await.expect("a listing");
    let named = url.replace("127.0.0.1", "localhost");
    list(&pem, &named).await.expect("a listing");
    let distrust = list(stranger.pem().as_bytes(), &url).await;
    let distrust = distrust.expect_err("another authority");
    let text = DisplayErrorContext(&distrust).to_string();
    assert!(
        text.contains("UnknownIssuer") || text.contains("certificate"),
        "{text}"
    );
    assert_eq!(loopback.calls().len(), 2);
}

#[tokio::test]
async fn names_that_nobody_can_resolve_are_reached_through_the_proxy_alone() {
    let Stage { loopback, .. } = stage();
    let proxy = Proxy::start(&loopback);
    let list = |proxy: ProxyConfig, path_style: bool| {
        let config = s3_config(&loopback, HOME, SECRET_KEY)
            .endpoint_url("http://s3.test")
            .force_path_style(path_style)
            .http_client(tls_client(Ca::new().pem().as_bytes(), proxy));
        let client = s3::Client::from_conf(config.build());
        client.list_objects_v2().bucket(BUCKET).send()
    };
    let through = || ProxyConfig::http(proxy.url()).expect("a proxy");
    let nowhere = list(ProxyConfig::disabled(), true).await;
    assert!(nowhere.expect_err("no such name").raw_response().is_none());
    assert!(proxy.hosts().is_empty());
    for path_style in [true, false] {
        let listed = list(through(), path_style).await.expect("a listing");
        assert!(listed.key_count() > Some(0));
    }
    assert_eq!(proxy.hosts(), ["s3.test", "logs.s3.test"]);
    let calls = loopback.calls();
    assert_eq!(operations(&calls), ["ListObjectsV2", "ListObjectsV2"]);
    assert!(calls.iter().all(|c| c.bucket.as_deref() == Some(BUCKET)));
}

#[tokio::test]
async fn the_proxy_tunnels_tls_to_either_server() {
    let ca = Ca::new();
    let loopback = Loopback::start_tls(&ca);
    let Stage { world, chain, .. } = stage();
    loopback.serve(&world);
    let proxy = Proxy::start(&loopback);
    let client = || {
        let through = ProxyConfig::https(proxy.url()).expect("a proxy");
        tls_client(ca.pem().as_bytes(), through)
    };
    let config = s3_config(&loopback, HOME, SECRET_KEY)
        .endpoint_url("https://s3.test:443")
        .http_client(client());
    let place = &chain.last().place;
    let get = s3::Client::from_conf(config.build()).get_object();
    let got = get.bucket(BUCKET).key(&place.key).send().await;
    let body = got.expect("an object").body.collect().await;
    assert_eq!(body.expect("a body").to_vec(), world.object(place).body);
    let config = cloudtrail_client(&loopback, HOME).config().to_builder();
    let config = config
        .endpoint_url("https://cloudtrail.test")
        .http_client(client());
    let trails = cloudtrail::Client::from_conf(config.build()).list_trails();
    trails.send().await.expect("trails");
    assert_eq!(proxy.hosts(), ["s3.test:443", "cloudtrail.test:443"]);
    let calls = loopback.calls();
    assert_eq!(operations(&calls), ["GetObject", "ListTrails"]);
}
