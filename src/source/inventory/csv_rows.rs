//! Rows of an inventory in CSV: no header, each field in quotes, keys encoded as in URLs.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::error::InventoryError;
use super::row::{Columns, InventoryRow, LONGEST_KEY, time};
use crate::source::ListedFacts;

/// The longest line: an encoded key has at most three bytes for each of its own, and the other columns are short.
const LONGEST_LINE: u64 = 64 << 10;
/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// Calls `each` with every current object of the bucket in a file.
pub(super) fn for_each(
    (file, bucket): (&str, &str),
    columns: &Columns,
    body: impl Read,
    most: u64,
    each: &mut dyn FnMut(InventoryRow<'_>) -> Result<(), InventoryError>,
) -> Result<(), InventoryError> {
    // One byte more than allowed shows that there are too many.
    let inflated = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, body));
    let mut text = BufReader::with_capacity(BUFFER, inflated.take(most.saturating_add(1)));
    let (mut line, mut fields, mut read) = (Vec::new(), Fields::default(), 0);
    let mut number = 0_u64;
    loop {
        line.clear();
        let mut rest = (&mut text).take(LONGEST_LINE);
        let length = rest.read_until(b'\n', &mut line);
        let length = length.map_err(|e| InventoryError::body(file, e))? as u64;
        if length == 0 {
            return Ok(());
        }
        number += 1;
        read += length;
        let invalid = |why: &str| InventoryError::invalid(file, format!("row {number}: {why}"));
        if read > most {
            let why = format!("its file {file} has more than {most} bytes");
            return Err(InventoryError::TooLarge(why));
        }
        if !line.ends_with(b"\n") && length == LONGEST_LINE {
            return Err(invalid("it is too long"));
        }
        let row = std::str::from_utf8(line.trim_ascii_end());
        let row = row.map_err(|_| invalid("it is not UTF-8"))?;
        if row.is_empty() {
            continue;
        }
        fields
            .split(row)
            .ok_or_else(|| invalid("its quotes do not end"))?;
        let field = |at: Option<usize>| at.and_then(|at| fields.get(row, at));
        let is = |at: Option<usize>, usual: bool| match field(at) {
            None => Ok(usual),
            Some(text) if text.is_empty() => Ok(usual),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(invalid(
                "IsLatest or IsDeleteMarker is neither true nor false",
            )),
        };
        if !is(columns.is_latest, true)? || is(columns.is_delete_marker, false)? {
            continue;
        }
        if field(columns.bucket).is_some_and(|of| of != bucket) {
            return Err(invalid("it is of another bucket than the manifest says"));
        }
        let key = field(Some(columns.key)).ok_or_else(|| invalid("it has no key"))?;
        let key = decoded(&key).ok_or_else(|| invalid("its key is not valid"))?;
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(invalid("its key is empty or too long"));
        }
        let facts = ListedFacts {
            modified: field(columns.modified).and_then(|text| time(&text)),
            size: field(columns.size).and_then(|text| text.parse().ok()),
        };
        each(InventoryRow { key: &key, facts })?;
    }
}

/// Where the fields of a line are.
#[derive(Default)]
struct Fields(Vec<(usize, usize, bool)>);

impl Fields {
    /// Splits a line. `None` if a quote does not end.
    fn split(&mut self, line: &str) -> Option<()> {
        self.0.clear();
        let bytes = line.as_bytes();
        let mut at = 0;
        loop {
            let (from, to, doubled) = match bytes.get(at) {
                Some(b'"') => {
                    let from = at + 1;
                    let (mut to, mut doubled) = (from, false);
                    loop {
                        to += memchr::memchr(b'"', bytes.get(to..)?)?;
                        if bytes.get(to + 1) != Some(&b'"') {
                            break;
                        }
                        doubled = true;
                        to += 2;
                    }
                    at = to + 1;
                    (from, to, doubled)
                }
                _ => {
                    let from = at;
                    at = memchr::memchr(b',', &bytes[at..]).map_or(bytes.len(), |n| at + n);
                    (from, at, false)
                }
            };
            self.0.push((from, to, doubled));
            match bytes.get(at) {
                None => return Some(()),
                Some(b',') => at += 1,
                Some(_) => return None,
            }
        }
    }

    /// The field of a column.
    fn get<'l>(&self, line: &'l str, column: usize) -> Option<Cow<'l, str>> {
        let (from, to, doubled) = *self.0.get(column)?;
        let text = line.get(from..to)?;
        Some(match doubled {
            true => text.replace("\"\"", "\"").into(),
            false => text.into(),
        })
    }
}

/// Decodes a key: `%` and two digits for a byte, and a plus for a space. `None` if that gives no text.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::{Fields, decoded};

    #[test]
    fn keys_are_decoded() {
        assert_eq!(decoded("a/b-_.~").as_deref(), Some("a/b-_.~"));
        assert_eq!(decoded("a%2Fb+c%2B%C3%A9").as_deref(), Some("a/b c+é"));
        for text in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }

    #[test]
    fn fields_may_have_quotes_or_none() {
        let mut fields = Fields::default();
        let line = r#""b","k,1",,7,"a""b",""""#;
        assert_eq!(fields.split(line), None);
        let line = r#""b","k,1",,7,"a""b","""""#;
        assert_eq!(fields.split(line), Some(()));
        let all: Vec<_> = (0..7).map(|at| fields.get(line, at)).collect();
        let text = |at: usize| all[at].as_deref();
        assert_eq!(
            [
                text(0),
                text(1),
                text(2),
                text(3),
                text(4),
                text(5),
                text(6)
            ],
            [
                Some("b"),
                Some("k,1"),
                Some(""),
                Some("7"),
                Some("a\"b"),
                Some("\""),
                None
            ]
        );
        assert_eq!(fields.split("\"a\"b,c"), None);
    }
}
