//! The events that one selector admits.

use std::collections::BTreeSet;

use super::words::{joined, list, short};
use super::{Advanced, Basic, ReadWrite, SelectorField};

/// The events of one category that one selector admits.
pub(super) struct SelectorPart {
    /// For data events the types of resources, where an empty list means all types. `None` for management
    /// events.
    pub(super) data: Option<Vec<String>>,
    pub(super) reads: bool,
    pub(super) writes: bool,
    /// Event sources that are excluded.
    pub(super) excluded: BTreeSet<String>,
    /// The only event sources that are admitted, if any are listed.
    pub(super) only: BTreeSet<String>,
    /// All other conditions, in words.
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

    /// The events that a basic selector admits.
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
        // A type without values selects no resource.
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

    /// The events that an advanced selector admits; `None` if it is not on management or data events.
    pub(super) fn of_advanced(advanced: &Advanced) -> Option<SelectorPart> {
        let fields = |name: &'static str| advanced.fields.iter().filter(move |f| f.name == name);
        let of = |category| {
            let mut categories = fields("eventCategory").flat_map(|f| &f.equals);
            categories.any(|c| c == category)
        };
        let mut part = if of("Management") {
            SelectorPart::new(None)
        } else if of("Data") {
            let kinds = fields("resources.type").flat_map(|f| f.equals.clone());
            SelectorPart::new(Some(kinds.collect()))
        } else {
            return None;
        };
        for field in &advanced.fields {
            match field.name.as_str() {
                "eventCategory" | "resources.type" => {}
                "readOnly" => part.side(field),
                "eventSource" if conditions(field) == (false, true, false) => {
                    part.excluded.extend(field.not_equals.iter().cloned());
                }
                "eventSource"
                    if conditions(field) == (true, false, false) && part.only.is_empty() =>
                {
                    part.only.extend(field.equals.iter().cloned());
                }
                _ => part.limits.extend(words(field)),
            }
        }
        Some(part)
    }

    /// Restricts it to read calls or to write calls, by the field `readOnly`.
    fn side(&mut self, field: &SelectorField) {
        let says =
            |list: &[String], value: &str| list.iter().any(|v| v.eq_ignore_ascii_case(value));
        let admits = |value: &str| {
            (field.equals.is_empty() || says(&field.equals, value))
                && !says(&field.not_equals, value)
        };
        self.reads &= admits("true");
        self.writes &= admits("false");
    }

    /// All conditions but those on categories, types and reading, in words.
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

/// Which kinds of conditions a field has: equal, not equal, or on the beginning or end of its value.
fn conditions(field: &SelectorField) -> (bool, bool, bool) {
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

/// The conditions on a field, in words.
fn words(field: &SelectorField) -> Vec<String> {
    let conditions = [
        ("is", &field.equals),
        ("is not", &field.not_equals),
        ("begins with", &field.starts_with),
        ("does not begin with", &field.not_starts_with),
        ("ends with", &field.ends_with),
        ("does not end with", &field.not_ends_with),
    ];
    let conditions = conditions
        .into_iter()
        .filter(|(_, values)| !values.is_empty());
    conditions
        .map(|(how, values)| format!("{} {how} {}", short(&field.name), list(values)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::SelectorPart;
    use crate::cloudtrail::selectors::{Advanced, SelectorField};

    #[test]
    fn sources_that_are_named_twice_must_meet_both() {
        let field = |name: &str, equals: &str| SelectorField {
            name: name.into(),
            equals: vec![equals.into()],
            ..SelectorField::default()
        };
        let fields = vec![
            field("eventCategory", "Management"),
            field("eventSource", "kms.amazonaws.com"),
            field("eventSource", "s3.amazonaws.com"),
        ];
        let part = SelectorPart::of_advanced(&Advanced { fields }).expect("a part");
        assert_eq!(
            part.words(),
            "eventSource is kms.amazonaws.com and eventSource is s3.amazonaws.com"
        );
    }
}
