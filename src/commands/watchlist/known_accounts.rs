//! The accounts that are one's own.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::cloudtrail::ids::AccountId;
use crate::validate::observer::{JudgedObject, Observer};

/// The accounts that are one's own: those that the user adds, and those of every chain with a proven digest. Every
/// other account is outside.
///
/// As an observer it learns of the chains. All digests are judged before the first log is read, so it is complete
/// for every record.
#[derive(Debug, Default)]
pub struct KnownAccounts(RwLock<BTreeSet<AccountId>>);

impl KnownAccounts {
    /// Adds an account.
    pub fn add(&self, account: &AccountId) {
        if !self.accounts().contains(account) {
            let mut accounts = self.0.write().unwrap_or_else(PoisonError::into_inner);
            accounts.insert(account.clone());
        }
    }

    /// Whether a text is an account, or an ARN that has an account, that is not one's own. If no account is known,
    /// none is outside: nothing is said.
    pub(super) fn is_outside(&self, text: &str) -> bool {
        let account = text.parse::<AccountId>().ok().or_else(|| {
            let mut parts = text.strip_prefix("arn:")?.split(':');
            parts.nth(3)?.parse().ok()
        });
        let known = self.accounts();
        !known.is_empty() && account.is_some_and(|account| !known.contains(&account))
    }

    fn accounts(&self) -> RwLockReadGuard<'_, BTreeSet<AccountId>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromIterator<AccountId> for KnownAccounts {
    fn from_iter<T: IntoIterator<Item = AccountId>>(accounts: T) -> Self {
        KnownAccounts(RwLock::new(accounts.into_iter().collect()))
    }
}

impl Observer for KnownAccounts {
    fn judged(&self, object: JudgedObject<'_>) {
        if object.proven.is_some() {
            self.add(&object.chain.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::KnownAccounts;

    #[test]
    fn an_account_is_outside_if_it_is_not_known() {
        let own = ["111111111111".parse().expect("an account")];
        let known: KnownAccounts = own.into_iter().collect();
        for (text, outside) in [
            ("111111111111", false),
            ("222222222222", true),
            ("arn:aws:iam::111111111111:user/a", false),
            ("arn:aws-cn:sts::222222222222:assumed-role/a/b", true),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", false),
            ("all", false),
            ("", false),
        ] {
            assert_eq!(known.is_outside(text), outside, "{text}");
        }
        assert!(!KnownAccounts::default().is_outside("222222222222"));
    }
}
