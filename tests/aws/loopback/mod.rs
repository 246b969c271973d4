//! AWS on loopback itself: it answers the real SDK as AWS does, and fails on order.

mod callers;
mod doubts;
mod faults;
mod objects;
mod tls;
mod trails;

use aws_sdk_cloudtrail as cloudtrail;
use aws_sdk_s3 as s3;
use aws_smithy_http_client::Builder;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use s3::config::retry::RetryConfig;
use s3::config::{BehaviorVersion, Credentials, Region};
use s3::error::{ProvideErrorMetadata, SdkError};
use tokio::net::TcpStream;

use crate::support::aws::{ACCESS_KEY, Call, Loopback, SECRET_KEY};
use crate::support::forge::{Chain, ChainSpec, Trail, World, ts};

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

/// Status, code and message of an error response.
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
