//! What requests and bytes cost at list rates.
//!
//! <https://aws.amazon.com/s3/pricing/>: S3 Standard in us-east-1, as of 2026. GET and LIST are charged by the request,
//! and the transfer to the internet by the byte.

use super::estimate::Estimate;
use crate::report::collect::v1::{EstimatedPrice, EstimatedRequests};

/// The page with the rates.
const PAGE: &str = "https://aws.amazon.com/s3/pricing/";
/// US dollars for 1,000 GET requests.
const GET: f64 = 0.0004;
/// US dollars for 1,000 LIST requests.
const LIST: f64 = 0.005;
/// US dollars for 1 GB to the internet: the first and highest rate.
const TRANSFER: f64 = 0.09;
/// The bytes of 1 GB. With 2³⁰ the price would be lower.
const GB: f64 = 1e9;

/// The requests that a collection makes at least.
pub fn requests(estimate: &Estimate) -> EstimatedRequests {
    EstimatedRequests {
        get: estimate.digests.objects + estimate.logs.objects,
        list: estimate.listings,
    }
}

/// What these requests and the bytes cost.
pub fn price(requests: EstimatedRequests, bytes: u64) -> EstimatedPrice {
    EstimatedPrice {
        get: requests.get as f64 / 1000.0 * GET,
        list: requests.list as f64 / 1000.0 * LIST,
        transfer: bytes as f64 / GB * TRANSFER,
        get_rate: GET,
        list_rate: LIST,
        transfer_rate: TRANSFER,
        source: PAGE,
    }
}

#[cfg(test)]
mod tests {
    use super::price;
    use crate::report::collect::v1::EstimatedRequests;

    #[test]
    fn a_million_objects_cost_what_the_page_says() {
        let requests = EstimatedRequests {
            get: 1_000_000,
            list: 1_000,
        };
        let price = price(requests, 10_000_000_000);
        let cents = [price.get, price.list, price.transfer].map(|usd| (usd * 1000.0).round());
        assert_eq!(cents, [400.0, 5.0, 900.0]);
    }
}
