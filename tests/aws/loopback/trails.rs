//! Public keys, trails and events, as CloudTrail answers.

use aws_sdk_cloudtrail::operation::lookup_events::LookupEventsOutput;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_sdk_s3 as s3;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{ACCOUNT, BUCKET, HOME, Stage, cloudtrail_client, refusal, stage, trail};
use crate::support::aws::{Loopback, Service, TrailConfig, TrailStatus};
use crate::support::forge::{Trail, ts};

#[tokio::test]
async fn public_keys_match_the_region_and_the_time_and_come_in_pages() {
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
async fn trails_are_visible_where_they_deliver_and_have_a_status_there() {
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
    let record = first.events()[0].cloud_trail_event().expect("a record");
    let record: Value = serde_json::from_str(record).expect("JSON");
    assert_eq!(record, event("StopLogging", days(1)));
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

    // With a limit set, LookupEvents leaves out events that are too old.
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
