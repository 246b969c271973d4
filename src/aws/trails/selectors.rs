//! GetEventSelectors and GetInsightSelectors, in our own terms.

use std::sync::atomic::Ordering;

use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::types::{
    AdvancedEventSelector, AdvancedFieldSelector, EventSelector, ReadWriteType,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::SessionTrails;
use crate::aws::RequestContext;
use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::selectors::{
    Advanced, Basic, DataResource, ReadWrite, SelectorField, Selectors,
};
use crate::source::GetError;

/// The most values of all selectors of a trail, to bound a hostile answer: AWS allows 500.
const MAX_VALUES: usize = 2_000;

impl SessionTrails {
    pub(super) fn get_selectors(&self, trail: &TrailArn) -> Result<Selectors, GetError> {
        let context = RequestContext {
            permission: "cloudtrail:GetEventSelectors",
            resource: trail.to_string(),
            bucket: None,
        };
        let home = &trail.home_region;
        let answer = self.session.ask_cloudtrail(home, |client, _| {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = client.get_event_selectors().trail_name(trail.to_string());
            let request = request.send();
            let answer = self.session.call_cloudtrail(home, &context, request)?;
            Ok(Some(answer).filter(|answer| answer.trail_arn().is_some()))
        })?;
        if values(&answer) > MAX_VALUES {
            return Err(GetError::Io(
                "there are more selectors than a trail can have".into(),
            ));
        }
        let insights = match self.get_insights(trail) {
            Err(e) if e.ends_all() => return Err(e),
            other => other.map_err(|e| e.detail()),
        };
        Ok(Selectors {
            basic: answer.event_selectors().iter().map(basic).collect(),
            advanced: answer
                .advanced_event_selectors()
                .iter()
                .map(advanced)
                .collect(),
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
        let request = async {
            match request.send().await {
                Err(e) if e.code() == Some("InsightNotEnabledException") => Ok(None),
                answer => answer.map(Some),
            }
        };
        let session = &self.session;
        let answer = session.call_cloudtrail(&trail.home_region, &context, request)?;
        let selectors = answer.iter().flat_map(|answer| answer.insight_selectors());
        let kinds = selectors.filter_map(|s| s.insight_type());
        Ok(kinds.take(MAX_VALUES).map(|k| clip(k.as_str())).collect())
    }
}

/// How many values an answer holds; each list counts as at least one.
fn values(answer: &GetEventSelectorsOutput) -> usize {
    let resources = answer.event_selectors().iter().map(|s| {
        let data = s.data_resources().iter().map(|d| 1 + d.values().len());
        1 + data.sum::<usize>() + s.exclude_management_event_sources().len()
    });
    let fields = answer.advanced_event_selectors().iter().map(|s| {
        let fields = s.field_selectors().iter().map(|f| {
            let lists = [f.equals(), f.starts_with(), f.ends_with()];
            let nots = [f.not_equals(), f.not_starts_with(), f.not_ends_with()];
            1 + lists.iter().chain(&nots).map(|l| l.len()).sum::<usize>()
        });
        1 + fields.sum::<usize>()
    });
    resources.sum::<usize>() + fields.sum::<usize>()
}

/// A basic selector; a field that is missing has the default of AWS.
fn basic(selector: &EventSelector) -> Basic {
    Basic {
        read_write: match selector.read_write_type() {
            Some(ReadWriteType::ReadOnly) => ReadWrite::Read,
            Some(ReadWriteType::WriteOnly) => ReadWrite::Write,
            _ => ReadWrite::All,
        },
        management: selector.include_management_events().unwrap_or(true),
        data: selector
            .data_resources()
            .iter()
            .map(|d| DataResource::new(clip(d.r#type().unwrap_or_default()), &clips(d.values())))
            .collect(),
        excluded: clips(selector.exclude_management_event_sources()),
    }
}

fn advanced(selector: &AdvancedEventSelector) -> Advanced {
    Advanced {
        fields: selector.field_selectors().iter().map(field).collect(),
    }
}

fn field(field: &AdvancedFieldSelector) -> SelectorField {
    SelectorField {
        name: clip(field.field()),
        equals: clips(field.equals()),
        not_equals: clips(field.not_equals()),
        starts_with: clips(field.starts_with()),
        not_starts_with: clips(field.not_starts_with()),
        ends_with: clips(field.ends_with()),
        not_ends_with: clips(field.not_ends_with()),
    }
}

fn clips(texts: &[String]) -> Vec<String> {
    texts.iter().map(|t| clip(t)).collect()
}

/// A text, cut to the length of the longest ARN of an object.
fn clip(text: &str) -> String {
    text.chars().take(1_200).collect()
}
