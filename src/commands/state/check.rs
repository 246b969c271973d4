//! Parses each field of a state into its type. A state is read by a program that trusts none of it: times that run
//! backwards or the digest of another chain would make the next run read in the wrong place.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use jiff::Timestamp;

use crate::base::sha256::Sha256;
use crate::base::text::is_unsafe;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, OrganizationId, Region, TrailArn};
use crate::cloudtrail::object_key::DigestObjectKey;
use crate::proof::coverage::State as CoverageState;
use crate::report::state::v1::{
    Chain, Deferred, Findings, Gap, Head, Runs, SCHEMA, Scope, State, Stretch,
};
use crate::source::places::MapRule;
use crate::validate::request::LogSelection;
use crate::validate::request::continuation::{Continuation, Continuations, RememberedDigest};

/// The longest text. A key of S3 has at most 1,024 bytes, and a rule of `--map` has two of them.
const TEXT: usize = 4 << 10;

/// How far a time may lie after the last run, in seconds: clocks differ.
const CLOCKS_DIFFER: i64 = 24 * HOUR;

/// The longest interval of a digest, in seconds. CloudTrail writes one for each hour.
const LONGEST_DIGEST: i64 = 24 * HOUR;

/// Checks a state, and gives where each chain continues.
pub(super) fn continuations(state: &State) -> Result<Continuations, String> {
    if state.schema != SCHEMA {
        return Err(format!("its schema is not {SCHEMA}"));
    }
    text("tool", &state.tool)?;
    text("version", &state.version)?;
    let last = history(state)?;
    match &state.continues {
        Some(hash) => drop(sha256("continues", hash)?),
        None if state.runs > 1 => return Err("it has several runs and continues no state".into()),
        None => {}
    }
    if state.keep_history.is_some_and(i64::is_negative) {
        return Err("keep_history is negative".into());
    }
    scope(&state.scope)?;
    let latest = shift(last, CLOCKS_DIFFER);
    let mut chains = BTreeMap::new();
    for written in &state.chains {
        let id = chain_id(written)?;
        let continuation =
            chain(written, &id, latest).map_err(|why| format!("chain {id}: {why}"))?;
        if chains
            .last_key_value()
            .is_some_and(|(before, _)| *before >= id)
        {
            return Err(format!("chain {id}: it is not in order"));
        }
        chains.insert(id, continuation);
    }
    let complete = state.history.iter().rfind(|runs| runs.complete);
    Ok(Continuations {
        chains,
        complete_at: complete.map(|runs| runs.last),
    })
}

/// Checks the runs, and gives the time of the last one.
fn history(state: &State) -> Result<Timestamp, String> {
    let mut runs = 0_u64;
    let mut before = state.begun;
    for entry in &state.history {
        let Runs {
            first,
            last,
            runs: more,
            longest_pause,
            ..
        } = entry;
        let length = Window::new(*first, *last).seconds();
        let is_single = first == last;
        if *first < before
            || last < first
            || *more == 0
            || !(0..=length.max(0)).contains(longest_pause)
            || (*more == 1 && !is_single)
        {
            return Err(format!("history: the runs at {first} do not fit"));
        }
        before = *last;
        runs = runs.saturating_add(*more);
    }
    if state.history.is_empty() || runs > state.runs {
        return Err("history: it does not fit the number of runs".into());
    }
    Ok(before)
}

/// Checks the scope of a state. A run checks its own before it begins a state that the next one would refuse.
///
/// # Errors
/// If a value is not valid or too long, or not safe to print.
pub fn scope(scope: &Scope) -> Result<(), String> {
    all::<Region>("regions", &scope.regions)?;
    all::<AccountId>("account_ids", &scope.account_ids)?;
    all::<OrganizationId>("organization_ids", &scope.organization_ids)?;
    all::<TrailArn>("trail_arns", &scope.trail_arns)?;
    all::<MapRule>("map", &scope.map)?;
    one::<LogSelection>("logs", &scope.logs)?;
    let texts = scope.buckets.iter().map(|bucket| ("buckets", bucket));
    let mut texts = texts.chain(scope.prefixes.iter().map(|prefix| ("prefixes", prefix)));
    texts.try_for_each(|(field, value)| text(field, value))
}

fn all<T: FromStr<Err: Display>>(field: &str, values: &[String]) -> Result<(), String> {
    values.iter().try_for_each(|value| one::<T>(field, value))
}

fn one<T: FromStr<Err: Display>>(field: &str, value: &str) -> Result<(), String> {
    text(field, value)?;
    match value.parse::<T>() {
        Ok(_) => Ok(()),
        Err(why) => Err(format!("{field}: {why}")),
    }
}

/// A text of bounded length that is safe to print.
fn text(field: &str, value: &str) -> Result<(), String> {
    match value.len() > TEXT || value.chars().any(is_unsafe) {
        true => Err(format!(
            "{field}: it is too long, or holds control characters"
        )),
        false => Ok(()),
    }
}

fn sha256(field: &str, hex: &str) -> Result<Sha256, String> {
    Sha256::from_hex(hex).ok_or_else(|| format!("{field}: it is not a SHA-256"))
}

/// The identity of a chain. Its texts stand in messages only once they are valid.
fn chain_id(written: &Chain) -> Result<ChainId, String> {
    let id: ChainId = written.id.parse().map_err(|e| format!("chains: {e}"))?;
    let organization = written.organization.as_deref().map(str::parse);
    let organization = organization.transpose();
    Ok(id.in_organization(organization.map_err(|e| format!("chains: {e}"))?))
}

fn chain(written: &Chain, id: &ChainId, latest: Timestamp) -> Result<Continuation, String> {
    let Chain {
        since,
        next_from,
        looked_at,
        waiting_since,
        ..
    } = written;
    let times = [
        Some(*since),
        Some(*next_from),
        Some(*looked_at),
        *waiting_since,
    ];
    if times.into_iter().flatten().any(|at| at > latest) {
        return Err("a time lies after the last run".into());
    }
    let head = written
        .head
        .as_ref()
        .map(|head| remembered(head, id, latest));
    stretches(&written.open, latest).map_err(|why| format!("open: {why}"))?;
    let is_open = |s: &Stretch| s.from >= *next_from && s.state != CoverageState::Verified;
    if !written.open.iter().all(is_open) {
        return Err("open: a part lies before next_from, or is verified".into());
    }
    deferred(&written.deferred, *next_from, latest)?;
    stretches(&written.seen, latest).map_err(|why| format!("seen: {why}"))?;
    if written
        .seen
        .windows(2)
        .any(|pair| pair[0].to != pair[1].from)
    {
        return Err("seen: it has holes".into());
    }
    if let (Some(first), Some(last)) = (written.seen.first(), written.seen.last())
        && !(first.from >= *since && first.from <= *next_from && *next_from <= last.to)
    {
        return Err("seen: it does not fit since and next_from".into());
    }
    gaps(&written.gaps, latest)?;
    written
        .findings
        .iter()
        .try_for_each(|of| findings(of, latest))?;
    Ok(Continuation {
        from: *next_from,
        head: head.transpose()?,
        looked_at: *looked_at,
    })
}

/// Old time that is not settled: in order, and before that of the next window.
fn deferred(parts: &[Deferred], next_from: Timestamp, latest: Timestamp) -> Result<(), String> {
    let time = parts.iter().map(|one| Stretch {
        from: one.from,
        to: one.to,
        state: one.state,
    });
    stretches(&Vec::from_iter(time), next_from).map_err(|why| format!("deferred: {why}"))?;
    let is_open = |one: &Deferred| {
        let is_open = matches!(one.state, CoverageState::Unproven | CoverageState::Failed);
        is_open && one.since <= one.tried && one.tried <= latest
    };
    match parts.iter().all(is_open) {
        true => Ok(()),
        false => Err("deferred: a part is settled, or its times do not fit".into()),
    }
}

/// Stretches of time in order that do not overlap.
fn stretches(stretches: &[Stretch], latest: Timestamp) -> Result<(), String> {
    let mut before = None;
    for one in stretches {
        if one.from >= one.to || one.to > latest || before.is_some_and(|end| one.from < end) {
            return Err(format!("the part from {} does not fit", one.from));
        }
        before = Some(one.to);
    }
    Ok(())
}

fn gaps(gaps: &[Gap], latest: Timestamp) -> Result<(), String> {
    let fits = |gap: &Gap| gap.from <= gap.to && gap.to <= latest;
    match gaps.iter().all(fits) && gaps.is_sorted_by_key(|gap| gap.from) {
        true => Ok(()),
        false => Err("gaps: they are not in order".into()),
    }
}

fn findings(of: &Findings, latest: Timestamp) -> Result<(), String> {
    match of.runs > 0 && of.first <= of.last && of.last <= latest {
        true => Ok(()),
        false => Err(format!("findings: {} does not fit", of.code.as_str())),
    }
}

/// The digest that is read again. It must be one of this chain, or a run would prove another chain's digest.
fn remembered(head: &Head, id: &ChainId, latest: Timestamp) -> Result<RememberedDigest, String> {
    text("head", &head.key)?;
    let is_bucket_character = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    if !(1..=255).contains(&head.bucket.len()) || !head.bucket.bytes().all(is_bucket_character) {
        return Err("head: its bucket is not a valid name".into());
    }
    let key = DigestObjectKey::parse(&head.key);
    let key = key.ok_or("head: its key is not that of a digest")?;
    if key.name.chain != *id || key.name.backfill || key.name.end != head.end {
        return Err("head: its key is not that of this digest of this chain".into());
    }
    let time = Window {
        from: head.start,
        to: head.end,
    };
    if time.is_empty() || time.seconds() > LONGEST_DIGEST || time.to > latest {
        return Err("head: its interval does not fit".into());
    }
    if let Some(signature) = &head.signature
        && (signature.len() > TEXT || hex::decode(signature).is_err())
    {
        return Err("head: its signature is not in hex digits".into());
    }
    Ok(RememberedDigest {
        bucket: head.bucket.clone(),
        key: head.key.clone(),
        sha256: sha256("head", &head.sha256)?,
        time,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{at, quiet};
    use super::continuations;
    use crate::proof::coverage::State as CoverageState;
    use crate::proof::gap::{Cause, Certainty};
    use crate::report::state::v1::{Gap, State, Stretch};

    /// Whether a state with a change is refused for a reason that holds this text.
    fn refused(change: impl FnOnce(&mut State), why: &str) {
        let mut state = quiet();
        change(&mut state);
        let error = continuations(&state).expect_err(why);
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn a_state_continues_each_chain_behind_its_head() {
        let state = quiet();
        let continues = continuations(&state).expect("a state");
        let (id, chain) = continues.chains.first_key_value().expect("a chain");
        assert_eq!(id.to_string(), state.chains[0].id);
        assert_eq!(chain.from, state.chains[0].next_from);
        let head = chain.head.as_ref().expect("a digest");
        assert_eq!(head.time.to, chain.from);
    }

    #[test]
    fn times_that_do_not_fit_are_refused() {
        refused(|s| s.begun = at("2026-03-02T00:00:00Z"), "history");
        refused(|s| s.history.clear(), "history");
        refused(|s| s.history[0].runs = 9, "history");
        refused(|s| s.history[0].longest_pause = -1, "history");
        refused(
            |s| s.chains[0].next_from = at("2027-01-01T00:00:00Z"),
            "after",
        );
        refused(
            |s| s.chains[0].next_from = at("2026-01-01T00:00:00Z"),
            "seen",
        );
        refused(
            |s| s.chains[0].seen[0].to = at("2026-03-01T01:00:00Z"),
            "seen",
        );
        refused(
            |s| s.chains[0].looked_at = at("2200-01-01T00:00:00Z"),
            "after",
        );
        let open = Stretch {
            from: at("2026-02-01T00:00:00Z"),
            to: at("2026-02-01T01:00:00Z"),
            state: CoverageState::Failed,
        };
        refused(|s| s.chains[0].open.push(open), "open");
        let gap = Gap {
            from: at("2026-02-02T00:00:00Z"),
            to: at("2026-02-01T01:00:00Z"),
            cause: Cause::Unexplained,
            certainty: Certainty::None,
        };
        refused(|s| s.chains[0].gaps.push(gap), "gaps");
    }

    #[test]
    fn the_head_is_a_digest_of_its_chain_and_not_of_another() {
        let head = |change: fn(&mut crate::report::state::v1::Head)| {
            move |state: &mut State| change(state.chains[0].head.as_mut().expect("a head"))
        };
        refused(head(|h| h.bucket = "a/b".into()), "bucket");
        refused(head(|h| h.bucket.clear()), "bucket");
        refused(head(|h| h.key = "../../etc/passwd".into()), "key");
        refused(head(|h| h.key = h.key.replace("main", "other")), "key");
        refused(
            head(|h| h.key = h.key.replace(".json.gz", "_backfill.json.gz")),
            "key",
        );
        refused(
            head(|h| h.key = format!("AWSLogs/o-a1b2c3d4e5{}", &h.key[7..])),
            "key",
        );
        refused(head(|h| h.end = at("2026-03-01T09:00:00Z")), "key");
        refused(head(|h| h.start = at("2020-03-01T09:00:00Z")), "interval");
        refused(head(|h| h.start = h.end), "interval");
        refused(head(|h| h.sha256 = "12".into()), "SHA-256");
        refused(head(|h| h.signature = Some("xyz".into())), "signature");
    }

    #[test]
    fn ids_and_scope_are_parsed_and_chains_stand_once() {
        refused(|s| s.chains[0].id = "1/2/3/4".into(), "chains");
        refused(|s| s.chains[0].organization = Some("x".into()), "chains");
        refused(|s| s.chains.push(s.chains[0].clone()), "order");
        refused(|s| s.scope.regions = vec!["\u{1b}[2J".into()], "regions");
        refused(|s| s.scope.account_ids = vec!["1".into()], "account_ids");
        refused(|s| s.scope.map = vec!["a".into()], "map");
        refused(|s| s.scope.logs = "some".into(), "logs");
        refused(|s| s.tool = "\u{1b}]0;x".into(), "tool");
        refused(|s| s.continues = None, "continues");
        refused(|s| s.continues = Some("no hash".into()), "continues");
    }
}
