//! Requests for a window of the usual chain.

use jiff::SignedDuration;
use trailproof::validate::request::Request;

use crate::library::request;
use crate::support::case::hour;
use crate::support::forge::ts;

pub fn between(from: &str, to: &str) -> Request {
    Request {
        from: Some(ts(from)),
        to: Some(ts(to)),
        as_of: Some(hour(100)),
        ..request()
    }
}

pub fn within(from: SignedDuration, to: SignedDuration) -> Request {
    let (from, to) = (Some(hour(0) + from), Some(hour(0) + to));
    Request {
        from,
        to,
        as_of: Some(hour(100)),
        ..request()
    }
}

pub fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}
