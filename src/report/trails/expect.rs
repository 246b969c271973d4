//! The list as `validate --expect` reads it: one chain per line, and comments. With the accounts of the organization,
//! chains that must exist are listed even if they were not found, and those of accounts that ended are comments, with
//! the entry of an `--accept` file to copy.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::Timestamp;

use super::v1::{Account, AccountChain, ChainRole, Trails};
use crate::base::text::{escape, plural};
use crate::base::time::{HOUR, shift};
use crate::cloudtrail::member::MemberState;

/// One entry is enough for chains that ended within this time, in seconds: it accepts as much.
const TOGETHER: i64 = 24 * HOUR;

/// Writes the list.
///
/// # Errors
/// When writing fails.
pub(super) fn write(trails: &Trails, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# chains that must exist, for trailproof validate --expect: \
         ACCOUNT/REGION/HOME_REGION/TRAIL"
    )?;
    if !trails.complete {
        writeln!(
            out,
            "# not complete: some folders could not be listed, so more chains may exist"
        )?;
    }
    let accounts = trails.accounts.as_deref().unwrap_or_default();
    let listed: BTreeSet<&str> = accounts.iter().map(|account| &account.id[..]).collect();
    let others = trails.chains.iter();
    let others = others.filter(|chain| !listed.contains(&chain.account[..]));
    let others: BTreeSet<&str> = others.map(|chain| &chain.id[..]).collect();
    if trails.accounts.is_some() {
        heading(accounts, !others.is_empty(), out)?;
    }
    // The characters of an id need no escaping. An account's own trail and its organization's trail of the same
    // name share one line.
    lines(others, out)?;
    accounts
        .iter()
        .try_for_each(|account| self::account(account, out))
}

fn lines(ids: BTreeSet<&str>, out: &mut dyn Write) -> io::Result<()> {
    ids.into_iter().try_for_each(|id| writeln!(out, "{id}"))
}

fn heading(accounts: &[Account], has_others: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# with {} from AWS Organizations",
        plural(accounts.len(), "account")
    )?;
    let mut chains = accounts.iter().flat_map(|account| &account.chains);
    if !chains.any(|chain| chain.organization.is_some()) {
        writeln!(
            out,
            "# no digest of a trail of this organization was found, so no chain is expected of an account \
             without digests"
        )?;
    }
    match has_others {
        true => writeln!(out, "\n# accounts that are not in the organization"),
        false => Ok(()),
    }
}

fn account(account: &Account, out: &mut dyn Write) -> io::Result<()> {
    let of = |role| {
        let chains = account.chains.iter();
        chains.filter(move |chain| chain.role == role)
    };
    let ids = |role| -> BTreeSet<&str> { of(role).map(|chain| &chain.id[..]).collect() };
    let name = account.name.iter().map(|name| format!(" {name}"));
    let joined = account.joined.iter().map(|at| format!(", joined {at}"));
    let title: String = [format!("# {}", account.id)]
        .into_iter()
        .chain(name)
        .chain([format!(": {}", state(account.state))])
        .chain(joined)
        .collect();
    writeln!(out, "\n{}", escape(&title))?;
    let expected = ids(ChainRole::Expected);
    let absent: BTreeSet<&str> = &ids(ChainRole::Absent) - &expected;
    lines(expected, out)?;
    if !absent.is_empty() {
        writeln!(
            out,
            "# without a digest, although a trail of the organization has digests of these regions:"
        )?;
        lines(absent, out)?;
    }
    for id in ids(ChainRole::Uncertain) {
        writeln!(
            out,
            "# not expected, because the region may be off in this account or the account is new: {id}"
        )?;
    }
    ended(account, &of(ChainRole::Ended).collect::<Vec<_>>(), out)
}

/// The state of an account, in words.
fn state(state: Option<MemberState>) -> &'static str {
    match state {
        Some(MemberState::PendingActivation) => "not activated yet",
        Some(MemberState::Active) => "active",
        Some(MemberState::Suspended) => "suspended",
        Some(MemberState::PendingClosure) => "being closed",
        Some(MemberState::Closed) => "closed",
        Some(MemberState::Unknown) => "in an unknown state",
        None => "not in the organization any more",
    }
}

/// The chains of an account that ended, as comments, and the entries that accept that.
fn ended(account: &Account, chains: &[&AccountChain], out: &mut dyn Write) -> io::Result<()> {
    let ends: Vec<(&str, Timestamp)> = chains
        .iter()
        .filter_map(|chain| Some((&chain.id[..], chain.last?)))
        .collect();
    let first = ends.iter().map(|(_, end)| *end).min();
    let Some((first, last)) = first.zip(ends.iter().map(|(_, end)| *end).max()) else {
        return Ok(());
    };
    writeln!(
        out,
        "# not expected: its {}, of which the last digest ends at {last}",
        plural(chains.len(), "chain")
    )?;
    writeln!(
        out,
        "# to accept that they ended, copy this into the --accept file, with a reason and a name:"
    )?;
    if last <= shift(first, TOGETHER) {
        return entry(&format!("{}/*/*/*", account.id), first, out);
    }
    ends.into_iter()
        .try_for_each(|(id, end)| entry(id, end, out))
}

fn entry(chain: &str, from: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "#   [[accept]]\n#   chain = \"{chain}\"\n#   from = \"{from}\"\n#   follows = true\n#   reason = \"\"\n\
         #   who = \"\""
    )
}
