//! The selectors of a call on a trail, of which only what they admit of management events is kept.

use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::fields::{fields, object_of_fields};
use crate::base::json::lenient::{Flag, Lenient, SHORT, Seed, Text, next_element, skip_list};
use crate::cloudtrail::event::ManagementEvents;
use crate::cloudtrail::event::record::member::Member;

fields! {
    /// A basic event selector.
    BasicSelector {
        IncludeManagementEvents => management: Flag,
        ReadWriteType => read_write: Text<SHORT>,
        ExcludeManagementEventSources => excluded: Texts,
    }
}

impl Lenient for BasicSelector {
    object_of_fields!();
}

impl Selector for BasicSelector {
    fn admits(&self) -> ManagementEvents {
        let is_all = self.read_write.get().is_none_or(|kind| kind == "All");
        match (self.management.0, is_all && self.excluded.first.is_none()) {
            (Some(false), _) => ManagementEvents::None,
            (_, true) => ManagementEvents::All,
            (_, false) => ManagementEvents::Some,
        }
    }
}

fields! {
    /// An advanced event selector.
    AdvancedSelector {
        FieldSelectors => fields: Conditions,
    }
}

impl Lenient for AdvancedSelector {
    object_of_fields!();
}

impl Selector for AdvancedSelector {
    fn admits(&self) -> ManagementEvents {
        match (self.fields.is_management, self.fields.has_others) {
            (false, _) => ManagementEvents::None,
            (true, false) => ManagementEvents::All,
            (true, true) => ManagementEvents::Some,
        }
    }
}

fields! {
    /// A condition of an advanced selector.
    Condition {
        Field => name: Text<SHORT>,
        EqualTo => equals: Texts,
    }
}

impl Lenient for Condition {
    object_of_fields!();
}

/// The conditions of an advanced selector.
#[derive(Default)]
pub(in crate::cloudtrail::event::record) struct Conditions {
    /// Whether one says that it is about management events.
    is_management: bool,
    /// Whether there are others.
    has_others: bool,
}

impl Lenient for Conditions {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(condition) = next_element::<Condition, A>(&mut list, odd)? {
            match condition.name.get() {
                Some("eventCategory") => {
                    self.is_management |= condition.equals.first.as_deref() == Some("Management");
                }
                _ => self.has_others = true,
            }
        }
        Ok(())
    }
}

/// A selector, of which only what it admits of management events is kept.
/// [`crate::cloudtrail::selectors`] is about selectors as CloudTrail describes them.
pub(super) trait Selector: Lenient + Default {
    /// The management events that it admits.
    fn admits(&self) -> ManagementEvents;
}

/// The management events that any of several selectors admits; `None` if there is no list of them.
pub(in crate::cloudtrail::event::record) struct SelectedEvents<T> {
    pub(in crate::cloudtrail::event::record) admitted: Option<ManagementEvents>,
    selector: PhantomData<T>,
}

impl<T> Default for SelectedEvents<T> {
    fn default() -> Self {
        SelectedEvents {
            admitted: None,
            selector: PhantomData,
        }
    }
}

impl<T: Selector> Lenient for SelectedEvents<T> {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(selector) = next_element::<T, A>(&mut list, odd)? {
            self.admitted = self.admitted.max(Some(selector.admits()));
        }
        Ok(())
    }
}

/// A list of texts, of which the first is kept.
#[derive(Default)]
pub(in crate::cloudtrail::event::record) struct Texts {
    first: Option<String>,
}

impl Lenient for Texts {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        if let Some(first) = next_element::<Text<SHORT>, A>(&mut list, odd)? {
            self.first = first.cloned();
        }
        skip_list(list)
    }
}
