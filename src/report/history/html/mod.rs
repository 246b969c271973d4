//! The history as one HTML page, to print once a month. It needs no network, no script and no other file, and
//! everything that it shows in colour it also says in words.
//!
//! ```text
//! begin    what the state says, the facts, one row per chain             begin.html
//! chain    each chain that is not verified, with its timeline            chain.html
//! end      newest digests, runs, what is not proven, how it was made     end.html
//! ```
//!
//! Style sheet and escaper are those of the report of `validate`.

use std::io::{self, Write};

use askama::Template;

use super::lists::{
    custody, each_time, ended, facts, gap_time, heading, not_verified, open, percent, place,
    reported, troubled, unchecked, worst_first,
};
use super::v1::{Chain, History};
use crate::base::text::{capital, grouped, plural, sentence};
use crate::base::time::in_words_between;
use crate::proof::finding::Verdict;
use crate::report::state::v1::{Head, Runs};
use crate::report::validation::html::facts::Fact;
use crate::report::validation::html::running_header;
use crate::report::validation::html::sign::Sign as _;
use crate::report::validation::html::timeline::Timeline;
use crate::report::validation::v1::Stretch;
use crate::report::validation::wording::{cause_in_words, certainty_in_words};

/// What the page is called.
const TITLE: &str = "History of a scheduled check of CloudTrail logs";
/// Rows of the table of chains, and of that of their newest digests.
const ROWS: usize = 1_000;
/// Chains shown with their details.
const DETAILED: usize = 200;
/// Rows of every other table.
const LINES: usize = 50;

/// Writes the page.
///
/// # Errors
/// When writing fails.
pub(super) fn write(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let chains = worst_first(history);
    Begin::of(history, &chains).write_into(out)?;
    let detailed = chains.iter().filter(|chain| has_details(chain));
    let count = detailed.clone().count();
    for chain in detailed.take(DETAILED) {
        ChainDetails::of(chain).write_into(out)?;
    }
    if let Some(more) = count.checked_sub(DETAILED).filter(|more| *more > 0) {
        let more = plural(more, "more chain");
        writeln!(out, "<p>And {more}. The JSON report has them all.</p>")?;
    }
    End::of(history, &chains).write_into(out)
}

/// Whether a row is not enough. That the newest hours are pending is usual.
fn has_details(chain: &Chain) -> bool {
    let has_lists = !chain.findings.is_empty() || !chain.gaps.is_empty();
    has_lists || chain.worst != Verdict::Verified
}

/// The part before the details.
#[derive(Template)]
#[template(path = "begin.html", config = "src/report/history/html/askama.toml")]
struct Begin<'a> {
    history: &'a History,
    running_header: String,
    word: String,
    first: &'a str,
    others: &'a [String],
    /// The states that have any time, with their hours.
    shares: Vec<(&'static str, f64)>,
    legend: String,
    facts: Vec<Fact>,
    rows: Vec<HistoryRow<'a>>,
    more: usize,
}

/// A chain in the table.
struct HistoryRow<'a> {
    chain: &'a Chain,
    percent: String,
    since: String,
    until: String,
    open: String,
}

impl<'a> Begin<'a> {
    fn of(history: &'a History, chains: &[&'a Chain]) -> Self {
        let word = heading(history);
        let (first, others) = history
            .sentences
            .split_first()
            .map_or(("", &[][..]), |(first, others)| (first, others));
        let hours = &history.totals.hours;
        let shares = [
            ("verified", "verified", hours.verified),
            ("pending", "pending", hours.pending),
            ("gap", "in gaps", hours.gap),
            ("unproven", "unproven", hours.unproven),
            ("failed", "failed", hours.failed),
            ("unproven", "not checked", hours.not_checked),
        ];
        let shares = shares.into_iter().filter(|(.., hours)| *hours > 0.0);
        let legend: Vec<String> = shares
            .clone()
            .map(|(_, words, hours)| format!("{} h {words}", grouped(hours)))
            .collect();
        let row = |chain: &&'a Chain| {
            let time = |at: Option<jiff::Timestamp>| {
                at.map_or_else(|| "no time".to_owned(), |at| at.to_string())
            };
            HistoryRow {
                chain,
                percent: percent(chain),
                since: time(chain.verified_since),
                until: time(chain.verified_until),
                open: open(chain),
            }
        };
        Begin {
            history,
            running_header: running_header::rule_of(TITLE, &word, &history.run),
            word,
            first,
            others,
            shares: shares.map(|(state, _, hours)| (state, hours)).collect(),
            legend: legend.join(", "),
            facts: named(facts(history)),
            rows: chains.iter().take(ROWS).map(row).collect(),
            more: chains.len().saturating_sub(ROWS),
        }
    }
}

fn named(values: Vec<(&'static str, String)>) -> Vec<Fact> {
    let values = values.into_iter();
    let fact = |(name, value)| Fact::of(capital(name), value);
    values.map(fact).collect()
}

/// A chain that is not verified, or has something to show besides.
#[derive(Template)]
#[template(path = "chain.html", config = "src/report/history/html/askama.toml")]
struct ChainDetails<'a> {
    chain: &'a Chain,
    share: String,
    next: String,
    timeline: Option<Timeline>,
    times: Vec<TimeRow<'a>>,
    left_out: usize,
}

/// A stretch of time that is not verified.
struct TimeRow<'a> {
    stretch: &'a Stretch,
    length: String,
    next: String,
}

impl<'a> ChainDetails<'a> {
    fn of(chain: &'a Chain) -> Self {
        let times: Vec<_> = not_verified(chain)
            .map(|(stretch, next)| TimeRow {
                stretch,
                length: in_words_between(stretch.from, stretch.to),
                next,
            })
            .collect();
        let rows = [times.len(), chain.gaps.len(), chain.findings.len()];
        let left_out = rows.map(|rows| rows.saturating_sub(LINES)).iter().sum();
        let share = match chain.checked {
            true => format!("{} verified", percent(chain)),
            false => "checked by no run".to_owned(),
        };
        let timeline = Timeline::of(&chain.window, &chain.coverage, &[]);
        let next = match chain.unchecked_since {
            Some(since) => unchecked(since),
            None => format!("the next run continues at {}", chain.next_from),
        };
        ChainDetails {
            chain,
            share,
            next,
            timeline: timeline.filter(|_| !chain.coverage.is_empty()),
            times: times.into_iter().take(LINES).collect(),
            left_out,
        }
    }
}

/// The part after the details.
#[derive(Template)]
#[template(path = "end.html", config = "src/report/history/html/askama.toml")]
struct End<'a> {
    history: &'a History,
    heads: Vec<(&'a Chain, &'a Head)>,
    more_heads: usize,
    runs: String,
    troubled: Vec<Runs>,
    more_troubled: usize,
    made: Vec<Fact>,
}

impl<'a> End<'a> {
    fn of(history: &'a History, chains: &[&'a Chain]) -> Self {
        let heads = chains.iter();
        let heads: Vec<_> = heads
            .filter_map(|chain| Some((*chain, chain.head.as_ref()?)))
            .collect();
        let troubled = troubled(history);
        End {
            history,
            more_heads: heads.len().saturating_sub(ROWS),
            heads: heads.into_iter().take(ROWS).collect(),
            runs: sentence(&super::lists::runs(history)),
            more_troubled: troubled.len().saturating_sub(LINES),
            troubled: troubled.into_iter().take(LINES).collect(),
            made: named(custody(history)),
        }
    }
}
