//! The result of a comparison with LookupEvents.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::base::time::Window;
use crate::cloudtrail::ids::{AccountId, Region};
use crate::proof::event_history::NotCompared;
use crate::source::GetError;

/// A comparison of proven logs with the events that LookupEvents lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryComparison {
    /// The account whose events AWS listed; `None` if it listed none.
    pub account: Option<AccountId>,
    /// Accounts of chains whose events were not compared.
    pub other_accounts: u64,
    /// The time of the events.
    pub time: Window,
    /// Whether the window begins before the time that LookupEvents reaches.
    pub is_cut: bool,
    /// Each region of that account's chains.
    pub regions: BTreeMap<Region, ComparedRegion>,
    /// Why the account could not be found out in a region.
    pub failed: Option<GetError>,
    /// Why the ids of proven logs are not all known: events that such a log may hold were not compared.
    pub unread: Option<String>,
}

/// The comparison of one region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComparedRegion {
    /// Events that proven logs hold.
    pub held: u64,
    /// Events that a proven log must hold, and none does.
    pub missing: u64,
    /// Events that no log holds and that were not compared, by reason.
    pub not_compared: BTreeMap<NotCompared, u64>,
    /// Why no older event was listed than the one of this time, if any was; `None` if all were.
    pub ended: Option<(GetError, Option<Timestamp>)>,
}

impl HistoryComparison {
    /// Whether everything that LookupEvents reaches was compared.
    pub fn is_complete(&self) -> bool {
        self.failed.is_none() && self.regions.values().all(|region| region.ended.is_none())
    }
}
