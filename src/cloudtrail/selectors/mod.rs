//! The event selectors of a trail, and so the events that it cannot have logged.
//!
//! A log proves what was logged. What a trail was never configured to log leaves no trace, so reports list it
//! among what is not proven. API reference: EventSelector and AdvancedEventSelector; user guide: "Logging
//! management events" and "Logging data events".
//!
//! ```text
//! part   one selector -> the events it admits
//! lack   all parts of a trail -> the events that none of them admits
//! words  names in sentences
//! ```

mod admits;
mod lack;
mod part;
mod words;

pub use self::admits::SelectedEvent;
use serde::{Deserialize, Serialize};

use self::lack::events;
use self::part::SelectorPart;
use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::trail::TrailConfig;

/// The selectors of a trail as they are today. A trail has basic or advanced ones, not both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selectors {
    /// Basic event selectors.
    pub basic: Vec<Basic>,
    /// Advanced event selectors.
    pub advanced: Vec<Advanced>,
    /// The kinds of Insights events that it logs, or why they could not be looked up.
    pub insights: Result<Vec<String>, String>,
}

/// A basic event selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basic {
    /// `ReadWriteType`, for management and data events.
    pub read_write: ReadWrite,
    /// `IncludeManagementEvents`.
    pub management: bool,
    /// `DataResources`.
    pub data: Vec<DataResource>,
    /// `ExcludeManagementEventSources`.
    pub excluded: Vec<String>,
}

impl Default for Basic {
    /// The selector of a trail that was created without any: all management events.
    fn default() -> Self {
        Basic {
            read_write: ReadWrite::All,
            management: true,
            data: Vec::new(),
            excluded: Vec::new(),
        }
    }
}

/// Whether read calls, write calls or both are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadWrite {
    /// `All`.
    All,
    /// `ReadOnly`.
    Read,
    /// `WriteOnly`.
    Write,
}

/// A selection of data events of one type of resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataResource {
    /// `Type`, such as `AWS::S3::Object`.
    pub kind: String,
    /// Whether all resources of the type are selected.
    pub all: bool,
    /// `Values`: prefixes of the ARNs of the selected resources.
    pub values: Vec<String>,
}

impl DataResource {
    /// From `Type` and `Values`. A value with a service and no resource, such as `arn:aws:s3`, selects all
    /// resources of the type.
    pub fn new(kind: String, values: &[String]) -> Self {
        let is_all = |v: &String| v.trim_end_matches(':').split(':').count() == 3;
        DataResource {
            kind,
            all: values.iter().any(is_all),
            values: values.to_vec(),
        }
    }
}

/// An advanced event selector: it admits events that meet the conditions of all its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advanced {
    /// The conditions.
    pub fields: Vec<SelectorField>,
}

/// The conditions on one field of an event. An empty list is no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectorField {
    /// The name of the field, such as `eventSource`.
    pub name: String,
    /// `Equals`: its value is one of these.
    pub equals: Vec<String>,
    /// `NotEquals`: its value is none of these.
    pub not_equals: Vec<String>,
    /// `StartsWith`: its value begins with one of these.
    pub starts_with: Vec<String>,
    /// `NotStartsWith`: its value begins with none of these.
    pub not_starts_with: Vec<String>,
    /// `EndsWith`: its value ends with one of these.
    pub ends_with: Vec<String>,
    /// `NotEndsWith`: its value ends with none of these.
    pub not_ends_with: Vec<String>,
}

/// Sentences on what a trail cannot have logged, if its selectors were always those of today. The last one
/// says that they may have been different.
pub fn sentences(config: &TrailConfig, selectors: &Selectors) -> Vec<String> {
    let arn = &config.arn;
    let mut lacking = Vec::new();
    if !config.multi_region {
        lacking.push(format!(
            "events of regions other than {}: it is not a multi-region trail",
            arn.home_region
        ));
    }
    if !config.global_events {
        lacking.push("events of global services, such as IAM, STS and CloudFront".to_owned());
    }
    lacking.extend(events(&parts(selectors)));
    let insights = match &selectors.insights {
        Ok(kinds) if kinds.is_empty() => "; it logs no Insights events".to_owned(),
        Ok(_) => String::new(),
        Err(why) => format!("; it could not be looked up whether it logs Insights events: {why}"),
    };
    let mut sentences: Vec<String> = lacking
        .into_iter()
        .map(|what| format!("what {arn} does not log: {what}"))
        .collect();
    sentences.push(format!(
        "that {arn} always logged what it logs now: its selectors are those of today, not those of the \
         window{insights}"
    ));
    sentences
}

/// The sentence on a trail whose selectors could not be looked up.
pub fn unasked(arn: &TrailArn, why: &str) -> String {
    format!("what {arn} does not log: its event selectors could not be looked up: {why}")
}

/// The events that each selector admits.
fn parts(selectors: &Selectors) -> Vec<SelectorPart> {
    let by_default = [Basic::default()];
    let basic = match (&selectors.basic[..], &selectors.advanced[..]) {
        ([], []) => &by_default,
        (basic, _) => basic,
    };
    let advanced = selectors
        .advanced
        .iter()
        .filter_map(SelectorPart::of_advanced);
    basic
        .iter()
        .flat_map(SelectorPart::of_basic)
        .chain(advanced)
        .collect()
}
