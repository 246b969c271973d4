//! What a trail selects to be logged, and so what it could not have logged (pure).

mod lack;
mod part;
mod words;

use self::lack::events;
use self::part::SelectorPart;
use crate::cloudtrail::ids::TrailArn;
use crate::cloudtrail::trail::TrailConfig;

/// The selectors of a trail as they are today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selectors {
    /// The basic ones.
    pub basic: Vec<Basic>,
    /// The advanced ones; a trail has one kind or the other.
    pub advanced: Vec<Advanced>,
    /// The kinds of Insights that it logs, or why they could not be asked for.
    pub insights: Result<Vec<String>, String>,
}

/// A basic selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basic {
    /// `ReadWriteType`, of both management and data events.
    pub read_write: ReadWrite,
    /// `IncludeManagementEvents`.
    pub management: bool,
    /// `DataResources`.
    pub data: Vec<DataResource>,
    /// `ExcludeManagementEventSources`.
    pub excluded: Vec<String>,
}

impl Default for Basic {
    /// What a trail has that was made without selectors: all management events.
    fn default() -> Self {
        Basic {
            read_write: ReadWrite::All,
            management: true,
            data: Vec::new(),
            excluded: Vec::new(),
        }
    }
}

/// Whether calls that read, that write, or both are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadWrite {
    /// `All`.
    All,
    /// `ReadOnly`.
    Read,
    /// `WriteOnly`.
    Write,
}

/// Data events of one type of resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataResource {
    /// `Type`, such as `AWS::S3::Object`.
    pub kind: String,
    /// Whether all resources of the type are selected.
    pub all: bool,
    /// `Values`: what the ARNs of those selected begin with.
    pub values: Vec<String>,
}

impl DataResource {
    /// A type with its values. One that names a service and nothing of it, such as `arn:aws:s3`,
    /// means every resource there is.
    pub fn new(kind: String, values: &[String]) -> Self {
        let whole = |v: &String| v.trim_end_matches(':').split(':').count() == 3;
        DataResource {
            kind,
            all: values.iter().any(whole),
            values: values.to_vec(),
        }
    }
}

/// An advanced selector: an event is logged that meets all its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advanced {
    /// What is asked of each field.
    pub fields: Vec<SelectorField>,
}

/// What is asked of one field of an event; an empty list asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectorField {
    /// Its name.
    pub name: String,
    /// It is one of these.
    pub equals: Vec<String>,
    /// It is none of these.
    pub not_equals: Vec<String>,
    /// It begins with one of these.
    pub starts_with: Vec<String>,
    /// It begins with none of these.
    pub not_starts_with: Vec<String>,
    /// It ends with one of these.
    pub ends_with: Vec<String>,
    /// It ends with none of these.
    pub not_ends_with: Vec<String>,
}

/// What a trail cannot have logged, if its selectors were always what they are today: each sentence
/// says what is not proven, and the last that they may have been others.
pub fn sentences(config: &TrailConfig, selectors: &Selectors) -> Vec<String> {
    let arn = &config.arn;
    let mut lacking = Vec::new();
    if !config.multi_region {
        lacking.push(format!(
            "events of regions other than {}: it is no multi-region trail",
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
        Err(why) => format!("; whether it logs Insights events could not be asked: {why}"),
    };
    let mut said: Vec<String> = lacking
        .into_iter()
        .map(|what| format!("what {arn} does not log: {what}"))
        .collect();
    said.push(format!(
        "that {arn} always logged what it logs now: its selectors are told as they are today, not as \
         they were in the window{insights}"
    ));
    said
}

/// What is said of a trail whose selectors could not be asked for.
pub fn unasked(arn: &TrailArn, why: &str) -> String {
    format!("what {arn} does not log: its event selectors could not be asked: {why}")
}

/// Both kinds of selectors as what they let through.
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
