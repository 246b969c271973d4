//! State that the servers and the test share, and what happens to every call before it is answered.

use std::sync::{Arc, Mutex};

use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, Response};
use jiff::{SignedDuration, Timestamp};

use super::calls::{Call, Log};
use super::cloud::Cloud;
use super::faults::{Answer, strike};
use super::s3_call::header;
use super::scope::Scope;

/// State that the servers and the test share.
#[derive(Default)]
pub struct Shared {
    cloud: Mutex<Cloud>,
    /// The log of both servers.
    pub log: Arc<Log>,
}

impl Shared {
    /// Reads or changes what is served.
    pub fn cloud<T>(&self, with: impl FnOnce(&mut Cloud) -> T) -> T {
        with(&mut self.cloud.lock().expect("no holder has panicked"))
    }

    /// The time by the servers' clocks.
    pub fn date(&self) -> String {
        let now = self.cloud(|cloud| {
            let ahead = SignedDuration::from_secs(cloud.clock_ahead);
            cloud.frozen_at.unwrap_or_else(Timestamp::now) + ahead
        });
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Logs a call and delays it; returns its number and its fault.
    pub async fn admit(&self, call: Call) -> (usize, Option<Answer>) {
        let (delay, answer) = self.cloud(|cloud| {
            let (delay, answer) = strike(&mut cloud.faults, &call);
            (delay + cloud.latency, answer)
        });
        let at = self.log.arrived(call);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        (at, answer)
    }
}

/// Adds what the head of a request shows to a call.
pub fn complete(call: &mut Call, headers: &HeaderMap, scope: Option<&Scope>, connection: usize) {
    call.connection = connection;
    call.region = scope.map(|scope| scope.region.clone());
    call.user_agent = header(headers, "user-agent");
}

/// An answer with a status, a content type and a text.
pub fn text(status: u16, kind: &'static str, text: String) -> Response<s3s::Body> {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind)
        .body(s3s::Body::from(text))
        .expect("a well-formed answer")
}

/// The header that holds a call's number.
pub fn request_id(at: usize) -> String {
    format!("LOOPBACK{at:08}")
}
