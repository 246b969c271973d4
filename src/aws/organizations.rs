//! The accounts of an organization, from `organizations:ListAccounts`. Only the management account and delegated
//! administrators may call it, and no verdict depends on it.

use aws_config::retry::RetryConfig;
use aws_sdk_organizations::types::{Account, AccountState, AccountStatus};
use aws_types::region::Region as AwsRegion;
use jiff::Timestamp;

use super::Session;
use super::bounds::TIME_OUTS;
use super::clock::NotTooFar;
use super::error::{NeverUntrusted, RequestContext, RetryTooMany, get_error};
use super::foreign::{AskAgain, OnlyOfAws};
use super::pages::{MAX_PAGES, fetch_all_pages};
use crate::base::text::cited;
use crate::cloudtrail::ids::Region;
use crate::cloudtrail::member::{MemberAccount, MemberState, organization_of};
use crate::source::GetError;

/// Accounts per page; AWS allows no more (ListAccounts, API reference).
const PAGE_SIZE: i32 = 20;
/// The most accounts. Organizations allows some 10,000.
const MOST: usize = 100_000;
/// The longest name that is passed on, in characters, to bound a hostile answer. Organizations allows 50.
const LONGEST: usize = 128;

impl Session {
    /// All accounts of the organization, by id, from the partition of a region.
    ///
    /// # Errors
    /// If AWS does not answer, denies it, or lists something else.
    pub fn members(&self, there: Option<&Region>) -> Result<Vec<MemberAccount>, GetError> {
        let context = RequestContext {
            permission: "organizations:ListAccounts",
            resource: "*".into(),
            bucket: None,
        };
        let client = self.organizations(there);
        // For all pages together.
        let deadline = self.time_for(self.bounds().request);
        let mut members = Vec::new();
        fetch_all_pages(MAX_PAGES, |token| {
            let request = client.list_accounts().max_results(PAGE_SIZE);
            let request = request.set_next_token(token).send();
            let answer = self.runtime().run_until(deadline, request)?;
            let answer = answer.map_err(|e| get_error(&e, &context))?;
            for account in answer.accounts() {
                members.push(member(account)?);
            }
            match members.len() > MOST {
                true => Err(GetError::too_many_pages()),
                false => Ok(answer.next_token),
            }
        })?;
        // The management account belongs to every organization.
        if members.is_empty() {
            let why = "organizations:ListAccounts lists no account";
            return Err(GetError::Io(why.into()));
        }
        members.sort_by(|a: &MemberAccount, b| a.id.cmp(&b.id));
        members.dedup_by(|a, b| a.id == b.id);
        Ok(members)
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

/// An account of an answer.
fn member(account: &Account) -> Result<MemberAccount, GetError> {
    let id = account.id().unwrap_or_default();
    let not_valid = |_| {
        let id = cited(id);
        GetError::Io(format!(
            "organizations:ListAccounts lists {id}, which is not an account id"
        ))
    };
    let joined = account.joined_timestamp();
    Ok(MemberAccount {
        id: id.parse().map_err(not_valid)?,
        organization: account.arn().and_then(organization_of),
        name: account
            .name()
            .map(|name| name.chars().take(LONGEST).collect()),
        state: state(account),
        joined: joined.and_then(|at| Timestamp::from_second(at.secs()).ok()),
    })
}

/// The state of an account. Older answers have its status only.
fn state(account: &Account) -> MemberState {
    match (account.state(), account.status()) {
        (Some(AccountState::PendingActivation), _) => MemberState::PendingActivation,
        (Some(AccountState::Active), _) | (None, Some(AccountStatus::Active)) => {
            MemberState::Active
        }
        (Some(AccountState::Suspended), _) | (None, Some(AccountStatus::Suspended)) => {
            MemberState::Suspended
        }
        (Some(AccountState::PendingClosure), _) | (None, Some(AccountStatus::PendingClosure)) => {
            MemberState::PendingClosure
        }
        (Some(AccountState::Closed), _) => MemberState::Closed,
        _ => MemberState::Unknown,
    }
}
