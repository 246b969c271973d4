//! Compares the scope of a state with what is requested now (pure). A run with another scope would leave chains out
//! in silence, and end their windows where it never looked.

use crate::base::text::quoted;
use crate::report::state::v1::Scope;
use crate::report::validation::v1::SourceKind;

/// The first difference between the scope of a state and that of a run, in words; `None` if there is none.
///
/// The run may leave `--start-time` out: it then has that of the state.
pub fn difference(state: &Scope, run: &Scope) -> Option<String> {
    if state.source != run.source {
        let words = |source| match source {
            SourceKind::S3 => "buckets in S3",
            SourceKind::Disk => "a copy on disk",
            SourceKind::Bundle => "a bundle",
        };
        let (then, now) = (words(state.source), words(run.source));
        return Some(format!("it was made of {then}, and this run reads {now}"));
    }
    if run.start.is_some() && state.start != run.start {
        let time = |at: Option<jiff::Timestamp>| at.map_or("none".to_owned(), |at| at.to_string());
        return Some(differs(
            "--start-time",
            &time(state.start),
            &time(run.start),
        ));
    }
    let logs = ([state.logs.clone()], [run.logs.clone()]);
    let lists: [(&str, &[String], &[String]); 8] = [
        ("--region", &state.regions, &run.regions),
        ("--account-id", &state.account_ids, &run.account_ids),
        (
            "--organization-id",
            &state.organization_ids,
            &run.organization_ids,
        ),
        ("--trail-arn", &state.trail_arns, &run.trail_arns),
        ("--s3-bucket", &state.buckets, &run.buckets),
        ("--s3-prefix", &state.prefixes, &run.prefixes),
        ("--map", &state.map, &run.map),
        ("--logs", &logs.0, &logs.1),
    ];
    let (option, then, now) = lists.into_iter().find(|(_, then, now)| then != now)?;
    let list = |values: &[String]| match values {
        [] => "none".to_owned(),
        _ => Vec::from_iter(values.iter().map(|value| quoted(value))).join(" "),
    };
    Some(differs(option, &list(then), &list(now)))
}

fn differs(option: &str, then: &str, now: &str) -> String {
    format!("{option} was {then}, and is {now} now")
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{at, scope};
    use super::difference;

    #[test]
    fn a_scope_is_the_same_or_the_option_that_differs_is_given() {
        let then = scope();
        assert_eq!(difference(&then, &then), None);
        let mut now = scope();
        now.start = None;
        assert_eq!(difference(&then, &now), None, "it is that of the state");
        now.start = Some(at("2026-03-01T00:00:00Z"));
        let words = difference(&then, &now).expect("a difference");
        assert!(words.starts_with("--start-time was 2026-02-28"), "{words}");
        let mut now = scope();
        now.regions = vec!["eu-west-1".into()];
        let words = difference(&then, &now).expect("a difference");
        assert_eq!(words, "--region was none, and is eu-west-1 now");
        let mut now = scope();
        now.logs = "none".into();
        assert!(
            difference(&then, &now)
                .expect("a difference")
                .contains("--logs")
        );
    }
}
