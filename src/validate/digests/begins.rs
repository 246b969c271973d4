//! Where the windows of the chains of one account and region begin: with the request, or where earlier runs of a
//! scheduled check left off. Each chain has a beginning of its own then.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::listing::Earlier;
use super::names::{DigestNames, Slot};
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
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

    /// From where on the digests of all chains are listed: the earliest beginning. That of a new chain is not known
    /// before it is listed.
    pub fn first(&self) -> Option<Timestamp> {
        let first = self.continued.keys().filter_map(|id| self.of(id)).min();
        first.or(self.request.from)
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

/// The requested chains that earlier runs saw.
pub(crate) fn continued<'a>(
    request: &'a Request,
    filter: &ChainFilter,
) -> impl Iterator<Item = (&'a ChainId, &'a Continuation)> {
    let chains = request.continues.iter().flat_map(|all| &all.chains);
    chains.filter(|(id, _)| filter.concerns(id) && filter.admits(id))
}
