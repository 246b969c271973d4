//! Where each record of a log begins and ends: `{"Records":[record,record,…]}`.
//!
//! Only brackets and quotes are read. The content of a record is not checked: CloudTrail wrote it. Memory does not
//! grow with the text, and time grows with its length alone, whatever it holds.

use std::borrow::Cow;
use std::ops::Range;

use super::brackets;

/// The name of the list.
const RECORDS: &str = "Records";

/// Finds the records in the text of a log. A text that breaks off gives the records before the damage.
pub fn split(text: &[u8]) -> SplitRecords<'_> {
    SplitRecords {
        text,
        finder: RecordFinder::default(),
    }
}

/// The records of one log, in order.
#[derive(Debug, Clone)]
pub struct SplitRecords<'t> {
    text: &'t [u8],
    finder: RecordFinder,
}

impl SplitRecords<'_> {
    /// Whether the text is something other than a list of records, or damaged. Known once the last record was given.
    pub fn is_broken(&self) -> bool {
        self.finder.is_broken()
    }
}

impl<'t> Iterator for SplitRecords<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let range = self.finder.next(self.text)?;
        self.text.get(range)
    }
}

/// A place in the text of a log, without the text: between two records, the text before the place may change.
#[derive(Debug, Clone, Default)]
pub struct RecordFinder {
    at: usize,
    place: FinderPlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum FinderPlace {
    /// Before everything.
    #[default]
    Start,
    /// In the outermost object, before the name of a member.
    Name,
    /// In the outermost object, after the value of a member.
    Member,
    /// In the list, before its first record.
    First,
    /// In the list, after a record.
    Record,
    /// At the end of a complete text.
    End,
    /// At damage.
    Broken,
}

impl RecordFinder {
    /// The next record. Every call needs the same text.
    pub fn next(&mut self, text: &[u8]) -> Option<Range<usize>> {
        loop {
            self.at = after_blanks(text, self.at);
            let next = text.get(self.at).copied();
            self.place = match (self.place, next) {
                (FinderPlace::End | FinderPlace::Broken, _) => return None,
                (FinderPlace::Start, Some(b'{')) => self.behind(FinderPlace::Name),
                (FinderPlace::Name, Some(b'"')) => {
                    self.value_of_member(text).unwrap_or(FinderPlace::Broken)
                }
                (FinderPlace::Member, Some(b',')) => self.behind(FinderPlace::Name),
                (FinderPlace::Name | FinderPlace::Member, Some(b'}')) => self.end(text),
                (FinderPlace::First | FinderPlace::Record, Some(b']')) => {
                    self.behind(FinderPlace::Member)
                }
                (FinderPlace::First, Some(b'{')) => match brackets::closed(text, self.at) {
                    Some(end) => {
                        let start = std::mem::replace(&mut self.at, end);
                        self.place = FinderPlace::Record;
                        return Some(start..end);
                    }
                    None => FinderPlace::Broken,
                },
                (FinderPlace::Record, Some(b',')) => {
                    self.at = after_blanks(text, self.at + 1);
                    match text.get(self.at) {
                        Some(b'{') => FinderPlace::First,
                        _ => FinderPlace::Broken,
                    }
                }
                _ => FinderPlace::Broken,
            };
        }
    }

    /// Whether the text is something other than a list of records, or damaged. Known once the last record was given.
    pub fn is_broken(&self) -> bool {
        self.place == FinderPlace::Broken
    }

    /// Goes beyond one byte.
    fn behind(&mut self, place: FinderPlace) -> FinderPlace {
        self.at += 1;
        place
    }

    /// At the end of the outermost object: nothing may follow it.
    fn end(&mut self, text: &[u8]) -> FinderPlace {
        self.at = after_blanks(text, self.at + 1);
        match self.at == text.len() {
            true => FinderPlace::End,
            false => FinderPlace::Broken,
        }
    }

    /// At the name of a member of the outermost object: goes into the list, or beyond the value of another member.
    fn value_of_member(&mut self, text: &[u8]) -> Option<FinderPlace> {
        let after_name = string_end(text, self.at + 1)?;
        let is_list = is_name(text.get(self.at..after_name)?, RECORDS);
        let colon = after_blanks(text, after_name);
        if text.get(colon) != Some(&b':') {
            return None;
        }
        self.at = after_blanks(text, colon + 1);
        if is_list && text.get(self.at) == Some(&b'[') {
            return Some(self.behind(FinderPlace::First));
        }
        self.at = value_end(text, self.at)?;
        Some(FinderPlace::Member)
    }
}

/// Whether a string of JSON, with its quotes, means a name.
fn is_name(string: &[u8], name: &str) -> bool {
    let inner = string.get(1..string.len().saturating_sub(1));
    let meaning = || serde_json::from_slice::<String>(string);
    inner == Some(name.as_bytes())
        || string.contains(&b'\\') && meaning().is_ok_and(|meaning| meaning == name)
}

/// A JSON object without its members of one name. What is inside its members stays as it is.
pub fn without_member<'r>(object: &'r [u8], name: &str) -> Cow<'r, [u8]> {
    removed(object, name).map_or(Cow::Borrowed(object), Cow::Owned)
}

/// The object without the members; `None` if it has none of them, or is not an object.
fn removed(object: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut kept = vec![b'{'];
    let mut is_found = false;
    let mut at = after_blanks(object, 0);
    while matches!(object.get(at), Some(b'{' | b',')) {
        let start = after_blanks(object, at + 1);
        if object.get(start) != Some(&b'"') {
            break;
        }
        let after_name = string_end(object, start + 1)?;
        let value = after_blanks(object, after_blanks(object, after_name) + 1);
        let end = value_end(object, value)?;
        if is_name(object.get(start..after_name)?, name) {
            is_found = true;
        } else {
            if kept.len() > 1 {
                kept.push(b',');
            }
            kept.extend_from_slice(object.get(start..end)?);
        }
        at = after_blanks(object, end);
    }
    kept.push(b'}');
    is_found.then_some(kept)
}

/// The first place at or after `at` without a blank.
fn after_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let blanks = rest
        .iter()
        .position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
    at + blanks.unwrap_or(rest.len())
}

/// The end of a value of any kind.
fn value_end(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => string_end(text, at + 1),
        b'{' | b'[' => brackets::closed(text, at),
        _ => {
            let rest = text.get(at..)?;
            let length = rest
                .iter()
                .position(|b| b",:[]{}\" \t\r\n".contains(b))
                .filter(|length| *length > 0)?;
            Some(at + length)
        }
    }
}

/// The end of a string, from behind its first quote on.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{split, without_member};

    /// The records of a text, and whether it is broken.
    fn records(text: &str) -> (Vec<String>, bool) {
        let mut split = split(text.as_bytes());
        let records = split.by_ref();
        let records = records.map(|record| String::from_utf8_lossy(record).into_owned());
        (records.collect(), split.is_broken())
    }

    #[test]
    fn each_record_is_given_byte_for_byte() {
        for (text, expected) in [
            (r#"{"Records":[]}"#, &[][..]),
            (
                r#"{"Records":[{"a":1},{"b":{"c":["}",{}]}}]}"#,
                &[r#"{"a":1}"#, r#"{"b":{"c":["}",{}]}}"#],
            ),
            (
                " {\n \"Records\" : [ { \"a\" : 1 } ,\n{ } ] } \n",
                &["{ \"a\" : 1 }", "{ }"],
            ),
            (
                r#"{"x":"]","y":[{"Records":[{}]}],"z":-1.5e3,"Records":[{"a":"\\"},{"b":"\"}"}],"w":null}"#,
                &[r#"{"a":"\\"}"#, r#"{"b":"\"}"}"#],
            ),
            (
                r#"{"Rec\\rds":[{"a":1}],"Records":[{"b":2}]}"#,
                &[r#"{"b":2}"#],
            ),
            (
                r#"{"R\u0065cords":[{"a":1}],"Records":[{"b":2}],"Records":null}"#,
                &[r#"{"a":1}"#, r#"{"b":2}"#],
            ),
        ] {
            let expected: Vec<String> = expected.iter().map(|e| (*e).to_owned()).collect();
            assert_eq!(records(text), (expected, false), "{text}");
        }
    }

    #[test]
    fn members_are_taken_out_by_the_meaning_of_their_names() {
        for (object, expected) in [
            ("{}", "{}"),
            (r#"{"a":{"x":1},"b":"x"}"#, r#"{"a":{"x":1},"b":"x"}"#),
            (r#"{"x":[1,{"x":2}]}"#, "{}"),
            (
                r#"{ "x" : 1 , "a" : [ 2 ] , "\u0078":null, "b":3 }"#,
                r#"{"a" : [ 2 ],"b":3}"#,
            ),
        ] {
            let left = without_member(object.as_bytes(), "x");
            assert_eq!(String::from_utf8_lossy(&left), expected, "{object}");
        }
    }

    #[test]
    fn the_records_before_the_damage_are_given() {
        for (text, expected) in [
            ("", &[][..]),
            ("null", &[]),
            ("[{}]", &[]),
            (r#"{"Records":null"#, &[]),
            (r#"{"Records":["#, &[]),
            (r#"{"Records":[{"a":1}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1}]"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1},"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1},]}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1},,{}]}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1}{}]}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1},7]}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1},{"b":"}]}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1},{"b":"\"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1}]}{}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1}],"b"}"#, &[r#"{"a":1}"#]),
            (r#"{"Records":[{"a":1}],"b":}"#, &[r#"{"a":1}"#]),
        ] {
            let expected: Vec<String> = expected.iter().map(|e| (*e).to_owned()).collect();
            assert_eq!(records(text), (expected, true), "{text}");
        }
    }
}
