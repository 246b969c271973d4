//! A chain: its timeline, the time that is not verified, and its gaps.

use std::io;

use askama::Template;

use super::events::{EventPart, Events};
use super::timeline::Timeline;
use super::{Counted, Sign as _};
use crate::base::text::sentence;
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::report::validation::v1::{Chain, Gap, Stretch};
use crate::report::validation::wording::{
    cause, certainty, digests, logs, some_digests, span, undigested, until, who,
};

/// Stretches of one chain listed.
const STRETCHES: usize = 20;
/// Gaps of one chain shown.
const GAPS: usize = 10;
/// Events of one gap shown.
const EVENTS: usize = 10;

/// Writes a chain, and its gaps until the page has `most` bytes. `n` becomes its anchor.
pub(super) fn write(n: usize, chain: &Chain, most: u64, page: &mut Counted<'_>) -> io::Result<()> {
    ChainPart::of(n, chain).write_into(page)?;
    let mut shown = 0;
    for gap in chain.gaps.iter().take(GAPS) {
        if page.written > most {
            break;
        }
        GapPart::of(gap).write_into(page)?;
        shown += 1;
    }
    ChainEnd::of(chain, chain.gaps.len() - shown).write_into(page)
}

/// The part before the gaps.
#[derive(Template)]
#[template(path = "chain.html", config = "src/report/validation/html/askama.toml")]
struct ChainPart<'a> {
    n: usize,
    chain: &'a Chain,
    until: String,
    timeline: Option<Timeline>,
    /// Time that is not verified, with its length.
    open: Vec<(&'a Stretch, String)>,
    more_open: usize,
}

impl<'a> ChainPart<'a> {
    fn of(n: usize, chain: &'a Chain) -> Self {
        let open = chain.coverage.iter();
        let open: Vec<_> = open
            .filter(|s| s.state != State::Verified)
            .map(|s| (s, in_words_between(s.from, s.to)))
            .collect();
        ChainPart {
            n,
            chain,
            until: until(chain),
            timeline: Timeline::of(chain),
            more_open: open.len().saturating_sub(STRETCHES),
            open: open.into_iter().take(STRETCHES).collect(),
        }
    }
}

/// The part after the gaps.
#[derive(Template)]
#[template(
    path = "chain_end.html",
    config = "src/report/validation/html/askama.toml"
)]
struct ChainEnd<'a> {
    chain: &'a Chain,
    more_gaps: usize,
    digests: String,
    backfill: Option<String>,
    logs: String,
}

impl<'a> ChainEnd<'a> {
    fn of(chain: &'a Chain, more_gaps: usize) -> Self {
        ChainEnd {
            chain,
            more_gaps,
            digests: digests(&chain.digests),
            backfill: some_digests(&chain.backfill_digests),
            logs: logs(&chain.logs),
        }
    }
}

/// One gap.
#[derive(Template)]
#[template(path = "gap.html", config = "src/report/validation/html/askama.toml")]
struct GapPart {
    title: String,
    facts: Vec<(&'static str, String)>,
    events: Events,
}

impl GapPart {
    fn of(gap: &Gap) -> Self {
        let removals = gap.removals.iter();
        let mut facts: Vec<_> = removals.map(|r| ("objects removed", sentence(r))).collect();
        facts.push(("why", cause(gap)));
        facts.extend(certainty(gap).map(|c| ("how sure", c)));
        facts.push(("who", who(gap).unwrap_or_else(|| "not known".to_owned())));
        facts.extend(undigested(gap).map(|n| ("logs that no digest names", n)));
        GapPart {
            title: span(gap),
            facts,
            events: Events {
                shown: gap
                    .evidence
                    .iter()
                    .take(EVENTS)
                    .map(EventPart::of)
                    .collect(),
                more: gap.evidence.len().saturating_sub(EVENTS),
            },
        }
    }
}
