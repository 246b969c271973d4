//! The command line of a run, and one that repeats the run.

use crate::base::text::quoted;
use crate::report::validation::v1::{Report, SourceKind};

/// The words of the command line as it was given, quoted.
pub(super) fn as_given(report: &Report) -> Vec<String> {
    quoted_all(&report.run.command)
}

/// The words of a command line that repeats the run, quoted. It gives the times and the seed that the run
/// took from the clock or drew by lot, and does not overwrite the report.
pub(super) fn to_repeat(report: &Report) -> Vec<String> {
    let mut words = without_targets(&report.run.command);
    if let Some(command) = words.get_mut(1).filter(|word| *word == "validate-logs") {
        // It has a format of its own.
        *command = "validate".to_owned();
    }
    let requested = &report.requested;
    let mut give = |name: &str, value: Option<String>| {
        let given = |word: &String| word == name || word.starts_with(&format!("{name}="));
        if let Some(value) = value.filter(|_| !words.iter().any(given)) {
            words.extend([name.to_owned(), value]);
        }
    };
    let as_of = requested.as_of.map(|at| at.to_string());
    if requested.source == SourceKind::S3 && requested.end.is_none() {
        give("--end-time", as_of.clone());
    }
    give("--as-of", as_of);
    give("--seed", requested.seed.clone());
    give("--format", Some("json".to_owned()));
    quoted_all(&words)
}

/// A command line without the formats and files of its reports, and without what only some formats show.
fn without_targets(command: &[String]) -> Vec<String> {
    const TARGETS: [&str; 6] = [
        "--format",
        "--out",
        "--commands",
        "--title",
        "--note",
        "--names",
    ];
    let mut words = Vec::new();
    let mut given = command.iter();
    while let Some(word) = given.next() {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        match TARGETS.contains(&name) {
            true if name == word => drop(given.next()),
            true => {}
            false => words.push(word.clone()),
        }
    }
    words
}

fn quoted_all(words: &[String]) -> Vec<String> {
    words.iter().map(|word| quoted(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::to_repeat;
    use crate::report::validation::v1::Report;

    #[test]
    fn what_was_sampled_or_drawn_is_given_unless_it_was() {
        let report = include_str!("../../../../tests/golden/everything.json");
        let mut report: Report = serde_json::from_str(report).expect("a report");
        let words = |report: &Report| to_repeat(report).join(" ");
        let as_of = "2026-03-08T00:07:21Z";
        let given =
            format!("--end-time {as_of} --as-of {as_of} --seed 9f86d081884c7d65 --format json");
        assert!(words(&report).ends_with(&given), "{}", words(&report));
        let more = [
            "--seed=other",
            "--as-of",
            "x",
            "--end-time",
            "$(rm)",
            "--format=csv",
        ];
        report.run.command = more.map(String::from).to_vec();
        assert_eq!(
            words(&report),
            "'--seed=other' --as-of x --end-time '$(rm)' --format json"
        );
        // The report is not overwritten.
        let more = [
            "--format",
            "html",
            "--out",
            "r.html",
            "--out=r.json",
            "--as-of",
            "--out",
        ];
        report.run.command = more.map(String::from).to_vec();
        report.requested.seed = None;
        report.requested.end = report.requested.as_of;
        assert_eq!(words(&report), "--as-of --format json");
        let alias = ["trailproof", "validate-logs", "--verbose"];
        report.run.command = alias.map(String::from).to_vec();
        report.requested.as_of = None;
        let repeated = "trailproof validate --verbose --format json";
        assert_eq!(words(&report), repeated);
    }
}
