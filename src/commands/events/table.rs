//! Events as a table for people: when, what, who, from where.

use std::borrow::Cow;
use std::io::{self, Write};

use super::cell::fitted;
use super::lines::LineWriter;
use super::sink::{EncodedLog, EventFormat, EventWriter, KeptRecord, LogInHand};
use crate::base::text::escape;
use crate::cloudtrail::records::fields::RecordFields;

/// The columns that a time takes on a terminal.
const TIME: usize = 20;
/// Those of an IPv4 address.
const ADDRESS: usize = 15;
/// Those of the longest word for what is known about a log.
const STATE: usize = 15;
/// Those of the longest name of a region.
const REGION: usize = 14;
/// Most columns for the ids of rules.
const RULES: usize = 30;
/// Room for the name and the caller from which on there is a column for the region, too.
const AMPLE: usize = 76;
/// Room for the name and the caller where there is no terminal.
const WIDE: usize = 90;

/// Events as a table.
pub struct EventTable {
    /// Columns of the terminal; `None` without one: then no cell is cut.
    width: Option<usize>,
    /// Whether what is known about its log is shown for each event.
    has_state: bool,
    has_region: bool,
    /// The columns that the ids of matching rules take; `None` without a watchlist.
    rules: Option<usize>,
    /// The columns that the name takes, with an error, and those of the caller.
    event: usize,
    actor: usize,
}

impl EventTable {
    /// A table that fits a terminal. With `has_state` it says what is known about the log of each event, and with
    /// `has_rules` which rules of a watchlist match it.
    pub fn new(width: Option<usize>, has_state: bool, has_rules: bool) -> Self {
        let state = if has_state { STATE + 2 } else { 0 };
        let fixed = TIME + 2 + 2 + 2 + ADDRESS + state;
        let room = width.map_or(WIDE, |width| width.saturating_sub(fixed));
        let rules = has_rules.then(|| (room / 3).clamp(8, RULES));
        let room = room.saturating_sub(rules.map_or(0, |rules| rules + 2));
        let has_region = room >= AMPLE;
        let room = if has_region { room - REGION - 2 } else { room };
        let event = (room / 2).clamp(8, 34);
        EventTable {
            width,
            has_state,
            has_region,
            rules,
            event,
            actor: room.saturating_sub(event).max(8),
        }
    }

    /// A line with these cells.
    fn line(&self, cells: [&str; 7]) -> String {
        let [time, state, event, actor, address, region, rules] = cells;
        let mut columns = vec![(time, TIME)];
        if self.has_state {
            columns.push((state, STATE));
        }
        columns.extend([(event, self.event), (actor, self.actor), (address, ADDRESS)]);
        if self.has_region {
            columns.push((region, REGION));
        }
        if let Some(width) = self.rules {
            columns.push((rules, width));
        }
        let cell = |(text, width): (&str, usize)| match self.width {
            Some(_) => fitted(text, width),
            None => format!("{:width$}", escape(text)),
        };
        let cells: Vec<String> = columns.into_iter().map(cell).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    }

    fn record(&self, record: &KeptRecord<'_>) -> String {
        let fields = RecordFields::parse(record.bytes).unwrap_or_default();
        let text = |of: &Option<Cow<'_, str>>| of.as_deref().unwrap_or("-").to_owned();
        let name = text(&fields.event_name);
        let event = match fields.errors().next() {
            Some(error) => format!("{name} ({error})"),
            None => name,
        };
        self.line([
            &text(&fields.event_time),
            record.origin.state(),
            &event,
            caller(&fields),
            &text(&fields.source_ip),
            &text(&fields.aws_region),
            &record.marks.join(" "),
        ])
    }
}

/// A short name of who made a call: the end of the ARN, such as `user/jo`, and `ROLE/SESSION` of an assumed role; else
/// the service, else a name.
fn caller<'f>(fields: &'f RecordFields<'_>) -> &'f str {
    let who = &fields.identity;
    let arn = who.arn.as_deref().and_then(|arn| arn.splitn(6, ':').nth(5));
    let others = [
        &who.invoked_by,
        &who.user_name,
        &who.principal_id,
        &who.kind,
    ];
    let other = || others.into_iter().find_map(|name| name.as_deref());
    let name = arn.or_else(other).unwrap_or("-");
    name.strip_prefix("assumed-role/").unwrap_or(name)
}

impl EventFormat for EventTable {
    fn encode(&self, log: &mut LogInHand<'_>) -> EncodedLog {
        let mut lines = String::new();
        log.for_each(&mut |record| lines.push_str(&self.record(record)));
        lines.into_bytes().into()
    }

    fn begin<'w>(
        &'w self,
        mut out: Box<dyn Write + Send + 'w>,
    ) -> io::Result<Box<dyn EventWriter + 'w>> {
        let header = self.line([
            "time", "state", "event", "caller", "from", "region", "rules",
        ]);
        out.write_all(header.as_bytes())?;
        Ok(Box::new(LineWriter(out)))
    }
}

#[cfg(test)]
mod tests {
    use super::EventTable;
    use crate::commands::events::sink::{EventFormat as _, LogInHand, RecordFilter, RecordOrigin};
    use crate::validate::records::LogStanding;

    struct MarksAll;

    impl RecordFilter for MarksAll {
        fn keeps<'f>(&'f self, _: &[u8], marks: &mut Vec<&'f str>) -> bool {
            marks.extend(["one-rule", "two"]);
            true
        }
    }

    fn line(width: Option<usize>, has_rules: bool) -> String {
        let origin = RecordOrigin {
            log: "s3://b/log".to_owned(),
            digest: None,
            standing: LogStanding::Proven,
        };
        let record = r#"{"Records":[{"eventTime":"2023-07-10T12:00:00Z","eventName":"ConsoleLogin","errorMessage":"Failed authentication","sourceIPAddress":"192.0.2.1"}]}"#;
        let filters: [Box<dyn RecordFilter>; 1] = [Box::new(MarksAll)];
        let mut text = record.as_bytes().to_vec();
        let table = EventTable::new(width, false, has_rules);
        let encoded = table.encode(&mut LogInHand::new(&origin, &filters, &mut text));
        String::from_utf8(encoded.bytes().to_vec()).expect("text")
    }

    #[test]
    fn an_event_has_its_error_and_the_rules_that_match_it() {
        let all = line(None, true);
        assert!(
            all.contains("ConsoleLogin (Failed authentication)"),
            "{all}"
        );
        assert!(all.ends_with("  one-rule two\n"), "{all}");
        assert!(!line(None, false).contains("one-rule"));
        for width in [80, 120, 200] {
            let line = line(Some(width), true);
            assert!(line.contains("  one-rule"), "{line}");
            assert!(line.trim_end().chars().count() <= width, "{width}: {line}");
        }
    }
}
