//! The logs that one digest lists, on their way through the phase, and the order of digests.

use super::manifest::{ListedLogs, ManifestPage};
use crate::base::time::Window;
use crate::cloudtrail::event::Via;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::gap::event_filter::EventFilter;
use crate::source::parts::LogShare;
use crate::validate::causes::witness::Witness;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::request::LogSelection;
use crate::validate::shard::is_in;
use crate::validate::shard::log_results::PageAnswers;

/// Whose logs these are, by number, and what they are read for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LogOwner {
    /// A chain, within the window: they are checked.
    Chain(u32),
    /// A chain, outside the window: they are reported and count in nothing.
    Reported(u32),
    /// A chain, outside the window: they are reported, and nobody else wants them. What is found in them may
    /// not show in any other format.
    Shown(u32),
    /// A chain, beyond the window: they are read for events alone.
    Beyond(u32),
    /// A witness: they are read for events alone.
    Witness(u32),
    /// A chain, listed by digests that are not proven: they are read for whoever takes the records of such logs.
    Unproven(u32),
    /// A chain, listed by digests that are not proven: they are read for leads alone.
    ChainLead(u32),
    /// A witness, listed by digests that are not proven: they are read for leads alone.
    WitnessLead(u32),
}

impl LogOwner {
    /// Whether what its logs record is no more than a lead.
    pub fn is_lead(self) -> bool {
        matches!(self, LogOwner::ChainLead(_) | LogOwner::WitnessLead(_))
    }
}

/// One digest and the logs that it lists.
pub(super) struct DigestLogs {
    pub owner: LogOwner,
    pub id: ChainId,
    pub interval: Window,
    /// The bucket and key of the digest.
    pub digest: (String, String),
    pub logs: Vec<LogEntry>,
    /// In a merge, what the parts hold of the logs of a chain.
    pub answers: Option<PageAnswers>,
    /// In a shard, its share of these logs, and the last of them that is in it.
    pub share: Option<LogShare>,
    pub last_own: Option<usize>,
}

impl DigestLogs {
    /// The logs of a page, with what the division of the validation says of them.
    pub fn new(
        context: &Context<'_>,
        owner: LogOwner,
        id: &ChainId,
        ListedLogs {
            place,
            interval,
            logs,
        }: ListedLogs,
    ) -> Self {
        let is_checked = matches!(owner, LogOwner::Chain(_));
        let parts = context.division.parts().filter(|_| is_checked);
        let answers = parts.map(|parts| PageAnswers::ask(context, parts, id, &logs));
        let share = context.division.share(&id.account, &id.region);
        let share = share.filter(|_| is_checked);
        let is_own = |entry: &LogEntry| share.is_some_and(|share| is_in(share, entry));
        DigestLogs {
            owner,
            id: id.clone(),
            interval,
            digest: place,
            share,
            last_own: logs.iter().rposition(is_own),
            logs,
            answers,
        }
    }

    /// The number of the first log from `at` on that is to be read here.
    pub fn next_own(&self, at: usize) -> Option<usize> {
        let is_own = |entry: &LogEntry| self.share.is_none_or(|share| is_in(share, entry));
        let mut left = self.logs.iter().enumerate().skip(at);
        left.find(|(_, entry)| is_own(entry)).map(|(at, _)| at)
    }

    /// How the events of one of the logs are known.
    pub fn via(&self, entry: &LogEntry) -> Via {
        let log = (entry.bucket.clone(), entry.key.clone());
        let digest = self.digest.1.clone();
        match self.owner.is_lead() {
            true => Via::UnprovenLog { log, digest },
            false => Via::VerifiedLog {
                log,
                digest,
                end: self.interval.to,
            },
        }
    }
}

/// The place of a page in the order: its time, whose it is, and its number there.
pub(super) type Ordered = (i64, LogOwner, u32);

/// The pages to read, oldest digest first. Where logs are not all read, the order is by day: one listing
/// shows which logs of a day exist.
pub(super) fn order(
    context: &Context<'_>,
    chains: &[&mut ChainState],
    witnesses: &[Witness],
    filter: &EventFilter,
) -> Vec<Ordered> {
    let mut order: Vec<Ordered> = Vec::new();
    let mut add = |owner, pages: &[ManifestPage], is_wanted: &dyn Fn(&ManifestPage) -> bool| {
        for (at, page) in (0..).zip(pages).filter(|(_, page)| is_wanted(page)) {
            let time = match context.request.logs {
                LogSelection::All => page.end(),
                _ => page.end().div_euclid(86_400),
            };
            order.push((time, owner, at));
        }
    };
    let takes_unproven = context.takes_unproven();
    // What is wanted beyond the window may follow from what other shards find.
    let is_shard = context.division.shard().is_some();
    for (at, chain) in (0..).zip(chains) {
        let has_events = |page: &ManifestPage| filter.wants(&chain.id, page.hour());
        let pages = &chain.digests.pages;
        add(LogOwner::Chain(at), &pages.inside, &|_| true);
        let ChainId {
            account, region, ..
        } = &chain.id;
        if !context.division.is_first_share(account, region) {
            continue;
        }
        add(LogOwner::Reported(at), &pages.reported, &has_events);
        add(LogOwner::Shown(at), &pages.reported, &|page| {
            !has_events(page)
        });
        let in_shard = |page: &ManifestPage| is_shard || has_events(page);
        add(LogOwner::Beyond(at), &pages.beyond, &in_shard);
        add(LogOwner::Unproven(at), &pages.unproven, &|_| takes_unproven);
        let has_leads =
            |page: &ManifestPage| is_shard || filter.wants_leads(&chain.id, page.hour());
        add(LogOwner::ChainLead(at), &pages.unproven, &has_leads);
    }
    for (at, witness) in (0..).zip(witnesses) {
        let has_events = |page: &ManifestPage| is_shard || filter.wants(&witness.id, page.hour());
        add(LogOwner::Witness(at), &witness.pages, &has_events);
        let has_leads =
            |page: &ManifestPage| is_shard || filter.wants_leads(&witness.id, page.hour());
        add(LogOwner::WitnessLead(at), &witness.unproven, &has_leads);
    }
    order.sort_unstable();
    order
}

/// The chain or witness that an owner stands for, and one of its pages.
pub(super) fn page<'s>(
    chains: &'s [&mut ChainState],
    witnesses: &'s [Witness],
    owner: LogOwner,
    at: u32,
) -> (&'s ChainId, ManifestPage) {
    let (id, pages) = match owner {
        LogOwner::Chain(n) => {
            let chain = &chains[n as usize];
            (&chain.id, &chain.digests.pages.inside)
        }
        LogOwner::Reported(n) | LogOwner::Shown(n) => {
            let chain = &chains[n as usize];
            (&chain.id, &chain.digests.pages.reported)
        }
        LogOwner::Beyond(n) => {
            let chain = &chains[n as usize];
            (&chain.id, &chain.digests.pages.beyond)
        }
        LogOwner::Witness(n) => {
            let witness = &witnesses[n as usize];
            (&witness.id, &witness.pages)
        }
        LogOwner::Unproven(n) | LogOwner::ChainLead(n) => {
            let chain = &chains[n as usize];
            (&chain.id, &chain.digests.pages.unproven)
        }
        LogOwner::WitnessLead(n) => {
            let witness = &witnesses[n as usize];
            (&witness.id, &witness.unproven)
        }
    };
    (id, pages[at as usize])
}
