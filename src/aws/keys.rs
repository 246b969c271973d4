//! ListPublicKeys: every page of an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_cloudtrail::primitives::DateTime;

use super::answer::malformed;
use super::pages::{MAX_PAGES, PagesEnd, fetch_pages};
use super::{RequestContext, Session};
use crate::base::time::Window;
use crate::cloudtrail::answers::{CompleteAnswer, ListedKey, public_keys};
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyOrigin;
use crate::source::GetError;
use crate::source::answer_log::{AnswerLog, AnswerPages};
use crate::source::bundle::question::ApiQuestion;
use crate::source::keys::{PublicKeyApi, TimeRange};

/// The public keys that a session may see.
pub struct SessionKeys {
    session: Session,
    requests: AtomicU64,
    log: Option<Arc<AnswerLog>>,
}

impl SessionKeys {
    /// Fetches nothing yet.
    pub fn new(session: Session) -> Self {
        SessionKeys {
            session,
            requests: AtomicU64::new(0),
            log: None,
        }
    }

    /// Keeps every answer as it came.
    #[must_use]
    pub fn with_log(mut self, log: Arc<AnswerLog>) -> Self {
        self.log = Some(log);
        self
    }
}

impl PublicKeyApi for SessionKeys {
    fn list(
        &self,
        region: &Region,
        (from, to): TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        let client = match again {
            true => self.session.cloudtrail_again(region),
            false => self.session.cloudtrail(region),
        };
        let context = RequestContext {
            permission: "cloudtrail:ListPublicKeys",
            resource: format!("* in {region}"),
            bucket: None,
        };
        let (mut items, mut pages) = (Vec::new(), AnswerPages::default());
        let end = fetch_pages(MAX_PAGES, |token| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client
                .list_public_keys()
                .start_time(DateTime::from_secs(from.as_second()))
                .end_time(DateTime::from_secs(to.as_second()))
                .set_next_token(token)
                .customize();
            let raw = self
                .session
                .call_cloudtrail(region, &context, |raw| request.interceptor(raw).send())?;
            let page = public_keys(&raw).map_err(malformed)?;
            if self.log.is_some() {
                pages.add(raw);
            }
            items.extend(page.items.unwrap_or_default());
            Ok(page.next)
        })?;
        let is_complete = match end {
            PagesEnd::Complete => true,
            PagesEnd::RepeatedToken => false,
            PagesEnd::TooMany => return Err(GetError::too_many_pages()),
        };
        if let Some(log) = &self.log {
            let question = ApiQuestion::keys(region, Window { from, to }, again);
            log.keep(question, pages.into());
        }
        Ok(CompleteAnswer { items, is_complete })
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Aws
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}
