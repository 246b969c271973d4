//! GetEventSelectors and GetInsightSelectors.

use std::sync::atomic::Ordering;

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::SessionTrails;
use crate::aws::RequestContext;
use crate::aws::answer::malformed;
use crate::cloudtrail::answers::{self, EventSelectors};
use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::selectors::Selectors;
use crate::source::GetError;
use crate::source::bundle::question::ApiQuestion;

impl SessionTrails {
    pub(super) fn get_selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:GetEventSelectors",
            resource: trail.to_string(),
            bucket: None,
        };
        let home = &trail.home_region;
        let (selectors, raw) = self.session.ask_cloudtrail(home, |client, _| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client.get_event_selectors().trail_name(trail.to_string());
            let request = request.customize();
            let raw = self
                .session
                .call_cloudtrail(home, &context, |raw| request.interceptor(raw).send())?;
            let selectors = answers::event_selectors(&raw).map_err(malformed)?;
            Ok(selectors.zip(Some(raw)))
        })?;
        self.keep(|| ApiQuestion::event_selectors(trail), Ok(vec![raw]));
        let EventSelectors { basic, advanced } = selectors;
        let insights = match self.get_insights(trail) {
            Err(e) if e.ends_all() => return Err(e),
            Err(e) => {
                self.keep(|| ApiQuestion::insight_selectors(trail), Err(e.clone()));
                Err(e.detail())
            }
            Ok(kinds) => Ok(kinds),
        };
        Ok(Selectors {
            basic,
            advanced,
            insights,
        })
    }

    /// The types of Insights events that a trail logs.
    fn get_insights(&self, trail: &TrailArn) -> Result<Vec<String>, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:GetInsightSelectors",
            resource: trail.to_string(),
            bucket: None,
        };
        self.requests.fetch_add(1, Ordering::Relaxed);
        let client = self.session.cloudtrail(&trail.home_region);
        let request = client.get_insight_selectors().trail_name(trail.to_string());
        let request = request.customize();
        let home = &trail.home_region;
        let raw = self
            .session
            .call_cloudtrail(home, &context, |raw| async move {
                match request.interceptor(raw).send().await {
                    Err(e) if e.code() == Some("InsightNotEnabledException") => Ok(()),
                    answer => answer.map(|_| ()),
                }
            })?;
        let kinds = answers::insight_types(&raw).map_err(malformed)?;
        self.keep(|| ApiQuestion::insight_selectors(trail), Ok(vec![raw]));
        Ok(kinds)
    }
}
