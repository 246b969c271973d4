//! The folders of a day.

use jiff::civil::Date;

use super::time::number;
use super::{AWS_LOGS, DIGEST_FOLDER, KeyRoot, is_log_kind};
use crate::cloudtrail::ids::{AccountId, OrganizationId, Region};

/// The account and region in whose folder a key is, or everything below a prefix that ends with a slash.
pub fn account_and_region(path: &str) -> Option<(AccountId, Region)> {
    let mut parts = path.rsplit('/');
    // What follows the last slash is a name, or nothing.
    parts.next()?;
    let (mut region, mut kind) = (parts.next()?, parts.next()?);
    let mut account = parts.next()?;
    // From the right, as keys are parsed.
    loop {
        let above = parts.next()?;
        let is_kind = kind == DIGEST_FOLDER || is_log_kind(kind);
        let is_below_root = above == AWS_LOGS || above.parse::<OrganizationId>().is_ok();
        if is_kind
            && is_below_root
            && let (Ok(account), Ok(region)) = (account.parse(), region.parse())
        {
            return Some((account, region));
        }
        (region, kind, account) = (kind, account, above);
    }
}

/// A folder of one day: `[PREFIX/]AWSLogs/[O-ID/]ACCOUNT/KIND/REGION/YYYY/MM/DD`.
pub(super) struct DatedFolder<'k> {
    above: &'k str,
    account: &'k str,
    kind: &'k str,
    region: &'k str,
    /// Year, month and day.
    day: [&'k str; 3],
}

impl<'k> DatedFolder<'k> {
    /// Splits a folder from the right, because a prefix may contain anything, even `AWSLogs`.
    pub(super) fn parse(folder: &'k str) -> Option<Self> {
        let mut parts = folder.rsplitn(7, '/');
        let mut next = || parts.next();
        let (day, month, year) = (next()?, next()?, next()?);
        Some(DatedFolder {
            region: next()?,
            kind: next()?,
            account: next()?,
            above: next()?,
            day: [year, month, day],
        })
    }

    /// The part before the account; `None` if that part or the account is not valid.
    pub(super) fn root(&self) -> Option<KeyRoot> {
        let _account: AccountId = self.account.parse().ok()?;
        let mut rest = self.above;
        let mut organization = None;
        if let Some((before, last)) = rest.rsplit_once('/')
            && let Ok(id) = last.parse()
        {
            organization = Some(id);
            rest = before;
        }
        let prefix = match rest.rsplit_once('/') {
            Some((prefix, AWS_LOGS)) => prefix,
            None if rest == AWS_LOGS => "",
            _ => return None,
        };
        Some(KeyRoot {
            prefix: prefix.into(),
            organization,
        })
    }

    /// The part before the account, if this is the folder of a file of that kind, account, region and day.
    pub(super) fn root_of(
        &self,
        kind: &str,
        account: &AccountId,
        region: &Region,
        day: Date,
    ) -> Option<KeyRoot> {
        let [y, m, d] = self.day;
        let dated = number(y, 4) == Some(day.year())
            && number(m, 2) == Some(day.month().into())
            && number(d, 2) == Some(day.day().into());
        let agrees =
            self.kind == kind && self.account == account.as_str() && self.region == region.as_str();
        if !dated || !agrees {
            return None;
        }
        // A key that begins with a slash would have an empty prefix, which no trail writes.
        self.root()
            .filter(|root| !root.prefix.is_empty() || self.above.starts_with(AWS_LOGS))
    }
}

#[cfg(test)]
mod tests {
    use super::account_and_region;

    #[test]
    fn a_key_or_a_prefix_shows_its_account_and_region() {
        let found = |path: &str| {
            account_and_region(path).map(|(account, region)| format!("{account} {region}"))
        };
        let own = Some("111111111111 eu-west-1".to_owned());
        for path in [
            "AWSLogs/111111111111/CloudTrail/eu-west-1/",
            "AWSLogs/111111111111/CloudTrail-Digest/eu-west-1/2026/03/01/name",
            "a/AWSLogs/o-a1b2c3d4e5/111111111111/CloudTrail-Insight/eu-west-1/2026/",
            "AWSLogs/222222222222/CloudTrail/us-east-1/AWSLogs/111111111111/CloudTrail/eu-west-1/x",
        ] {
            assert_eq!(found(path), own, "{path}");
        }
        for path in [
            "",
            "AWSLogs/",
            "AWSLogs/111111111111/CloudTrail/",
            "AWSLogs/111111111111/CloudTrail/eu-west-1",
            "AWSLogs/111111111111/Config/eu-west-1/",
            "Logs/111111111111/CloudTrail/eu-west-1/",
            "AWSLogs/11/CloudTrail/eu-west-1/",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
