//! Listings, objects, signatures and regions, as S3 answers.

use aws_sdk_s3 as s3;
use http_body_util::Full;
use hyper::{Method, StatusCode};
use s3::config::Credentials;
use s3::error::SdkError;

use super::{BUCKET, HOME, Stage, keys_of, refusal, request, s3_client, s3_config, send, stage};
use crate::support::aws::{Loopback, SECRET_KEY};
use crate::support::forge::{Object, Place, World, gunzip, ts};

#[tokio::test]
async fn listings_come_in_pages_from_the_requested_start() {
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
            let stored = &world.buckets[BUCKET][key];
            assert_eq!(object.size(), Some(stored.body.len() as i64));
            let modified = object.last_modified().expect("a time");
            assert_eq!(modified.secs(), stored.last_modified.as_second());
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
    let stored = world.object(place);
    let get = || client.get_object().bucket(BUCKET).key(&place.key);

    let complete = get().send().await.expect("an object");
    assert_eq!(complete.content_encoding(), Some("gzip"));
    assert_eq!(complete.content_type(), Some("application/json"));
    let metadata = complete.metadata().expect("metadata");
    assert_eq!(metadata.len(), stored.metadata.len());
    assert!(
        stored
            .metadata
            .iter()
            .all(|(n, v)| metadata.get(n) == Some(v))
    );
    assert!(metadata.contains_key("signature"));
    let modified = complete.last_modified().expect("a time").secs();
    assert_eq!(modified, stored.last_modified.as_second());
    let etag = complete.e_tag().expect("an ETag").to_owned();
    let body = complete.body.collect().await.expect("a body").to_vec();
    assert_eq!(body, stored.body);
    assert_eq!(gunzip(&body), chain.last().json);

    let head = client.head_object().bucket(BUCKET).key(&place.key);
    let head = head.if_match(&etag).send().await.expect("a head");
    assert_eq!(head.e_tag(), Some(etag.as_str()));
    assert_eq!(head.content_length(), Some(body.len() as i64));
    assert_eq!(
        head.metadata().map(|m| m.len()),
        Some(stored.metadata.len())
    );

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
async fn missing_objects_are_refused_and_changes_are_served_at_once() {
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
    let bucket_region = |error: &SdkError<_>| {
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
    assert_eq!(bucket_region(&error).as_deref(), Some("eu-west-1"));
    let head = s3_client(&loopback, HOME).head_bucket().bucket(BUCKET);
    assert_eq!(
        refusal(&head.send().await.expect_err("the wrong region")).0,
        301
    );
    let location = s3_client(&loopback, HOME)
        .get_bucket_location()
        .bucket(BUCKET);
    let location = location.send().await.expect("a location");
    assert_eq!(
        location.location_constraint().map(|l| l.as_str()),
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
    assert_eq!(bucket_region(&error).as_deref(), Some("eu-west-1"));
    list("eu-west-1").await.expect("the right region");
}
