//! The last part of the page: what is proven and what is not, and all that a reader needs to check it.

use askama::Template;
use jiff::SignedDuration;

use super::command_line;
use super::facts::Fact;
use super::glossary::TERMS;
use crate::base::text::{capital, grouped, plural, sentence};
use crate::base::time::in_words;
use crate::report::validation::commands::Commands;
use crate::report::validation::custody;
use crate::report::validation::headline::{filters, window_line};
use crate::report::validation::proven;
use crate::report::validation::scope_label::scope;
use crate::report::validation::v1::{KeyOrigin, Report};

/// Entries of lists whose length comes from outside: keys, sentences, acceptances.
const LINES: usize = 100;
/// Words of a command line shown.
const WORDS: usize = 1_000;

/// A script for readers: it computes the evidence hashes of a copy anew.
const EVIDENCE: &str = include_str!("evidence.py");

/// The last part.
#[derive(Template)]
#[template(path = "back.html", config = "src/report/validation/html/askama.toml")]
pub(super) struct Back<'a> {
    report: &'a Report,
    proven: Vec<String>,
    commands: Commands,
    made: Vec<Fact>,
    command: Vec<String>,
    repeat: Vec<String>,
    script: Vec<&'static str>,
    terms: &'static [(&'static str, &'static str)],
}

impl<'a> Back<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Back {
            report,
            proven: proven::sentences(report),
            commands: Commands::of(report),
            made: made(report),
            command: command_line::as_given(report),
            repeat: command_line::to_repeat(report),
            script: EVIDENCE.lines().collect(),
            terms: TERMS,
        }
    }
}

/// How the report was made.
fn made(report: &Report) -> Vec<Fact> {
    let (run, requested) = (&report.run, &report.requested);
    let caller = match &run.caller {
        Some(caller) => caller.clone(),
        None => capital(&custody::caller(report)),
    };
    let mut facts = vec![
        Fact::of("Evidence hash", &report.evidence_sha256),
        Fact::of("Program", format!("{} {}", run.tool, run.version)),
        Fact::of("Started", run.started.to_string()),
        Fact::of("Finished", run.finished.to_string()),
        Fact::of("Caller", caller),
        Fact::of("Scope", scope(report)),
        Fact::of("Window", window_line(report)),
    ];
    let manifest = custody::manifest(requested);
    facts.extend(manifest.map(|hash| Fact::of("Manifest", hash)));
    let bundle = custody::collection(requested);
    facts.extend(bundle.map(|words| Fact::of("Bundle", capital(&words))));
    let state = custody::continued(requested);
    facts.extend(state.map(|words| Fact::of("Continued state", words)));
    let left = run.state_sha256.as_ref();
    facts.extend(left.map(|hash| Fact::of("State left", hash)));
    facts.extend(requested.as_of.map(|at| Fact::of("As of", at.to_string())));
    let lookup = custody::looked_up(report);
    facts.extend(lookup.map(|words| Fact::of("LookupEvents", capital(&words))));
    let filters = filters(requested);
    facts.extend(filters.map(|(name, values)| Fact::of(capital(name), values.join(", "))));
    let seed = requested.seed.as_ref();
    let seed = seed.map_or_else(String::new, |seed| format!(", drawn with seed {seed}"));
    let seconds = |n| in_words(SignedDuration::from_secs(n));
    facts.push(Fact::of("Logs read", format!("{}{seed}", requested.logs)));
    facts.push(Fact::of("Delivery lag", seconds(requested.delivery_lag)));
    facts.push(Fact::of(
        "Backfill grace",
        seconds(requested.backfill_grace),
    ));
    let files = requested.keys.iter().take(LINES);
    facts.extend(files.map(|file| Fact::of("Key file", file)));
    if let Some(more) = requested.keys.len().checked_sub(LINES).filter(|n| *n > 0) {
        let more = plural(more, "more file");
        facts.push(Fact::of(
            "Key files",
            format!("And {more}; the JSON report has them all"),
        ));
    }
    let totals = &report.totals;
    let bytes = |n| grouped(n);
    facts.push(Fact::of(
        "Bytes",
        format!(
            "{} read, {} hashed",
            bytes(totals.bytes_read),
            bytes(totals.bytes_hashed)
        ),
    ));
    let requests = &run.requests;
    let counts = [
        (requests.list, "LIST"),
        (requests.get, "GET"),
        (requests.head, "HEAD"),
        (requests.keys, "ListPublicKeys"),
        (requests.trails, "trail calls"),
    ];
    let counts = counts.map(|(n, what)| format!("{} {what}", grouped(n)));
    facts.push(Fact::of("Requests", counts.join(", ")));
    facts
}
