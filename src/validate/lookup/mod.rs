//! Compares the proven logs with what AWS itself lists: `--lookup`.
//!
//! ```text
//!  before the logs   begin      which account the credentials are of
//!  logs              reader     the ids of that account's events in proven logs  ──> ids
//!  after the logs    compare    LookupEvents, region by region ──> each event: held, missing, or not compared
//!                    sentences  what was not compared
//! ```
//!
//! In: the chains, once all of their logs are judged. Out: a finding for each event that a proven log must hold and
//! none does, and the counts of all others. Which chain must hold an event is decided in
//! [`crate::proof::event_history`].
//!
//! - An event is held if any proven log of its account has its id.
//! - The logs come first: the look-up is slow, and a deadline then costs nothing of the validation.
//! - What could not be compared is said, and is no finding.

mod compare;
pub mod comparison;
mod ids;
pub(super) mod reader;
pub(super) mod sentences;
pub(super) mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

pub(super) use self::compare::compare;
use self::comparison::HistoryComparison;
use self::reader::EventIdReader;
use super::chain_state::Group;
use super::context::Context;
use crate::base::time::{Window, shift};
use crate::cloudtrail::ids::{AccountId, Region};

/// How far back LookupEvents reaches, in seconds: CloudTrail API reference, LookupEvents.
const REACH: i64 = 90 * 86_400;

/// Finds out whose events AWS lists, so that only their ids are read.
pub(super) fn begin(
    context: &Context<'_>,
    groups: &[Group],
    reader: &EventIdReader<'_>,
) -> Option<HistoryComparison> {
    let (trails, now) = (context.trails?, context.request.look().at?);
    let chains = || groups.iter().flat_map(|group| &group.chains);
    let windows = chains().map(|chain| chain.window);
    let all = windows.reduce(|all, one| Window::new(all.from.min(one.from), all.to.max(one.to)))?;
    // A time that was given as that of the look may only make the search longer.
    let given = context.request.as_of.unwrap_or(now);
    let time = all.clip(&Window::new(shift(now.min(given), -REACH), now));
    let mut begun = HistoryComparison {
        account: None,
        other_accounts: 0,
        time,
        is_cut: all.from < shift(now, -REACH),
        regions: BTreeMap::new(),
        failed: None,
        unread: None,
    };
    let regions: BTreeSet<&Region> = chains().map(|chain| &chain.id.region).collect();
    for region in regions {
        let asked = trails.history(region, time, &mut |events| {
            let accounts = events
                .into_iter()
                .flatten()
                .map(|event| event.event.account);
            begun.account = accounts.flatten().next();
            ControlFlow::Break(())
        });
        if begun.account.is_some() {
            begun.failed = None;
            break;
        }
        if let Err(error) = asked {
            let ends_all = error.ends_all();
            begun.failed.get_or_insert(error);
            if ends_all {
                context.fetcher.stopped();
                break;
            }
        }
    }
    if let Some(account) = &begun.account {
        reader.begin(account);
    }
    let accounts: BTreeSet<&AccountId> = chains().map(|chain| &chain.id.account).collect();
    let others = accounts
        .into_iter()
        .filter(|one| Some(*one) != begun.account.as_ref());
    begun.other_accounts = others.count() as u64;
    Some(begun)
}
