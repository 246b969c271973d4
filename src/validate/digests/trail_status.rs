//! The newest end of a chain, compared with what CloudTrail reports of its trail now: whether more digests
//! will come, and whether one was delivered that is missing.

use jiff::Timestamp;

use super::names::DigestNames;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, DigestObjectKey, KeyRoot};
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::finding::{Code, ExpectedDigests, Finding, Hint, Original};
use crate::proof::look::Look;
use crate::proof::reason::Reason;
use crate::source::{GetError, Listed, Range, RootId};
use crate::validate::context::Context;

/// The most hours for which a digest is asked for by its name before one is called missing.
const MOST_HOURS: i64 = 24;

/// CloudTrail's answer about the trail of a chain.
pub(super) enum TrailAnswer {
    /// Not looked up, because there is no access to CloudTrail.
    NotAsked,
    /// Its configuration and status.
    Known(Box<(TrailConfig, TrailStatus)>),
    /// Why it is not known, and whether the run was cut short.
    Unknown { why: String, cut_short: bool },
}

/// What the status of a trail says about the newest end of a chain.
#[derive(Default)]
pub(super) struct NewestEnd {
    /// The look at the chain: not before the times in the status.
    pub look: Look,
    /// Whether no more digests will come: the trail does not log, or writes no digests now.
    pub closed: bool,
    /// The trail, if its status is known.
    pub trail: Option<Box<(TrailConfig, TrailStatus)>>,
    /// Why it is not known.
    pub trail_unknown: Option<String>,
    /// Whether the run was cut short.
    pub cut_short: bool,
    /// The trail, if it writes no digests now.
    pub unvalidated: Option<TrailArn>,
    /// What the status shows, to be reported.
    pub findings: Vec<Finding>,
    /// The interval of a digest that was delivered and is missing.
    pub missing: Option<Window>,
}

/// Looks up the trail of a chain and its status.
pub(super) fn look_up(context: &Context<'_>, id: &ChainId) -> TrailAnswer {
    let Some(trails) = context.trails else {
        return TrailAnswer::NotAsked;
    };
    let described = match trails.describe(&id.home_region) {
        Ok(described) => described,
        Err(error) => return unknown(error),
    };
    let Some(config) = TrailConfig::of(&described, id) else {
        return TrailAnswer::Unknown {
            why: match context.request.prior.bundle {
                None => "these credentials have no access to its trail",
                Some(_) => "those who collected the bundle had no access to its trail",
            }
            .into(),
            cut_short: false,
        };
    };
    match trails.status(&config.arn, &id.region) {
        Ok(status) => TrailAnswer::Known(Box::new((config.clone(), status))),
        Err(error) => unknown(error),
    }
}

/// When a digest of a chain was last delivered to one of its places, as far as CloudTrail says, asked twice.
pub(super) fn last_delivery(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
) -> Option<Timestamp> {
    match look_up(context, id) {
        TrailAnswer::Known(trail) if is_status_of(context, &trail.0, id, names) => {
            let first = trail.1.last_digest;
            match status_again(context, id, trail) {
                TrailAnswer::Known(again) => again.1.last_digest.min(first),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The status of a trail, asked for once more: one answer alone accuses nobody.
fn status_again(
    context: &Context<'_>,
    id: &ChainId,
    mut trail: Box<(TrailConfig, TrailStatus)>,
) -> TrailAnswer {
    let Some(trails) = context.trails else {
        return TrailAnswer::NotAsked;
    };
    match trails.status_again(&trail.0.arn, &id.region) {
        Ok(status) => {
            trail.1 = status;
            TrailAnswer::Known(trail)
        }
        Err(error) => unknown(error),
    }
}

fn unknown(error: GetError) -> TrailAnswer {
    TrailAnswer::Unknown {
        why: error.detail(),
        cut_short: error.ends_all(),
    }
}

/// Compares the newest end of a chain with the status of its trail. A status that accuses somebody, or shows a
/// later time than the clocks, is asked for once more.
pub(super) fn check_end(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    window: Window,
    answer: TrailAnswer,
) -> NewestEnd {
    end_by(context, id, names, window, (answer, false))
}

fn end_by(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    window: Window,
    (answer, is_confirmed): (TrailAnswer, bool),
) -> NewestEnd {
    let look = context.request.look();
    let trail = match answer {
        TrailAnswer::NotAsked => {
            return NewestEnd {
                look,
                ..NewestEnd::default()
            };
        }
        TrailAnswer::Unknown { why, cut_short } => {
            return NewestEnd {
                look,
                trail_unknown: Some(why),
                cut_short,
                ..NewestEnd::default()
            };
        }
        TrailAnswer::Known(trail) => trail,
    };
    let (config, status) = &*trail;
    let mut findings = status_findings(id, status);
    let missing = missing_digest(context, id, names, window, status);
    let missing = missing.filter(|_| is_status_of(context, config, id, names));
    if !is_confirmed && (missing.is_some() || status.latest_time() > look.at) {
        let again = status_again(context, id, trail);
        return end_by(context, id, names, window, (again, true));
    }
    let missing = missing.map(|(time, finding)| {
        findings.push(finding);
        time
    });
    NewestEnd {
        look: look.not_before(status.latest_time()),
        closed: !status.logging || !config.validation,
        unvalidated: (!config.validation).then(|| config.arn.clone()),
        findings,
        missing,
        trail: Some(trail),
        ..NewestEnd::default()
    }
}

/// The findings on a status alone: the trail does not log, or cannot deliver now.
fn status_findings(id: &ChainId, status: &TrailStatus) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !status.logging {
        let message = "GetTrailStatus reports that this trail is not logging in this region now: no digest will \
                       follow";
        let finding = Finding::new(Code::TrailNotLogging, message).hint(
            "find out who stopped it (StopLogging), and start it: aws cloudtrail start-logging",
        );
        findings.push(finding.of(id));
    }
    if let Some(error) = &status.digest_error {
        let message = format!(
            "GetTrailStatus reports that the last digest of this chain could not be delivered: {error}"
        );
        let finding = Finding::new(Code::DeliveryFailing, message).hint(
            "check the policies of the bucket and of its KMS key: CloudTrail must be allowed to write",
        );
        findings.push(finding.of(id));
    }
    findings
}

/// Whether a trail's status applies to this chain: to its account, and to a place that was listed.
fn is_status_of(
    context: &Context<'_>,
    config: &TrailConfig,
    id: &ChainId,
    names: &DigestNames,
) -> bool {
    let is_written_to = |(root, key_root): &&(RootId, KeyRoot)| {
        config.writes_to(context.fetcher.places.bucket(*root), key_root)
    };
    config.arn.account == id.account && names.places().iter().any(is_written_to)
}

/// The most that CloudTrail's time of delivery and S3's time of writing of one object differ, in seconds: the
/// clocks of the two.
const SAME_WRITE: i64 = 300;

/// The interval of a digest that was delivered and is missing, and the finding on it.
fn missing_digest(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    window: Window,
    status: &TrailStatus,
) -> Option<(Window, Finding)> {
    let newest = names.main.last()?.end();
    let last = status.last_digest?;
    // An object that was written after the last delivery was put there by somebody else, so its time of
    // writing is not that of a delivery: it may hide that a later digest was removed.
    let is_rewritten =
        |(end, at): &(Timestamp, Timestamp)| *end == newest && *at > shift(last, SAME_WRITE);
    let rewritten = names.newest_written.filter(is_rewritten);
    let delivered = match rewritten {
        Some((end, _)) => shift(end, HOUR / 2),
        None => names.delivered?,
    };
    let end = status.later_digest(newest, delivered)?;
    let time = Window::new(shift(end, -HOUR), end);
    if time.clip(&window).is_empty() {
        return None;
    }
    // It may have arrived after the digests were listed, or the listing may have left it out.
    let ends = likely_ends(status, newest, context.request.delivery_lag);
    let ends: Vec<Timestamp> = ends.filter(|end| *end > newest).collect();
    let is_there = |(root, key_root): &(RootId, KeyRoot)| {
        exists(context, id, (*root, key_root), &ends)
            || has_arrived(context, id, (*root, key_root), newest)
    };
    if names.places().into_iter().any(is_there) {
        return None;
    }
    let mut message = format!(
        "GetTrailStatus reports that a digest was delivered at {last}, but no digest that ends after {newest} \
         exists (deleted, or never delivered to this bucket)"
    );
    if let Some((_, at)) = rewritten {
        message += &format!(
            ". The newest digest that exists was written again at {at}, after that delivery"
        );
    }
    let finding = Finding::new(Code::DigestMissing, message).hint(Hint::LookForMissing);
    let places = names.places().into_iter().map(|(root, key_root)| {
        let bucket = context.fetcher.places.bucket(*root).unwrap_or_default();
        (bucket.to_owned(), key_root.clone())
    });
    let finding = Finding {
        original: expected(id, places.collect(), &ends),
        ..finding
    };
    Some((time, finding.over(time).of(id)))
}

/// The digests with these ends, one of which was delivered, for a search among versions. The ends are an hour
/// apart, the latest first.
pub(crate) fn expected(
    id: &ChainId,
    places: Vec<(String, KeyRoot)>,
    ends: &[Timestamp],
) -> Option<Box<Original>> {
    let expected = ExpectedDigests {
        chain: id.clone(),
        places,
        newest: *ends.first()?,
        most: ends.len() as u64,
        each: false,
    };
    Some(Box::new(Original::Digests(Box::new(expected))))
}

/// The ends that the last delivered digest may have, where digests end at the same minute and second as
/// `phase` does. The latest comes first.
pub(crate) fn likely_ends(
    status: &TrailStatus,
    phase: Timestamp,
    delivery_lag: i64,
) -> impl Iterator<Item = Timestamp> + use<> {
    let hours = (delivery_lag / HOUR).clamp(0, MOST_HOURS);
    let last = status.last_end(phase);
    last.into_iter()
        .flat_map(move |end| (0..=hours).map(move |hour| shift(end, -hour * HOUR)))
}

/// The finding on the time after the newest digest that was listed, if the next one exists all the same: the
/// listing was wrong, and that time is not without digests.
pub(super) fn unlisted_tail(
    context: &Context<'_>,
    id: &ChainId,
    names: &DigestNames,
    tail: Window,
) -> Option<Finding> {
    // A copy is as it was listed.
    context.request.now?;
    let newest = names.main.last()?.end();
    let name = DigestName {
        chain: id.clone(),
        end: shift(newest, HOUR),
        backfill: false,
    };
    names.places().into_iter().find_map(|(root, key_root)| {
        let key = DigestObjectKey {
            root: key_root.clone(),
            name: name.clone(),
        };
        let key = key.to_string();
        context.fetcher.stat(*root, &key).ok()?;
        let message = "no listing shows the digest after the newest one that was listed, but a request for it \
                       by its key shows that it exists: it is not known which digests exist after that";
        let finding = Finding::new(Code::DigestUnreadable, message).reason(Reason::NotListed);
        let hint = "run again; if this happens again, find out whether a proxy or gateway changes the answers \
                    of S3";
        let finding = finding.hint(hint).over(tail).of(id);
        Some(finding.at(context.fetcher.places.bucket(*root), &key))
    })
}

/// Whether a digest with one of these ends exists in a place, or may exist because it cannot be asked for.
pub(crate) fn exists(
    context: &Context<'_>,
    id: &ChainId,
    (root, key_root): (RootId, &KeyRoot),
    ends: &[Timestamp],
) -> bool {
    ends.iter().any(|end| {
        let key = DigestObjectKey {
            root: key_root.clone(),
            name: DigestName {
                chain: id.clone(),
                end: *end,
                backfill: false,
            },
        };
        let asked = context.fetcher.stat(root, &key.to_string());
        !matches!(asked, Err(GetError::NotFound))
    })
}

/// Whether a digest that ends after `newest` is listed in a place by now, or may exist because its folder
/// cannot be listed.
pub(crate) fn has_arrived(
    context: &Context<'_>,
    id: &ChainId,
    (root, key_root): (RootId, &KeyRoot),
    newest: Timestamp,
) -> bool {
    let folder = key_root.folder(&id.account, DIGEST_FOLDER, &id.region);
    let range = Range {
        after: Some(format!("{folder}{}", newest.strftime("%Y/%m/%d"))),
        before: None,
    };
    let mut arrived = false;
    let mut visit = |listed: Listed<'_>| {
        let Listed::Object(key, _) = listed else {
            return;
        };
        let name = DigestName::parse(key.rsplit('/').next().unwrap_or(key));
        arrived |=
            name.is_some_and(|n| n.chain.is_called_like(id) && !n.backfill && n.end > newest);
    };
    let fetcher = context.fetcher;
    let listed = fetcher.source.list(root, &folder, &range, &mut visit);
    fetcher.listed(listed.as_ref().copied().unwrap_or(1));
    arrived || listed.is_err_and(|error| error != GetError::NotFound)
}

/// The note on a trail that writes no digests now.
pub(crate) fn unvalidated(arn: &TrailArn) -> Finding {
    let message = format!(
        "DescribeTrails reports that log file validation is off for {arn}: logs that it delivers now cannot be \
         proven"
    );
    Finding::new(Code::TrailNotValidating, message).hint(
        "find out who switched it off (UpdateTrail), and switch it on: aws cloudtrail update-trail \
         --enable-log-file-validation",
    )
}
