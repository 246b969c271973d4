//! The comparison, region by region.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;

use super::comparison::{ComparedRegion, HistoryComparison};
use super::ids::{EventId, SealedIds};
use super::reader::EventIdReader;
use crate::base::time::{HOUR, Window, in_words, shift};
use crate::cloudtrail::event::{Evidence, HistoryEvent, Via};
use crate::cloudtrail::ids::{AccountId, ChainId, Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::coverage::{Spans, State};
use crate::proof::event_history::{ComparedChain, Logged, NotCompared, missing_from};
use crate::proof::finding::{Code, Finding, Severity};
use crate::source::GetError;
use crate::source::trails::TrailApi;
use crate::validate::chain_state::{ChainState, Group};
use crate::validate::context::Context;
use crate::validate::observer::Step;
use jiff::SignedDuration;

/// The calls after which a trail may log something else.
const CHANGES: [&str; 3] = ["PutEventSelectors", "UpdateTrail", "CreateTrail"];
/// The calls that switch a trail's logging on or off.
const SWITCHES: [(&str, bool); 3] = [
    ("StopLogging", false),
    ("DeleteTrail", false),
    ("StartLogging", true),
];

/// What a trail logs, as AWS says today, and since when.
struct TrailLogging {
    selectors: Selectors,
    global_events: bool,
    since: Arc<LoggedSince>,
}

/// Since when a trail logs what it logs, as far as the account's event history shows.
struct LoggedSince {
    /// When that was last changed.
    last_change: Timestamp,
    /// When logging was switched off.
    off: Spans,
}

/// Compares the events that AWS lists with those of proven logs, in all regions of the account's chains, and reports
/// those that are missing.
pub(in crate::validate) fn compare(
    context: &Context<'_>,
    groups: &mut [Group],
    mut begun: HistoryComparison,
    reader: &EventIdReader<'_>,
) -> HistoryComparison {
    let (Some(trails), Some(account)) = (context.trails, begun.account.clone()) else {
        return begun;
    };
    context.observer.step(Step::LookupBegin);
    let (ids, unread) = reader.take();
    begun.unread = unread.why;
    let mut regions: BTreeMap<Region, Vec<&mut ChainState>> = BTreeMap::new();
    let chains = groups.iter_mut().flat_map(|group| &mut group.chains);
    for chain in chains.filter(|chain| chain.id.account == account) {
        let region = chain.id.region.clone();
        regions.entry(region).or_default().push(chain);
    }
    let logging = logging(context, trails, (&regions, begun.time));
    let compare = |(region, chains): (Region, Vec<&mut ChainState>)| {
        let work = RegionWork {
            context,
            trails,
            account: &account,
            region: &region,
            time: begun.time,
            ids: &ids,
            unread: &unread.time,
            logging: &logging,
        };
        let compared = work.compare(chains);
        (region, compared)
    };
    let compared = context.in_parallel(regions.into_iter().collect(), compare);
    begun.regions = compared.into_iter().collect();
    begun
}

/// What the trails of the chains log.
fn logging(
    context: &Context<'_>,
    trails: &dyn TrailApi,
    (regions, time): (&BTreeMap<Region, Vec<&mut ChainState>>, Window),
) -> BTreeMap<ChainId, TrailLogging> {
    let mut known: BTreeMap<TrailArn, Option<(Selectors, Arc<LoggedSince>)>> = BTreeMap::new();
    let mut logging = BTreeMap::new();
    for chain in regions.values().flatten() {
        let described = trails.describe(&chain.id.home_region).unwrap_or_default();
        let Some(config) = TrailConfig::of(&described, &chain.id) else {
            continue;
        };
        let of_trail = known.entry(config.arn.clone()).or_insert_with(|| {
            let selectors = trails.selectors(&config.arn).ok()?;
            let since = logged_since(context, trails, &config.arn, time)?;
            Some((selectors, Arc::new(since)))
        });
        if let Some((selectors, since)) = of_trail {
            let of_chain = TrailLogging {
                selectors: selectors.clone(),
                global_events: config.global_events,
                since: Arc::clone(since),
            };
            logging.insert(chain.id.clone(), of_chain);
        }
    }
    logging
}

/// Since when a trail logs what it logs, as far as the account's event history shows; `None` if it could not be looked
/// up. The calls of another account, as on an organization's trail, are not in it.
fn logged_since(
    context: &Context<'_>,
    trails: &dyn TrailApi,
    trail: &TrailArn,
    time: Window,
) -> Option<LoggedSince> {
    let time = Window::new(time.from, context.request.look().at?);
    let own = (&trail.account, &trail.home_region, &trail.trail);
    let times = |name: &str| -> Option<Vec<Timestamp>> {
        let calls = trails.lookup(&trail.home_region, name, time).ok()?;
        let done = calls.into_iter().filter(|e| e.error_code.is_none());
        let done = done.filter(|e| e.on_trail() == Some(own));
        Some(done.map(|e| e.time).collect())
    };
    let mut last_change = Timestamp::MIN;
    for name in CHANGES {
        last_change = times(name)?.into_iter().fold(last_change, Timestamp::max);
    }
    let mut switches = Vec::new();
    for (name, is_on) in SWITCHES {
        switches.extend(times(name)?.into_iter().map(|at| (at, is_on)));
    }
    let off = off(switches, time);
    Some(LoggedSince { last_change, off })
}

/// The time in which logging was off, by the calls that switched it. Before a start that follows no stop it may have been
/// off.
fn off(mut switches: Vec<(Timestamp, bool)>, time: Window) -> Spans {
    switches.sort_unstable();
    let mut off = Spans::default();
    let mut since = Some(time.from).filter(|_| switches.first().is_some_and(|(_, is_on)| *is_on));
    for (at, is_on) in switches {
        match is_on {
            true => since
                .take()
                .into_iter()
                .for_each(|from| off.insert(Window::new(from, at))),
            false => since = since.or(Some(at)),
        }
    }
    since
        .into_iter()
        .for_each(|from| off.insert(Window::new(from, time.to)));
    off
}

/// What the comparison of one region needs.
struct RegionWork<'w> {
    context: &'w Context<'w>,
    trails: &'w dyn TrailApi,
    account: &'w AccountId,
    region: &'w Region,
    time: Window,
    ids: &'w SealedIds,
    /// The time of events that unreadable proven logs may hold.
    unread: &'w Spans,
    logging: &'w BTreeMap<ChainId, TrailLogging>,
}

impl RegionWork<'_> {
    fn compare(&self, mut chains: Vec<&mut ChainState>) -> ComparedRegion {
        let ids: Vec<ChainId> = chains.iter().map(|chain| chain.id.clone()).collect();
        let known: Vec<ComparedChain<'_>> = chains
            .iter()
            .zip(&ids)
            .map(|(chain, id)| self.compared(chain, id))
            .collect();
        let mut compared = ComparedRegion::default();
        let (mut oldest, mut last_page, mut lost) = (None, BTreeSet::new(), None);
        let listed = self.trails.history(self.region, self.time, &mut |events| {
            self.context
                .observer
                .step(Step::EventsCompared(events.len() as u64));
            let page = std::mem::take(&mut last_page);
            for event in events {
                let Some(event) = event else {
                    *compared
                        .not_compared
                        .entry(NotCompared::Unreadable)
                        .or_default() += 1;
                    continue;
                };
                oldest = Some(event.event.time);
                let id = event.event.id.as_ref().map(|id| EventId::of(id.as_bytes()));
                // The end of the time that is asked for counts as part of it. Two pages may overlap.
                let is_outside =
                    event.event.time >= self.time.to || event.event.time < self.time.from;
                last_page.extend(id);
                if is_outside || id.is_some_and(|id| page.contains(&id)) {
                    continue;
                }
                match self.is_held(id) {
                    Ok(true) => compared.held += 1,
                    Ok(false) => self.take(event, &known, &mut chains, &mut compared),
                    Err(e) => {
                        lost = Some(GetError::Io(e.to_string()));
                        return ControlFlow::Break(());
                    }
                }
            }
            ControlFlow::Continue(())
        });
        if let Some(error) = listed.err().or(lost) {
            if error.ends_all() {
                self.context.fetcher.stopped();
            }
            compared.ended = Some((error, oldest));
        }
        compared
    }

    fn is_held(&self, id: Option<EventId>) -> io::Result<bool> {
        id.map_or(Ok(false), |id| self.ids.contains(id))
    }

    /// What of a chain decides which events it must hold.
    fn compared<'c>(&'c self, chain: &ChainState, id: &'c ChainId) -> ComparedChain<'c> {
        let mut paint = chain.digests.main.paint.clone();
        if let Some(backfill) = &chain.digests.backfill {
            paint.add_colours(&backfill.paint);
        }
        paint.add_colours(&chain.logs.paint);
        self.unread
            .iter()
            .for_each(|time| paint.unproven.insert(time));
        let mut proven = Spans::default();
        let stretches = paint.settle(chain.window).into_iter();
        stretches
            .filter(|stretch| stretch.state == State::Verified)
            .for_each(|stretch| proven.insert(stretch.time));
        let logging = self.logging.get(id);
        ComparedChain {
            id,
            window: chain.window,
            proven,
            logged: logging.map(|logging| Logged {
                selectors: &logging.selectors,
                global_events: logging.global_events,
                since: logging.since.last_change,
                off: &logging.since.off,
            }),
        }
    }

    /// Judges an event that no proven log holds.
    fn take(
        &self,
        event: HistoryEvent,
        known: &[ComparedChain<'_>],
        chains: &mut [&mut ChainState],
        compared: &mut ComparedRegion,
    ) {
        let delivery_lag = self.context.request.delivery_lag;
        match missing_from(&event, (self.account, self.region), known, delivery_lag) {
            Ok(at) => {
                compared.missing += 1;
                self.report(event, chains[at]);
            }
            Err(why) => *compared.not_compared.entry(why).or_default() += 1,
        }
    }

    /// Reports an event that a chain must hold. The hour of its digest is unproven.
    fn report(&self, event: HistoryEvent, chain: &mut ChainState) {
        let event = event.event;
        let lag = in_words(SignedDuration::from_secs(self.context.request.delivery_lag));
        let message = format!(
            "AWS lists this {} event, and no proven log of account {} holds it, although the trail is configured to \
             log it and every digest of the {lag} after it is proven",
            event.name, self.account
        );
        let interval = interval(chain, event.time);
        let mut finding = Finding::new(Code::EventNotInLogs, message)
            .of(&chain.id)
            .over(interval)
            .hint(
                "run again later, in case its log was delivered late; then ask AWS Support about this event, with its \
                 event ID",
            );
        let via = Via::LookupEvents;
        finding.evidence = vec![Evidence { event, via }];
        chain.logs.paint.colour(Severity::Unproven, interval);
        self.context.report(&mut chain.ledger, finding);
    }
}

/// The interval of the digest that covers an instant. A chain's digests end at the same minute and second of every
/// hour, from one start of logging to the next.
fn interval(chain: &ChainState, at: Timestamp) -> Window {
    let phase = match &chain.digests.main.anchors {
        Some(anchors) => anchors.1.end,
        None => chain.window.to,
    };
    let hours = phase.duration_since(at).as_secs().div_euclid(HOUR);
    let end = shift(phase, -hours * HOUR);
    Window::new(shift(end, -HOUR), end).clip(&chain.window)
}
