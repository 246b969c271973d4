//! What one selector lets through (pure).

use std::collections::BTreeSet;

use super::words::{joined, list, short};
use super::{Advanced, Basic, ReadWrite, SelectorField};

/// What one selector lets through of one category of events.
pub(super) struct SelectorPart {
    /// The types of resources whose data events these are; management events where absent. An empty
    /// list is every type.
    pub(super) data: Option<Vec<String>>,
    pub(super) reads: bool,
    pub(super) writes: bool,
    /// Services whose events are kept out.
    pub(super) excluded: BTreeSet<String>,
    /// The only services whose events are let through, where they are named.
    pub(super) only: BTreeSet<String>,
    /// What else an event must meet, in words.
    pub(super) limits: Vec<String>,
}

impl SelectorPart {
    fn new(data: Option<Vec<String>>) -> Self {
        SelectorPart {
            data,
            reads: true,
            writes: true,
            excluded: BTreeSet::new(),
            only: BTreeSet::new(),
            limits: Vec::new(),
        }
    }

    /// What a basic selector lets through.
    pub(super) fn of_basic(basic: &Basic) -> Vec<SelectorPart> {
        let part = |data| SelectorPart {
            reads: basic.read_write != ReadWrite::Write,
            writes: basic.read_write != ReadWrite::Read,
            ..SelectorPart::new(data)
        };
        let mut parts = Vec::new();
        if basic.management {
            parts.push(SelectorPart {
                excluded: basic.excluded.iter().cloned().collect(),
                ..part(None)
            });
        }
        // Without values nothing of a type is logged.
        for resource in basic.data.iter().filter(|r| !r.values.is_empty()) {
            let mut data = part(Some(vec![resource.kind.clone()]));
            if !resource.all {
                let values = list(&resource.values);
                data.limits
                    .push(format!("resources.ARN begins with {values}"));
            }
            parts.push(data);
        }
        parts
    }

    /// What an advanced selector lets through of management or data events.
    pub(super) fn of_advanced(advanced: &Advanced) -> Option<SelectorPart> {
        let named = |name: &'static str| advanced.fields.iter().filter(move |f| f.name == name);
        let of = |category| {
            let mut categories = named("eventCategory").flat_map(|f| &f.equals);
            categories.any(|c| c == category)
        };
        let mut part = if of("Management") {
            SelectorPart::new(None)
        } else if of("Data") {
            let kinds = named("resources.type").flat_map(|f| f.equals.clone());
            SelectorPart::new(Some(kinds.collect()))
        } else {
            return None;
        };
        for field in &advanced.fields {
            match field.name.as_str() {
                "eventCategory" | "resources.type" => {}
                "readOnly" => part.side(field),
                "eventSource" if asks(field) == (false, true, false) => {
                    part.excluded.extend(field.not_equals.iter().cloned());
                }
                "eventSource" if asks(field) == (true, false, false) && part.only.is_empty() => {
                    part.only.extend(field.equals.iter().cloned());
                }
                _ => part.limits.extend(words(field)),
            }
        }
        Some(part)
    }

    /// Narrows it to calls that read or that write.
    fn side(&mut self, field: &SelectorField) {
        let says =
            |list: &[String], value: &str| list.iter().any(|v| v.eq_ignore_ascii_case(value));
        let lets = |value: &str| {
            (field.equals.is_empty() || says(&field.equals, value))
                && !says(&field.not_equals, value)
        };
        self.reads &= lets("true");
        self.writes &= lets("false");
    }

    /// What an event must meet, in words.
    pub(super) fn words(&self) -> String {
        let sources = |what, names: &BTreeSet<String>| {
            let names: Vec<String> = names.iter().cloned().collect();
            (!names.is_empty()).then(|| format!("eventSource {what} {}", list(&names)))
        };
        let sources = [sources("is", &self.only), sources("is not", &self.excluded)];
        let all = sources.into_iter().flatten();
        joined(all.chain(self.limits.iter().cloned()), " and ")
    }
}

/// Whether a field must be something, must not be something, or is compared in part.
fn asks(field: &SelectorField) -> (bool, bool, bool) {
    let partly = [
        &field.starts_with,
        &field.not_starts_with,
        &field.ends_with,
        &field.not_ends_with,
    ];
    (
        !field.equals.is_empty(),
        !field.not_equals.is_empty(),
        partly.iter().any(|l| !l.is_empty()),
    )
}

/// What is asked of a field, in words.
fn words(field: &SelectorField) -> Vec<String> {
    let asked = [
        ("is", &field.equals),
        ("is not", &field.not_equals),
        ("begins with", &field.starts_with),
        ("does not begin with", &field.not_starts_with),
        ("ends with", &field.ends_with),
        ("does not end with", &field.not_ends_with),
    ];
    let asked = asked.into_iter().filter(|(_, values)| !values.is_empty());
    asked
        .map(|(how, values)| format!("{} {how} {}", short(&field.name), list(values)))
        .collect()
}
