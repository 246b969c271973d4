//! A minimal S3 and CloudTrail over a corpus in memory. It checks no signatures, delays each answer by a
//! given latency, and counts requests. `GET /stats` returns the counts; `GET /stats?clear` also resets
//! them.
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a tool of the benches"
)]

mod cloud;
mod control;
// Shared with the server of the tests.
#[path = "../../tests/support/aws/listing.rs"]
mod listing;
#[path = "../../tests/support/aws/percent.rs"]
mod percent;
mod s3;
mod stats;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::TcpListener;

use cloud::Cloud;
use stats::Stats;

/// Serves a corpus as S3 and CloudTrail
#[derive(Parser)]
struct Args {
    /// The corpus's folder
    #[arg(long)]
    dir: PathBuf,
    /// Where to listen; port 0 takes one that is free
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// How long each answer waits
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Threads that answer
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// The time of day: later objects have not been written yet. By default all exist
    #[arg(long)]
    now: Option<Timestamp>,
    /// `cargo bench` gives it
    #[arg(long, hide = true)]
    bench: bool,
}

struct Served {
    cloud: Cloud,
    stats: Stats,
    latency: Duration,
    /// The header `Date`, if it is not that of the clock.
    date: Option<HeaderValue>,
}

fn main() {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(args.threads.max(1))
        .enable_all()
        .build()
        .expect("a runtime");
    let mut cloud = Cloud::load(&args.dir);
    if let Some(now) = args.now {
        cloud
            .objects
            .retain(|_, object| object.last_modified <= now);
    }
    let served = Arc::new(Served {
        cloud,
        date: args.now.map(|now| s3::value(&s3::date(now))),
        stats: Stats::default(),
        latency: Duration::from_millis(args.latency_ms),
    });
    runtime.block_on(serve(served, &args.listen));
}

async fn serve(served: Arc<Served>, listen: &str) {
    let listener = TcpListener::bind(listen).await.expect("a free port");
    // The script that started this server waits for this line.
    println!("http://{}", listener.local_addr().expect("an address"));
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        // Without this, each small answer would wait for an acknowledgement of the client.
        stream.set_nodelay(true).expect("a TCP socket");
        let served = Arc::clone(&served);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&served, request));
            // A client that disconnects is not an error.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    served: &Served,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    if request.uri().path() == "/stats" {
        let clear = request.uri().query() == Some("clear");
        let stats = served.stats.report(clear).to_string();
        return Ok(typed("application/json", stats));
    }
    served.stats.arrived();
    if !served.latency.is_zero() {
        tokio::time::sleep(served.latency).await;
    }
    let (operation, mut response) = if request.method() == Method::POST {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes());
        let answer = control::answer(&served.cloud, &head.headers, &body.unwrap_or_default());
        match answer {
            Some((operation, kind, text)) => (operation, typed(kind, text)),
            None => {
                // Show operations that this server lacks: the programs may come to need more.
                let target = head.headers.get("x-amz-target");
                eprintln!("not served: {} {target:?}", head.uri);
                let mut refused = typed("application/x-amz-json-1.1", "{}".to_owned());
                *refused.status_mut() = StatusCode::BAD_REQUEST;
                ("Unknown", refused)
            }
        }
    } else {
        s3::answer(&served.cloud, request.method(), request.uri())
    };
    // Each answer of S3 and of CloudTrail carries its request id.
    for name in ["x-amz-request-id", "x-amzn-requestid"] {
        let id = HeaderValue::from_static("0A49CE4060975EAC");
        response.headers_mut().insert(name, id);
    }
    if let Some(date) = &served.date {
        response.headers_mut().insert(DATE, date.clone());
    }
    let bytes = response.body().size_hint().lower();
    served.stats.answered(operation, bytes);
    Ok(response)
}

fn typed(kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
