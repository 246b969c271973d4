//! The newest end of a chain, held against what CloudTrail says of its trail now.

use super::Driver;
use super::group::GroupResult;
use crate::finding::{Code, Finding, LOOK_FOR_MISSING};
use crate::ledger::Ledger;
use crate::listing::Names;
use crate::trail::{ChainId, HOUR, TrailArn, Window, shift};
use crate::trails::{TrailConfig, TrailStatus};

impl Driver<'_> {
    /// Asks for the status of a chain's trail, and tells what is off now. Gives the interval of a
    /// digest that was delivered and is not there.
    pub(super) fn tail(
        &self,
        id: &ChainId,
        names: &Names,
        window: Window,
        ledger: &mut Ledger,
        result: &mut GroupResult,
    ) -> Option<Window> {
        let (config, status) = match self.ask(id, names)? {
            Ok(answer) => answer,
            Err(why) => {
                result.unasked.push((id.clone(), why));
                return None;
            }
        };
        if !config.validation {
            result.unvalidated.insert(config.arn.clone());
        }
        if !status.logging {
            let message = "GetTrailStatus says that this trail is not logging in this region now: no \
                           digest will follow";
            ledger.add(Finding::new(Code::TrailNotLogging, message).hint(
                "see who stopped it (StopLogging), and start it: aws cloudtrail start-logging",
            ).of(id));
        }
        if let Some(error) = &status.digest_error {
            let message = format!(
                "GetTrailStatus says that the last digest of this chain could not be delivered: {error}"
            );
            ledger.add(
                Finding::new(Code::DeliveryFailing, message)
                    .hint("see the bucket's policy and that of its key: CloudTrail must be allowed to write")
                    .of(id),
            );
        }
        self.delivered_later(id, names, window, &status, ledger)
    }

    /// The trail of a chain and its status; nothing where CloudTrail is not asked at all.
    fn ask(
        &self,
        id: &ChainId,
        names: &Names,
    ) -> Option<Result<(TrailConfig, TrailStatus), String>> {
        let trails = self.trails?;
        let organization = names.roots().iter().any(|r| r.organization.is_some());
        let answer = trails.described(&id.home_region).map_err(|e| e.detail());
        let answer = answer.and_then(|described| {
            let of = |t: &&TrailConfig| t.writes(id);
            // An account's own trail may be called as one of its organization.
            let fits = |t: &&TrailConfig| of(t) && t.organization == organization;
            let config = described.iter().find(fits).or(described.iter().find(of));
            let unknown = "these credentials do not see its trail";
            let config = config.ok_or(unknown)?;
            let status = trails.status(&config.arn, &id.region);
            Ok((config.clone(), status.map_err(|e| e.detail())?))
        });
        Some(answer)
    }

    fn delivered_later(
        &self,
        id: &ChainId,
        names: &Names,
        window: Window,
        status: &TrailStatus,
        ledger: &mut Ledger,
    ) -> Option<Window> {
        let newest = names.main.last()?.end();
        let end = status.later_digest(newest, names.delivered?, self.request.as_of?)?;
        let time = Window::new(shift(end, -HOUR), end);
        if time.clip(&window).is_empty() {
            return None;
        }
        let delivered = status.last_digest?;
        let message = format!(
            "GetTrailStatus says that a digest was delivered at {delivered}, and none that ends after \
             {newest} is there (deleted, or never delivered to this bucket)"
        );
        let finding = Finding::new(Code::DigestMissing, message);
        ledger.add(finding.hint(LOOK_FOR_MISSING).over(time).of(id));
        Some(time)
    }
}

/// A trail that writes no digests now.
pub(super) fn unvalidated(arn: &TrailArn) -> Finding {
    let message = format!(
        "DescribeTrails says that log file validation is off now for {arn}: what it delivers from now on \
         is not vouched for"
    );
    Finding::new(Code::TrailNotValidating, message).hint(
        "see who switched it off (UpdateTrail), and switch it on: aws cloudtrail update-trail \
         --enable-log-file-validation",
    )
}
