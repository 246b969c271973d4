//! `trailproof timeline` and `validate --investigate`: what happened around the gaps, the damage and the changes that
//! a validation found, as proven records say.
//!
//! ```text
//! Outcome ──> first: marks and subjects ──> search the proven logs ──> kept: events ──> view: Timeline
//!                                               ^        └─> lead: further principals
//!                                               └────────────────────────┘   at most SEARCHES times
//! ```
//!
//! - Only records of proven logs are read: each search validates the logs again, and reads what it just proved.
//! - `target` says what a subject is, and which records concern it. Needles find candidates in the bytes of a log,
//!   and a record counts only if a string of it is the subject's.
//! - A subject may be known from an unsigned answer of AWS. What a report says of it is proven all the same.
//! - AWS services are not followed. One subject cannot fill the timeline, and calls that anybody may make, such as
//!   refused ones, are the first to leave.

mod doubts;
mod event;
mod first;
mod kept;
mod lead;
mod search;
mod subjects;
mod target;
mod view;

use std::num::NonZeroUsize;

pub use self::doubts::doubts;
use self::first::FirstSubjects;
use self::kept::KeptEvents;
use self::search::RecordSearch;
use self::view::{SearchCounts, timeline};
use crate::base::error::Error;
use crate::base::time::{HOUR, shift};
use crate::commands::watchlist::WatchFilter;
use crate::report::timeline::v1::investigation::Timeline;
use crate::report::validation::v1::Requests;
use crate::validate::observer::Silent;
use crate::validate::outcome::Outcome;
use crate::validate::request::{LogSelection, Request};
use crate::validate::{Access, validate_with};

/// The most searches: who opens sessions from sessions any deeper is rare.
const SEARCHES: u64 = 5;

/// How long before the first mark a principal may be created for its creator to be followed back, in seconds.
const CREATED_BEFORE: i64 = 24 * HOUR;

/// What a timeline holds.
#[derive(Clone, Copy)]
pub struct InvestigationSettings<'a> {
    /// The most records.
    pub most: NonZeroUsize,
    /// Rules that mark the records that they match.
    pub watch: Option<&'a WatchFilter>,
}

/// The timeline of a validation that ended, and the requests that it took.
///
/// # Errors
/// As those of [`validate_with`].
pub fn investigate(
    access: Access<'_>,
    request: &Request,
    outcome: &Outcome,
    settings: InvestigationSettings<'_>,
) -> Result<(Timeline, Requests), Error> {
    let FirstSubjects {
        mut subjects,
        marks,
        more_marks,
        calls,
    } = FirstSubjects::of(outcome, &request.prior.trails);
    // Whoever created a principal longer ago did so for its usual work.
    let since = marks.iter().find_map(|mark| mark.from);
    let since = since.map(|first| shift(first, -CREATED_BEFORE));
    let mut kept = KeptEvents::new(settings.most.get());
    let mut counts = SearchCounts {
        logs_left_out: request.logs != LogSelection::All,
        ..SearchCounts::default()
    };
    let mut requests = Requests::default();
    for number in 1..=SEARCHES + 1 {
        if subjects.of_search(number).next().is_none() {
            break;
        }
        if number > SEARCHES {
            counts.cut = true;
            break;
        }
        let search = RecordSearch::new((&subjects, number), since, settings.watch, kept)?;
        let searched = validate_with(access, request, &Silent, Some(&search))?;
        let results = search.into_results();
        kept = results.kept;
        counts.searches = number;
        counts.ended_early |= searched.ended_by.is_some();
        counts.unread = counts.unread.max(results.unread);
        counts.without_time = counts.without_time.max(results.without_time);
        requests.add(&searched.requests.into());
        for lead in results.leads {
            subjects.add(lead, number + 1);
        }
        if counts.ended_early {
            break;
        }
    }
    let marks = (marks, more_marks);
    let behind = (&outcome.changes, &calls);
    let timeline = timeline(subjects, kept, marks, behind, counts);
    Ok((timeline, requests))
}
