//! What events are counted by: members of the record, and what follows from them.

use std::borrow::Cow;
use std::str::FromStr;

use jiff::Timestamp;

use crate::base::text::clip;
use crate::cloudtrail::records::json::JsonText;
use crate::commands::events::rows::put_cell;

/// Most fields at a time.
const MOST_FIELDS: usize = 8;

/// Most characters of one value that are kept: an ARN has fewer, and a value that is longer is cut.
const LONGEST_VALUE: usize = 512;

/// The fields that events are counted by, in the order of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountFields(Vec<CountField>);

/// One field, with the name by which it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CountField {
    name: String,
    /// The member of the record in which it is.
    head: String,
    of: FieldValue,
}

/// What is taken from the member.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FieldValue {
    /// The value at the end of a path below the member.
    Below(Vec<String>),
    /// The first characters of a time in UTC, with what makes it complete.
    Time(usize, &'static str),
    /// The name of the caller: the ARN, else the service, else the principal id.
    Caller,
}

impl FromStr for CountFields {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Result<Vec<CountField>, String> = text.split(',').map(field).collect();
        let fields = fields?;
        match fields.len() {
            1..=MOST_FIELDS => Ok(CountFields(fields)),
            _ => Err(format!("expected at most {MOST_FIELDS} fields")),
        }
    }
}

fn field(name: &str) -> Result<CountField, String> {
    let mut path = name.split('.').map(str::to_owned);
    let (head, of) = match name {
        "day" => ("eventTime".to_owned(), FieldValue::Time(10, "")),
        "hour" => ("eventTime".to_owned(), FieldValue::Time(13, ":00Z")),
        "actor" => ("userIdentity".to_owned(), FieldValue::Caller),
        _ if name.split('.').any(|part| part.trim().is_empty()) => {
            return Err(
                "expected names of fields such as eventName,userIdentity.arn, or day, hour or actor"
                    .to_owned(),
            );
        }
        _ => (
            path.next().unwrap_or_default(),
            FieldValue::Below(path.collect()),
        ),
    };
    Ok(CountField {
        name: name.to_owned(),
        head,
        of,
    })
}

impl CountFields {
    /// The names, as they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|field| field.name.as_str())
    }

    /// Writes the values that a record has, in place of what `group` holds. A record that is not an object has none.
    pub(super) fn values(&self, record: &[u8], group: &mut Vec<u8>) {
        let mut members = [None; MOST_FIELDS];
        let record = JsonText::new(record).unwrap_or_default();
        for (name, value) in record.members() {
            for (field, member) in self.0.iter().zip(&mut members) {
                if *name == *field.head.as_bytes() {
                    *member = Some(value);
                }
            }
        }
        group.clear();
        for (field, member) in self.0.iter().zip(members) {
            let value = member.and_then(|member| field.of.value(member));
            let value = value.as_deref().map(|value| clip(value, LONGEST_VALUE));
            put_cell(group, value.as_deref());
        }
    }
}

impl FieldValue {
    fn value<'a>(&self, member: JsonText<'a>) -> Option<Cow<'a, str>> {
        match self {
            FieldValue::Below(path) => member.at(path)?.shown(),
            FieldValue::Time(length, rest) => {
                let time: Timestamp = member.text()?.parse().ok()?;
                let begin = time.to_string().get(..*length)?.to_owned();
                Some(Cow::Owned(begin + rest))
            }
            FieldValue::Caller => {
                let named = |name| member.member(name).and_then(JsonText::text);
                let or = |name| move || named(name);
                named("arn")
                    .or_else(or("invokedBy"))
                    .or_else(or("principalId"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CountFields;
    use crate::commands::events::rows::CellReader;

    const RECORD: &str = r#"{"eventTime":"2023-07-10T12:34:56Z","eventName":"A","userIdentity":{"invokedBy":"s3.amazonaws.com"},"requestParameters":{"list":[{"a":1},{"b":"c"}],"n":null},"eventName":"B"}"#;

    fn values(fields: &str, record: &str) -> Vec<Option<String>> {
        let fields: CountFields = fields.parse().expect("fields");
        let mut group = vec![1, 2, 3];
        fields.values(record.as_bytes(), &mut group);
        let mut cells = CellReader(&group);
        let cell = |_| cells.cell().expect("a cell").map(str::to_owned);
        fields.names().map(cell).collect()
    }

    #[test]
    fn fields_are_members_or_follow_from_them() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            values("eventName,day,hour,actor", RECORD),
            [
                some("B"),
                some("2023-07-10"),
                some("2023-07-10T12:00Z"),
                some("s3.amazonaws.com")
            ]
        );
        assert_eq!(
            values(
                "requestParameters.list.b,requestParameters.n,none,requestParameters.list",
                RECORD
            ),
            [some("c"), None, None, some(r#"[{"a":1},{"b":"c"}]"#)]
        );
        assert_eq!(
            values("day,eventName", r#"{"eventTime":"soon"}"#),
            [None, None]
        );
        assert_eq!(values("eventName", "[1]"), [None]);
    }

    #[test]
    fn a_long_value_is_cut() {
        let record = format!(r#"{{"a":"{}"}}"#, "ü".repeat(600));
        let value = values("a", &record).remove(0).expect("a value");
        assert_eq!(value.chars().count(), 513);
    }

    #[test]
    fn names_are_checked() {
        for bad in ["", "a,", "a..b", ".", "a, ,b", "a,b,c,d,e,f,g,h,i"] {
            assert!(bad.parse::<CountFields>().is_err(), "{bad}");
        }
    }
}
