//! The chains: those that are not verified with their timeline and details, and the verified ones as rows.

use std::cmp::Reverse;
use std::io::{self, Write as _};

use askama::Template;

use super::facts::Fact;
use super::links::{Links, NamedChain};
use super::sign::Sign as _;
use super::timeline::Timeline;
use crate::base::text::{capital, grouped, plural, sentence};
use crate::base::time::in_words_between;
use crate::proof::coverage::State;
use crate::proof::finding::Verdict;
use crate::report::validation::groups::mark_hash;
use crate::report::validation::summary::due::is_unchanged;
use crate::report::validation::v1::{Chain, DigestRef, Location, Report, Stretch};
use crate::report::validation::wording::{digests, logs, some_digests, until};

/// Chains shown with their details.
const DETAILED: usize = 200;
/// Verified chains shown, one row each.
const ROWS: usize = 1_000;
/// Bytes after which no further chain is started.
const CHAIN_BYTES: usize = 3 << 20;
/// Chains shown unfolded.
const FEW: usize = 2;
/// Stretches of one chain listed.
const STRETCHES: usize = 20;
/// Places of one chain listed.
const LOCATIONS: usize = 10;

/// The section. The chains that it shows are added to the links, worst first.
pub(super) fn section(report: &Report, links: &mut Links<'_>) -> io::Result<Vec<u8>> {
    let mut order: Vec<&Chain> = report.chains.iter().map(Box::as_ref).collect();
    order.sort_by_key(|c| Reverse(c.verdict));
    let bad = order.partition_point(|c| c.verdict > Verdict::Verified);
    let (detailed, verified) = order.split_at(bad);
    let mut page = Vec::new();
    ChainsBegin {
        has_details: !detailed.is_empty(),
    }
    .write_into(&mut page)?;
    let mut shown = 0;
    for chain in detailed.iter().take(DETAILED) {
        if page.len() > CHAIN_BYTES {
            break;
        }
        links.add_chain(chain, shown);
        ChainPart::of(shown, chain, detailed.len() <= FEW, links).write_into(&mut page)?;
        shown += 1;
    }
    more(detailed.len() - shown, detailed.len(), &mut page)?;
    if !verified.is_empty() {
        let rows = verified.iter().take(ROWS).zip(shown..);
        let rows: Vec<VerifiedRow> = rows
            .map(|(chain, n)| {
                links.add_chain(chain, n);
                VerifiedRow::of(n, chain, links)
            })
            .collect();
        let left = verified.len() - rows.len();
        VerifiedChains {
            title: plural(verified.len(), "verified chain"),
            rows,
        }
        .write_into(&mut page)?;
        more(left, verified.len(), &mut page)?;
    }
    writeln!(page, "</section>")?;
    Ok(page)
}

/// Says how many chains are left out.
fn more(left: usize, of: usize, page: &mut Vec<u8>) -> io::Result<()> {
    match left {
        0 => Ok(()),
        left => writeln!(
            page,
            "<p>And {} more of {}. The JSON report has them all.</p>",
            grouped(left),
            plural(of, "chain")
        ),
    }
}

/// The part before the chains.
#[derive(Template)]
#[template(
    path = "chains.html",
    config = "src/report/validation/html/askama.toml"
)]
struct ChainsBegin {
    has_details: bool,
}

/// A chain that is not verified.
#[derive(Template)]
#[template(path = "chain.html", config = "src/report/validation/html/askama.toml")]
struct ChainPart<'a> {
    n: usize,
    chain: &'a Chain,
    account: Option<String>,
    is_open: bool,
    until: String,
    timeline: Option<Timeline>,
    /// Time that is not verified, with its length.
    open: Vec<(&'a Stretch, String)>,
    more_open: usize,
    facts: Vec<Fact>,
}

impl<'a> ChainPart<'a> {
    fn of(n: usize, chain: &'a Chain, is_open: bool, links: &Links<'_>) -> Self {
        let open = chain.coverage.iter();
        let open: Vec<_> = open
            .filter(|s| s.state != State::Verified)
            .map(|s| (s, in_words_between(s.from, s.to)))
            .collect();
        ChainPart {
            n,
            chain,
            account: links.name_of(&chain.account),
            is_open,
            until: sentence(&until(chain)),
            timeline: Timeline::of(&chain.window, &chain.coverage, &chain.gaps),
            more_open: open.len().saturating_sub(STRETCHES),
            open: open.into_iter().take(STRETCHES).collect(),
            facts: facts(chain),
        }
    }
}

fn facts(chain: &Chain) -> Vec<Fact> {
    let mut facts = vec![Fact::of("Digests", capital(&digests(&chain.digests)))];
    let backfill = some_digests(&chain.backfill_digests);
    facts.extend(backfill.map(|counts| Fact::of("Backfill digests", counts)));
    facts.push(Fact::of("Logs", capital(&logs(&chain.logs))));
    let locations = chain.locations.iter().take(LOCATIONS);
    facts.extend(locations.map(|location| Fact::of("Written to", place(location))));
    let more = chain.locations.len().saturating_sub(LOCATIONS);
    if more > 0 {
        let places = plural(more, "more place");
        let text = format!("And {places}; the JSON report has them all");
        facts.push(Fact::of("Written to", text));
    }
    let digest = |d: &DigestRef| format!("{}, {}", d.key, mark_hash(&d.sha256));
    let first = chain.first_digest.as_ref();
    facts.extend(first.map(|d| Fact::of("First digest", digest(d))));
    let last = chain.last_digest.as_ref();
    facts.extend(last.map(|d| Fact::of("Last digest", digest(d))));
    facts.push(Fact::of("Evidence hash", &chain.evidence_sha256));
    facts
}

fn place(location: &Location) -> String {
    let mut place = location.bucket.clone();
    if let Some(prefix) = &location.prefix {
        place += &format!("/{prefix}");
    }
    if let Some(organization) = &location.organization {
        place += &format!(" ({organization})");
    }
    format!("{place}, {} to {}", location.from, location.to)
}

/// The verified chains.
#[derive(Template)]
#[template(
    path = "verified.html",
    config = "src/report/validation/html/askama.toml"
)]
struct VerifiedChains {
    title: String,
    rows: Vec<VerifiedRow>,
}

/// A verified chain.
struct VerifiedRow {
    n: usize,
    chain: NamedChain,
    from: String,
    until: String,
    digests: String,
    logs: String,
    evidence: String,
}

impl VerifiedRow {
    fn of(n: usize, chain: &Chain, links: &Links<'_>) -> Self {
        let until = match is_unchanged(chain) {
            true => "nothing new was due".to_owned(),
            false => chain.verified_until.unwrap_or(chain.window.to).to_string(),
        };
        VerifiedRow {
            n,
            chain: links.chain(chain.name()),
            from: chain.window.from.to_string(),
            until,
            digests: digests(&chain.digests),
            logs: logs(&chain.logs),
            evidence: chain.evidence_sha256.clone(),
        }
    }
}
