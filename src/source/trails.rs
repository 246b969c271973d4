//! What CloudTrail says of trails, of the calls on them, and of what they select.

use std::collections::BTreeSet;

use super::GetError;
use crate::base::time::Window;
use crate::cloudtrail::event::Event;
use crate::cloudtrail::ids::{Region, TrailArn};
use crate::cloudtrail::selectors::Selectors;
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};

/// What CloudTrail says of trails. Answers from any thread.
pub trait TrailApi: Sync {
    /// The trails that are visible in a region.
    ///
    /// # Errors
    /// Why they could not be asked for.
    fn described(&self, region: &Region) -> Result<Vec<TrailConfig>, GetError>;

    /// The home regions of the trails of this account.
    ///
    /// # Errors
    /// Why they could not be asked for.
    fn homes(&self) -> Result<BTreeSet<Region>, GetError>;

    /// The status of a trail in a region that it logs in.
    ///
    /// # Errors
    /// Why it could not be asked for.
    fn status(&self, trail: &TrailArn, region: &Region) -> Result<TrailStatus, GetError>;

    /// What LookupEvents tells of calls of a name that were made in a region: the last 90 days, of the
    /// account of these credentials, unsigned. All pages, at most two requests a second.
    ///
    /// # Errors
    /// Why they could not be asked for.
    fn lookup(&self, region: &Region, name: &str, time: Window) -> Result<Vec<Event>, GetError>;

    /// What a trail selects to be logged, today.
    ///
    /// # Errors
    /// Why it could not be asked for.
    fn selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError>;

    /// Requests made.
    fn requests(&self) -> u64;
}
