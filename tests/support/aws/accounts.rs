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
