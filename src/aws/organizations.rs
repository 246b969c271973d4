//! The names of accounts, from `organizations:ListAccounts`. Only the management account and delegated
//! administrators may call it, and no verdict depends on it.

use std::collections::BTreeMap;

use aws_config::retry::RetryConfig;
use aws_types::region::Region as AwsRegion;

use super::Session;
use super::bounds::TIME_OUTS;
use super::clock::NotTooFar;
use super::error::{NeverUntrusted, RequestContext, RetryTooMany, get_error};
use super::foreign::{AskAgain, OnlyOfAws};
use super::pages::{MAX_PAGES, fetch_all_pages};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;

/// Accounts per page; AWS allows no more (ListAccounts, API reference).
const PAGE_SIZE: i32 = 20;
/// The most accounts. Organizations allows some 10,000.
const MOST: usize = 100_000;
/// The longest name that is passed on, in characters, to bound a hostile answer. Organizations allows 50.
const LONGEST: usize = 128;

impl Session {
    /// The names of all accounts of the organization by their ids, from the partition of a region.
    ///
    /// # Errors
    /// If AWS does not answer, or denies it.
    pub fn account_names(
        &self,
        there: Option<&Region>,
    ) -> Result<BTreeMap<String, String>, GetError> {
        let context = RequestContext {
            permission: "organizations:ListAccounts",
            resource: "*".into(),
            bucket: None,
        };
        let client = self.organizations(there);
        // For all pages together.
        let deadline = self.time_for(self.bounds().request);
        let mut names = BTreeMap::new();
        fetch_all_pages(MAX_PAGES, |token| {
            let request = client.list_accounts().max_results(PAGE_SIZE);
            let request = request.set_next_token(token).send();
            let answer = self.runtime().run_until(deadline, request)?;
            let answer = answer.map_err(|e| get_error(&e, &context))?;
            let accounts = answer.accounts().iter();
            let named = accounts.filter_map(|account| account.id().zip(account.name()));
            names.extend(
                named.map(|(id, name)| (id.to_owned(), name.chars().take(LONGEST).collect())),
            );
            match names.len() > MOST {
                true => Err(GetError::too_many_pages()),
                false => Ok(answer.next_token),
            }
        })?;
        Ok(names)
    }

    /// A client for one look-up, in the one region of a partition that answers it.
    fn organizations(&self, there: Option<&Region>) -> aws_sdk_organizations::Client {
        let (endpoint_url, _) = self.endpoint("Organizations");
        let mut config = aws_sdk_organizations::config::Builder::from(self.config())
            .interceptor(OnlyOfAws)
            .interceptor(NotTooFar)
            .interceptor(AskAgain)
            .interceptor(self.patience(TIME_OUTS))
            .retry_classifier(OnlyOfAws)
            .retry_classifier(NeverUntrusted)
            .retry_classifier(RetryTooMany)
            // Few attempts: the result is optional, and private networks often do not reach Organizations.
            .retry_config(RetryConfig::standard().with_max_attempts(self.few_attempts()));
        if let Some(url) = endpoint_url {
            config = config.endpoint_url(url);
        }
        let near = there.cloned().or_else(|| self.region());
        if let Some(region) = near.and_then(|near| near.of_organizations()) {
            config = config.region(AwsRegion::new(region.to_string()));
        }
        aws_sdk_organizations::Client::from_conf(config.build())
    }
}
