//! How many events have the same values: which calls, how many, by whom.
//!
//! Each log is counted on a worker, and the counts add up in the order of the logs. Memory is bounded: groups that
//! come late and find no room are counted together, and the output says so.

mod field;
mod groups;
mod layout;

use std::io::{self, Write};
use std::sync::OnceLock;

pub use field::CountFields;
pub use layout::CountLayout;

use super::sink::{EncodedLog, EventFormat, EventWriter, LogInHand};
use groups::EventGroups;

/// Numbers of events instead of events.
pub struct CountedEvents {
    /// What events are counted by.
    fields: CountFields,
    /// How many groups are listed; by default all.
    top: Option<u64>,
    /// How they are written.
    layout: CountLayout,
    /// What is said of fields that no event has, once all are counted.
    remarks: OnceLock<Vec<String>>,
}

impl CountedEvents {
    /// Events by these fields: the `top` largest groups, by default all.
    pub fn new(fields: CountFields, top: Option<u64>, layout: CountLayout) -> Self {
        CountedEvents {
            fields,
            top,
            layout,
            remarks: OnceLock::new(),
        }
    }
}

impl EventFormat for CountedEvents {
    fn encode(&self, log: &mut LogInHand<'_>) -> EncodedLog {
        let mut groups = EventGroups::of_one_log();
        let mut values = Vec::new();
        log.for_each(&mut |record| {
            self.fields.values(record, &mut values);
            groups.add(&values, 1);
        });
        groups.into_bytes().into()
    }

    fn begin<'w>(
        &'w self,
        out: Box<dyn Write + Send + 'w>,
    ) -> io::Result<Box<dyn EventWriter + 'w>> {
        Ok(Box::new(CountWriter {
            counts: self,
            groups: EventGroups::of_all_logs(),
            out,
        }))
    }

    fn remarks(&self) -> &[String] {
        self.remarks.get().map(Vec::as_slice).unwrap_or_default()
    }
}

struct CountWriter<'w> {
    counts: &'w CountedEvents,
    groups: EventGroups,
    out: Box<dyn Write + Send + 'w>,
}

impl EventWriter for CountWriter<'_> {
    fn log(&mut self, encoded: &[u8]) -> io::Result<()> {
        let fields = self.counts.fields.names().count();
        self.groups.add_log(encoded, fields)
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        let names: Vec<&str> = self.counts.fields.names().collect();
        let has_values = self.groups.has_values(names.len())?;
        let remarks = &self.counts.remarks;
        remarks.get_or_init(|| self.counts.fields.without_values(&has_values));
        let groups = self.groups.largest(self.counts.top, names.len())?;
        self.counts.layout.write(&names, &groups, &mut self.out)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
