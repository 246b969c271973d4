//! The caller's identity, calls that are not served, and how programs find these servers.

use http_body_util::Full;
use hyper::Method;
use serde_json::Value;

use super::{
    BUCKET, HOME, Stage, authorization, cloudtrail_client, keys_of, operations, refusal, request,
    s3_client, send, stage,
};
use crate::support::aws::{Loopback, Organization, SECRET_KEY, Service};

#[tokio::test]
async fn the_same_server_answers_for_the_caller_and_its_organization() {
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
async fn a_call_that_is_not_served_is_refused_and_logged() {
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
