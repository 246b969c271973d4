//! What a key file contains, in each form in which programs write the answer of ListPublicKeys: the complete
//! answer, its list alone (`--query PublicKeyList`), one key of it, several of these one after another or in a
//! list, and Python's `json.dumps(answer, default=str)`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::base::json::strict;
use crate::base::text::decode;
use crate::base::time::written;
use crate::proof::keys::{KeyOrigin, PublicKey};

/// The keys in a file, in its order.
///
/// # Errors
/// Why it is not a list of public keys.
pub(super) fn parse(file: &[u8]) -> Result<Vec<KeyEntry>, String> {
    let text = decode(file)?;
    let mut keys = Vec::new();
    let mut rest = strict::trimmed(&text);
    if rest.is_empty() {
        return Err("it is empty".into());
    }
    while !rest.is_empty() {
        let (first, others) = strict::first(rest)?;
        let KeysIn(found) = serde_json::from_str(first).map_err(|e| e.to_string())?;
        keys.extend(found);
        rest = others;
    }
    Ok(keys)
}

/// One key as it is written.
pub(super) struct KeyEntry {
    value: Option<String>,
    validity_start_time: WrittenTime,
    validity_end_time: WrittenTime,
    pub(super) fingerprint: Option<String>,
}

/// A time as a number of seconds, or in words.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum WrittenTime {
    Epoch(f64),
    Text(String),
}

/// The keys in one JSON value.
struct KeysIn(Vec<KeyEntry>);

/// The members of an answer or of a key.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyMembers {
    public_key_list: Option<Vec<KeysIn>>,
    value: Option<String>,
    validity_start_time: Option<WrittenTime>,
    validity_end_time: Option<WrittenTime>,
    fingerprint: Option<String>,
}

impl<'de> Deserialize<'de> for KeysIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = KeysIn;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a PublicKeyList")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<KeysIn, A::Error> {
        let mut keys = Vec::new();
        while let Some(KeysIn(found)) = list.next_element()? {
            keys.extend(found);
        }
        Ok(KeysIn(keys))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<KeysIn, A::Error> {
        let members = KeyMembers::deserialize(MapAccessDeserializer::new(map))?;
        if let Some(list) = members.public_key_list {
            return Ok(KeysIn(
                list.into_iter().flat_map(|KeysIn(keys)| keys).collect(),
            ));
        }
        match (members.validity_start_time, members.validity_end_time) {
            (Some(validity_start_time), Some(validity_end_time)) => Ok(KeysIn(vec![KeyEntry {
                value: members.value,
                validity_start_time,
                validity_end_time,
                fingerprint: members.fingerprint,
            }])),
            (None, None) => Err(A::Error::missing_field("PublicKeyList")),
            (None, _) => Err(A::Error::missing_field("ValidityStartTime")),
            (_, None) => Err(A::Error::missing_field("ValidityEndTime")),
        }
    }
}

impl KeyEntry {
    /// The key; or what is wrong with it, and the actual fingerprint if that is what is wrong.
    pub(super) fn key(&self) -> Result<PublicKey, (String, Option<String>)> {
        let broken = |why: &str| (why.to_owned(), None);
        let value = self
            .value
            .as_deref()
            .ok_or_else(|| broken("it has no Value"))?;
        let der = match python_bytes(value) {
            Some(der) => {
                der.ok_or_else(|| broken("its Value is not valid as Python prints bytes"))?
            }
            None => STANDARD
                .decode(value.split_ascii_whitespace().collect::<String>())
                .map_err(|_| broken("its Value is not base64"))?,
        };
        let from = self
            .validity_start_time
            .read()
            .ok_or_else(|| broken("its ValidityStartTime is not a time"))?;
        let to = self
            .validity_end_time
            .read()
            .ok_or_else(|| broken("its ValidityEndTime is not a time"))?;
        let key =
            PublicKey::from_der(&der, (from, to), KeyOrigin::File).map_err(|why| (why, None))?;
        match &self.fingerprint {
            Some(written) if !written.eq_ignore_ascii_case(&key.fingerprint) => Err((
                "its Fingerprint does not match its Value".into(),
                Some(key.fingerprint),
            )),
            _ => Ok(key),
        }
    }
}

impl WrittenTime {
    fn read(&self) -> Option<Timestamp> {
        match self {
            WrittenTime::Epoch(seconds) => epoch(*seconds),
            WrittenTime::Text(text) => match written::parse(text) {
                Ok(time) => Some(time),
                Err(_) => epoch(text.parse().ok()?),
            },
        }
    }
}

fn epoch(seconds: f64) -> Option<Timestamp> {
    // The cast saturates, and the constructor refuses a time that is out of range.
    let millis = seconds
        .is_finite()
        .then(|| (seconds * 1000.0).round() as i64)?;
    Timestamp::from_millisecond(millis).ok()
}

/// The bytes that Python prints as `b'0\x82\n…'`. `None` if the text is not of that kind (base64 never is), and
/// `Some(None)` if it is of that kind and broken.
fn python_bytes(text: &str) -> Option<Option<Vec<u8>>> {
    let quoted = |quote: char| {
        let text = text.trim().strip_prefix('b')?;
        text.strip_prefix(quote)?.strip_suffix(quote)
    };
    let inner = quoted('\'').or_else(|| quoted('"'))?;
    Some(unescape(inner.as_bytes()))
}

fn unescape(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let mut byte = [0];
                hex::decode_to_slice([*high, *low], &mut byte).ok()?;
                (byte[0], after)
            }
            (b'\\', [b'n', after @ ..]) => (b'\n', after),
            (b'\\', [b'r', after @ ..]) => (b'\r', after),
            (b'\\', [b't', after @ ..]) => (b'\t', after),
            (b'\\', [c @ (b'\\' | b'\'' | b'"'), after @ ..]) => (*c, after),
            (b' '..=b'~', after) if *first != b'\\' => (*first, after),
            _ => return None,
        };
        bytes.push(byte);
        rest = after;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_each_way_that_programs_print_them() {
        let at = "2015-07-08T01:04:01Z".parse().ok();
        let text = |text: &str| WrittenTime::Text(text.into()).read();
        assert_eq!(WrittenTime::Epoch(1436317441.0).read(), at);
        assert_eq!(text("1436317441.0"), at);
        assert_eq!(text("2015-07-08T02:04:01+01:00"), at);
        assert_eq!(text("2015-07-08 02:04:01+01:00"), at);
        assert_eq!(text("soon"), None);
        assert_eq!(text("NaN"), None);
        assert_eq!(WrittenTime::Epoch(f64::MAX).read(), None);
    }

    #[test]
    fn bytes_are_read_as_python_prints_them() {
        let read = |text| python_bytes(text);
        assert_eq!(read("MIIB"), None);
        assert_eq!(
            read(r"b'0\x82\\\n\'~'"),
            Some(Some(b"0\x82\\\n'~".to_vec()))
        );
        assert_eq!(read(r#"b"it's""#), Some(Some(b"it's".to_vec())));
        assert_eq!(read("b''"), Some(Some(Vec::new())));
        for broken in [r"b'\x8'", r"b'\q'", r"b'\'", "b'ü'", "b'\n'"] {
            assert_eq!(read(broken), Some(None), "{broken}");
        }
    }

    #[test]
    fn what_holds_no_keys_is_said_to_be_none() {
        let why = |text: &str| parse(text.as_bytes()).err().unwrap_or_default();
        for (text, expected) in [
            ("", "it is empty"),
            ("\u{feff} \n", "it is empty"),
            ("{}", "missing field `PublicKeyList`"),
            ("[{}]", "missing field `PublicKeyList`"),
            ("null", "expected a PublicKeyList"),
            ("{\"PublicKeyList\": []} x", "expected value"),
            (
                "{\"PublicKeyList\": [{\"Value\": \"\", \"ValidityEndTime\": 1}]}",
                "missing field `ValidityStartTime`",
            ),
            (
                "{\"PublicKeyList\": [], \"PublicKeyList\": []}",
                "appears twice",
            ),
            ("{\"PublicKeyList\": []", "EOF"),
        ] {
            let why = why(text);
            assert!(why.contains(expected), "{text:?}: {why}");
        }
        assert_eq!(
            parse(b"{\"PublicKeyList\": []}\n[]").map(|k| k.len()),
            Ok(0)
        );
        assert!(parse(&b"[".repeat(1_000_000)).is_err());
    }
}
