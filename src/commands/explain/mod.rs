//! `explain`: did CloudTrail deliver this one log or digest, and is it intact?
//!
//! ```text
//! ExplainTarget ─▶ explain ─▶ ExplainOutcome ─▶ view ─▶ report::explain::v1::Report
//!   one key         validate, once or twice,     answer, path, neighbours, searched time
//!                   around the time of the key
//! ```
//!
//! In: a source, keys and the key of one object. Out: a report with the answer and the evidence for it.
//! The digests around the object are validated as in any validation. Of all logs, only the one in question
//! is read. No call about trails is made, because their configuration proves nothing about an object.

mod answer;
mod observed;
mod sentence;
pub mod target;
mod view;

use jiff::Timestamp;

use crate::base::cancel::{CancelFlag, CancelReason};
use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::base::time::Window;
use crate::proof::finding::ReadFrom;
use crate::source::GetError;
use crate::validate::outcome::{Outcome, Requests};
use crate::validate::request::{ChainFilter, ObservedWindow, OneLog, PriorKnowledge, Request};
use crate::validate::{Access, validate};
use observed::{Observed, TargetObserver};
use target::ExplainTarget;

/// How to search for the digests that could list an object.
#[derive(Debug, Clone)]
pub struct ExplainRequest {
    /// Names of the buckets that digests must have been written to.
    pub buckets: Vec<String>,
    /// Whether copies may be under other prefixes than CloudTrail wrote them to.
    pub mapped: bool,
    /// When the source was copied or read, if that is known.
    pub as_of: Option<Timestamp>,
    /// The time now, if the source is the bucket that CloudTrail writes to. It is read now, so `as_of` then bounds
    /// nothing.
    pub now: Option<Timestamp>,
    /// Where objects are read.
    pub from: ReadFrom,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// How many objects to read at the same time.
    pub jobs: usize,
    /// What the caller found out while it looked up the trail in AWS.
    pub prior: PriorKnowledge,
    /// Ends the run early. Source and keys check it by themselves.
    pub stop: CancelFlag,
    /// Bounds on what hostile input may cost.
    pub limits: Limits,
}

impl ExplainRequest {
    /// When the source is read, if that is known.
    fn read_at(&self) -> Option<Timestamp> {
        self.now.or(self.as_of)
    }
}

/// Everything that was found out about an object.
pub struct ExplainOutcome<'t> {
    target: &'t ExplainTarget,
    /// The time whose digests were read.
    window: Window,
    /// Whether the window holds every digest that could list the object.
    window_is_final: bool,
    from: ReadFrom,
    /// Whether the source has a folder whose bucket is not known.
    has_unnamed_root: bool,
    /// Whether the source has no bucket or folder to read.
    has_no_root: bool,
    observed: Observed,
    validation: Outcome,
    existence: Existence,
    /// Requests made to the source.
    pub requests: Requests,
}

impl ExplainOutcome<'_> {
    /// Why the run ended early, if it did.
    pub fn ended_by(&self) -> Option<CancelReason> {
        self.validation.ended_by
    }
}

/// Whether an object exists.
enum Existence {
    /// Not checked, because a digest is the evidence.
    NotChecked,
    Exists,
    Missing,
    /// Not known: the source failed for this reason, or does not contain the bucket.
    Unknown(Option<GetError>),
}

/// Explains one object. First reads the digests that usually list it. Only if none does, reads all digests
/// that could.
///
/// # Errors
/// Only where no threads can be started. What could not be read is part of the outcome.
pub fn explain<'t>(
    access: Access<'_>,
    target: &'t ExplainTarget,
    request: &ExplainRequest,
) -> Result<ExplainOutcome<'t>, Error> {
    let windows = target.windows(request.backfill_grace, request.read_at());
    let mut requests = Requests::default();
    if let Some(usual) = windows.usual {
        let outcome = search(access, target, request, usual)?;
        add(&mut requests, outcome.requests);
        if outcome.has_evidence() || !outcome.validation.complete {
            return Ok(finish(access, outcome, requests));
        }
    }
    let mut outcome = search(access, target, request, windows.all)?;
    add(&mut requests, outcome.requests);
    let read_at = request.read_at();
    outcome.window_is_final = read_at.is_none_or(|at| windows.all.to < at);
    Ok(finish(access, outcome, requests))
}

/// If no digest is evidence of the object, checks whether it exists. What was not seen is not called present or
/// missing.
fn finish<'t>(
    access: Access<'_>,
    outcome: ExplainOutcome<'t>,
    mut requests: Requests,
) -> ExplainOutcome<'t> {
    let existence = match outcome.has_evidence() {
        true => Existence::NotChecked,
        false => existence(access, outcome.target, &mut requests),
    };
    ExplainOutcome {
        existence,
        requests,
        ..outcome
    }
}

/// Validates the digests of one window, and the log if one of them lists it.
fn search<'t>(
    access: Access<'_>,
    target: &'t ExplainTarget,
    request: &ExplainRequest,
    window: Window,
) -> Result<ExplainOutcome<'t>, Error> {
    let access = Access {
        trails: None,
        ..access
    };
    let observer = TargetObserver::new(target);
    let validation = validate(access, &one_object(target, request, window), &observer)?;
    Ok(ExplainOutcome {
        target,
        window,
        window_is_final: false,
        from: request.from,
        has_unnamed_root: access.places.has_unnamed(),
        has_no_root: access.places.roots().is_empty(),
        observed: observer.into_observed(),
        requests: validation.requests,
        validation,
        existence: Existence::NotChecked,
    })
}

/// Requests the digests in the folder of the object's account and region, and no other log.
fn one_object(target: &ExplainTarget, request: &ExplainRequest, window: Window) -> Request {
    let (root, account, region) = target.folder();
    let filter = ChainFilter {
        regions: vec![region.clone()],
        accounts: vec![account.clone()],
        organizations: root.organization.iter().cloned().collect(),
        prefixes: match request.mapped {
            true => Vec::new(),
            false => vec![root.prefix.clone()],
        },
        buckets: request.buckets.clone(),
        ..ChainFilter::default()
    };
    Request {
        filter,
        from: Some(window.from),
        to: Some(window.to),
        as_of: request.as_of,
        now: request.now,
        delivery_lag: request.delivery_lag,
        backfill_grace: request.backfill_grace,
        jobs: request.jobs,
        observed: Some(ObservedWindow::of_aws_cli(
            Some(window.from),
            Some(window.to),
        )),
        only: Some(OneLog {
            bucket: target.bucket.clone(),
            key: target.key.clone(),
        }),
        prior: request.prior.clone(),
        stop: request.stop.clone(),
        limits: request.limits.clone(),
        ..Request::default()
    }
}

/// Checks whether the object exists in any bucket or folder where it could be.
fn existence(access: Access<'_>, target: &ExplainTarget, requests: &mut Requests) -> Existence {
    let places = match &target.bucket {
        Some(bucket) => access.places.find(bucket, &target.key).all().to_vec(),
        None => {
            let roots = access.places.roots().into_iter();
            roots.map(|root| (root.id, target.key.clone())).collect()
        }
    };
    let mut unknown = places.is_empty().then_some(None);
    for (root, key) in places {
        requests.head += 1;
        match access.source.stat(root, &key) {
            Ok(_) => return Existence::Exists,
            Err(GetError::NotFound) => {}
            Err(error) => unknown = Some(Some(error)),
        }
    }
    match unknown {
        None => Existence::Missing,
        Some(why) => Existence::Unknown(why),
    }
}

fn add(sum: &mut Requests, more: Requests) {
    sum.list += more.list;
    sum.get += more.get;
    sum.head += more.head;
    // All searches share the key source, so its last count includes those before.
    sum.keys = more.keys;
}
