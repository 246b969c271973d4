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
    fn admits(&self) -> Admitted {
        let part = match (self.management.0, self.excluded.kept.is_empty()) {
            (Some(false), _) => ManagementEvents::None,
            (_, true) => ManagementEvents::All,
            (_, false) => ManagementEvents::Some,
        };
        match self.read_write.get() {
            None | Some("All") => Admitted::new(part, true, true),
            Some("ReadOnly") => Admitted::new(part, true, false),
            Some("WriteOnly") => Admitted::new(part, false, true),
            Some(_) => Admitted::new(part.min(ManagementEvents::Some), true, true),
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
    fn admits(&self) -> Admitted {
        let fields = &self.fields;
        let part = match (fields.is_management, fields.has_others) {
            (false, _) => ManagementEvents::None,
            (true, false) => ManagementEvents::All,
            (true, true) => ManagementEvents::Some,
        };
        Admitted::new(part, !fields.no_reads, !fields.no_writes)
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
    /// Whether one admits no calls that read.
    no_reads: bool,
    /// Whether one admits no calls that write.
    no_writes: bool,
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
                    self.is_management |= condition.equals.contains("Management");
                }
                Some("readOnly") if !condition.equals.kept.is_empty() => {
                    self.no_reads |= !condition.equals.contains("true");
                    self.no_writes |= !condition.equals.contains("false");
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
    fn admits(&self) -> Admitted;
}

/// Which of the management events that read and of those that write are admitted.
#[derive(Clone, Copy)]
pub(super) struct Admitted {
    reads: ManagementEvents,
    writes: ManagementEvents,
}

impl Admitted {
    /// The same part of those that read and of those that write, as far as they are admitted at all.
    fn new(part: ManagementEvents, reads: bool, writes: bool) -> Self {
        let of = |admitted| match admitted {
            true => part,
            false => ManagementEvents::None,
        };
        Admitted {
            reads: of(reads),
            writes: of(writes),
        }
    }

    /// What is admitted by one or the other.
    fn or(self, other: Admitted) -> Self {
        Admitted {
            reads: self.reads.max(other.reads),
            writes: self.writes.max(other.writes),
        }
    }
}

/// The management events that any of several selectors admits; `None` if there is no list of them.
pub(in crate::cloudtrail::event::record) struct SelectedEvents<T> {
    admitted: Option<Admitted>,
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

impl<T> SelectedEvents<T> {
    /// What is admitted of all management events.
    pub(in crate::cloudtrail::event::record) fn admitted(&self) -> Option<ManagementEvents> {
        self.admitted.map(|of| match of.reads == of.writes {
            true => of.reads,
            false => ManagementEvents::Some,
        })
    }
}

impl<T: Selector> Lenient for SelectedEvents<T> {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        while let Some(selector) = next_element::<T, A>(&mut list, odd)? {
            let admits = selector.admits();
            self.admitted = Some(self.admitted.map_or(admits, |others| others.or(admits)));
        }
        Ok(())
    }
}

/// Most texts of a list that are kept. `readOnly` has two values.
const TEXTS: usize = 2;

/// A list of texts, of which the first are kept.
#[derive(Default)]
pub(in crate::cloudtrail::event::record) struct Texts {
    kept: Vec<String>,
}

impl Texts {
    fn contains(&self, text: &str) -> bool {
        self.kept.iter().any(|kept| kept == text)
    }
}

impl Lenient for Texts {
    fn list<'de, A: SeqAccess<'de>>(
        &mut self,
        mut list: A,
        odd: &mut bool,
    ) -> Result<(), A::Error> {
        for _ in 0..TEXTS {
            let Some(text) = next_element::<Text<SHORT>, A>(&mut list, odd)? else {
                return Ok(());
            };
            self.kept.extend(text.cloned());
        }
        skip_list(list)
    }
}
