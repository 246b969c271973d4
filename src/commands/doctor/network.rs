//! Whether the endpoints of S3 and CloudTrail can be reached: DNS, connection, TLS and an answer. If none can be, no
//! other check is tried, because each would only wait for the same failure.

use super::chart::{CheckChart, CheckResult};
use crate::report::doctor::check::{Check, Status};
use crate::source::GetError;
use crate::source::endpoint::{Answerer, Probed, ProbedService};

/// The results if no endpoint can be reached; `None` if any can, so that the other checks are worth trying.
pub fn without_network(network: &[Probed]) -> Option<Vec<CheckResult>> {
    let is_down = !network.is_empty() && network.iter().all(|p| p.unreachable().is_some());
    is_down.then(|| {
        let mut chart = CheckChart::default();
        check(network, &mut chart);
        let others = Check::ALL.iter().copied();
        let others: Vec<Check> = others.filter(|check| *check != Check::Network).collect();
        chart.unknown(&others, "", "could not be checked: no network");
        chart.into_sorted()
    })
}

/// Whether a service was tried and cannot be reached.
pub(super) fn is_down(network: &[Probed], service: ProbedService) -> bool {
    let is_down = |p: &Probed| p.service == service && p.unreachable().is_some();
    network.iter().any(is_down)
}

/// Reports which endpoints can be reached.
pub(super) fn check(network: &[Probed], chart: &mut CheckChart) {
    for probed in network {
        let subject = match probed.endpoint.as_str() {
            "" => probed.service.as_str().to_owned(),
            endpoint => format!("{} at {endpoint}", probed.service.as_str()),
        };
        match &probed.answer {
            Ok(Answerer::Aws) => chart.note(Check::Network, &subject, Status::Ok, "it answers"),
            Ok(Answerer::Unidentified) => chart.advise(
                Check::Network,
                &subject,
                Status::Warning,
                "something answers, but it may not be AWS: the answer lacks a request id",
                "check HTTPS_PROXY, and the address if you set one (--endpoint-url, AWS_ENDPOINT_URL): a proxy or \
                 another server may answer instead",
            ),
            Err(error @ GetError::Cancelled(_)) => {
                chart.note(Check::Network, &subject, Status::Unknown, error.detail());
            }
            Err(error) => chart.advise(
                Check::Network,
                &subject,
                Status::Failed,
                format!("it cannot be reached: {}", why(error)),
                "check DNS, firewall, VPC endpoint and HTTPS_PROXY, and the address if you set one (--endpoint-url, \
                 AWS_ENDPOINT_URL)",
            ),
        }
    }
}

fn why(error: &GetError) -> String {
    match error {
        GetError::Io(why) => why.clone(),
        other => other.detail(),
    }
}
