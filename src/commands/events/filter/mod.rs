//! Which events are wanted: by name, caller, address, time and more. Values of one condition are alternatives, and
//! a record must meet every condition.
//!
//! ```text
//! text of a log ─ needles ─> its records ─ needles ─> RecordFields ─ clauses ─> kept
//! ```
//!
//! Most logs and records are passed over by a search of their bytes, before anything is parsed.

mod clause;
mod glob;
mod needles;

use ipnet::IpNet;
use jiff::Timestamp;
use memchr::memmem::Finder;

pub use glob::TextGlob;

use super::sink::RecordFilter;
use crate::cloudtrail::records::fields::RecordFields;
use clause::QueryClause;
use needles::NeedleSet;

/// The conditions as they are given. Without values a condition does not apply.
#[derive(Debug, Clone, Default)]
pub struct QueryConditions {
    /// Patterns for `eventName`.
    pub events: Vec<TextGlob>,
    /// Patterns for `eventSource`; a name without a dot and a wildcard is that of a service of AWS.
    pub sources: Vec<TextGlob>,
    /// Patterns for any name of the caller.
    pub actors: Vec<TextGlob>,
    /// Ranges of `sourceIPAddress`.
    pub addresses: Vec<IpNet>,
    /// Patterns for what says that a call failed: `errorCode`, `errorMessage`, or `Failure` of a sign-in.
    pub errors: Vec<TextGlob>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// Patterns for ARNs of `resources` and for texts of `requestParameters`.
    pub resources: Vec<TextGlob>,
    /// Patterns for `recipientAccountId`, or the caller's account if the record has none.
    pub accounts: Vec<TextGlob>,
    /// Patterns for `awsRegion`.
    pub regions: Vec<TextGlob>,
    /// The earliest `eventTime`.
    pub since: Option<Timestamp>,
    /// The end of the times, itself excluded.
    pub until: Option<Timestamp>,
    /// Texts of the record as it was written.
    pub texts: Vec<String>,
}

/// Decides by the content of a record whether it is wanted.
pub struct RecordQuery {
    clauses: Vec<QueryClause>,
    needles: Vec<NeedleSet>,
}

impl RecordQuery {
    /// A query with these conditions; `None` if there are none.
    pub fn new(conditions: QueryConditions) -> Option<Self> {
        let given = conditions;
        let finder = |text: &String| Finder::new(text).into_owned();
        let any = |globs: Vec<TextGlob>, clause: fn(Vec<TextGlob>) -> QueryClause| {
            (!globs.is_empty()).then(|| clause(globs))
        };
        let texts: Vec<_> = given.texts.iter().map(finder).collect();
        // Those that a search of bytes decides come first.
        let clauses = [
            any(given.events, QueryClause::Event),
            any(clause::services(given.sources), QueryClause::Source),
            any(given.regions, QueryClause::Region),
            any(given.errors, QueryClause::Error),
            any(given.accounts, QueryClause::Account),
            given.read_only.map(QueryClause::ReadOnly),
            (!given.addresses.is_empty()).then_some(QueryClause::Ip(given.addresses)),
            given.since.map(QueryClause::Since),
            given.until.map(QueryClause::Until),
            any(given.actors, QueryClause::Actor),
            any(given.resources, QueryClause::Resource),
            (!texts.is_empty()).then_some(QueryClause::Grep(texts)),
        ];
        let clauses: Vec<QueryClause> = clauses.into_iter().flatten().collect();
        let needles = clauses.iter().filter_map(QueryClause::needles).collect();
        (!clauses.is_empty()).then_some(RecordQuery { clauses, needles })
    }

    /// Whether a text may hold a wanted record, as far as a search of its bytes says.
    pub fn may_match(&self, text: &[u8]) -> bool {
        self.needles.iter().all(|needles| needles.may_hold(text))
            && self.clauses.iter().all(|clause| clause.may_meet(text))
    }

    /// Whether a record is wanted.
    pub fn matches(&self, fields: &RecordFields<'_>) -> bool {
        self.clauses.iter().all(|clause| clause.is_met(fields))
    }
}

impl RecordFilter for RecordQuery {
    fn may_hold(&self, text: &[u8]) -> bool {
        self.may_match(text)
    }

    fn keeps<'f>(&'f self, record: &[u8], _marks: &mut Vec<&'f str>) -> bool {
        self.may_match(record)
            && RecordFields::parse(record).is_some_and(|fields| self.matches(&fields))
    }
}

#[cfg(test)]
mod tests;
