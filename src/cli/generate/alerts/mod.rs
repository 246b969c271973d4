//! `trailproof generate alerts`: alerting rules for the metrics of `--format prometheus`.

use jiff::SignedDuration;

use crate::base::error::Error;
use crate::cli::args::generate::{AlertsArgs, AlertsKind};
use crate::cli::output;

/// The rule file of Prometheus, with a word between `@` for each time that depends on how often the check runs.
const PROMETHEUS: &str = include_str!("prometheus.yaml");

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Prints the rules.
///
/// # Errors
/// If they cannot be written.
pub fn print(args: &AlertsArgs) -> Result<u8, Error> {
    let rules = match args.kind {
        AlertsKind::Prometheus => prometheus(args.every),
    };
    output::print("the alerting rules", rules.as_bytes())
}

/// The rule file of Prometheus, for a check that runs this often.
fn prometheus(every: SignedDuration) -> String {
    let missed = every * 3;
    let times = [
        ("@EVERY@", written(every)),
        // Long enough for one more run, and too short for two.
        ("@ANOTHER_RUN@", written(missed / 2)),
        ("@MISSED@", written(missed)),
        ("@MISSED_SECONDS@", missed.as_secs().to_string()),
        // What one run alone reports stays on for a working day.
        ("@STAYS@", written(DAY.max(missed))),
        // A file of metrics that was removed is noticed for as long as its last sample is remembered.
        ("@REMEMBERED@", written((DAY * 7).max(missed * 7))),
    ];
    let fill = |text: String, (word, time): &(&str, String)| text.replace(word, time);
    times.iter().fold(PROMETHEUS.to_owned(), fill)
}

/// A duration as Prometheus reads it, in the largest unit that gives a whole number.
fn written(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    match unit {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}
