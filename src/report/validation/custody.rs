//! What an auditor compares with another report and files with this one: the hash of the evidence, and who ran
//! which program on what, and when. Every format shows it, except aws-cli, which is the output of another program.

use jiff::{SignedDuration, Timestamp};

use super::scope_label::scope;
use super::v1::{Chain, Collected, ContinuedState, Origin, Report, Requested, SourceKind};
use crate::base::sha256::Sha256;
use crate::base::text::{escape, grouped, plural, quoted};
use crate::base::time::in_words;

/// Characters of a command line that formats with one fact per line, row or label show.
const COMMAND: usize = 1_000;

/// The names of the facts for programs, in their order. They are those of the JSON report, where the collection of a
/// bundle is an object of its own.
pub(crate) const NAMES: [&str; 20] = [
    "evidence_sha256",
    "manifest_sha256",
    "tool",
    "version",
    "command",
    "caller",
    "source",
    "scope",
    "start",
    "end",
    "as_of",
    "started",
    "finished",
    "collected_by",
    "collected_with",
    "collected_started",
    "collected_ended",
    "continues_from",
    "continues_from_as_of",
    "state_sha256",
];

/// The hash of the evidence of a report, over the evidence hashes of its chains. Two reports with the same hash
/// judged the same objects, with the same result for each.
///
/// It can be recomputed with jq and sha256sum, so each chain is one line of text. A saved report may have any text as
/// the id of a chain, and escapes keep that on its line.
pub(crate) fn evidence_sha256(chains: &[Box<Chain>]) -> Sha256 {
    let lines = chains.iter().map(|chain| {
        let organization = chain.organization.as_deref().unwrap_or("-");
        let (hash, id) = (escape(&chain.evidence_sha256), escape(&chain.id));
        format!("{hash} {id} {}\n", escape(organization))
    });
    Sha256::of(lines.collect::<String>().as_bytes())
}

/// The facts for programs, in the order of [`NAMES`]. One that is not known is empty.
pub(crate) fn values(report: &Report) -> [String; NAMES.len()] {
    let (run, requested) = (&report.run, &report.requested);
    let (start, end) = window(report);
    let time = |time: Option<Timestamp>| time.map(|at| at.to_string()).unwrap_or_default();
    let collected = requested.collected.as_ref();
    let continued = requested.continues_from.as_ref();
    [
        report.evidence_sha256.clone(),
        requested.manifest_sha256.clone().unwrap_or_default(),
        run.tool.clone(),
        run.version.clone(),
        command(report),
        run.caller.clone().unwrap_or_default(),
        requested.source.word().into_owned(),
        scope(report),
        time(start),
        time(end),
        time(requested.as_of),
        run.started.to_string(),
        run.finished.to_string(),
        collected
            .and_then(|by| by.caller.clone())
            .unwrap_or_default(),
        collected
            .map(|by| format!("{} {}", by.tool, by.version))
            .unwrap_or_default(),
        time(collected.map(|by| by.started)),
        time(collected.and_then(|by| by.ended)),
        continued
            .map(|state| state.sha256.clone())
            .unwrap_or_default(),
        time(continued.map(|state| state.as_of)),
        run.state_sha256.clone().unwrap_or_default(),
    ]
}

/// The facts for programs that are known, each with its name.
pub(crate) fn known(report: &Report) -> impl Iterator<Item = (&'static str, String)> {
    let facts = NAMES.into_iter().zip(values(report));
    facts.filter(|(_, value)| !value.is_empty())
}

/// The facts for people, each with its name.
pub(crate) fn lines(report: &Report) -> Vec<(&'static str, String)> {
    let (run, requested) = (&report.run, &report.requested);
    let (start, end) = window(report);
    let manifest = manifest(requested).map(|hash| ("manifest", hash));
    let window = start.zip(end);
    let window = window.map(|(start, end)| ("window", format!("{start} to {end}")));
    let as_of = requested.as_of.map(|at| ("as of", at.to_string()));
    let before = [("evidence", report.evidence_sha256.clone())];
    let facts = [
        ("program", format!("{} {}", run.tool, run.version)),
        ("command", command(report)),
        ("caller", caller(report)),
        ("scope", scope(report)),
    ];
    let lookup = looked_up(report).map(|words| ("lookup", words));
    let ran = [("run", format!("{} to {}", run.started, run.finished))];
    let bundle = collection(requested).map(|words| ("bundle", words));
    let state = continued(requested).map(|words| ("state", words));
    let left = run.state_sha256.clone().map(|hash| ("state left", hash));
    let before = before.into_iter().chain(manifest).chain(bundle);
    let before = before.chain(state).chain(left);
    let facts = before.chain(facts);
    let facts = facts.chain(window).chain(as_of);
    facts.chain(lookup).chain(ran).collect()
}

/// The hash of the manifest of the bundle that was read, and whether it was given.
pub(crate) fn manifest(requested: &Requested) -> Option<String> {
    let hash = requested.manifest_sha256.as_ref()?;
    let origin = match requested.manifest_given {
        true => "as given",
        false => "of the file, not given",
    };
    Some(format!("{hash} ({origin})"))
}

/// Who collected the bundle that was read, with which program, and when.
pub(crate) fn collection(requested: &Requested) -> Option<String> {
    let Collected {
        caller,
        tool,
        version,
        started,
        ended,
    } = requested.collected.as_ref()?;
    let caller = caller.as_deref().unwrap_or("an unknown caller");
    let ended = ended.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
    let origin = match requested.manifest_given {
        true => "",
        false => " (only the bundle says so)",
    };
    Some(format!(
        "collected by {caller} with {tool} {version}, {started} to {ended}{origin}"
    ))
}

/// The state that the run continued, whether its hash was given, and what it held.
pub(crate) fn continued(requested: &Requested) -> Option<String> {
    let ContinuedState {
        sha256,
        given,
        as_of,
        runs,
        chains,
        ..
    } = requested.continues_from.as_ref()?;
    let origin = match given {
        true => "as given",
        false => "of the file, not given",
    };
    let (runs, chains) = (plural(*runs, "run"), plural(*chains, "chain"));
    Some(format!(
        "{sha256} ({origin}), {runs} until {as_of}, {chains}"
    ))
}

/// How many of the events that LookupEvents lists are in proven logs.
pub(crate) fn looked_up(report: &Report) -> Option<String> {
    let lookup = report.lookup.as_ref()?;
    let account = match &lookup.account {
        Some(account) => format!(" of account {account}"),
        None => String::new(),
    };
    let end = match lookup.complete {
        true => "",
        false => "; not all events could be listed",
    };
    Some(format!(
        "of the events{account} that LookupEvents lists from {} to {}, {} {} in proven logs, {} {} not, and {} {} not \
         compared{end}",
        lookup.from,
        lookup.to,
        grouped(lookup.held),
        are(lookup.held),
        grouped(lookup.not_in_logs),
        are(lookup.not_in_logs),
        grouped(lookup.not_compared),
        if lookup.not_compared == 1 {
            "was"
        } else {
            "were"
        },
    ))
}

fn are(n: u64) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// Time that earlier runs found failed and that no run validates again: the verdict does not show it.
pub(crate) fn failed_given_up(requested: &Requested) -> Option<String> {
    let seconds = requested.continues_from.as_ref()?.failed_given_up;
    (seconds > 0).then(|| {
        format!(
            "earlier runs found {} failed that no run validates again",
            in_words(SignedDuration::from_secs(seconds))
        )
    })
}

/// Whose credentials were used.
pub(crate) fn caller(report: &Report) -> String {
    match (&report.run.caller, report.requested.source.known()) {
        (Some(caller), _) => caller.clone(),
        (None, Some(SourceKind::S3)) => "unknown".to_owned(),
        (None, Some(SourceKind::Bundle)) => {
            "none: a bundle was read, and no AWS calls were made".to_owned()
        }
        (None, _) => "none: a copy was read, and no AWS calls were made".to_owned(),
    }
}

/// The window: as given, or from the data.
pub(crate) fn window(report: &Report) -> (Option<Timestamp>, Option<Timestamp>) {
    let windows = report.chains.iter().map(|chain| &chain.window);
    let windows = windows.filter(|window| window.from < window.to);
    let (first, last) = (
        windows.clone().map(|window| window.from).min(),
        windows.map(|window| window.to).max(),
    );
    let requested = &report.requested;
    // The time given is that of the first run.
    let given = requested
        .start
        .filter(|_| requested.start_origin != Origin::State);
    (given.or(first), requested.end.or(last))
}

/// The command line, as a shell takes it. A saved report may hold one of any length.
fn command(report: &Report) -> String {
    let mut line = String::new();
    let (mut shown, mut more) = (0, 0_u64);
    for word in &report.run.command {
        let blank = if line.is_empty() { "" } else { " " };
        for c in blank.chars().chain(quoted(word).chars()) {
            if shown < COMMAND {
                line.push(c);
                shown += 1;
            } else {
                more += 1;
            }
        }
    }
    if more > 0 {
        line += &format!("… (and {} more)", plural(more, "character"));
    }
    line
}
