//! Chains that the trails' configuration or other chains show to be missing, or to end too early.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::configured::{cannot_have_delivered, delivered, was_widened_since};
use super::found_trails::{FoundTrails, unexplained};
use super::log_presence::holds_logs;
use super::missing_chain::{Absences, MissingChain, NeededFor, missing};
use super::unlisted::unlisted;
use crate::base::text::plural;
use crate::base::time::{HOUR, Window};
use crate::cloudtrail::ids::{AccountId, ChainId, TrailArn};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, KeyRoot, LOG_FOLDER};
use crate::cloudtrail::trail::TrailConfig;
use crate::proof::finding::{Code, Finding, Hint};
use crate::proof::gap::Gap;
use crate::validate::chain_state::{Group, GroupOutcome};
use crate::validate::context::Context;
use crate::validate::digests::begins;
use crate::validate::request::FilterTerm;
use crate::validate::survey::{LogFolder, Survey};

/// Adds the chains that configurations or other chains show to be missing, or to end too early.
pub(super) fn implied(
    context: &Context<'_>,
    survey: &Survey,
    all: &GroupOutcome,
    absences: &mut Absences,
) {
    let trails = FoundTrails::new(all.notes.found.iter());
    let window = window(context);
    let mut needed: BTreeMap<ChainId, MissingChain> = BTreeMap::new();
    let beside_logs = beside_logs(context, survey, &trails, &mut absences.findings);
    let at_home = trails.missing_at_home(window, &|_, id| owner(context, all, id));
    let described = described(context, all);
    for chain in beside_logs.into_iter().chain(at_home).chain(described) {
        needed.entry(chain.id.clone()).or_insert(chain);
    }
    // An expected chain is reported as such, and only once.
    let is_expected = |id: &ChainId| context.request.expects(id);
    // So is a chain that earlier runs saw.
    let is_known = |id: &ChainId| context.request.continuation(id).is_some();
    needed.retain(|id, chain| {
        !is_expected(id) && !is_known(id) && !may_be_hidden(survey, all, (id, &chain.roots))
    });
    let (asked, outside): (Vec<_>, Vec<_>) = needed
        .into_values()
        .partition(|chain| context.request.filter.concerns(&chain.id));
    absences.open.extend(not_asked(&outside));
    for chain in asked {
        match unlisted(context, &chain, window) {
            Some(finding) => absences.findings.push(finding),
            None => report(context, chain, window, absences),
        }
    }
    absences.findings.extend(ended_early(context, all, &trails));
    absences.findings.extend(began_late(context, &trails));
}

/// Notes the chains that end before others of their trail though no window was given: their ends are explained
/// like gaps.
pub(crate) fn note_early_ends(context: &Context<'_>, groups: &mut [Group]) {
    if context.request.to.is_some() {
        return;
    }
    let found = groups.iter().flat_map(|group| &group.notes.found);
    let trails = FoundTrails::new(found);
    let ended = trails.ended_early(late(context)).into_iter();
    let ended: BTreeMap<ChainId, Window> = ended.map(|(id, time)| (id.clone(), time)).collect();
    if ended.is_empty() {
        return;
    }
    for chain in groups.iter_mut().flat_map(|group| &mut group.chains) {
        let time = ended.get(&chain.id).copied();
        chain.after = time.map(Gap::after_the_last).into_iter().collect();
    }
}

/// How much earlier than others of its trail a chain may end, in seconds.
fn late(context: &Context<'_>) -> i64 {
    context.request.delivery_lag.saturating_add(HOUR)
}

/// The window of all chains together.
fn window(context: &Context<'_>) -> Window {
    let request = context.request;
    let continued = begins::continued(request, context.filter);
    let continued = continued.map(|(_, continuation)| continuation.from).min();
    Window::new(
        continued.or(request.from).unwrap_or(Timestamp::MIN),
        request.to.unwrap_or(Timestamp::MAX),
    )
}

/// The window of one chain.
fn window_of(context: &Context<'_>, id: &ChainId) -> Window {
    let request = context.request;
    Window::new(
        request.from_of(id).unwrap_or(Timestamp::MIN),
        request.to.unwrap_or(Timestamp::MAX),
    )
}

/// The account that owns an organization's trail, where AWS describes that trail or the request states it.
fn owner(context: &Context<'_>, all: &GroupOutcome, id: &ChainId) -> Option<AccountId> {
    let request = context.request;
    let described = request.prior.trails.iter();
    let mut described = described.filter(|t| is_written_by(t, id));
    if let Some(config) = described.next() {
        return Some(config.arn.account.clone());
    }
    let given = request.filter.trail_arns.iter();
    let mut given = given.filter(|a| a.trail == id.trail && a.home_region == id.home_region);
    // A trail of which nothing was found is reported as such.
    let answered = |arn: &TrailArn| {
        let term = FilterTerm::Trail(arn.clone());
        all.notes.answered.iter().any(|(_, other)| *other == term)
    };
    // Of several accounts with a trail of that name, any may own this one.
    match (given.next(), given.next()) {
        (Some(arn), None) if answered(arn) => Some(arn.account.clone()),
        _ => None,
    }
}

/// Chains that are missing beside the logs of their trail. A folder that could not be listed is a finding.
fn beside_logs(
    context: &Context<'_>,
    survey: &Survey,
    trails: &FoundTrails<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<MissingChain> {
    let window = window(context);
    let folders: Vec<&LogFolder> = survey.log_folders.iter().collect();
    let mut everywhere = |id: &ChainId| {
        let mut configs = context.request.prior.trails.iter();
        configs.any(|config| {
            let covers = config.validation && config.multi_region && is_written_by(config, id);
            covers && !was_widened_since(context, config, window)
        })
    };
    let mut holds_logs = |folder: &LogFolder, time| match holds_logs(context, folder, time) {
        Ok(holds) => holds,
        Err(error) => {
            let LogFolder {
                root,
                key_root,
                account,
                region,
            } = folder;
            let message = format!(
                "a folder of logs without digests could not be listed: {}; it is not known whether a chain is \
                 missing",
                error.detail()
            );
            let key = key_root.folder(account, LOG_FOLDER, region);
            let finding = Finding::new(Code::SourceUnreadable, message).reason(error.reason());
            let finding = finding.hint(error.reason());
            findings.push(finding.at(context.fetcher.places.bucket(*root), &key));
            false
        }
    };
    trails.missing_beside_logs(&folders, window, &mut everywhere, &mut holds_logs)
}

/// Whether a chain is that of a trail that AWS describes: of the same name, and an organization's like it.
fn is_written_by(config: &TrailConfig, id: &ChainId) -> bool {
    config.writes(id) && config.organization == id.organization.is_some()
}

/// The home chains of trails that AWS describes, where they were not found.
fn described(context: &Context<'_>, all: &GroupOutcome) -> Vec<MissingChain> {
    let found = &all.notes.found;
    let configs = context.request.prior.trails.iter();
    let chains = configs.filter(|config| config.validation).map(|config| {
        // The configuration does not name the organization; the chains found do.
        let organization = found.iter().find(|chain| is_written_by(config, &chain.id));
        let organization = organization.and_then(|chain| chain.id.organization.clone());
        let root = KeyRoot {
            prefix: config.prefix.clone(),
            organization: organization.clone(),
        };
        let is_known = organization.is_some() || !config.organization;
        MissingChain {
            id: config.arn.home_chain().in_organization(organization),
            roots: is_known.then_some(root).into_iter().collect(),
            time: None,
            why: NeededFor::Described,
        }
    });
    chains
        .filter(|chain| found.iter().all(|found| found.id != chain.id))
        .collect()
}

/// Whether the digests of a chain may exist without being listed.
pub(super) fn may_be_hidden(
    survey: &Survey,
    all: &GroupOutcome,
    (id, roots): (&ChainId, &[KeyRoot]),
) -> bool {
    let folder = |root: &KeyRoot| root.folder(&id.account, DIGEST_FOLDER, &id.region);
    let is_hidden = || match roots.is_empty() {
        true => true,
        false => roots.iter().any(|root| survey.is_hidden(&folder(root))),
    };
    !survey.trouble.is_empty() && is_hidden()
        || all
            .notes
            .unlisted
            .contains(&(id.account.clone(), id.region.clone()))
}

/// The sentence on chains that others call for and that are outside the request.
fn not_asked(outside: &[MissingChain]) -> Option<String> {
    // A trail that is only described need not have written here in the window.
    let mut outside = outside
        .iter()
        .filter(|chain| chain.why != NeededFor::Described);
    let first = outside.next()?;
    let count = outside.count() + 1;
    Some(format!(
        "that {} of the validated trails {} here, outside the request. The first is {}, which records the calls \
         on its trail if that is its home region",
        plural(count, "more chain"),
        if count == 1 { "is" } else { "are" },
        first.id
    ))
}

/// Reports one chain that is missing, unless what CloudTrail says of its trail explains that.
fn report(context: &Context<'_>, chain: MissingChain, window: Window, absences: &mut Absences) {
    let MissingChain { id, time, why, .. } = chain;
    let configs = context.request.prior.trails.iter();
    let is_own = |c: &&TrailConfig| {
        let is_written = is_written_by(c, &id) || why == NeededFor::Described && c.writes(&id);
        c.arn.account == id.account && c.validation && is_written
    };
    let config = configs.into_iter().find(is_own);
    if let Some(config) = config {
        if let Some(finding) = delivered(context, config, &id, window) {
            absences.findings.push(finding);
            return;
        }
        let is_named = context.request.filter.trail_arns.contains(&config.arn);
        if why == NeededFor::Described {
            // A trail that was named and has no digest at all is reported as such.
            let open = (!is_named).then(|| cannot_have_delivered(context, config, window));
            match open {
                None => return,
                Some(Some(sentence)) => return absences.open.push(sentence),
                Some(None) => {}
            }
        }
    }
    let message = match why {
        NeededFor::BesideLogs => {
            "this region has logs of this account but no digest of this trail, although the trail has digests \
             elsewhere: nothing of the chain is proven"
        }
        NeededFor::HomeOfOwner => {
            "this account owns the organization's trail whose digests are here, but the digests of its own home \
             region are missing: nothing of the chain is proven"
        }
        NeededFor::HomeOfAccount | NeededFor::Described => {
            "this is the home region of a trail that writes digests here, but its own digests are missing: \
             nothing of the chain is proven"
        }
    };
    let finding = missing(&id, message).hint(Hint::LookForChain);
    let finding = match time {
        Some(time) => finding.over(time),
        None => finding,
    };
    absences.findings.push(finding);
}

/// Chains that end in the window while others of their trail go on, where no call that a proven log records
/// explains it.
fn ended_early(
    context: &Context<'_>,
    all: &GroupOutcome,
    trails: &FoundTrails<'_>,
) -> Vec<Finding> {
    let late = late(context);
    let mut explained: BTreeMap<&ChainId, Vec<Window>> = BTreeMap::new();
    for (id, time) in &all.notes.explained {
        explained.entry(id).or_default().push(*time);
    }
    let ended = trails.ended_early(late).into_iter();
    let ended = ended.filter_map(|(id, time)| {
        let is_contradicted = trails.is_contradicted(id, time.from, late);
        let window = window_of(context, id);
        // The window of a chain that earlier runs saw may begin where its digests end.
        let is_before = match context.request.continuation(id) {
            Some(_) => time.from < window.from,
            None => time.from <= window.from,
        };
        // A chain that ends before the window is a gap of it, unless others need it.
        if is_before && !is_contradicted {
            return None;
        }
        let by_calls = match is_contradicted {
            true => None,
            false => explained.get(id),
        };
        let by_calls = by_calls.into_iter().flatten().copied();
        let open = unexplained(time.clip(&window), by_calls, late)?;
        let message = format!(
            "the digests of this chain end at {}, but other chains of its trail continue until {}: the trail no \
             longer covers its region or account, or its digests are missing",
            time.from, time.to
        );
        let open = match open == time.clip(&window) {
            true => time,
            false => open,
        };
        Some(missing(id, message).over(open))
    });
    ended.collect()
}

/// Chains in home regions that begin in the window, long after others of their account and trail.
fn began_late(context: &Context<'_>, trails: &FoundTrails<'_>) -> Vec<Finding> {
    let (late, window) = (late(context), window(context));
    let begun = trails.began_late(late).into_iter();
    // Of a chain that earlier runs saw, the first digests are not listed any more.
    let is_first_seen = |id: &ChainId| context.request.continuation(id).is_none();
    let begun = begun.filter(|(id, time)| is_first_seen(id) && !time.clip(&window).is_empty());
    let begun = begun.map(|(id, time)| {
        let message = format!(
            "the digests of this home region begin at {}, but those of its trail in other regions at {}: a \
             trail always writes digests in its home region, so earlier ones are missing",
            time.to, time.from
        );
        missing(id, message).over(time)
    });
    begun.collect()
}
