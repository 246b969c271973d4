//! JSON in which no object has two members of the same name. Parsers differ in which of the two they
//! believe, so a digest or a key file with a duplicate name cannot be relied on (RFC 8259, section 4).

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Checks that bytes are one JSON value without duplicate names, nested at most 128 levels deep, which is
/// the parser's own limit.
///
/// # Errors
/// A message that says what is wrong, and in which line and column.
pub fn check(json: &[u8]) -> Result<(), String> {
    serde_json::from_slice::<CheckedJson>(json)
        .map(|_| ())
        .map_err(|e| e.to_string())
}

/// A text without blanks and byte-order marks at its beginning: several files may be joined in one.
pub fn trimmed(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}'])
}

/// Splits the first JSON value from a text that has several, one after another. The rest is trimmed.
///
/// # Errors
/// A message that says why it does not begin with a JSON value without duplicate names.
pub fn first(text: &str) -> Result<(&str, &str), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<CheckedJson>();
    match values.next() {
        Some(Ok(_)) => {
            let (first, rest) = text.split_at(values.byte_offset());
            Ok((first, trimmed(rest)))
        }
        Some(Err(e)) => Err(e.to_string()),
        None => Err("a value is missing".into()),
    }
}

/// Most names in one object beyond the first 32. A digest has fifteen.
const MOST_NAMES: usize = 4096;

struct CheckedJson;

impl<'de> Deserialize<'de> for CheckedJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

/// The name of a member; borrowed unless it contains escapes.
struct MemberName<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = MemberName<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(MemberName(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
                Ok(MemberName(Cow::Owned(v.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = CheckedJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<CheckedJson, E> {
        Ok(CheckedJson)
    }
    fn visit_i64<E>(self, _: i64) -> Result<CheckedJson, E> {
        Ok(CheckedJson)
    }
    fn visit_u64<E>(self, _: u64) -> Result<CheckedJson, E> {
        Ok(CheckedJson)
    }
    fn visit_f64<E>(self, _: f64) -> Result<CheckedJson, E> {
        Ok(CheckedJson)
    }
    fn visit_str<E>(self, _: &str) -> Result<CheckedJson, E> {
        Ok(CheckedJson)
    }
    fn visit_unit<E>(self) -> Result<CheckedJson, E> {
        Ok(CheckedJson)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<CheckedJson, A::Error> {
        while seq.next_element::<CheckedJson>()?.is_some() {}
        Ok(CheckedJson)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CheckedJson, A::Error> {
        let mut few: Vec<Cow<'de, str>> = Vec::new();
        let mut many: HashSet<Cow<'de, str>> = HashSet::new();
        while let Some(MemberName(name)) = map.next_key()? {
            if few.contains(&name) || many.contains(&name) {
                return Err(de::Error::custom(format_args!(
                    "the name {name:?} appears twice"
                )));
            }
            if many.len() >= MOST_NAMES {
                return Err(de::Error::custom("an object contains too many names"));
            }
            // A short list is faster to search than a hash set; a long one would take quadratic time.
            if few.len() < 32 {
                few.push(name);
            } else {
                many.insert(name);
            }
            map.next_value::<CheckedJson>()?;
        }
        Ok(CheckedJson)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_that_stands_twice_is_found_at_any_depth() {
        assert!(super::check(br#"{"a":1,"b":[{"c":null},{"c":2.5}]}"#).is_ok());
        for bad in [
            r#"{"a":1,"a":1}"#,
            r#"{"b":[{"c":{"d":1,"e":2,"d":3}}]}"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            let error = super::check(bad.as_bytes()).unwrap_err();
            assert!(error.contains("appears twice"), "{bad}: {error}");
        }
        let many: Vec<String> = (0..100).map(|i| format!("\"n{}\":0", i % 99)).collect();
        assert!(super::check(format!("{{{}}}", many.join(",")).as_bytes()).is_err());
    }

    #[test]
    fn depth_and_names_are_bounded() {
        assert!(super::check(&b"[".repeat(100_000)).is_err());
        let names = |n: usize| {
            let names: Vec<String> = (0..n).map(|i| format!("\"n{i}\":0")).collect();
            super::check(format!("{{{}}}", names.join(",")).as_bytes())
        };
        assert_eq!(names(32 + super::MOST_NAMES), Ok(()));
        assert!(names(32 + super::MOST_NAMES + 1).is_err());
    }

    #[test]
    fn the_first_of_several_values_is_split_off() {
        assert_eq!(
            super::first("{\"a\":1} \n\u{feff}[2] 3"),
            Ok(("{\"a\":1}", "[2] 3"))
        );
        assert_eq!(super::first("7"), Ok(("7", "")));
        assert_eq!(super::first(" "), Err("a value is missing".into()));
        assert!(super::first("{\"a\":1,\"a\":2} 3").is_err());
    }
}
