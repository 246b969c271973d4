//! The folders of a day.

use jiff::civil::Date;

use super::time::number;
use super::{AWS_LOGS, KeyRoot};
use crate::cloudtrail::ids::{AccountId, Region};

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
