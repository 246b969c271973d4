//! The list for a terminal: one line per chain, those with missing hours first. It needs no colour, and
//! everything that comes from outside is escaped.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use super::v1::{Account, Chain, ChainRole, Named, Trails, Trouble};
use crate::base::text::{escape, grouped, plural, s3_uri};
use crate::base::time::{in_words, in_words_between};
use crate::cloudtrail::member::MemberState;

/// Chains shown.
const CHAINS: usize = 200;
/// Locations shown.
const PLACES: usize = 20;
/// Problems shown.
const TROUBLES: usize = 50;
/// Characters of the column of chain ids. Longer ids are not cut, so their line is out of alignment.
const WIDTH: usize = 72;
/// A chain may have ended if its last digest ends this long before the last digest of all chains.
const OLD: SignedDuration = SignedDuration::from_hours(3);

/// Writes the list.
///
/// # Errors
/// When writing fails.
pub(super) fn write(trails: &Trails, out: &mut dyn Write) -> io::Result<()> {
    let totals = &trails.totals;
    writeln!(
        out,
        "{}: {}, {}; {}",
        plural(totals.chains, "chain"),
        plural(totals.digests, "digest"),
        plural(totals.backfill_digests, "backfill digest"),
        missing_hours(totals.holes),
    )?;
    writeln!(
        out,
        "  from object names only; nothing was read or verified"
    )?;
    if !trails.complete {
        writeln!(
            out,
            "  not complete: some folders could not be listed, so more chains may exist"
        )?;
    }
    chains(&trails.chains, out)?;
    places(&trails.chains, out)?;
    if let Some(accounts) = &trails.accounts {
        self::accounts(accounts, out)?;
    }
    named("logs without digests", &trails.logs_without_digests, out)?;
    named("not checked", &trails.not_looked_at, out)?;
    troubles(&trails.trouble, out)
}

/// How many periods without a digest there are in all chains.
fn missing_hours(holes: u64) -> String {
    match holes {
        0 => "no missing hours".into(),
        holes => format!("missing hours in {}", plural(holes, "period")),
    }
}

fn time(text: Option<&String>) -> Option<Timestamp> {
    text?.parse().ok()
}

/// The chains with the most missing hours first, then those that ended first, then by id.
fn chains(chains: &[Chain], out: &mut dyn Write) -> io::Result<()> {
    if chains.is_empty() {
        return Ok(());
    }
    let newest = chains.iter().filter_map(|c| time(c.last.as_ref())).max();
    let ended = |chain: &Chain| -> Option<Timestamp> {
        time(chain.last.as_ref())
            .filter(|last| newest.is_some_and(|n| n.duration_since(*last) > OLD))
    };
    let mut order: Vec<&Chain> = chains.iter().collect();
    order.sort_by_cached_key(|c| {
        let ended = ended(c).unwrap_or(Timestamp::MAX);
        (Reverse(c.holes.seconds), ended, c.id.clone())
    });
    let shown = &order[..order.len().min(CHAINS)];
    let widest = shown.iter().map(|c| c.name().len());
    let widest = widest.max().unwrap_or(0);
    let (width, chain, first, last) = (widest.min(WIDTH), "chain", "first digest", "last digest");
    writeln!(out, "\n  {chain:<width$}  {first:<20}  {last:<20}  digests")?;
    let none = || "none".to_owned();
    for chain in shown {
        let mut line = format!(
            "  {:<width$}  {:<20}  {:<20}  {:>7}",
            escape(&chain.name()),
            chain.first.clone().unwrap_or_else(none),
            chain.last.clone().unwrap_or_else(none),
            grouped(chain.digests)
        );
        for remark in remarks(chain, ended(chain).zip(newest)) {
            line.push_str("  ");
            line.push_str(&remark);
        }
        writeln!(out, "{line}")?;
    }
    let more = &order[shown.len()..];
    if !more.is_empty() {
        let holes = more.iter().filter(|c| c.holes.count > 0).count();
        let old = more.iter().filter(|c| ended(c).is_some()).count();
        writeln!(
            out,
            "  and {}: {} with missing hours, {} that end early; use --format json or --format expect to see them",
            plural(more.len(), "further chain"),
            grouped(holes),
            grouped(old)
        )?;
    }
    Ok(())
}

/// Remarks on a chain: backfill digests, missing hours, and an early end. `ended` holds its last digest and the last
/// digest of all chains.
fn remarks(chain: &Chain, ended: Option<(Timestamp, Timestamp)>) -> Vec<String> {
    let mut remarks = Vec::new();
    if chain.backfill_digests > 0 {
        remarks.push(format!("+ {} backfill", grouped(chain.backfill_digests)));
    }
    let holes = &chain.holes;
    if let Some(longest) = &holes.longest {
        let (from, long) = (&longest.from, in_words_between(longest.from, longest.to));
        remarks.push(if holes.count == 1 {
            format!("{long} missing from {from}")
        } else {
            let all = in_words(SignedDuration::from_secs(holes.seconds));
            let periods = plural(holes.count, "period");
            format!("{all} missing in {periods}, the longest {long} from {from}")
        });
    }
    if let Some((last, newest)) = ended {
        let early = in_words(newest.duration_since(last));
        remarks.push(format!(
            "ends {early} before the newest digest of all chains"
        ));
    }
    remarks
}

/// The locations of the digests, each with its numbers of chains and digests.
fn places(chains: &[Chain], out: &mut dyn Write) -> io::Result<()> {
    let mut places: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for location in chains.iter().flat_map(|c| &c.locations) {
        let place = (&location.bucket, &location.prefix, &location.organization);
        let (chains, digests) = places.entry(place).or_default();
        *chains += 1;
        *digests += location.digests;
    }
    if places.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nlocations")?;
    for ((bucket, prefix, organization), (chains, digests)) in places.iter().take(PLACES) {
        let bucket = bucket.as_ref().map(|b| s3_uri(Some(b), ""));
        let prefix = prefix.as_ref().map(|p| format!("{p}/"));
        let organization = organization.as_ref().map(|o| format!("{o}/"));
        let place = [bucket, prefix, Some("AWSLogs/".into()), organization];
        let place: String = place.into_iter().flatten().collect();
        writeln!(
            out,
            "  {}  {}, {}",
            escape(&place),
            plural(*chains, "chain"),
            plural(*digests, "digest")
        )?;
    }
    match places.len().saturating_sub(PLACES) {
        0 => Ok(()),
        more => writeln!(out, "  and {}", plural(more, "further location")),
    }
}

/// The accounts of the organization: how many ended, and which chains are missing.
fn accounts(accounts: &[Account], out: &mut dyn Write) -> io::Result<()> {
    let has_ended = |account: &&Account| account.state.is_none_or(MemberState::has_ended);
    writeln!(
        out,
        "\naccounts: {} in AWS Organizations, {} closed, suspended or not in it any more",
        grouped(accounts.iter().filter(|a| a.state.is_some()).count()),
        grouped(accounts.iter().filter(has_ended).count())
    )?;
    let chains = accounts.iter().flat_map(|account| &account.chains);
    let absent = chains.filter(|chain| chain.role == ChainRole::Absent);
    let absent: Vec<String> = absent.map(|chain| chain.id.clone()).collect();
    let absent = Named {
        count: absent.len() as u64,
        first: absent.into_iter().take(PLACES).collect(),
    };
    named(
        "chains that must exist, but have no digest here",
        &absent,
        out,
    )
}

fn named(what: &str, named: &Named, out: &mut dyn Write) -> io::Result<()> {
    if named.count == 0 {
        return Ok(());
    }
    writeln!(out, "\n{what}")?;
    for name in &named.first {
        writeln!(out, "  {}", escape(name))?;
    }
    match named.count - named.first.len() as u64 {
        0 => Ok(()),
        more => writeln!(out, "  and {} more", grouped(more)),
    }
}

fn troubles(troubles: &[Trouble], out: &mut dyn Write) -> io::Result<()> {
    if troubles.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nproblems")?;
    for trouble in troubles.iter().take(TROUBLES) {
        writeln!(out, "  - {}", escape(&trouble.message))?;
        if let Some(key) = &trouble.key {
            let place = s3_uri(trouble.bucket.as_deref(), key);
            writeln!(out, "    folder   {}", escape(&place))?;
        }
        if let Some(hint) = &trouble.hint {
            writeln!(out, "    hint     {}", escape(hint))?;
        }
    }
    match troubles.len().saturating_sub(TROUBLES) {
        0 => Ok(()),
        more => writeln!(
            out,
            "  and {} more; use --format json to see them",
            grouped(more)
        ),
    }
}
