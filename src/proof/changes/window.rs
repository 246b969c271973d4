//! Which calls count in the window of a validation (pure).

use jiff::Timestamp;

use crate::base::time::{HOUR, shift};
use crate::cloudtrail::event::{Evidence, Via};

/// The time whose calls count.
///
/// Two validations whose windows adjoin count each call, though CloudTrail delivers a log minutes after its events: what
/// the digest lists that begins with a window, or after it began, counts in that window, however early the call was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeWindow {
    /// Its beginning; `None` if it has none.
    pub from: Option<Timestamp>,
    /// Its end, exclusive; `None` if it has none.
    pub to: Option<Timestamp>,
    /// Whether it begins where an earlier run ended: then each digest that ends in it is new.
    pub continues: bool,
}

impl ChangeWindow {
    /// Whether a call counts: it was in the window, or before it and only a digest of the window lists it.
    pub fn counts(&self, evidence: &Evidence) -> bool {
        let at = evidence.event.time;
        let is_after = self.to.is_some_and(|to| at >= to);
        let is_before = self.from.is_some_and(|from| at < from);
        !is_after && (!is_before || self.is_late(evidence))
    }

    /// Whether CloudTrail delivered the log of an earlier call only after the window began: all that its digest, which
    /// is about one hour, lists is new.
    fn is_late(&self, evidence: &Evidence) -> bool {
        let (Some(from), Via::VerifiedLog { end, .. }) = (self.from, &evidence.via) else {
            return false;
        };
        match self.continues {
            true => *end > from,
            false => shift(*end, -HOUR) >= from,
        }
    }
}
