//! Values with their names.

use crate::base::text::capital;
use crate::report::validation::label::{Label, LabelledValues};

/// A value with its name, both for people.
pub(crate) struct Fact {
    pub name: String,
    pub value: String,
}

impl Fact {
    pub(crate) fn of(name: impl Into<String>, value: impl Into<String>) -> Self {
        Fact {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// Values with their labels.
pub(crate) fn facts(values: LabelledValues) -> Vec<Fact> {
    let fact = |(label, value): (Label, String)| {
        let value = match label {
            Label::KnownBy | Label::ShownAs | Label::Mfa => capital(&value),
            _ => value,
        };
        Fact::of(capital(label.as_str()), value)
    };
    values.into_iter().map(fact).collect()
}
