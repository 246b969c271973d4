//! How fast a machine is, and what it costs: the rates of a plan, and what follows from them.

use crate::report::plan::v1::PlanRates;

/// The rates of a plan for which no others are given.
///
/// - A machine of two cores validates 3,000 digests and logs a second if an answer takes 15 ms (`benches/race.py`), and
///   180 MiB a second as stored if nothing else takes time (`benches/disk.py`).
/// - <https://aws.amazon.com/s3/pricing/>: S3 Standard in us-east-1, as of 2026. The transfer within a region is free.
/// - <https://aws.amazon.com/fargate/pricing/>: a task of 2 vCPU and 4 GB in us-east-1, as of 2026.
pub const DEFAULT: PlanRates = PlanRates {
    logs_per_second: 3000.0,
    mib_per_second: 180.0,
    price_get: 0.0004,
    price_list: 0.005,
    price_gb: 0.0,
    price_hour: 0.099,
};

/// The bytes of 1 GB.
const GB: f64 = 1e9;

/// The seconds that one machine takes for objects of so many bytes together: what takes longer of requests and bytes.
/// Listings go on beside the reading.
pub fn seconds(rates: &PlanRates, objects: u64, bytes: u64) -> f64 {
    let by_objects = objects as f64 / rates.logs_per_second;
    let by_bytes = bytes as f64 / (1 << 20) as f64 / rates.mib_per_second;
    by_objects.max(by_bytes)
}

/// The price of GET requests, pages of listings, bytes and hours, in US dollars.
pub fn price(rates: &PlanRates, (gets, pages): (u64, u64), bytes: u64, hours: f64) -> f64 {
    gets as f64 / 1000.0 * rates.price_get
        + pages as f64 / 1000.0 * rates.price_list
        + bytes as f64 / GB * rates.price_gb
        + hours * rates.price_hour
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, price, seconds};
    use crate::report::plan::v1::PlanRates;

    #[test]
    fn small_logs_take_requests_and_large_ones_bytes() {
        assert_eq!(seconds(&DEFAULT, 3000, 3_000_000), 1.0);
        assert_eq!(seconds(&DEFAULT, 1, 360 << 20), 2.0);
    }

    #[test]
    fn a_million_logs_cost_what_the_pages_say() {
        let hours = seconds(&DEFAULT, 1_000_000, 0) / 3600.0;
        let rates = PlanRates {
            price_gb: 0.09,
            ..DEFAULT
        };
        let usd = price(&rates, (1_000_000, 1000), 10_000_000_000, hours);
        // 0.40 for GET, 0.005 for LIST, 0.90 for the transfer, 5.6 minutes of a machine.
        assert_eq!((usd * 1000.0).round(), 1314.0);
    }
}
