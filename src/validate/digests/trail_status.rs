//! The newest end of a chain, held against what CloudTrail says of its trail now.

use jiff::Timestamp;

use super::group::GroupResult;
use crate::base::time::{HOUR, Window, shift};
use crate::cloudtrail::ids::{ChainId, TrailArn};
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, KeyRoot};
use crate::cloudtrail::trail::{TrailConfig, TrailStatus};
use crate::proof::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::source::{GetError, Listed, Range, RootId};
use crate::validate::Context;
use crate::validate::digests::listing::DigestNames;
use crate::validate::findings::Ledger;

impl Context<'_> {
    /// Asks for the status of a chain's trail.
    pub(crate) fn asked(
        &self,
        id: &ChainId,
        names: &DigestNames,
        result: &mut GroupResult,
    ) -> Option<(TrailConfig, TrailStatus)> {
        match self.ask(id, names)? {
            Ok(answer) => Some(answer),
            Err((why, ends_all)) => {
                result.complete &= !ends_all;
                result.unasked.push((id.clone(), why));
                None
            }
        }
    }

    /// Tells what is off now. Gives the interval of a digest that was delivered and is not there.
    pub(crate) fn tail(
        &self,
        id: &ChainId,
        names: &DigestNames,
        window: Window,
        (config, status): &(TrailConfig, TrailStatus),
        ledger: &mut Ledger,
        result: &mut GroupResult,
    ) -> Option<Window> {
        if !config.validation {
            result.unvalidated.insert(config.arn.clone());
        }
        if !status.logging {
            let message = "GetTrailStatus says that this trail is not logging in this region now: no \
                           digest will follow";
            let finding = Finding::new(Code::TrailNotLogging, message).hint(
                "see who stopped it (StopLogging), and start it: aws cloudtrail start-logging",
            );
            self.add(ledger, finding.of(id));
        }
        if let Some(error) = &status.digest_error {
            let message = format!(
                "GetTrailStatus says that the last digest of this chain could not be delivered: {error}"
            );
            let finding = Finding::new(Code::DeliveryFailing, message).hint(
                "see the bucket's policy and that of its key: CloudTrail must be allowed to write",
            );
            self.add(ledger, finding.of(id));
        }
        let speaks = self.speaks_of(config, id, names);
        let later = self.delivered_later(id, names, window, status);
        let (time, finding) = later.filter(|_| speaks)?;
        self.add(ledger, finding);
        Some(time)
    }

    /// The trail of a chain and its status; nothing where CloudTrail is not asked at all.
    fn ask(
        &self,
        id: &ChainId,
        names: &DigestNames,
    ) -> Option<Result<(TrailConfig, TrailStatus), (String, bool)>> {
        let trails = self.trails?;
        let organization = names.roots().iter().any(|r| r.organization.is_some());
        let told = |e: GetError| (e.detail(), e.ends_all());
        let answer = trails.describe(&id.home_region).map_err(told);
        let answer = answer.and_then(|described| {
            let config = TrailConfig::of(&described, id, organization);
            let unknown = "these credentials do not see its trail";
            let config = config.ok_or((unknown.to_owned(), false))?;
            let status = trails.status(&config.arn, &id.region);
            Ok((config.clone(), status.map_err(told)?))
        });
        Some(answer)
    }

    /// Whether a trail's status is of this chain: of its account, and of a place that was listed.
    fn speaks_of(&self, config: &TrailConfig, id: &ChainId, names: &DigestNames) -> bool {
        let here = |(root, key_root): &&(RootId, KeyRoot)| {
            config.writes_to(self.fetcher.atlas.bucket(*root), key_root)
        };
        config.arn.account == id.account && names.places().iter().any(here)
    }

    /// The interval of a digest that was delivered and is not there, and how that is told.
    fn delivered_later(
        &self,
        id: &ChainId,
        names: &DigestNames,
        window: Window,
        status: &TrailStatus,
    ) -> Option<(Window, Finding)> {
        let newest = names.main.last()?.end();
        let end = status.later_digest(newest, names.delivered?, self.request.as_of?)?;
        let time = Window::new(shift(end, -HOUR), end);
        // It may have come since the digests were listed.
        if time.clip(&window).is_empty() || self.came_since(id, names, newest) {
            return None;
        }
        let delivered = status.last_digest?;
        let message = format!(
            "GetTrailStatus says that a digest was delivered at {delivered}, and none that ends after \
             {newest} is there (deleted, or never delivered to this bucket)"
        );
        let finding = Finding::new(Code::DigestMissing, message);
        Some((time, finding.hint(LOOK_FOR_MISSING).over(time).of(id)))
    }

    /// Whether a digest of a chain that ends after `newest` is there now, or may be.
    fn came_since(&self, id: &ChainId, names: &DigestNames, newest: Timestamp) -> bool {
        names.places().into_iter().any(|(root, key_root)| {
            let folder = key_root.folder(&id.account, DIGEST_FOLDER, &id.region);
            let range = Range {
                after: Some(format!("{folder}{}", newest.strftime("%Y/%m/%d"))),
                before: None,
            };
            let mut came = false;
            let mut visit = |listed: Listed<'_>| {
                let Listed::Object(key, _) = listed else {
                    return;
                };
                let name = DigestName::parse(key.rsplit('/').next().unwrap_or(key));
                came |= name.is_some_and(|n| n.chain == *id && !n.backfill && n.end > newest);
            };
            let listed = self.fetcher.source.list(*root, &folder, &range, &mut visit);
            self.fetcher.listed(listed.as_ref().copied().unwrap_or(1));
            came || listed.is_err()
        })
    }
}

/// A trail that writes no digests now.
pub(crate) fn unvalidated(arn: &TrailArn) -> Finding {
    let message = format!(
        "DescribeTrails says that log file validation is off now for {arn}: what it delivers from now on \
         is not vouched for"
    );
    Finding::new(Code::TrailNotValidating, message).hint(
        "see who switched it off (UpdateTrail), and switch it on: aws cloudtrail update-trail \
         --enable-log-file-validation",
    )
}
