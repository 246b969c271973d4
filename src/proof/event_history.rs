//! Which chain must hold an event that LookupEvents lists (pure).
//!
//! CloudTrail's event history lists management events, whatever trails there are. A trail delivers those that its
//! selectors admit, within minutes, to the chain of the region in which they happened. So an event that no proven log
//! of its account holds is missing from the logs only if
//!
//! - a trail's chain of that account and region has a selector that admits it, and
//! - all digests from the event's time until the delivery lag after it are proven.
//!
//! Everything else is not compared, and [`NotCompared`] says why.

use jiff::Timestamp;

use crate::base::time::{Window, shift};
use crate::cloudtrail::event::HistoryEvent;
use crate::cloudtrail::ids::{AccountId, ChainId, Region};
use crate::cloudtrail::selectors::Selectors;
use crate::proof::coverage::Spans;

/// Services whose events count as global: a trail logs them only if it includes events of global services (user
/// guide, "Global service events"). They are recorded in one region of the partition.
const GLOBAL: [&str; 13] = [
    "account.amazonaws.com",
    "budgets.amazonaws.com",
    "ce.amazonaws.com",
    "cloudfront.amazonaws.com",
    "globalaccelerator.amazonaws.com",
    "health.amazonaws.com",
    "iam.amazonaws.com",
    "organizations.amazonaws.com",
    "route53.amazonaws.com",
    "route53domains.amazonaws.com",
    "signin.amazonaws.com",
    "sts.amazonaws.com",
    "support.amazonaws.com",
];

/// A chain that may hold events of the history.
pub struct ComparedChain<'c> {
    /// The chain.
    pub id: &'c ChainId,
    /// Its window.
    pub window: Window,
    /// The time that its proven digests cover, and of which all logs are proven.
    pub proven: Spans,
    /// What its trail logs; `None` if AWS does not say.
    pub logged: Option<Logged<'c>>,
}

/// What a trail logs.
#[derive(Clone, Copy)]
pub struct Logged<'t> {
    /// Its selectors of today.
    pub selectors: &'t Selectors,
    /// Whether it includes events of global services.
    pub global_events: bool,
    /// Since when that is known to be so.
    pub since: Timestamp,
    /// When logging was switched off.
    pub off: &'t Spans,
}

/// Why an event that no proven log holds is not missing, in the order of how close it comes to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotCompared {
    /// It has no id, or its record cannot be read.
    Unreadable,
    /// It is no management event.
    OtherCategory,
    /// Another account recorded it.
    OtherAccount,
    /// It is recorded in another region, as events of global services are.
    OtherRegion,
    /// No chain of that region is validated over its time.
    NoChain,
    /// No trail logs such events.
    NotSelected,
    /// AWS does not say what the trail logs.
    SelectorsUnknown,
    /// What the trail logs was changed after it.
    SelectorsChanged,
    /// Logging was switched off then.
    LoggingOff,
    /// Not all digests are proven that could list its log, or not all their logs.
    TimeNotProven,
    /// Its log may have been delivered after the window.
    TooRecent,
}

impl NotCompared {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            NotCompared::Unreadable => "unreadable",
            NotCompared::OtherCategory => "other-category",
            NotCompared::OtherAccount => "other-account",
            NotCompared::OtherRegion => "other-region",
            NotCompared::NoChain => "no-chain",
            NotCompared::NotSelected => "not-selected",
            NotCompared::SelectorsUnknown => "selectors-unknown",
            NotCompared::SelectorsChanged => "selectors-changed",
            NotCompared::LoggingOff => "logging-off",
            NotCompared::TimeNotProven => "time-not-proven",
            NotCompared::TooRecent => "too-recent",
        }
    }

    /// Which events these are, behind their number.
    pub fn words(self) -> &'static str {
        match self {
            NotCompared::Unreadable => "without a readable record",
            NotCompared::OtherCategory => "of a kind other than management events",
            NotCompared::OtherAccount => "of other accounts",
            NotCompared::OtherRegion => "recorded in another region",
            NotCompared::NoChain => "of time that no chain of their region was validated over",
            NotCompared::NotSelected => "that no trail is configured to log",
            NotCompared::SelectorsUnknown => "of trails whose event selectors are not known",
            NotCompared::SelectorsChanged => "from before the trail's configuration was changed",
            NotCompared::LoggingOff => "of time in which logging was switched off",
            NotCompared::TimeNotProven => {
                "whose logs may lie in time that is not proven: such time is reported already"
            }
            NotCompared::TooRecent => {
                "within --delivery-lag of the end of the window: their logs may have been delivered after it"
            }
        }
    }
}

/// The chain that must hold an event of the history of a region, and does not; by its place in `chains`.
///
/// # Errors
/// Why no chain must hold it.
pub fn missing_from(
    event: &HistoryEvent,
    (account, region): (&AccountId, &Region),
    chains: &[ComparedChain<'_>],
    delivery_lag: i64,
) -> Result<usize, NotCompared> {
    if event.event.id.is_none() {
        return Err(NotCompared::Unreadable);
    }
    // Records of old versions have no category. LookupEvents lists management events unless others are requested.
    let category = event.category.as_deref();
    if category.is_some_and(|category| category != "Management") {
        return Err(NotCompared::OtherCategory);
    }
    if event.event.account.as_ref() != Some(account) {
        return Err(NotCompared::OtherAccount);
    }
    if event.event.region.as_ref() != Some(region) {
        return Err(NotCompared::OtherRegion);
    }
    let mut closest = NotCompared::NoChain;
    let chains = chains.iter().enumerate();
    for (at, chain) in chains.filter(|(_, c)| c.id.account == *account && c.id.region == *region) {
        match chain.lacks(event, delivery_lag) {
            Ok(()) => return Ok(at),
            Err(why) => closest = closest.max(why),
        }
    }
    Err(closest)
}

impl ComparedChain<'_> {
    /// Whether it must hold an event of its account and region.
    fn lacks(&self, event: &HistoryEvent, delivery_lag: i64) -> Result<(), NotCompared> {
        let at = event.event.time;
        if at < self.window.from || at >= self.window.to {
            return Err(NotCompared::NoChain);
        }
        let logged = self.logged.ok_or(NotCompared::SelectorsUnknown)?;
        let is_global = GLOBAL.contains(&event.source.as_str());
        if !logged.selectors.admit(&event.selected()) || (is_global && !logged.global_events) {
            return Err(NotCompared::NotSelected);
        }
        if at <= logged.since {
            return Err(NotCompared::SelectorsChanged);
        }
        if logged.off.contains(at) || logged.off.reaches(at) {
            return Err(NotCompared::LoggingOff);
        }
        let delivered = Window::new(at, shift(at, delivery_lag.max(1)));
        if !self
            .proven
            .missing_from(delivered.clip(&self.window))
            .is_empty()
        {
            return Err(NotCompared::TimeNotProven);
        }
        match delivered.to > self.window.to {
            true => Err(NotCompared::TooRecent),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
