//! The logs that one digest lists, on their way through the phase, and the order of digests.

use super::manifest::{ListedLogs, ManifestPage};
use super::pages::{KeptPages, LogOwner, LostPages, PageOrder};
use crate::base::time::Window;
use crate::cloudtrail::event::Via;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::log_list::LogEntry;
use crate::proof::gap::event_filter::EventFilter;
use crate::source::parts::LogShare;
use crate::validate::causes::witness::Witness;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;
use crate::validate::shard::is_in;
use crate::validate::shard::log_results::PageAnswers;

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

/// The order in which the logs of chains and witnesses are read: oldest digest first.
pub(super) struct LogOrder {
    pages: PageOrder,
    wanted: WantedPages,
}

/// Which pages are read.
struct WantedPages {
    /// The logs in which events were wanted when the order was made.
    filter: EventFilter,
    takes_unproven: bool,
    /// What is wanted beyond the window may follow from what other shards find.
    is_shard: bool,
}

impl LogOrder {
    /// The order of all pages that are wanted.
    pub fn new(
        context: &Context<'_>,
        chains: &[&mut ChainState],
        witnesses: &[Witness],
        filter: &EventFilter,
    ) -> Self {
        let wanted = WantedPages {
            filter: filter.clone(),
            takes_unproven: context.takes_unproven(),
            is_shard: context.division.shard().is_some(),
        };
        let (manifest, logs) = (context.manifest, context.request.logs);
        let mut pages = PageOrder::new(logs);
        let is_wanted = wanted.among(chains, witnesses);
        let mut add = |owner, list: &_| pages.add(owner, list, manifest, &is_wanted);
        for (at, chain) in (0..).zip(chains) {
            let lists = &chain.digests.pages;
            add(LogOwner::Chain(at), &lists.inside);
            let ChainId {
                account, region, ..
            } = &chain.id;
            if !context.division.is_first_share(account, region) {
                continue;
            }
            add(LogOwner::Reported(at), &lists.reported);
            add(LogOwner::Shown(at), &lists.reported);
            add(LogOwner::Beyond(at), &lists.beyond);
            add(LogOwner::Unproven(at), &lists.unproven);
            add(LogOwner::ChainLead(at), &lists.unproven);
        }
        for (at, witness) in (0..).zip(witnesses) {
            let keep = |pages: &Vec<_>| KeptPages::of(pages.clone(), logs, manifest);
            add(LogOwner::Witness(at), &keep(&witness.pages));
            add(LogOwner::WitnessLead(at), &keep(&witness.unproven));
        }
        drop(is_wanted);
        LogOrder { pages, wanted }
    }

    /// The next page, of the same chains and witnesses.
    ///
    /// # Errors
    /// If some pages of a list could not be read back. The others go on.
    pub fn next(
        &mut self,
        context: &Context<'_>,
        chains: &[&mut ChainState],
        witnesses: &[Witness],
    ) -> Result<Option<(LogOwner, ManifestPage)>, LostPages> {
        let is_wanted = self.wanted.among(chains, witnesses);
        self.pages.next(context.manifest, &is_wanted)
    }
}

impl WantedPages {
    /// Whether a page of one of these chains and witnesses is wanted.
    fn among<'a>(
        &'a self,
        chains: &'a [&mut ChainState],
        witnesses: &'a [Witness],
    ) -> impl Fn(LogOwner, &ManifestPage) -> bool + 'a {
        move |owner, page| {
            let id = || owner_id(chains, witnesses, owner);
            let has_events = || self.filter.wants(id(), page.hour());
            let has_leads = || self.filter.wants_leads(id(), page.hour());
            match owner {
                LogOwner::Chain(_) => true,
                LogOwner::Reported(_) => has_events(),
                LogOwner::Shown(_) => !has_events(),
                LogOwner::Beyond(_) | LogOwner::Witness(_) => self.is_shard || has_events(),
                LogOwner::Unproven(_) => self.takes_unproven,
                LogOwner::ChainLead(_) | LogOwner::WitnessLead(_) => self.is_shard || has_leads(),
            }
        }
    }
}

/// The chain or witness that an owner stands for.
pub(super) fn owner_id<'s>(
    chains: &'s [&mut ChainState],
    witnesses: &'s [Witness],
    owner: LogOwner,
) -> &'s ChainId {
    match owner {
        LogOwner::Chain(n)
        | LogOwner::Reported(n)
        | LogOwner::Shown(n)
        | LogOwner::Beyond(n)
        | LogOwner::Unproven(n)
        | LogOwner::ChainLead(n) => &chains[n as usize].id,
        LogOwner::Witness(n) | LogOwner::WitnessLead(n) => &witnesses[n as usize].id,
    }
}
