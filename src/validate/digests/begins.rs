//! Where the windows of the chains of one account and region begin: with the request, or where earlier runs of a
//! scheduled check left off. Each chain has a beginning of its own then.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::listing::Earlier;
use super::names::{DigestNames, Slot};
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::proof::chain::Walked;
use crate::validate::context::Context;
use crate::validate::request::continuation::Continuation;
use crate::validate::request::{ChainFilter, Request};

/// Where the windows of the chains of one account and region begin.
pub(crate) struct Begins<'a> {
    request: &'a Request,
    /// The requested chains of the account and region that earlier runs saw.
    continued: BTreeMap<&'a ChainId, &'a Continuation>,
    /// Chains that begin earlier than where earlier runs left off.
    earlier: BTreeMap<ChainId, Timestamp>,
}

impl<'a> Begins<'a> {
    /// The beginnings for an account and region. `earlier` are chains that begin earlier than where earlier runs
    /// left off.
    pub fn new(
        context: &'a Context<'_>,
        (account, region): (&AccountId, &Region),
        earlier: BTreeMap<ChainId, Timestamp>,
    ) -> Self {
        Begins {
            request: context.request,
            continued: continued(context.request, context.filter)
                .filter(|(id, _)| id.account == *account && id.region == *region)
                .collect(),
            earlier,
        }
    }

    /// The beginning of the window of a chain, as far as it is known before its digests are.
    pub fn of(&self, chain: &ChainId) -> Option<Timestamp> {
        let from = self.request.from_of(chain)?;
        Some(self.earlier.get(chain).map_or(from, |at| from.min(*at)))
    }

    /// The requested chains that earlier runs saw.
    pub fn continued(&self) -> impl Iterator<Item = (&'a ChainId, &'a Continuation)> {
        self.continued.iter().map(|(id, known)| (*id, *known))
    }

    /// From where on the digests of all chains are listed: the earliest beginning, of backfill digests too. That of a
    /// new chain is not known before it is listed.
    pub fn first(&self) -> Option<Timestamp> {
        let first = self.continued.keys().filter_map(|id| self.of_backfill(id));
        first.min().or(self.request.from)
    }

    /// From where on the backfill digests of a chain are read that earlier runs saw: they come late, so those before
    /// the window may be new. `None` for other chains.
    pub fn of_backfill(&self, chain: &ChainId) -> Option<Timestamp> {
        let grace = self.request.backfill_grace;
        let from = self.continued.contains_key(chain).then(|| self.of(chain));
        from.flatten().map(|from| shift(from, -grace))
    }

    /// The beginning of the window of a chain, once its digests were walked.
    pub fn settled(&self, chain: &ChainId, main: &Walked) -> Option<Timestamp> {
        let from = self.of(chain);
        match self.continued.get(chain) {
            Some(known) => from.map(|from| reached(from, known.from, main)),
            None if self.request.is_new(chain) => {
                let first = first_digest(main);
                match first.is_some_and(|first| self.is_after_the_last_listing(first)) {
                    true => from.max(first),
                    false => from.or(first),
                }
            }
            None => from.or(main.begins),
        }
    }

    /// Whether a chain whose digests begin at `first` can have begun after an earlier run listed all chains. Else that
    /// run should have found it, and the time before its first digest counts.
    fn is_after_the_last_listing(&self, first: Timestamp) -> bool {
        let continues = self.request.continues.as_ref();
        let listed = continues.and_then(|continues| continues.complete_at);
        let late = self.request.delivery_lag.saturating_add(2 * HOUR);
        listed.is_some_and(|at| first >= shift(at, -late))
    }

    /// Which earlier digests are listed too, once those from [`first`](Self::first) on are. A chain whose newest
    /// proven digest is remembered lacks none: that one is read by its key, so that listings do not grow with the
    /// history.
    pub fn earlier(&self, listed: &BTreeMap<ChainId, DigestNames>) -> Earlier {
        let lacks = |(id, continuation): (&&ChainId, &&Continuation)| {
            let before = |slot: &Slot| slot.end() <= continuation.from;
            let is_known = listed
                .get(*id)
                .is_some_and(|names| names.main.iter().any(before));
            continuation.head.is_none() && !is_known
        };
        if self.continued.iter().any(lacks) {
            return Earlier::All;
        }
        match listed.keys().any(|id| self.request.is_new(id)) {
            true => self.request.from.map_or(Earlier::All, Earlier::Since),
            false => Earlier::None,
        }
    }
}

/// How far the window of a chain reaches back for new objects: not before its first digest, and not into a gap just
/// before them. Earlier runs reported that, and it is not news.
fn reached(from: Timestamp, settled: Timestamp, main: &Walked) -> Timestamp {
    if from >= settled {
        return settled;
    }
    let from = first_digest(main).map_or(settled, |first| from.max(first).min(settled));
    let hour = Window::new(from, shift(from, HOUR).min(settled));
    let gaps = main.accounted.missing_from(hour);
    let before = gaps.into_iter().find(|gap| gap.from == from);
    before.map_or(from, |gap| gap.to)
}

/// Where the data of a chain begin: with its first digest, which may be missing.
fn first_digest(main: &Walked) -> Option<Timestamp> {
    let accounted = main.accounted.bounds().map(|time| time.from);
    [main.begins, accounted].into_iter().flatten().min()
}

/// The requested chains that earlier runs saw.
pub(crate) fn continued<'a>(
    request: &'a Request,
    filter: &ChainFilter,
) -> impl Iterator<Item = (&'a ChainId, &'a Continuation)> {
    let chains = request.continues.iter().flat_map(|all| &all.chains);
    chains.filter(|(id, _)| filter.selects(id))
}
