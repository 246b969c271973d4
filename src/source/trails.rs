//! Trails as CloudTrail's API describes them today: their configuration, status and selectors, and calls of the
//! last 90 days. Nothing of it is signed.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::GetError;
use crate::base::time::Window;
use crate::cloudtrail::event::{Event, HistoryEvent};
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};

/// Takes the events of one page of LookupEvents, `None` in the place of one that cannot be read, and says whether to
/// go on.
pub type TakeHistory<'t> = dyn FnMut(Vec<Option<HistoryEvent>>) -> ControlFlow<()> + 't;

/// Read-only access to CloudTrail's API, from any thread.
pub trait TrailApi: Sync {
    /// DescribeTrails: the trails that are visible in a region.
    ///
    /// # Errors
    /// Why they could not be looked up.
    fn describe(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError>;

    /// ListTrails: the home regions of this account's trails.
    ///
    /// # Errors
    /// Why they could not be looked up.
    fn home_regions(&self) -> Result<BTreeSet<Region>, GetError>;

    /// GetTrailStatus: the status of a trail in a region where it logs.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError>;

    /// GetTrailStatus once more, on a connection of its own. It is called before a status counts as evidence that
    /// a digest is missing.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn status_again(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError>;

    /// LookupEvents: all calls of a name in a region and a window. It covers the last 90 days of the account of
    /// these credentials, and allows two requests per second.
    ///
    /// # Errors
    /// Why they could not be looked up.
    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError>;

    /// LookupEvents: all events of a region and a window, the newest first, page by page. It covers the management
    /// events of the last 90 days of the account of these credentials, and allows two requests per second.
    ///
    /// # Errors
    /// Why no further page could be looked up. Those before it were taken.
    fn history(
        &self,
        region: &Region,
        time: Window,
        take: &mut TakeHistory<'_>,
    ) -> Result<(), GetError>;

    /// GetEventSelectors and GetInsightSelectors: what a trail logs today.
    ///
    /// # Errors
    /// Why it could not be looked up.
    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError>;

    /// The number of requests so far.
    fn requests(&self) -> u64;
}
