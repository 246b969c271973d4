//! The caller's identity: the answers of STS and Organizations.

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::refusal::{Refusal, element};

/// The organization the caller's account belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its `o-…`.
    pub id: String,
    /// Its management account.
    pub management_account: String,
}

/// An account of the organization.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberAccount {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: &'static str,
    /// When it joined, in seconds of the epoch.
    pub joined: f64,
}

impl MemberAccount {
    /// An account that is in use.
    pub fn active(id: &str, name: &str) -> Self {
        Self::new(id, name, "ACTIVE")
    }

    /// An account in some state.
    pub fn new(id: &str, name: &str, state: &'static str) -> Self {
        MemberAccount {
            id: id.to_owned(),
            name: name.to_owned(),
            state,
            joined: 1_500_000_000.5,
        }
    }

    /// The older field for its state.
    fn status(&self) -> &'static str {
        match self.state {
            "CLOSED" => "SUSPENDED",
            state => state,
        }
    }
}

/// The answer of DescribeOrganization.
pub fn describe_organization(cloud: &Cloud) -> Result<Value, Refusal> {
    let Some(Organization {
        id,
        management_account: account,
    }) = &cloud.organization
    else {
        let message = "Your account is not a member of an organization.";
        return Err(Refusal::new(
            400,
            "AWSOrganizationsNotInUseException",
            message,
        ));
    };
    Ok(json!({"Organization": {
        "Id": id,
        "Arn": format!("arn:aws:organizations::{account}:organization/{id}"),
        "FeatureSet": "ALL",
        "MasterAccountId": account,
        "MasterAccountArn": format!("arn:aws:organizations::{account}:account/{id}/{account}"),
    }}))
}

/// A page of the accounts of the organization. The token is the number of the next account.
pub fn list_accounts(cloud: &Cloud, input: &Value) -> Result<Value, Refusal> {
    let most = input["MaxResults"].as_u64().unwrap_or(20) as usize;
    if !(1..=20).contains(&most) {
        let message = "You specified an invalid value.";
        return Err(Refusal::new(400, "InvalidInputException", message));
    }
    let first = match &input["NextToken"] {
        Value::Null => 0,
        token => token
            .as_str()
            .and_then(|text| text.strip_prefix("account-")?.parse().ok())
            .ok_or_else(|| Refusal::new(400, "InvalidInputException", "Invalid token."))?,
    };
    let page = cloud.accounts.iter().skip(first).take(most);
    let list: Vec<Value> = page
        .map(|account| {
            let id = &account.id;
            json!({
                "Id": id,
                "Arn": format!("arn:aws:organizations::111111111111:account/o-a1b2c3d4e5/{id}"),
                "Email": "owner@example.com",
                "Name": account.name,
                "Status": account.status(),
                "State": account.state,
                "JoinedMethod": "CREATED",
                "JoinedTimestamp": account.joined,
            })
        })
        .collect();
    let next = first + list.len();
    let mut answer = json!({"Accounts": list});
    if next < cloud.accounts.len() {
        answer["NextToken"] = json!(format!("account-{next}"));
    }
    Ok(answer)
}

/// The answer of GetCallerIdentity.
pub fn caller_identity(cloud: &Cloud) -> String {
    let account = &cloud.account;
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult>{}{}{}</GetCallerIdentityResult>\
         </GetCallerIdentityResponse>",
        element("Arn", &format!("arn:aws:iam::{account}:user/auditor")),
        element("UserId", "AIDAAUDITOR"),
        element("Account", account)
    )
}
