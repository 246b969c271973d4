//! The answers of GetEventSelectors and GetInsightSelectors.

use serde::Deserialize;

use super::{MalformedAnswer, read};
use crate::cloudtrail::selectors::{Advanced, Basic, DataResource, ReadWrite, SelectorField};

/// The most values of all selectors of a trail, to bound a hostile answer: AWS allows 500.
const MAX_VALUES: usize = 2_000;
/// The longest text that is kept, in characters: the longest ARN of an object.
const TEXT: usize = 1_200;

/// The event selectors of a trail. A trail has basic or advanced ones, not both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSelectors {
    /// `EventSelectors`.
    pub basic: Vec<Basic>,
    /// `AdvancedEventSelectors`.
    pub advanced: Vec<Advanced>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventSelectorsAnswer {
    #[serde(rename = "TrailARN")]
    trail: Option<String>,
    event_selectors: Option<Vec<BasicMembers>>,
    advanced_event_selectors: Option<Vec<AdvancedMembers>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BasicMembers {
    read_write_type: Option<String>,
    include_management_events: Option<bool>,
    data_resources: Option<Vec<ResourceMembers>>,
    exclude_management_event_sources: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceMembers {
    r#type: Option<String>,
    values: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdvancedMembers {
    field_selectors: Option<Vec<FieldMembers>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FieldMembers {
    field: Option<String>,
    equals: Option<Vec<String>>,
    not_equals: Option<Vec<String>>,
    starts_with: Option<Vec<String>>,
    not_starts_with: Option<Vec<String>>,
    ends_with: Option<Vec<String>>,
    not_ends_with: Option<Vec<String>>,
}

/// Reads the answer of GetEventSelectors. `None` if it does not say of which trail it is.
///
/// # Errors
/// If it cannot be read, or has more selectors than a trail can have.
pub fn event_selectors(answer: &[u8]) -> Result<Option<EventSelectors>, MalformedAnswer> {
    let answer: EventSelectorsAnswer = read(answer)?;
    if answer.trail.is_none() {
        return Ok(None);
    }
    let selectors = EventSelectors {
        basic: list(answer.event_selectors, basic),
        advanced: list(answer.advanced_event_selectors, |selector| Advanced {
            fields: list(selector.field_selectors, field),
        }),
    };
    match values(&selectors) > MAX_VALUES {
        true => Err(MalformedAnswer(
            "there are more selectors than a trail can have".into(),
        )),
        false => Ok(Some(selectors)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InsightSelectorsAnswer {
    insight_selectors: Option<Vec<InsightMembers>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InsightMembers {
    insight_type: Option<String>,
}

/// Reads the answer of GetInsightSelectors: the types of Insights events that a trail logs. A trail without any is
/// answered with the error InsightNotEnabledException, which lists none either.
///
/// # Errors
/// If it cannot be read.
pub fn insight_types(answer: &[u8]) -> Result<Vec<String>, MalformedAnswer> {
    let answer: InsightSelectorsAnswer = read(answer)?;
    let selectors = answer.insight_selectors.unwrap_or_default();
    let kinds = selectors.into_iter().filter_map(|s| s.insight_type);
    Ok(kinds.take(MAX_VALUES).map(clip).collect())
}

/// How many values the selectors have; each list counts as at least one.
fn values(selectors: &EventSelectors) -> usize {
    let basic = selectors.basic.iter().map(|selector| {
        let data = selector.data.iter().map(|data| 1 + data.values.len());
        1 + data.sum::<usize>() + selector.excluded.len()
    });
    let advanced = selectors.advanced.iter().map(|selector| {
        let fields = selector.fields.iter().map(|field| {
            let lists = [&field.equals, &field.starts_with, &field.ends_with];
            let nots = [
                &field.not_equals,
                &field.not_starts_with,
                &field.not_ends_with,
            ];
            1 + lists.iter().chain(&nots).map(|l| l.len()).sum::<usize>()
        });
        1 + fields.sum::<usize>()
    });
    basic.sum::<usize>() + advanced.sum::<usize>()
}

/// A basic selector; a field that is missing has the default of AWS.
fn basic(selector: BasicMembers) -> Basic {
    Basic {
        read_write: match selector.read_write_type.as_deref() {
            Some("ReadOnly") => ReadWrite::Read,
            Some("WriteOnly") => ReadWrite::Write,
            _ => ReadWrite::All,
        },
        management: selector.include_management_events.unwrap_or(true),
        data: list(selector.data_resources, |data| {
            let kind = clip(data.r#type.unwrap_or_default());
            DataResource::new(kind, &clips(data.values))
        }),
        excluded: clips(selector.exclude_management_event_sources),
    }
}

fn field(field: FieldMembers) -> SelectorField {
    SelectorField {
        name: clip(field.field.unwrap_or_default()),
        equals: clips(field.equals),
        not_equals: clips(field.not_equals),
        starts_with: clips(field.starts_with),
        not_starts_with: clips(field.not_starts_with),
        ends_with: clips(field.ends_with),
        not_ends_with: clips(field.not_ends_with),
    }
}

/// Converts a list; an absent one is empty.
fn list<T, U>(items: Option<Vec<T>>, convert: impl Fn(T) -> U) -> Vec<U> {
    let items = items.unwrap_or_default();
    items.into_iter().map(convert).collect()
}

fn clips(texts: Option<Vec<String>>) -> Vec<String> {
    list(texts, clip)
}

fn clip(text: String) -> String {
    match text.len() <= TEXT {
        true => text,
        false => text.chars().take(TEXT).collect(),
    }
}
