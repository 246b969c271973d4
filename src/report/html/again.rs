//! How a report was made, and how to make it again.

use crate::escape::quoted;
use crate::report::v1::{Report, SourceKind};

/// The words of the command line as it was given.
pub(super) fn command(report: &Report) -> Vec<String> {
    quoted_all(&report.run.command)
}

/// The command line that looks at the same again: with what was sampled once, or drawn, given.
pub(super) fn again(report: &Report) -> Vec<String> {
    let mut words = report.run.command.clone();
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
    quoted_all(&words)
}

fn quoted_all(words: &[String]) -> Vec<String> {
    words.iter().map(|word| quoted(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::again;
    use crate::report::v1::Report;

    #[test]
    fn what_was_sampled_or_drawn_is_given_unless_it_was() {
        let report = include_str!("../../../tests/golden/everything.json");
        let mut report: Report = serde_json::from_str(report).expect("a report");
        let words = |report: &Report| again(report).join(" ");
        let as_of = "2026-03-08T00:07:21Z";
        let given = format!("--end-time {as_of} --as-of {as_of} --seed 9f86d081884c7d65");
        assert!(words(&report).ends_with(&given), "{}", words(&report));
        let more = ["--seed=other", "--as-of", "x", "--end-time", "$(rm)"];
        report.run.command = more.map(String::from).to_vec();
        assert_eq!(
            words(&report),
            "'--seed=other' --as-of x --end-time '$(rm)'"
        );
    }
}
