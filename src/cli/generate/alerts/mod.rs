//! `trailproof generate alerts`: alerting rules for the metrics of `validate --format prometheus`.

use crate::base::error::Error;
use crate::cli::args::generate::{AlertsArgs, AlertsKind};
use crate::cli::output;

/// The rule file of Prometheus.
const PROMETHEUS: &str = include_str!("prometheus.yaml");

/// Prints the rules.
///
/// # Errors
/// If they cannot be written.
pub fn print(args: &AlertsArgs) -> Result<u8, Error> {
    let rules = match args.kind {
        AlertsKind::Prometheus => PROMETHEUS,
    };
    output::print("the rules", rules.as_bytes())
}
