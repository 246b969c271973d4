//! The identity of a session, from `sts:GetCallerIdentity`, which needs no permission.

use super::error::{RequestContext, get_error};
use super::{Clock, Session};
use crate::cloudtrail::ids::Region;
use crate::source::identity::{Identified, Identity};

/// The longest account or ARN that is passed on, in characters, to bound a hostile answer.
const LONGEST: usize = 300;

impl Session {
    /// Looks up the identity in the start region, or in `there` if that is in another partition.
    pub fn who(&self, there: Option<&Region>) -> Identified {
        let clock = Clock::default();
        let context = RequestContext {
            permission: "sts:GetCallerIdentity",
            resource: "*".into(),
            bucket: None,
        };
        let request = self.sts(there).get_caller_identity().customize();
        let answer = self
            .runtime()
            .run(request.interceptor(clock.clone()).send());
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
}
