//! Findings on objects that no digest lists, and the time that they colour.

use rayon::prelude::*;

use super::cover::Cover;
use super::judge::{Unreferenced, UnreferencedKind};
use crate::base::time::Window;
use crate::cloudtrail::object_key::{KeyRoot, KeyTime};
use crate::proof::finding::{Code, Finding, Hint, ObjectFacts, Severity};
use crate::source::RootId;
use crate::validate::chain_state::ChainState;
use crate::validate::context::Context;

/// Adds the unreferenced objects of one folder to their chains, and `more` of them as one finding. An object
/// is reported in one chain, and colours the time of all that cover it.
pub(super) fn report(
    context: &Context<'_>,
    chains: &mut [ChainState],
    covers: &[Cover],
    (root, key_root): &(RootId, KeyRoot),
    objects: Vec<Unreferenced>,
    more: u64,
) {
    let facts = |object: &Unreferenced| context.fetcher.facts(*root, &object.key);
    let facts: Vec<ObjectFacts> = context
        .pool
        .install(|| objects.par_iter().map(facts).collect());
    let bucket = context.fetcher.places.bucket(*root);
    for (object, facts) in objects.iter().zip(facts) {
        for at in &object.chains {
            let cover = covers.iter().find(|c| c.requested == Some(*at));
            if let (Some(chain), Some(cover)) = (chains.get_mut(*at), cover) {
                let hours = cover.covered_hours(object.time).into_iter();
                hours.for_each(|time| chain.logs.paint.colour(Severity::Unproven, time));
            }
        }
        let first = object.chains.first().copied();
        let cover = covers
            .iter()
            .find(|c| c.requested.is_some() && c.requested == first);
        let (Some(chain), Some(cover)) = (first.and_then(|at| chains.get_mut(at)), cover) else {
            continue;
        };
        let time = time_of(cover, object.time);
        let finding = unreferenced(object, bucket, facts).over(time).of(&chain.id);
        context.report(&mut chain.ledger, finding);
        *chain.logs.tally.unreferenced.get_or_insert(0) += 1;
    }
    if more > 0 {
        report_more(context, chains, covers, (*root, key_root), more);
    }
}

/// Reports objects beyond those that were kept, in the first chain of the folder. Which hours they are in was
/// not kept either.
fn report_more(
    context: &Context<'_>,
    chains: &mut [ChainState],
    covers: &[Cover],
    (root, key_root): (RootId, &KeyRoot),
    more: u64,
) {
    let place = (root, key_root.clone());
    let here = covers.iter().filter(|c| c.is_in(&place));
    let mut counted = Some(more);
    for cover in here {
        let Some(chain) = cover.requested.and_then(|at| chains.get_mut(at)) else {
            continue;
        };
        for time in cover.covered_parts(KeyTime::Span(chain.window)) {
            chain.logs.paint.colour(Severity::Unproven, time);
        }
        if let Some(more) = counted.take() {
            let message = "further objects in this folder that no digest lists";
            let finding = Finding::new(Code::LogUnreferenced, message).count(more);
            let finding = finding.over(chain.window).of(&chain.id);
            context.report(&mut chain.ledger, finding);
            *chain.logs.tally.unreferenced.get_or_insert(0) += more;
        }
    }
}

/// The time that a finding concerns: the hour of a minute, or all of a longer time in the window.
fn time_of(cover: &Cover, time: KeyTime) -> Window {
    match time {
        KeyTime::Minute(at) => cover.hour_of(at),
        KeyTime::Span(span) => span.clip(&cover.window),
    }
}

fn unreferenced(object: &Unreferenced, bucket: Option<&str>, facts: ObjectFacts) -> Finding {
    let message = match &object.kind {
        UnreferencedKind::Log(None) => {
            "the log exists, but no digest of any trail in this folder lists it, although every digest that \
             could is proven. It may have been added"
                .to_owned()
        }
        UnreferencedKind::Log(Some(chains)) => format!(
            "the log exists, but no proven digest lists it; digests of {chains} that could list it are missing \
             or not proven. It may have been added"
        ),
        UnreferencedKind::Other => format!(
            "the object exists, but no digest lists it, and its name is not that of a log. Tools that read this \
             folder read it too, and it may have been added{}",
            undated(object.time)
        ),
        UnreferencedKind::Refused(what) => format!(
            "no digest lists this entry, which is {what} and was not read. Tools that read this folder may read \
             it, and it may have been added{}",
            undated(object.time)
        ),
    };
    let finding = Finding::new(Code::LogUnreferenced, message)
        .hint(Hint::WhoWroteIt)
        .at(bucket, &object.key);
    Finding {
        object: facts,
        ..finding
    }
}

/// What is said about an object whose name shows no minute.
fn undated(time: KeyTime) -> &'static str {
    match time {
        KeyTime::Minute(_) => "",
        KeyTime::Span(_) => ". Its name contains no minute, so all of this time is unproven",
    }
}
