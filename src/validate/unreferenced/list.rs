//! Lists log folders and classifies the logs that no digest lists, where that is possible before gaps
//! are explained.

use std::cell::OnceCell;

use super::candidates::Candidates;
use super::cover::{LogClass, classify};
use super::scan::scan;
use super::search::{ListedLogFolder, LogSearch};
use super::tally::OtherObjects;
use crate::base::time::shift;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::KeyRoot;
use crate::source::RootId;
use crate::validate::context::Context;

impl LogSearch {
    /// Lists the folders. Needs no log, so it runs while logs are read.
    pub fn list(mut self: Box<Self>, context: &Context<'_>) -> Box<Self> {
        for place in std::mem::take(&mut self.places) {
            let listed = list_folder(context, &mut self, place);
            self.listed.push(listed);
        }
        self
    }
}

fn list_folder(
    context: &Context<'_>,
    search: &mut LogSearch,
    place: (RootId, KeyRoot),
) -> ListedLogFolder {
    let limits = &context.request.limits;
    let grace = context.request.backfill_grace;
    let LogSearch {
        id,
        time,
        covers,
        references,
        ..
    } = search;
    // A digest after the window may list these.
    let late = shift(time.to, -grace).max(time.from);
    let (mut kept, mut kept_late) = (0, 0);
    let mut candidates = Candidates::default();
    let mut classified = OtherObjects::default();
    let (mut more, mut undecided) = (0, false);
    let without_digests = OnceCell::new();
    let found = &mut |key: &str, minute| {
        let class = classify(covers, &place, minute, grace);
        if minute >= late && kept_late < limits.unnamed_late {
            kept_late += 1;
            undecided |= matches!(class, LogClass::Undecided);
            return candidates.add_log(context.candidates, key);
        }
        let without_digests = || is_without_digests(context, &place, id, &without_digests);
        match class {
            LogClass::InGaps => candidates.add_in_gaps(context.candidates, minute),
            LogClass::InOthersGap => classified.others_gap.add(limits, key),
            _ if without_digests() => classified.without_digests.add(limits, key),
            LogClass::Undecided => classified.undecided.add(limits, key),
            LogClass::Unreferenced if kept < limits.findings_per_code => {
                kept += 1;
                candidates.add_log(context.candidates, key);
            }
            LogClass::Unreferenced => more += 1,
        }
    };
    let (mut others, listed) = scan(context, (&place, id), references, *time, found);
    others.add(classified, limits);
    candidates.write_out(context.candidates);
    ListedLogFolder {
        place,
        trouble: listed.err(),
        others: (others != OtherObjects::default()).then(|| Box::new(others)),
        candidates,
        more,
        undecided,
        without_digests,
    }
}

/// Whether AWS knows a trail that writes to this folder without digests, so that unreferenced logs are to
/// be expected there. At most one look-up in AWS per folder.
pub(super) fn is_without_digests(
    context: &Context<'_>,
    (root, key_root): &(RootId, KeyRoot),
    id: &ChainId,
    known: &OnceCell<bool>,
) -> bool {
    let is_written = || {
        let described = context.trails.map(|trails| trails.describe(&id.region));
        let Some(Ok(described)) = described else {
            return false;
        };
        let bucket = context.fetcher.places.bucket(*root);
        described.iter().any(|t| {
            let is_in_region = t.multi_region || t.arn.home_region == id.region;
            let is_of_account = t.arn.account == id.account || t.organization;
            !t.validation && is_in_region && is_of_account && t.writes_to(bucket, key_root)
        })
    };
    *known.get_or_init(is_written)
}
