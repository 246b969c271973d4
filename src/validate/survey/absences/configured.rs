//! What CloudTrail says today of trails whose chains are missing: whether they can have delivered in the window,
//! and whether they did.
//!
//! Nothing of it is signed, and all of it is of today. So an answer only leaves a chain out that could not exist
//! in the window by what it says, and the report says that it does.

use jiff::Timestamp;

use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::event::{Call, TrailChange};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, KeyRoot};
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::finding::{Code, Finding, Hint};
use crate::proof::look::Look;
use crate::source::trails::TrailApi;
use crate::source::{GetError, Listed, Range};
use crate::validate::context::Context;
use crate::validate::digests::trail_status;

/// The calls that change where a trail writes, or begin it.
const CHANGES: [&str; 2] = ["CreateTrail", "UpdateTrail"];

/// Why a trail cannot have written a chain in a window, as a sentence on what is not proven; `None` if it can
/// have, or if that is not known.
pub(super) fn cannot_have_delivered(
    context: &Context<'_>,
    config: &TrailConfig,
    window: Window,
) -> Option<String> {
    let trails = context.trails?;
    let (arn, home) = (&config.arn, &config.arn.home_region);
    let status = trails.status(arn, home).ok()?;
    let look = context.request.look();
    let now = look.at?;
    let why = off_in(&status, window, look)
        .map(|why| format!("GetTrailStatus reports that {why}"))
        .or_else(|| {
            let (name, at) = changed_since(trails, config, window.to, now)?;
            Some(format!(
                "LookupEvents reports that it was changed after the window ({name} at {at}), and its earlier \
                 settings are unknown"
            ))
        })?;
    Some(format!(
        "that the trail {arn} wrote no digests of the window here: none was found, and {why}. This is unsigned"
    ))
}

/// Why a trail was off in all of a window, by its status.
fn off_in(status: &TrailStatus, window: Window, look: Look) -> Option<String> {
    let Some(started) = status.started else {
        let never = !status.logging && status.last_digest.is_none();
        return never.then(|| "its logging was never started".into());
    };
    // A trail that stopped after the window began may have delivered before it was started again.
    let was_off = status.stopped.is_none_or(|stopped| stopped <= window.from);
    if let Some(due) = first_digest(status, look) {
        return Some(due);
    }
    if was_off && started >= window.to {
        return Some(format!("its logging was started at {started}"));
    }
    let stopped = status
        .stopped
        .filter(|stopped| !status.logging && *stopped <= window.from)?;
    (started < stopped).then(|| format!("its logging was stopped at {stopped}"))
}

/// When the first digest of a trail is due that was started too short a time ago to have one, as a clause.
fn first_digest(status: &TrailStatus, look: Look) -> Option<String> {
    let started = status.started?;
    let end = shift(started, HOUR);
    let is_new = status.last_digest.is_none() && look.at.is_some_and(|at| at < look.due(end));
    is_new.then(|| match status.logging {
        true => format!(
            "its logging was started at {started}, and its first digest is due at {end} and arrives by {}",
            look.due(end)
        ),
        false => format!("its logging was started at {started} and stopped since"),
    })
}

/// What to do about digests that were not found, where a trail is too new to have one: the trail that was named,
/// or any that writes here.
pub(super) fn too_new(context: &Context<'_>, named: Option<&TrailArn>) -> Option<String> {
    let (trails, look) = (context.trails?, context.request.look());
    let mut configs = context.request.prior.trails.iter();
    configs.find_map(|config| {
        let arn = &config.arn;
        let is_meant = config.validation && named.is_none_or(|named| named == arn);
        let status = is_meant.then(|| trails.status(arn, &arn.home_region).ok())??;
        let due = first_digest(&status, look).filter(|_| status.logging)?;
        Some(format!(
            "GetTrailStatus reports of {arn} that {due}: run again then"
        ))
    })
}

/// Whether a trail was made one of all regions only after a window, by a call that LookupEvents knows.
pub(super) fn was_widened_since(
    context: &Context<'_>,
    config: &TrailConfig,
    window: Window,
) -> bool {
    let (Some(trails), Some(now)) = (context.trails, context.request.look().at) else {
        return false;
    };
    let widens = |change: &TrailChange| match change {
        TrailChange::Create(_) => true,
        TrailChange::Update(set) => set.multi_region == Some(true),
        _ => false,
    };
    last_change(trails, config, Window::new(window.to, now), &widens).is_some()
}

/// The last call that created a trail, or changed whether and where it writes digests, after some time.
fn changed_since(
    trails: &dyn TrailApi,
    config: &TrailConfig,
    since: Timestamp,
    now: Timestamp,
) -> Option<(String, Timestamp)> {
    let moves = |change: &TrailChange| match change {
        TrailChange::Create(_) => true,
        TrailChange::Update(set) => set.bucket.is_some() || set.validation == Some(true),
        _ => false,
    };
    last_change(trails, config, Window::new(since, now), &moves)
}

/// The last successful call on a trail that made a change of some kind: its name and its time.
fn last_change(
    trails: &dyn TrailApi,
    config: &TrailConfig,
    time: Window,
    is_wanted: &dyn Fn(&TrailChange) -> bool,
) -> Option<(String, Timestamp)> {
    let arn = &config.arn;
    let mut changes = Vec::new();
    for name in CHANGES {
        // An answer that is not to be had excuses nothing.
        let events = trails.lookup(&arn.home_region, name, time);
        changes.extend(events.unwrap_or_default().into_iter().filter(|event| {
            let is_own = event.on_trail().is_some_and(|(account, home, trail)| {
                *account == arn.account && *home == arn.home_region && *trail == arn.trail
            });
            let is_wanted = matches!(&event.call, Call::Trail(_, change) if is_wanted(change));
            is_own && is_wanted && event.error_code.is_none()
        }));
    }
    let last = changes.into_iter().max_by_key(|event| event.time)?;
    Some((last.name, last.time))
}

/// The finding on a chain without any digest, where GetTrailStatus knows of one that was delivered within the
/// window to a place that was searched.
pub(super) fn delivered(
    context: &Context<'_>,
    config: &TrailConfig,
    id: &ChainId,
    window: Window,
) -> Option<Finding> {
    let trails = context.trails?;
    let now = context.request.look().at?;
    let status = trails.status(&config.arn, &id.region).ok()?;
    let at = status.last_digest?;
    // It covers the hour before, and is delivered within the lag.
    let lag = context.request.delivery_lag;
    let time = Window::new(shift(at, -lag.max(HOUR)), at).clip(&window);
    let is_inside = shift(window.from, lag) <= at && at <= window.to;
    let moved = || changed_since(trails, config, shift(at, -lag), now).is_some();
    if !is_inside
        || !is_searched(context, config)
        || has_digest(context, config, id, time.from)
        || has_unlisted(context, config, id, &status)
        || moved()
    {
        return None;
    }
    // The status is asked for once more before it accuses.
    let again = trails.status_again(&config.arn, &id.region).ok()?;
    if again.last_digest < status.last_digest {
        return None;
    }
    let message = format!(
        "GetTrailStatus reports that a digest of this chain was delivered at {at}, but the chain has no digest \
         here (deleted, or never delivered to this bucket)"
    );
    let finding = Finding::new(Code::DigestMissing, message).hint(Hint::LookForMissing);
    let phase = status.started;
    let ends = phase.map(|phase| trail_status::likely_ends(&status, phase, lag).collect());
    let ends: Vec<Timestamp> = ends.unwrap_or_default();
    let finding = Finding {
        original: trail_status::expected(id, vec![place_of(config, id)], &ends),
        ..finding
    };
    Some(finding.over(time).of(id))
}

/// The bucket and folder that a trail writes the digests of a chain to.
fn place_of(config: &TrailConfig, id: &ChainId) -> (String, KeyRoot) {
    let root = KeyRoot {
        prefix: config.prefix.clone(),
        organization: id.organization.clone(),
    };
    (config.bucket.clone(), root)
}

/// Whether the last digest exists though no listing shows it. Digests end at the minute and second at which
/// logging was started.
fn has_unlisted(
    context: &Context<'_>,
    config: &TrailConfig,
    id: &ChainId,
    status: &TrailStatus,
) -> bool {
    let Some(phase) = status.started else {
        return false;
    };
    let ends = trail_status::likely_ends(status, phase, context.request.delivery_lag);
    let ends: Vec<Timestamp> = ends.collect();
    let (_, key_root) = place_of(config, id);
    let roots = context.fetcher.places.roots().into_iter();
    let mut here = roots.filter(|root| root.buckets.contains(&config.bucket));
    here.any(|root| trail_status::exists(context, id, (root.id, &key_root), &ends))
}

/// Whether the place that a trail writes to was searched.
fn is_searched(context: &Context<'_>, config: &TrailConfig) -> bool {
    let prefixes = &context.request.filter.prefixes;
    let roots = context.fetcher.places.roots();
    let is_root = roots
        .iter()
        .any(|root| root.buckets.contains(&config.bucket));
    is_root && (prefixes.is_empty() || prefixes.contains(&config.prefix))
}

/// Whether a digest of a chain that ends after some time exists by now, or may exist because its folder cannot
/// be listed.
fn has_digest(context: &Context<'_>, config: &TrailConfig, id: &ChainId, after: Timestamp) -> bool {
    let places = context.fetcher.places;
    let roots = places.roots().into_iter();
    let here = roots.filter(|root| root.buckets.contains(&config.bucket));
    let mut found = false;
    for root in here {
        let (_, key_root) = place_of(config, id);
        let folder = key_root.folder(&id.account, DIGEST_FOLDER, &id.region);
        let mut visit = |listed: Listed<'_>| {
            let (Listed::Object(key, _) | Listed::Refused(key, _)) = listed else {
                // It may hold some.
                found = true;
                return;
            };
            let name = DigestName::parse(key.rsplit('/').next().unwrap_or(key));
            found |= name.is_some_and(|name| name.chain.is_called_like(id));
        };
        let source = context.fetcher.source;
        let range = Range {
            after: Some(format!("{folder}{}", after.strftime("%Y/%m/%d"))),
            before: None,
        };
        let listed = source.list(root.id, &folder, &range, &mut visit);
        context.fetcher.listed(*listed.as_ref().unwrap_or(&1));
        found |= listed.is_err_and(|error| error != GetError::NotFound);
    }
    found
}
