//! Takes the elements of one array out of a JSON object that arrives in pieces, so that neither the text nor
//! the array is ever in memory.
//!
//! Only brackets, quotes and the commas of that array are read here. The elements, and the object without them,
//! are JSON texts of their own: whoever takes them has to check them.

/// Why an object cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SplitError {
    /// The array is not valid JSON; why, in the words of the JSON parser.
    Array(&'static str),
    /// One element, or the object without the elements, is longer than the bound.
    TooLong,
}

/// Splits one object.
pub(crate) struct ArraySplitter {
    /// The name of the array in the outermost object.
    name: &'static str,
    /// The bound on an element, and on the object without the elements, in bytes.
    longest: usize,
    /// The object without the elements so far.
    rest: Vec<u8>,
    /// The element so far.
    element: Vec<u8>,
    place: Place,
    text: StringPart,
    /// Brackets that are open in the object, without that of the array.
    depth: usize,
    /// Brackets that are open in the element.
    inner: usize,
    /// Where the last string of the outermost object begins.
    string: usize,
    /// Whether the value of the array's name comes next.
    is_named: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Object,
    /// In the array, before the first element.
    First,
    /// After a comma of the array.
    Next,
    Element,
    /// After an element.
    After,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StringPart {
    Outside,
    Inside,
    /// After a backslash.
    Escaped,
}

impl ArraySplitter {
    /// Splits an object at the array `name`.
    pub fn new(name: &'static str, longest: usize) -> Self {
        ArraySplitter {
            name,
            longest,
            rest: Vec::new(),
            element: Vec::new(),
            place: Place::Object,
            text: StringPart::Outside,
            depth: 0,
            inner: 0,
            string: 0,
            is_named: false,
        }
    }

    /// Takes the next piece of the object, and passes on each element that it completes.
    ///
    /// # Errors
    /// If the array is not valid or something is too long, or the first error of `each`.
    pub fn push<E: From<SplitError>>(
        &mut self,
        mut piece: &[u8],
        each: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(&byte) = piece.first() {
            let taken = match self.place {
                Place::Object => self.object(piece)?,
                Place::First | Place::Next | Place::After => self.between(byte)?,
                Place::Element => {
                    let taken = self.element(piece)?;
                    if self.place != Place::Element {
                        each(&self.element)?;
                        self.element.clear();
                    }
                    taken
                }
            };
            piece = &piece[taken..];
        }
        Ok(())
    }

    /// The object without the elements.
    pub fn rest(self) -> Vec<u8> {
        self.rest
    }

    /// Takes bytes outside the array, and returns how many.
    fn object(&mut self, piece: &[u8]) -> Result<usize, SplitError> {
        let before = self.text;
        let taken = self.text_length(piece);
        let start = self.rest.len();
        append(&mut self.rest, &piece[..taken], self.longest)?;
        match (before, piece[0]) {
            (StringPart::Inside | StringPart::Escaped, _) | (_, b' ' | b'\t' | b'\r' | b'\n') => {}
            (StringPart::Outside, b':') if self.depth == 1 => {
                let string = self.rest.get(self.string..start).unwrap_or_default();
                let name: Result<String, _> = serde_json::from_slice(string);
                self.is_named = name.is_ok_and(|name| name == self.name);
                // Each string is read once, however many colons follow it.
                self.string = self.rest.len();
            }
            (StringPart::Outside, byte) => {
                match byte {
                    b'"' if self.depth == 1 => self.string = start,
                    b'[' if self.is_named => self.place = Place::First,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                self.is_named = false;
            }
        }
        Ok(taken)
    }

    /// Takes a byte between elements, unless it begins one.
    fn between(&mut self, byte: u8) -> Result<usize, SplitError> {
        match (byte, self.place) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b']', Place::Next) => return Err(SplitError::Array("trailing comma")),
            (b']', _) => {
                self.place = Place::Object;
                append(&mut self.rest, b"]", self.longest)?;
            }
            (b',', Place::After) => self.place = Place::Next,
            (_, Place::After) => return Err(SplitError::Array("expected `,` or `]`")),
            (b',' | b'}' | b':', _) => return Err(SplitError::Array("expected value")),
            _ => {
                self.place = Place::Element;
                return Ok(0);
            }
        }
        Ok(1)
    }

    /// Takes bytes of an element, and returns how many. The place changes with its end.
    fn element(&mut self, piece: &[u8]) -> Result<usize, SplitError> {
        let before = self.text;
        let taken = self.text_length(piece);
        if before == StringPart::Outside {
            match piece[0] {
                b'{' | b'[' => self.inner += 1,
                // The end of a number or a word.
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}' if self.inner == 0 => {
                    self.place = Place::After;
                    return Ok(0);
                }
                b'}' | b']' => {
                    self.inner -= 1;
                    if self.inner == 0 {
                        self.place = Place::After;
                    }
                }
                _ => {}
            }
        } else if self.text == StringPart::Outside && self.inner == 0 {
            self.place = Place::After;
        }
        append(&mut self.element, &piece[..taken], self.longest)?;
        Ok(taken)
    }

    /// How many bytes to take: one outside strings; inside, all up to the next quote or backslash.
    fn text_length(&mut self, piece: &[u8]) -> usize {
        match (self.text, piece[0]) {
            (StringPart::Outside, b'"') | (StringPart::Escaped, _) => {
                self.text = StringPart::Inside
            }
            (StringPart::Outside, _) => {}
            (StringPart::Inside, b'"') => self.text = StringPart::Outside,
            (StringPart::Inside, b'\\') => self.text = StringPart::Escaped,
            (StringPart::Inside, _) => {
                let ends = piece.iter().position(|b| matches!(b, b'"' | b'\\'));
                return ends.unwrap_or(piece.len());
            }
        }
        1
    }
}

fn append(text: &mut Vec<u8>, more: &[u8], longest: usize) -> Result<(), SplitError> {
    if text.len() + more.len() > longest {
        return Err(SplitError::TooLong);
    }
    text.extend_from_slice(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ArraySplitter, SplitError};

    /// The elements of `list`, and the object without them. Each piece has `size` bytes.
    fn split(json: &str, size: usize) -> Result<(Vec<String>, String), SplitError> {
        let mut splitter = ArraySplitter::new("list", 40);
        let mut elements = Vec::new();
        for piece in json.as_bytes().chunks(size) {
            splitter.push(piece, &mut |element| {
                elements.push(String::from_utf8_lossy(element).into_owned());
                Ok::<_, SplitError>(())
            })?;
        }
        let rest = splitter.rest();
        Ok((elements, String::from_utf8_lossy(&rest).into_owned()))
    }

    #[test]
    fn elements_are_taken_out_of_the_array_of_that_name_alone() {
        for (json, elements, rest) in [
            (r#"{"list":[]}"#, &[][..], r#"{"list":[]}"#),
            (
                r#" {"list" : [ 1 ,"]" ] , "a":2}"#,
                &["1", "\"]\""],
                r#" {"list" : [] , "a":2}"#,
            ),
            (
                r#"{"a":"list","list":[{"b":[1,"}\""]},[2]]}"#,
                &[r#"{"b":[1,"}\""]}"#, "[2]"],
                r#"{"a":"list","list":[]}"#,
            ),
            (r#"{"l\u0069st":[true]}"#, &["true"], r#"{"l\u0069st":[]}"#),
            (
                r#"{"a":{"list":[1]},"b":["list",[2]]}"#,
                &[],
                r#"{"a":{"list":[1]},"b":["list",[2]]}"#,
            ),
            (
                r#"{"list":null,"list":[3]}"#,
                &["3"],
                r#"{"list":null,"list":[]}"#,
            ),
            // A name stands before the colon, and no colon before a name.
            (
                r#"{"x":{"a":"list":[1]}}"#,
                &[],
                r#"{"x":{"a":"list":[1]}}"#,
            ),
            (r#"{"list":[1"#, &[], r#"{"list":["#),
            (r#"[{"list":[1]}]"#, &[], r#"[{"list":[1]}]"#),
        ] {
            for size in 1..=json.len() {
                let (found, left) = split(json, size).expect("an object");
                assert_eq!(
                    (&found[..], &*left),
                    (
                        &elements.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>()[..],
                        rest
                    ),
                    "{json} by {size}"
                );
            }
        }
    }

    #[test]
    fn commas_must_stand_between_elements_and_nothing_may_be_too_long() {
        let long = "1".repeat(50);
        for (json, error) in [
            (r#"{"list":[,1]}"#, SplitError::Array("expected value")),
            (r#"{"list":[1,,2]}"#, SplitError::Array("expected value")),
            (r#"{"list":[}"#, SplitError::Array("expected value")),
            (r#"{"list":[1,]}"#, SplitError::Array("trailing comma")),
            (
                r#"{"list":[1 2]}"#,
                SplitError::Array("expected `,` or `]`"),
            ),
            (
                r#"{"list":["a"1]}"#,
                SplitError::Array("expected `,` or `]`"),
            ),
            (
                r#"{"list":[{}{}]}"#,
                SplitError::Array("expected `,` or `]`"),
            ),
            (&format!(r#"{{"list":[{long}]}}"#), SplitError::TooLong),
            (&format!(r#"{{"a":"{long}"}}"#), SplitError::TooLong),
        ] {
            for size in 1..=json.len() {
                assert_eq!(split(json, size), Err(error), "{json} by {size}");
            }
        }
    }

    #[test]
    fn an_element_may_be_as_long_as_the_longest() {
        for (length, is_taken) in [(39, true), (40, true), (41, false)] {
            let element = "1".repeat(length);
            let found = split(&format!(r#"{{"list":[{element}]}}"#), 7);
            assert_eq!(
                found.is_ok_and(|(elements, _)| elements == [element]),
                is_taken
            );
        }
    }
}
