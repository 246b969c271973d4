//! The text of a JSON value, read member by member without building it.
//!
//! Only where values begin and end is read here. Text that is not JSON in between is passed on as it is.
//! Nothing here recurses, so that nesting costs no stack.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// The text of one JSON value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JsonText<'a>(&'a [u8]);

impl<'a> JsonText<'a> {
    /// The value that is all of `json`, blanks around it apart. `None` if it has no end, or if more follows it.
    pub fn new(json: &'a [u8]) -> Option<Self> {
        let json = json.trim_ascii();
        (length(json)? == json.len()).then_some(JsonText(json))
    }

    /// The JSON as it was written.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// A string without quotes and escapes, or a number, `true` or `false` as it was written. `None` for `null`, an
    /// object or a list.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.0 {
            [b'"', inner @ .., b'"'] => Some(unescaped(self.0, inner)),
            [b'{' | b'[', ..] | b"null" => None,
            scalar => Some(String::from_utf8_lossy(scalar)),
        }
    }

    /// As [`text`](Self::text), but an object or a list is its JSON text.
    pub fn shown(self) -> Option<Cow<'a, str>> {
        match self.0 {
            [b'{' | b'[', ..] => Some(String::from_utf8_lossy(self.0)),
            _ => self.text(),
        }
    }

    /// `true` or `false`, which AWS also writes as a string.
    pub fn flag(self) -> Option<bool> {
        let inner = self.0.strip_prefix(b"\"").unwrap_or(self.0);
        match inner.strip_suffix(b"\"").unwrap_or(inner) {
            word if word.eq_ignore_ascii_case(b"true") => Some(true),
            word if word.eq_ignore_ascii_case(b"false") => Some(false),
            _ => None,
        }
    }

    /// The members of an object; none of any other value.
    pub fn members(self) -> JsonMembers<'a> {
        JsonMembers {
            rest: self.0.strip_prefix(b"{").unwrap_or_default(),
        }
    }

    /// The elements of a list; none of any other value.
    pub fn elements(self) -> JsonElements<'a> {
        JsonElements {
            rest: self.0.strip_prefix(b"[").unwrap_or_default(),
        }
    }

    /// Every string in the value that is not the name of a member, at any depth.
    pub fn strings(self) -> impl Iterator<Item = Cow<'a, str>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            loop {
                let json = &rest[memchr(b'"', rest)?..];
                let (string, after) = json.split_at(string_length(json)?);
                rest = after;
                if !after.trim_ascii_start().starts_with(b":") {
                    return JsonText(string).text();
                }
            }
        })
    }

    /// The member of that name. If there are several, the last one, as in most programs that read JSON.
    pub fn member(self, name: &str) -> Option<JsonText<'a>> {
        let named = self.members().filter(|(n, _)| **n == *name.as_bytes());
        named.last().map(|(_, value)| value)
    }

    /// The value at the end of a path of members. Of a list on the path, the first element counts that has it.
    pub fn at<S: AsRef<str>>(self, path: &[S]) -> Option<JsonText<'a>> {
        let mut value = self;
        for name in path {
            let name = name.as_ref();
            value = match value.0.first() {
                Some(b'[') => value.elements().find_map(|element| element.member(name))?,
                _ => value.member(name)?,
            };
        }
        Some(value)
    }
}

/// The text of a string, given with its quotes and without. Half a surrogate pair is replaced.
fn unescaped<'a>(quoted: &[u8], inner: &'a [u8]) -> Cow<'a, str> {
    if memchr(b'\\', inner).is_none() {
        return String::from_utf8_lossy(inner);
    }
    match serde_json::from_slice::<String>(quoted) {
        Ok(text) => Cow::Owned(text),
        // Bytes that are no text, or an escape that does not exist.
        Err(_) => String::from_utf8_lossy(inner),
    }
}

/// The members of an object in their order: the name without escapes, and the value.
#[derive(Debug, Clone)]
pub struct JsonMembers<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for JsonMembers<'a> {
    type Item = (Cow<'a, [u8]>, JsonText<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let json = self.rest.trim_ascii_start();
        self.rest = &[];
        let quoted = &json[..string_length(json)?];
        let json = json[quoted.len()..].trim_ascii_start();
        let json = json.strip_prefix(b":")?.trim_ascii_start();
        let value = &json[..length(json)?];
        self.rest = after_comma(&json[value.len()..]);
        let inner = &quoted[1..quoted.len() - 1];
        let name = match memchr(b'\\', inner) {
            None => Cow::Borrowed(inner),
            Some(_) => match unescaped(quoted, inner) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
        };
        Some((name, JsonText(value)))
    }
}

/// The elements of a list in their order.
#[derive(Debug, Clone)]
pub struct JsonElements<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for JsonElements<'a> {
    type Item = JsonText<'a>;

    fn next(&mut self) -> Option<JsonText<'a>> {
        let json = self.rest.trim_ascii_start();
        self.rest = &[];
        let value = &json[..length(json)?];
        self.rest = after_comma(&json[value.len()..]);
        Some(JsonText(value))
    }
}

/// What follows the comma behind a value; nothing if there is none.
fn after_comma(json: &[u8]) -> &[u8] {
    let json = json.trim_ascii_start();
    json.strip_prefix(b",").unwrap_or_default()
}

/// The length of the value that a JSON text begins with. `None` if there is none, or if it has no end.
fn length(json: &[u8]) -> Option<usize> {
    match json.first()? {
        b'"' => string_length(json),
        b'{' | b'[' => nested_length(json),
        _ => {
            let ends = |b: &u8| {
                matches!(
                    b,
                    b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']' | b' ' | b'\t' | b'\r' | b'\n'
                )
            };
            let length = json.iter().position(ends).unwrap_or(json.len());
            (length > 0).then_some(length)
        }
    }
}

/// The length of an object or a list.
fn nested_length(json: &[u8]) -> Option<usize> {
    let (mut at, mut open) = (0, 0_usize);
    loop {
        match json.get(at)? {
            b'"' => {
                at += string_length(&json[at..])?;
                continue;
            }
            b'{' | b'[' => open += 1,
            b'}' | b']' => open -= 1,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return Some(at);
        }
    }
}

/// The length of a string with its quotes. `None` if it is no string, or if it has no end.
fn string_length(json: &[u8]) -> Option<usize> {
    if json.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', json.get(at..)?)?;
        match json[at] {
            b'"' => return Some(at + 1),
            // An escape, whose second byte may be a quote.
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::JsonText;

    fn json(text: &str) -> JsonText<'_> {
        JsonText::new(text.as_bytes()).expect("a value")
    }

    #[test]
    fn a_value_ends_where_its_json_ends() {
        for text in [
            "1",
            "null",
            r#""a\"b\\""#,
            r#"{"a":"}"}"#,
            "[[],{}]",
            " true ",
        ] {
            assert!(JsonText::new(text.as_bytes()).is_some(), "{text}");
        }
        let deep = "[".repeat(1_000_000);
        for text in [
            "",
            " ",
            "1 2",
            "\"a",
            r#""a\"#,
            r#"{"a":1"#,
            "{}{}",
            "}",
            &deep,
        ] {
            assert!(JsonText::new(text.as_bytes()).is_none(), "{text:.20}");
        }
    }

    #[test]
    fn a_path_leads_through_objects_and_lists_and_the_last_of_a_name_counts() {
        let record = json(
            r#"{"a":{"b":[1,{"x":0},{"c":"d\n\u00fc"}]},"a.b":2,"twice":1,"twice":2,"\u0065":3,"n":null}"#,
        );
        let text = |path: &[&str]| record.at(path).and_then(JsonText::text).map(String::from);
        assert_eq!(text(&["a", "b", "c"]).as_deref(), Some("d\nü"));
        assert_eq!(text(&["twice"]).as_deref(), Some("2"));
        assert_eq!(text(&["e"]).as_deref(), Some("3"));
        assert_eq!(text(&["a.b"]).as_deref(), Some("2"));
        for none in [
            &["n"][..],
            &["a", "c"],
            &["n", "a"],
            &["a", "b"],
            &["twice", "a"],
        ] {
            assert_eq!(text(none), None, "{none:?}");
        }
        let list = record.at(&["a", "b"]).and_then(JsonText::shown);
        assert_eq!(list.as_deref(), Some(r#"[1,{"x":0},{"c":"d\n\u00fc"}]"#));
    }

    #[test]
    fn strings_that_are_no_text_are_read_as_far_as_they_are() {
        let half = json(r#""a\ud800""#).text();
        assert_eq!(half.as_deref(), Some(r"a\ud800"));
        let bytes = JsonText::new(b"\"a\xff\"").and_then(JsonText::text);
        assert_eq!(bytes.as_deref(), Some("a\u{fffd}"));
    }

    #[test]
    fn flags_may_be_strings() {
        for (text, flag) in [
            ("true", Some(true)),
            (r#""false""#, Some(false)),
            (r#""True""#, Some(true)),
            ("1", None),
            ("null", None),
        ] {
            assert_eq!(json(text).flag(), flag, "{text}");
        }
    }

    #[test]
    fn strings_are_found_at_any_depth_and_names_are_none() {
        let value = json(r#"{"a":"x","b" : [1,"y\"",{"c":{"d":"z"}}],"e":null}"#);
        let found: Vec<_> = value.strings().collect();
        assert_eq!(found, ["x", "y\"", "z"]);
    }

    #[test]
    fn members_and_elements_end_at_the_first_fault() {
        let object = json(r#"{"a":1,"b" 2,"c":3}"#);
        assert_eq!(object.members().count(), 1);
        assert_eq!(json("[1,2,,3]").elements().count(), 2);
        assert_eq!(json("[ 1 , 2 ]").elements().count(), 2);
        assert_eq!(
            json("{}").members().count() + json("[]").elements().count(),
            0
        );
        assert_eq!(
            json("7").members().count() + json("{}").elements().count(),
            0
        );
    }
}
