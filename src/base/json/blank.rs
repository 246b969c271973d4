//! Blanks the values of members that nobody reads. AWS may add fields to what it signs, and nothing in them
//! may keep the known fields from being read: a number beyond every range, half a surrogate pair, or more
//! levels than the parser takes.

/// Which members are read: of the outermost object, and of the objects in its arrays.
pub(crate) struct KnownMembers {
    /// The names in the outermost object.
    pub outer: &'static [&'static str],
    /// The names in the objects of an array with a known name.
    pub inner: &'static [&'static str],
}

/// The same JSON with `null` for the values of unknown members. Their names are kept, so that a name that
/// stands twice is still found, unless a name is no text at all. `None` if brackets or quotes do not match.
pub(crate) fn unknown_members(json: &[u8], known: &KnownMembers) -> Option<Vec<u8>> {
    let mut blanked = Blanking {
        rest: json,
        out: Vec::with_capacity(json.len()),
        odd: 0,
    };
    blanked.object(known.outer, Some(known.inner))?;
    blanked.spaces();
    blanked.rest.is_empty().then_some(blanked.out)
}

struct Blanking<'j> {
    rest: &'j [u8],
    out: Vec<u8>,
    /// Names so far that are no text.
    odd: usize,
}

impl<'j> Blanking<'j> {
    /// An object with known members. Arrays below it hold objects with members named in `inner`.
    fn object(&mut self, known: &[&str], inner: Option<&[&str]>) -> Option<()> {
        self.expect(b'{')?;
        if self.take(b'}') {
            return Some(());
        }
        loop {
            self.spaces();
            let name = self.string()?;
            // The parser knows a name by its meaning, so an escaped one is the same.
            let meaning: Option<String> = serde_json::from_slice(name).ok();
            let is_known = meaning.as_deref().is_some_and(|name| known.contains(&name));
            if meaning.is_some() {
                self.out.extend_from_slice(name);
            } else {
                self.odd += 1;
                self.out
                    .extend_from_slice(format!("\"\\u0000{}\"", self.odd).as_bytes());
            }
            self.expect(b':')?;
            self.spaces();
            match (is_known, inner, self.rest.first()) {
                (true, Some(inner), Some(b'[')) => self.array(inner)?,
                (true, _, _) => {
                    let value = self.value()?;
                    self.out.extend_from_slice(value);
                }
                (false, _, _) => {
                    self.value()?;
                    self.out.extend_from_slice(b"null");
                }
            }
            if !self.take(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// An array, whose objects have known members.
    fn array(&mut self, known: &[&str]) -> Option<()> {
        self.expect(b'[')?;
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.spaces();
            match self.rest.first() {
                Some(b'{') => self.object(known, None)?,
                _ => {
                    let value = self.value()?;
                    self.out.extend_from_slice(value);
                }
            }
            if !self.take(b',') {
                return self.expect(b']');
            }
        }
    }

    /// Takes a value of any kind, without looking into it. Brackets are counted, not kept on the stack.
    fn value(&mut self) -> Option<&'j [u8]> {
        let all = self.rest;
        let mut open: Vec<u8> = Vec::new();
        loop {
            match *self.rest.first()? {
                b'"' => drop(self.string()?),
                bracket @ (b'[' | b'{') => {
                    open.push(bracket + 2);
                    self.rest = &self.rest[1..];
                    continue;
                }
                bracket @ (b']' | b'}') => {
                    if open.pop() != Some(bracket) {
                        return None;
                    }
                    self.rest = &self.rest[1..];
                }
                _ => {
                    let ends = |b: &u8| b",:[]{}\" \t\r\n".contains(b);
                    let length = self.rest.iter().position(ends).unwrap_or(self.rest.len());
                    // A separator or a blank within brackets.
                    self.rest = &self.rest[length.max(1)..];
                }
            }
            if open.is_empty() {
                return Some(&all[..all.len() - self.rest.len()]);
            }
        }
    }

    /// Takes a string with its quotes.
    fn string(&mut self) -> Option<&'j [u8]> {
        let all = self.rest;
        if all.first() != Some(&b'"') {
            return None;
        }
        let mut at = 1;
        loop {
            match all.get(at)? {
                b'\\' => at += 2,
                b'"' => break,
                _ => at += 1,
            }
        }
        let (string, rest) = all.split_at(at + 1);
        self.rest = rest;
        Some(string)
    }

    fn spaces(&mut self) {
        let is_space = |b: &u8| b" \t\r\n".contains(b);
        let spaces = self.rest.iter().position(|b| !is_space(b));
        self.rest = &self.rest[spaces.unwrap_or(self.rest.len())..];
    }

    /// Takes a sign, and writes it, if it is next.
    fn take(&mut self, sign: u8) -> bool {
        self.spaces();
        let is_next = self.rest.first() == Some(&sign);
        if is_next {
            self.out.push(sign);
            self.rest = &self.rest[1..];
        }
        is_next
    }

    fn expect(&mut self, sign: u8) -> Option<()> {
        self.take(sign).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{KnownMembers, unknown_members};

    const KNOWN: KnownMembers = KnownMembers {
        outer: &["a", "list"],
        inner: &["b"],
    };

    fn blanked(json: &str) -> Option<String> {
        let blanked = unknown_members(json.as_bytes(), &KNOWN)?;
        Some(String::from_utf8(blanked).expect("text"))
    }

    #[test]
    fn unknown_values_are_null_whatever_they_are() {
        let deep = format!("{}{}", "[".repeat(9_000), "]".repeat(9_000));
        for value in [
            "1e999",
            "-9e9999999",
            r#""\ud800""#,
            r#"{"a":[1,{"b":"}"}]}"#,
            &deep,
        ] {
            let json = format!(r#"{{"a":1,"x":{value},"list":[{{"b":2,"y":{value}}},3]}}"#);
            let expected = r#"{"a":1,"x":null,"list":[{"b":2,"y":null},3]}"#;
            assert_eq!(blanked(&json).as_deref(), Some(expected), "{value:.40}");
        }
        let json = r#" { "a" : [ ] , "\ud800" : 1 , "\ud801" : { } } "#;
        assert_eq!(
            blanked(json).as_deref(),
            Some("{\"a\":[],\"\\u00001\":null,\"\\u00002\":null}")
        );
    }

    #[test]
    fn what_is_known_is_kept_as_it_is_and_a_name_that_stands_twice_stays() {
        let json = r#"{"a":"\ud800 \" }","list":[{"b":1e999}],"x":1,"x":2}"#;
        let expected = r#"{"a":"\ud800 \" }","list":[{"b":1e999}],"x":null,"x":null}"#;
        assert_eq!(blanked(json).as_deref(), Some(expected));
    }

    #[test]
    fn an_escaped_name_is_known_and_a_form_feed_is_no_blank() {
        let json = r#"{"\u0061":1,"l\u0069st":[{"\u0062":2,"c":3}]}"#;
        let expected = r#"{"\u0061":1,"l\u0069st":[{"\u0062":2,"c":null}]}"#;
        assert_eq!(blanked(json).as_deref(), Some(expected));
        assert_eq!(blanked("{\u{c}\"a\":1}"), None);
    }

    #[test]
    fn brackets_and_quotes_must_match() {
        for bad in [
            "",
            "{",
            "[]",
            r#"{"a":1"#,
            r#"{"x":[}"#,
            r#"{"x":"1}"#,
            r#"{"a":1}}"#,
            r#"{"a" 1}"#,
            r#"{"x":{"y":1]}"#,
            r#"{"x\"#,
        ] {
            assert_eq!(blanked(bad), None, "{bad}");
        }
    }
}
