//! JSON that keeps the order of its fields, which `serde_json::Value` does not.
//!
//! CloudTrail writes digests and records in a fixed order. A list of pairs can also hold what a map
//! cannot: the same name twice.

use serde_json::Value;

/// An ordered JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Any value whose inner order does not matter.
    Leaf(Value),
    /// An object with its fields in order.
    Object(Fields),
    /// A list.
    Array(Vec<Json>),
    /// JSON as it is written, such as with escapes that nothing needs.
    Written(String),
}

/// The fields of an object, in order; a name may appear twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(pub Vec<(String, Json)>);

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Json::Leaf(value.into())
    }
}

impl From<Fields> for Json {
    fn from(fields: Fields) -> Self {
        Json::Object(fields)
    }
}

impl Json {
    /// JSON's `null`.
    pub fn null() -> Self {
        Json::Leaf(Value::Null)
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Leaf(value) => value.as_str(),
            _ => None,
        }
    }

    /// The fields of an object.
    pub fn as_object_mut(&mut self) -> Option<&mut Fields> {
        match self {
            Json::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_array_mut(&mut self) -> Option<&mut Vec<Json>> {
        match self {
            Json::Array(items) => Some(items),
            _ => None,
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Leaf(value) => out.push_str(&value.to_string()),
            Json::Written(text) => out.push_str(text),
            Json::Object(fields) => fields.write(out),
            Json::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
        }
    }

    fn write_pretty(&self, indent: usize, out: &mut String) {
        match self {
            Json::Object(fields) if !fields.0.is_empty() => {
                out.push_str("{\n");
                for (index, (name, value)) in fields.0.iter().enumerate() {
                    let comma = if index > 0 { ",\n" } else { "" };
                    let pad = " ".repeat(indent + 4);
                    out.push_str(&format!("{comma}{pad}{}: ", quoted(name)));
                    value.write_pretty(indent + 4, out);
                }
                out.push_str(&format!("\n{}}}", " ".repeat(indent)));
            }
            Json::Array(items) if !items.is_empty() => {
                out.push_str("[\n");
                for (index, item) in items.iter().enumerate() {
                    let comma = if index > 0 { ",\n" } else { "" };
                    out.push_str(&format!("{comma}{}", " ".repeat(indent + 4)));
                    item.write_pretty(indent + 4, out);
                }
                out.push_str(&format!("\n{}]", " ".repeat(indent)));
            }
            _ => self.write(out),
        }
    }
}

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same fields and one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.push(name, value);
        self
    }

    /// The same fields, and one more if there is a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a field at the end, even if the name exists already.
    pub fn push(&mut self, name: &str, value: impl Into<Json>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The first field of that name, mutable.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.0.iter_mut().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The first field of that name as a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    /// Replaces the field with that name, or adds it at the end.
    pub fn set(&mut self, name: &str, value: impl Into<Json>) {
        match self.get_mut(name) {
            Some(old) => *old = value.into(),
            None => self.push(name, value),
        }
    }

    /// The entries of a digest's `logFiles`.
    pub fn log_files_mut(&mut self) -> &mut Vec<Json> {
        self.get_mut("logFiles")
            .and_then(Json::as_array_mut)
            .expect("a digest has logFiles")
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(&quoted(name));
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }

    /// Compact JSON, slashes bare, as in logs.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Compact JSON with `/` as `\/`, as CloudTrail writes digests. A slash can stand only
    /// within a string, so that replacing them all is safe.
    pub fn digest_bytes(&self) -> Vec<u8> {
        self.compact().replace('/', "\\/").into_bytes()
    }

    /// Four spaces per level and a newline at the end, as the AWS CLI prints it.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        Json::Object(self.clone()).write_pretty(0, &mut out);
        out.push('\n');
        out
    }
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}
