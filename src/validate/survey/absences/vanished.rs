//! Chains that earlier runs of a scheduled check saw, and that have no digest any more.

use std::collections::BTreeMap;

use super::implied::may_be_hidden;
use super::missing_chain::missing;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{DigestObjectKey, KeyRoot};
use crate::proof::finding::{Finding, Hint};
use crate::validate::chain_state::GroupOutcome;
use crate::validate::context::Context;
use crate::validate::digests::begins;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::continuation::{Continuation, RememberedDigest};
use crate::validate::survey::Survey;

/// The findings on the requested chains that earlier runs saw and that have no digest any more.
pub(super) fn vanished(context: &Context<'_>, survey: &Survey, all: &GroupOutcome) -> Vec<Finding> {
    let (request, chains) = (context.request, &all.chains);
    let found: BTreeMap<&ChainId, &ChainOutcome> =
        chains.iter().map(|chain| (&chain.id, &**chain)).collect();
    let latest = chains.iter().map(|chain| chain.window.to).max();
    let continued = begins::continued(request, context.filter);
    let vanished = continued.filter(|(id, continuation)| {
        let head = continuation.head.as_ref();
        let roots: Vec<KeyRoot> = head.and_then(root_of).into_iter().collect();
        let is_found = found.contains_key(id);
        !is_found && !was_taken_over(id, head, &found) && !may_be_hidden(survey, all, (id, &roots))
    });
    let report = |(id, continuation): (&ChainId, &Continuation)| {
        let known = match &continuation.head {
            Some(head) => format!("its last proven digest ended at {}", head.time.to),
            None => "none of its digests was ever proven".to_owned(),
        };
        let message = format!(
            "earlier runs saw this chain, and {known}; now it has no digest here: nothing of it is proven"
        );
        let from = continuation.from;
        let to = request.to.or(latest).unwrap_or(from);
        let finding = missing(id, message).over(Window::new(from, to));
        finding.hint(Hint::ClosedAccount)
    };
    vanished.map(report).collect()
}

/// The folder of a digest before its account.
fn root_of(head: &RememberedDigest) -> Option<KeyRoot> {
    DigestObjectKey::parse(&head.key).map(|key| key.root)
}

/// Whether links lead from another chain to the digests of this one: its trail became an organization's, or ceased
/// to be one's.
fn was_taken_over(
    id: &ChainId,
    head: Option<&RememberedDigest>,
    found: &BTreeMap<&ChainId, &ChainOutcome>,
) -> bool {
    let Some((head, root)) = head.and_then(|head| Some((head, root_of(head)?))) else {
        return false;
    };
    let alike = found.range::<ChainId, _>(id.first_alike()..);
    let mut heirs = alike.take_while(|(other, _)| other.is_called_like(id));
    heirs.any(|(_, chain)| {
        let mut places = chain.locations.iter();
        places.any(|place| {
            place.bucket == head.bucket && place.root == root && place.time.to >= head.time.to
        })
    })
}
