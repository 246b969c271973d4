//! The identity of a session, from `sts:GetCallerIdentity`, which needs no permission.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::error::{RequestContext, does_not_know_credentials, get_error};
use super::{Clock, Session};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;
use crate::source::identity::{Identified, Identity};

/// The longest account or ARN that is passed on, in characters, to bound a hostile answer.
const LONGEST: usize = 300;

impl Session {
    /// Looks up the identity in the start region, or in `there` if that is in another partition.
    pub fn who(&self, there: Option<&Region>) -> Identified {
        self.identify(&self.sts(there))
    }

    fn identify(&self, sts: &aws_sdk_sts::Client) -> Identified {
        let clock = Clock::default();
        let context = RequestContext {
            permission: "sts:GetCallerIdentity",
            resource: "*".into(),
            bucket: None,
        };
        let request = sts.get_caller_identity().customize();
        let deadline = self.time_for(self.bounds().request);
        let request = request.interceptor(clock.clone()).send();
        let answer = self.runtime().run_until(deadline, request);
        let answer = answer.and_then(|answer| answer.map_err(|e| get_error(&e, &context)));
        let text = |text: Option<&str>| text.unwrap_or("?").chars().take(LONGEST).collect();
        Identified {
            answer: answer.map(|answer| Identity {
                account: text(answer.account()),
                arn: text(answer.arn()),
            }),
            ahead: clock.ahead(),
        }
    }

    /// The meaning of an error of CloudTrail in a region. A region that is switched off refuses good
    /// credentials as if nobody knew them. So whose they are is looked up once in another region.
    pub(super) fn regional_error<E>(
        &self,
        region: &Region,
        error: &SdkError<E, HttpResponse>,
        context: &RequestContext,
    ) -> GetError
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let is_known = || {
            let Some(elsewhere) = always_on(region).filter(|elsewhere| elsewhere != region) else {
                return false;
            };
            let ask = || self.identify(&self.sts_in(Some(&elsewhere))).answer.is_ok();
            *self.accepted().get_or_init(ask)
        };
        match does_not_know_credentials(error) && is_known() {
            true => GetError::RegionDisabled(region.to_string()),
            false => get_error(error, context),
        }
    }
}

/// A region of the same partition that no account can switch off.
fn always_on(region: &Region) -> Option<Region> {
    let name = match region.partition() {
        "aws" => "us-east-1",
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => return None,
    };
    name.parse().ok()
}
