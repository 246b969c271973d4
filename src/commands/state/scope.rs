//! Compares the scope of a state with what is requested now (pure). A run with another scope would leave chains out
//! in silence, and end their windows where it never looked.

use crate::base::text::quoted;
use crate::report::state::v1::Scope;
use crate::report::validation::v1::SourceKind;

/// What a run leaves out of the scope of a state, or does in another way, in words; `None` if it may continue the
/// state. It may have a wider scope, which is then that of the state.
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
    let filters: [(&str, &[String], &[String]); 5] = [
        ("--region", &state.regions, &run.regions),
        ("--account-id", &state.account_ids, &run.account_ids),
        (
            "--organization-id",
            &state.organization_ids,
            &run.organization_ids,
        ),
        ("--trail-arn", &state.trail_arns, &run.trail_arns),
        ("--s3-prefix", &state.prefixes, &run.prefixes),
    ];
    if let Some(words) = filters.into_iter().find_map(narrower) {
        return Some(words);
    }
    // No bucket means those of the trails, and not every one.
    let buckets = (&state.buckets, &run.buckets);
    if buckets.0.is_empty() != buckets.1.is_empty() {
        return Some(differs("--s3-bucket", &list(buckets.0), &list(buckets.1)));
    }
    if let Some(words) = narrower(("--s3-bucket", buckets.0, buckets.1)) {
        return Some(words);
    }
    if state.map != run.map {
        return Some(differs("--map", &list(&state.map), &list(&run.map)));
    }
    (state.logs != run.logs).then(|| differs("--logs", &state.logs, &run.logs))
}

/// What an option leaves out that the state has. Without a value it leaves nothing out.
fn narrower((option, then, now): (&str, &[String], &[String])) -> Option<String> {
    let lacks = |what: &str| format!("this run is narrower: {what}");
    if then.is_empty() && !now.is_empty() {
        return Some(lacks(&format!(
            "{} leaves out the rest, and earlier runs had no {option}",
            given(option, now)
        )));
    }
    if now.is_empty() {
        return None;
    }
    let missing = then.iter().filter(|value| !now.contains(value));
    let missing = Vec::from_iter(missing.cloned());
    (!missing.is_empty()).then(|| lacks(&format!("it lacks {}", given(option, &missing))))
}

/// An option with its values.
fn given(option: &str, values: &[String]) -> String {
    format!("{option} {}", list(values))
}

fn list(values: &[String]) -> String {
    match values {
        [] => "none".to_owned(),
        _ => Vec::from_iter(values.iter().map(|value| quoted(value))).join(" "),
    }
}

fn differs(option: &str, then: &str, now: &str) -> String {
    format!("{option} was {then}, and is {now} now")
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{at, scope};
    use super::difference;

    #[test]
    fn a_run_with_a_wider_scope_continues_a_state_and_a_narrower_one_does_not() {
        let with = |regions: &[&str]| {
            let mut scope = scope();
            scope.regions = regions.iter().map(|region| (*region).to_owned()).collect();
            scope
        };
        let (one, two) = (with(&["eu-west-1"]), with(&["eu-west-1", "us-east-1"]));
        assert_eq!(difference(&one, &two), None);
        assert_eq!(difference(&two, &with(&[])), None);
        let words = difference(&two, &one).expect("a difference");
        assert_eq!(words, "this run is narrower: it lacks --region us-east-1");
        let mut buckets = scope();
        buckets.buckets.push("more".into());
        assert_eq!(difference(&scope(), &buckets), None);
        assert!(difference(&buckets, &scope()).is_some());
        buckets.buckets.clear();
        let words = difference(&scope(), &buckets).expect("a difference");
        assert_eq!(words, "--s3-bucket was logs, and is none now");
    }

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
        assert!(words.contains("narrower: --region eu-west-1"), "{words}");
        let mut now = scope();
        now.logs = "none".into();
        assert!(
            difference(&then, &now)
                .expect("a difference")
                .contains("--logs")
        );
    }
}
