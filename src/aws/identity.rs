//! Who a session is, as STS tells everyone who signs.

use super::error::{Ask, trouble};
use super::{Clock, Session};
use crate::cloudtrail::ids::Region;
use crate::source::identity::{Identified, Identity};

/// The longest account or ARN that is passed on, in characters.
const LONGEST: usize = 300;

impl Session {
    /// Asks who we are: where requests start from, or `there` if that is in another partition.
    pub fn who(&self, there: Option<&Region>) -> Identified {
        let clock = Clock::default();
        let ask = Ask {
            permission: "sts:GetCallerIdentity",
            on: "*".into(),
            bucket: None,
        };
        let request = self.sts(there).get_caller_identity().customize();
        let answer = self.engine().run(request.interceptor(clock.clone()).send());
        let answer = answer.and_then(|answer| answer.map_err(|e| trouble(&e, &ask)));
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
