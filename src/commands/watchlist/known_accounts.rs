//! The accounts that are one's own.

use std::collections::BTreeSet;

use crate::cloudtrail::ids::AccountId;

/// The accounts that are one's own: those whose logs are validated, and those that the user adds. Every other
/// account is outside.
#[derive(Debug, Clone, Default)]
pub struct KnownAccounts(BTreeSet<AccountId>);

impl KnownAccounts {
    /// Adds an account.
    pub fn add(&mut self, account: AccountId) {
        self.0.insert(account);
    }

    /// Whether a text is an account, or the ARN of something in an account, that is not one's own. If no account is
    /// known, none is outside: nothing is said.
    pub(super) fn is_outside(&self, text: &str) -> bool {
        let account = text.parse::<AccountId>().ok().or_else(|| {
            let mut parts = text.strip_prefix("arn:")?.split(':');
            parts.nth(3)?.parse().ok()
        });
        !self.0.is_empty() && account.is_some_and(|account| !self.0.contains(&account))
    }
}

impl FromIterator<AccountId> for KnownAccounts {
    fn from_iter<T: IntoIterator<Item = AccountId>>(accounts: T) -> Self {
        KnownAccounts(accounts.into_iter().collect())
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
