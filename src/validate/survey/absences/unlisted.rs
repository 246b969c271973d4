//! Chains whose digests exist, though no listing of folders led to them.

use jiff::Timestamp;

use super::missing_chain::MissingChain;
use crate::base::time::Window;
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, KeyRoot};
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::source::{Listed, Range};
use crate::validate::context::Context;

/// The finding on a chain that would count as missing, where its own folder holds digests of the window: a
/// listing of folders was wrong. A copy is as it was listed.
pub(super) fn unlisted(
    context: &Context<'_>,
    chain: &MissingChain,
    window: Window,
) -> Option<Finding> {
    context.request.now?;
    let MissingChain {
        id, roots, time, ..
    } = chain;
    let time = time.map_or(window, |time| time.clip(&window));
    let places = context.fetcher.places.roots().into_iter();
    let folders = places.flat_map(|place| {
        let folder = |root: &_| KeyRoot::folder(root, &id.account, DIGEST_FOLDER, &id.region);
        let folders: Vec<_> = roots.iter().map(|root| (place.id, folder(root))).collect();
        folders
    });
    for (root, folder) in folders {
        let mut is_there = false;
        let mut visit = |listed: Listed<'_>| {
            let Listed::Object(key, _) = listed else {
                return;
            };
            let name = DigestName::parse(key.rsplit('/').next().unwrap_or(key));
            is_there |= name.is_some_and(|name| {
                name.chain.is_called_like(id) && time.from < name.end && name.end <= time.to
            });
        };
        let day = |at: Timestamp| format!("{folder}{}", at.strftime("%Y/%m/%d"));
        let range = Range {
            after: Some(day(time.from)),
            before: Some(format!("{}~", day(time.to))),
        };
        let listed = context
            .fetcher
            .source
            .list(root, &folder, &range, &mut visit);
        context.fetcher.listed(listed.unwrap_or(1));
        if is_there {
            let message = "digests of this chain exist, but the listing of folders does not show the chain: \
                           nothing of it was checked";
            let finding = Finding::new(Code::SourceUnreadable, message).reason(Reason::NotListed);
            let hint = "run again; if this happens again, find out whether a proxy or gateway changes the \
                        answers of S3";
            let bucket = context.fetcher.places.bucket(root);
            return Some(finding.hint(hint).over(time).of(id).at(bucket, &folder));
        }
    }
    None
}
