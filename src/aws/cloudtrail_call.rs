//! Calls of CloudTrail in a region: within the bounds of their time, and once more where the answer is none.

use std::error::Error as StdError;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::Session;
use super::answer::RawAnswer;
use super::error::{Meaning, RequestContext, meaning};
use crate::cloudtrail::ids::Region;
use crate::source::GetError;

impl Session {
    /// Asks CloudTrail, and once more on a new connection if the answer is not one that it gives, or accuses
    /// somebody: `ask` then returns `None`.
    ///
    /// # Errors
    /// The error of `ask`, or that the second answer is like the first.
    pub(crate) fn ask_cloudtrail<T>(
        &self,
        region: &Region,
        mut ask: impl FnMut(aws_sdk_cloudtrail::Client, bool) -> Result<Option<T>, GetError>,
    ) -> Result<T, GetError> {
        let incomplete = || GetError::Io("an answer that lacks a required field".into());
        match ask(self.cloudtrail(region), false)? {
            Some(answer) => Ok(answer),
            None => ask(self.cloudtrail_again(region), true)?.ok_or_else(incomplete),
        }
    }

    /// Makes one request to CloudTrail in a region, unless that was given up. Returns the answer as it came. The
    /// SDK only checks it: an answer that was kept is read in the same way (`cloudtrail::answers`).
    pub(super) fn call_cloudtrail<T, E, F>(
        &self,
        region: &Region,
        context: &RequestContext,
        request: impl FnOnce(RawAnswer) -> F,
    ) -> Result<Vec<u8>, GetError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let health = self.health(format!("cloudtrail {region}"));
        let admission = health.admit()?;
        let deadline = self.time_for(self.bounds().request).within(admission.most);
        let raw = RawAnswer::default();
        match self.runtime().run_until(deadline, request(raw.clone())) {
            Ok(Ok(_)) => {
                health.answered();
                Ok(raw.bytes())
            }
            Ok(Err(error)) => {
                let found = self.regional_error(region, &error, context);
                let meaning = match meaning(&error, &found) {
                    // CloudTrail only adds facts, which may be missing; S3 has a state of its own.
                    Meaning::Expired => Meaning::LastWord,
                    other => other,
                };
                health.failed(admission.begun, meaning, &found);
                Err(found)
            }
            Err(ended @ GetError::Cancelled(_)) => Err(ended),
            Err(late) => {
                health.silent(admission.begun, &late);
                Err(late)
            }
        }
    }
}
