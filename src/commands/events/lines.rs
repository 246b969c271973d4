//! JSON lines: each record as it is in its log, on a line of its own.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use super::sink::{
    EncodedLog, EventFormat, EventWriter, KeptRecord, LogInHand, RecordCount, RecordOrigin,
};
use crate::cloudtrail::records::split::{RecordFinder, without_member};
use crate::validate::records::LogStanding;

/// The member that says where a record comes from.
const PROVENANCE: &str = "trailproof";

/// Records as JSON lines.
pub struct JsonLines {
    /// Whether the first member of each record says where it comes from.
    pub provenance: bool,
}

impl EventFormat for JsonLines {
    fn encode(&self, log: &mut LogInHand<'_>) -> EncodedLog {
        if !self.provenance
            && let Some((text, count)) = log.unfiltered()
        {
            let unused;
            (*count, unused) = into_lines(text);
            let buffer = std::mem::take(text);
            return EncodedLog { buffer, unused };
        }
        let mut lines = Vec::new();
        let head = self.provenance.then(|| provenance_of(log.origin()));
        log.for_each(&mut |record| {
            match &head {
                Some(head) => with_provenance(record, head, &mut lines),
                None => in_one_line(record.bytes, &mut lines),
            }
            lines.push(b'\n');
        });
        lines.into()
    }

    fn begin<'w>(
        &'w self,
        out: Box<dyn Write + Send + 'w>,
    ) -> io::Result<Box<dyn EventWriter + 'w>> {
        Ok(Box::new(LineWriter(out)))
    }
}

/// Writes what is complete already.
pub(super) struct LineWriter<'w>(pub(super) Box<dyn Write + Send + 'w>);

impl EventWriter for LineWriter<'_> {
    fn log(&mut self, lines: &[u8]) -> io::Result<()> {
        self.0.write_all(lines)
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// Turns the text of a log into lines, in place. Also returns where they begin. CloudTrail writes one byte between two
/// records, so none of them has to move.
fn into_lines(text: &mut Vec<u8>) -> (RecordCount, usize) {
    let mut finder = RecordFinder::default();
    let mut count = RecordCount::default();
    let mut next = finder.next(text);
    let begin = next.as_ref().map_or(0, |first| first.start);
    let mut end = begin;
    while let Some(record) = next {
        if has_controls(&text[record.clone()]) {
            // Each of the others may have some too, and may grow.
            let rest = rest_in_lines(text, record, &mut finder, &mut count);
            text.truncate(end);
            text.extend_from_slice(&rest);
            count.is_broken = finder.is_broken();
            return (count, begin);
        }
        // Found before this record moves: the finder needs the text after it unchanged.
        next = finder.next(text);
        let length = record.len();
        if record.start > end {
            text.copy_within(record, end);
        }
        end += length;
        match text.get_mut(end) {
            Some(separator) => *separator = b'\n',
            None => text.push(b'\n'),
        }
        end += 1;
        count.kept += 1;
    }
    text.truncate(end);
    count.is_broken = finder.is_broken();
    (count, begin)
}

/// The lines of a record and of all that follow it.
fn rest_in_lines(
    text: &[u8],
    first: Range<usize>,
    finder: &mut RecordFinder,
    count: &mut RecordCount,
) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut next = Some(first);
    while let Some(record) = next {
        in_one_line(&text[record], &mut lines);
        lines.push(b'\n');
        count.kept += 1;
        next = finder.next(text);
    }
    lines
}

fn has_controls(record: &[u8]) -> bool {
    record.iter().fold(false, |has, byte| has | (*byte < b' '))
}

/// Appends a record, or another JSON text. One that holds a control character, such as a line feed, is written compact.
pub(super) fn in_one_line(record: &[u8], line: &mut Vec<u8>) {
    match has_controls(record) {
        false => line.extend_from_slice(record),
        true => compact(record, line),
    }
}

/// Appends a record without the blanks between its parts. Control characters in strings, which JSON does not allow
/// there, are escaped.
fn compact(record: &[u8], line: &mut Vec<u8>) {
    let (mut inside, mut escaped) = (false, false);
    for &byte in record {
        match byte {
            0..=b' ' if !inside => {}
            0..b' ' => line.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => line.push(byte),
        }
        if byte == b'"' && !escaped {
            inside = !inside;
        }
        escaped = inside && byte == b'\\' && !escaped;
    }
}

/// The beginning of each record of a log, up to what the records differ in.
fn provenance_of(origin: &RecordOrigin) -> Vec<u8> {
    let mut head = format!("{{\"{PROVENANCE}\":{{\"log\":").into_bytes();
    append_text(&origin.log, &mut head);
    head.extend_from_slice(b",\"digest\":");
    match &origin.digest {
        Some(digest) => append_text(digest, &mut head),
        None => head.extend_from_slice(b"null"),
    }
    head.extend_from_slice(b",\"state\":");
    append_text(origin.state(), &mut head);
    head
}

/// Appends a record with its provenance as its first member.
fn with_provenance(record: &KeptRecord<'_>, head: &[u8], line: &mut Vec<u8>) {
    line.extend_from_slice(head);
    if !record.marks.is_empty() {
        line.extend_from_slice(b",\"watchlist\":[");
        for (at, mark) in record.marks.iter().enumerate() {
            if at > 0 {
                line.push(b',');
            }
            append_text(mark, line);
        }
        line.push(b']');
    }
    line.push(b'}');
    let bytes = match record.origin.standing {
        LogStanding::Proven => Cow::Borrowed(record.bytes),
        // Whoever altered a log may have added a member that calls it proven.
        _ => without_member(record.bytes, PROVENANCE),
    };
    let members = bytes.get(1..).unwrap_or_default();
    if !members.iter().all(|byte| b" \t\r\n}".contains(byte)) {
        line.push(b',');
    }
    in_one_line(members, line);
}

fn append_text(text: &str, line: &mut Vec<u8>) {
    // Text always becomes JSON, and a vector takes all of it.
    let _ = serde_json::to_writer(line, text);
}

#[cfg(test)]
mod tests {
    use super::{JsonLines, into_lines};
    use crate::commands::events::sink::{EventFormat as _, LogInHand, RecordCount, RecordOrigin};
    use crate::validate::records::LogStanding;

    /// The lines of a text, and the count.
    fn lines(text: &str) -> (String, RecordCount) {
        let mut text = text.as_bytes().to_vec();
        let (count, begin) = into_lines(&mut text);
        let lines = text.split_off(begin);
        (String::from_utf8(lines).expect("UTF-8"), count)
    }

    fn marked(text: &str, standing: LogStanding) -> (String, RecordCount) {
        let origin = RecordOrigin {
            log: "s3://b/log".into(),
            digest: Some("s3://b/\"digest".into()),
            standing,
        };
        let mut text = text.as_bytes().to_vec();
        let mut log = LogInHand::new(&origin, &[], &mut text);
        let lines = JsonLines { provenance: true }.encode(&mut log);
        let count = log.count();
        let lines = lines.bytes().to_vec();
        (String::from_utf8(lines).expect("UTF-8"), count)
    }

    fn kept(kept: u64, is_broken: bool) -> RecordCount {
        RecordCount { kept, is_broken }
    }

    #[test]
    fn records_become_lines_byte_for_byte() {
        for (text, expected, count) in [
            (r#"{"Records":[]}"#, "", kept(0, false)),
            (
                r#"{"Records":[{"a":1},{"b":{"c":[2]}},{}]}"#,
                "{\"a\":1}\n{\"b\":{\"c\":[2]}}\n{}\n",
                kept(3, false),
            ),
            (
                r#"{"Records" : [ {"a": 1} , {"b":2} ] , "Records":[{"c":3}]}"#,
                "{\"a\": 1}\n{\"b\":2}\n{\"c\":3}\n",
                kept(3, false),
            ),
            (r#"{"Records":[{"a":1},{"b":"#, "{\"a\":1}\n", kept(1, true)),
            (r#"{"Records":[{"a":1}"#, "{\"a\":1}\n", kept(1, true)),
            ("", "", kept(0, true)),
        ] {
            assert_eq!(lines(text), (expected.to_owned(), count), "{text}");
        }
    }

    #[test]
    fn a_record_with_line_feeds_is_still_one_line() {
        let text = "{\"Records\": [\n {\"x\":1},\n {\n  \"a\": \"b  c \\\" \",\r\n\t\"d\": [ 1, 2 ]\n },{\"e\":\"f\ng\u{1b}\"}]}";
        let expected =
            "{\"x\":1}\n{\"a\":\"b  c \\\" \",\"d\":[1,2]}\n{\"e\":\"f\\u000ag\\u001b\"}\n";
        assert_eq!(lines(text), (expected.to_owned(), kept(3, false)));
    }

    #[test]
    fn the_provenance_is_the_first_member_and_nothing_else_changes() {
        let (found, count) = marked(
            r#"{"Records":[{"a": 1,"trailproof":2},{},{ }]}"#,
            LogStanding::Proven,
        );
        let head =
            r#"{"trailproof":{"log":"s3://b/log","digest":"s3://b/\"digest","state":"proven"}"#;
        let expected = format!("{head},\"a\": 1,\"trailproof\":2}}\n{head}}}\n{head} }}\n");
        assert_eq!((found, count), (expected, kept(3, false)));
    }

    /// Whoever altered a log cannot have its records called proven, and what is no JSON is not written.
    #[test]
    fn an_altered_record_cannot_call_itself_proven() {
        let text = r#"{"Records":[{"a":1,"\u0074railproof":{"state":"proven"},"b":2},{"trailproof":0},{"c":}]}"#;
        let head =
            r#"{"trailproof":{"log":"s3://b/log","digest":"s3://b/\"digest","state":"altered"}"#;
        let expected = format!("{head},\"a\":1,\"b\":2}}\n{head}}}\n");
        let found = marked(text, LogStanding::Altered);
        assert_eq!(found, (expected, kept(2, true)));
    }
}
