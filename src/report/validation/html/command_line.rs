//! How a report was made, and how to make it again.

use crate::base::text::quoted;
use crate::report::validation::v1::{Report, SourceKind};

/// The words of the command line as it was given.
pub(super) fn command(report: &Report) -> Vec<String> {
    quoted_all(&report.run.command)
}

/// The command line that looks at the same again: with what was sampled once, or drawn, given; and
/// writing over no report that was filed.
pub(super) fn again(report: &Report) -> Vec<String> {
    let mut words = without_targets(&report.run.command);
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

/// A command line without formats, and without the files that reports went to.
fn without_targets(command: &[String]) -> Vec<String> {
    const TARGETS: [&str; 2] = ["--format", "--out"];
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
    use super::again;
    use crate::report::validation::v1::Report;

    #[test]
    fn what_was_sampled_or_drawn_is_given_unless_it_was() {
        let report = include_str!("../../../../tests/golden/everything.json");
        let mut report: Report = serde_json::from_str(report).expect("a report");
        let words = |report: &Report| again(report).join(" ");
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
        // What was filed is not written over.
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
    }
}
