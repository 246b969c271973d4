//! Whether one file was delivered by CloudTrail and is intact: the digests around it are proven as for any
//! validation, that log is read and no other, and nothing else is asked.

mod answer;
mod observed;
pub mod target;
mod view;

use jiff::Timestamp;

use crate::base::error::Error;
use crate::base::limits::Limits;
use crate::base::time::Window;
use crate::source::GetError;
use crate::validate::outcome::{Outcome, Requests};
use crate::validate::request::{ChainFilter, ObservedWindow, OneLog, Request};
use crate::validate::{Access, validate};
use observed::{SeenLog, SeenObject, Watch};
use target::{ExplainTarget, TargetName};

/// How it is looked for.
#[derive(Debug, Clone)]
pub struct ExplainSettings {
    /// Names of the buckets that digests must have been written to.
    pub buckets: Vec<String>,
    /// Whether copies may lie under other prefixes than they were written to.
    pub mapped: bool,
    /// When the source was looked at, where that is known.
    pub as_of: Option<Timestamp>,
    /// How long delivery may take, in seconds.
    pub delivery_lag: i64,
    /// How long after its interval a backfill digest is expected, in seconds.
    pub backfill_grace: i64,
    /// Objects worked on at the same time.
    pub jobs: usize,
    /// Bounds on what input may cost.
    pub limits: Limits,
}

/// All that was found out about an object.
pub struct Explained<'t> {
    target: &'t ExplainTarget,
    /// The time whose digests were looked at.
    window: Window,
    /// Whether that is all the time in which a digest could name it.
    whole: bool,
    /// Whether there is a folder of which nothing says which bucket it is a copy of.
    unnamed: bool,
    seen: Vec<SeenObject>,
    logs: Vec<SeenLog>,
    outcome: Outcome,
    /// Whether it is there, where no digest tells of it.
    there: Option<Result<(), GetError>>,
    /// Requests made of the source.
    pub requests: Requests,
}

/// Looks for the digests that tell of an object: those that usually would, and only if none does, all that
/// could.
///
/// # Errors
/// Only where no workers can be had: whatever happens while looking is in what was found.
pub fn explain<'t>(
    access: Access<'_>,
    target: &'t ExplainTarget,
    settings: &ExplainSettings,
) -> Result<Explained<'t>, Error> {
    let mut requests = Requests::default();
    let windows = target.windows(settings.backfill_grace, settings.as_of);
    let (last, first) = windows.split_last().unwrap_or((&NEVER, &[]));
    for window in first {
        let mut explained = look(access, target, settings, *window)?;
        add(&mut requests, explained.requests);
        if explained.is_told() || !explained.outcome.complete {
            explained.requests = requests;
            return Ok(explained);
        }
    }
    let mut explained = look(access, target, settings, *last)?;
    add(&mut requests, explained.requests);
    explained.whole = settings.as_of.is_none_or(|as_of| last.to < as_of);
    if !explained.is_told() && matches!(target.name, TargetName::Log(_)) {
        explained.there = Some(there(access, target, &mut requests));
    }
    explained.requests = requests;
    Ok(explained)
}

const NEVER: Window = Window {
    from: Timestamp::UNIX_EPOCH,
    to: Timestamp::UNIX_EPOCH,
};

fn look<'t>(
    access: Access<'_>,
    target: &'t ExplainTarget,
    settings: &ExplainSettings,
    window: Window,
) -> Result<Explained<'t>, Error> {
    let (root, account, region) = target.folder();
    let filter = ChainFilter {
        regions: vec![region.clone()],
        accounts: vec![account.clone()],
        organizations: root.organization.iter().cloned().collect(),
        prefixes: match settings.mapped {
            true => Vec::new(),
            false => vec![root.prefix.clone()],
        },
        buckets: settings.buckets.clone(),
        ..ChainFilter::default()
    };
    let request = Request {
        filter,
        from: Some(window.from),
        to: Some(window.to),
        as_of: settings.as_of,
        delivery_lag: settings.delivery_lag,
        backfill_grace: settings.backfill_grace,
        jobs: settings.jobs,
        observed: Some(ObservedWindow::of_aws_cli(
            Some(window.from),
            Some(window.to),
        )),
        only: Some(OneLog {
            bucket: target.bucket.clone(),
            key: target.key.clone(),
        }),
        limits: settings.limits.clone(),
        ..Request::default()
    };
    let watch = Watch::new(target);
    // What CloudTrail says of trails proves nothing of an object.
    let access = Access {
        trails: None,
        ..access
    };
    let outcome = validate(access, &request, &watch)?;
    let (seen, logs) = watch.into_told();
    Ok(Explained {
        target,
        window,
        whole: false,
        unnamed: access.atlas.roots().iter().any(|r| r.buckets.is_empty()),
        seen,
        logs,
        requests: outcome.requests,
        outcome,
        there: None,
    })
}

/// Whether the object is there.
fn there(
    access: Access<'_>,
    target: &ExplainTarget,
    requests: &mut Requests,
) -> Result<(), GetError> {
    let places = match &target.bucket {
        Some(bucket) => access.atlas.find(bucket, &target.key),
        None => {
            let roots = access.atlas.roots().into_iter();
            roots.map(|root| (root.id, target.key.clone())).collect()
        }
    };
    let mut answer = Err(GetError::NotFound);
    for (root, key) in places {
        requests.head += 1;
        answer = access.source.stat(root, &key).map(|_| ());
        if answer.is_ok() {
            break;
        }
    }
    answer
}

fn add(sum: &mut Requests, more: Requests) {
    sum.list += more.list;
    sum.get += more.get;
    sum.head += more.head;
    // Those of keys are counted over all looks.
    sum.keys = more.keys;
}
