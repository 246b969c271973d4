//! What events are counted by: members of the record, what follows from them, and where the record comes from.

use std::borrow::Cow;
use std::str::FromStr;

use jiff::Timestamp;

use crate::base::text::clip;
use crate::cloudtrail::records::json::JsonText;
use crate::commands::events::rows::put_cell;
use crate::commands::events::sink::KeptRecord;

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
    /// The log, the digest that lists it, what is known about it, and the rules that match, as in the CSV.
    Log,
    Digest,
    State,
    Watchlist,
}

/// Members that are often counted by, for those who write them in another way. Of members with the same end, the
/// first is the likely one.
const USUAL: [&str; 31] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "eventCategory",
    "userIdentity.type",
    "userIdentity.arn",
    "userIdentity.principalId",
    "userIdentity.accountId",
    "userIdentity.accessKeyId",
    "userIdentity.userName",
    "userIdentity.invokedBy",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "requestParameters.bucketName",
    "resources.ARN",
    "tlsDetails.tlsVersion",
];

/// The usual member that a name without values may stand for.
fn usual(name: &str) -> Option<&'static str> {
    let end = |name: &'static str| name.rsplit('.').next().unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or(name);
    let by_path = USUAL
        .into_iter()
        .find(|usual| usual.eq_ignore_ascii_case(name));
    let by_end = || {
        USUAL
            .into_iter()
            .find(|usual| end(usual).eq_ignore_ascii_case(last))
    };
    by_path.or_else(by_end).filter(|usual| *usual != name)
}

impl FromStr for CountFields {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Result<Vec<CountField>, String> = text.split(',').map(field).collect();
        let fields = fields?;
        let is_first = |at: usize| {
            fields[..at]
                .iter()
                .all(|field| field.name != fields[at].name)
        };
        if let Some(at) = (0..fields.len()).find(|at| !is_first(*at)) {
            return Err(format!("{} is given twice", fields[at].name));
        }
        match fields.len() {
            1..=MOST_FIELDS => Ok(CountFields(fields)),
            _ => Err(format!("expected at most {MOST_FIELDS} fields")),
        }
    }
}

/// Names that a count as JSON has besides those of the fields. CloudTrail has no members of these names.
const RESERVED: [&str; 2] = ["events", "others"];

fn field(name: &str) -> Result<CountField, String> {
    if RESERVED.contains(&name) {
        return Err(format!("{name} stands for numbers of events in the output"));
    }
    let mut path = name.split('.').map(str::to_owned);
    let (head, of) = match name {
        "day" => ("eventTime".to_owned(), FieldValue::Time(10, "")),
        "hour" => ("eventTime".to_owned(), FieldValue::Time(13, ":00Z")),
        "actor" => ("userIdentity".to_owned(), FieldValue::Caller),
        "log" => (String::new(), FieldValue::Log),
        "digest" => (String::new(), FieldValue::Digest),
        "state" => (String::new(), FieldValue::State),
        "watchlist" => (String::new(), FieldValue::Watchlist),
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
    pub(super) fn values(&self, record: &KeptRecord<'_>, group: &mut Vec<u8>) {
        let mut members = [None; MOST_FIELDS];
        let json = JsonText::new(record.bytes).unwrap_or_default();
        for (name, value) in json.members() {
            for (field, member) in self.0.iter().zip(&mut members) {
                if *name == *field.head.as_bytes() {
                    *member = Some(value);
                }
            }
        }
        group.clear();
        for (field, member) in self.0.iter().zip(members) {
            let value = field.of.value(member, record);
            let value = value.as_deref().map(|value| clip(value, LONGEST_VALUE));
            put_cell(group, value.as_deref());
        }
    }

    /// What is said of the fields that no event has, `has_values` being whether some event has each.
    pub(super) fn without_values(&self, has_values: &[bool]) -> Vec<String> {
        let fields = self.names().zip(has_values);
        let without = fields.filter(|(_, has_values)| !**has_values);
        let said = without.map(|(name, _)| match usual(name) {
            Some(usual) => format!("no event here has {name}: did you mean {usual}?"),
            None => format!("no event here has {name}"),
        });
        said.collect()
    }
}

impl FieldValue {
    fn value<'a>(
        &self,
        member: Option<JsonText<'a>>,
        record: &'a KeptRecord<'_>,
    ) -> Option<Cow<'a, str>> {
        match self {
            FieldValue::Log => Some(record.origin.log.as_str().into()),
            FieldValue::Digest => record.origin.digest.as_deref().map(Cow::Borrowed),
            FieldValue::State => Some(record.origin.state().into()),
            FieldValue::Watchlist if record.marks.is_empty() => None,
            FieldValue::Watchlist => Some(record.marks.join(" ").into()),
            FieldValue::Below(path) => member?.at(path)?.shown(),
            FieldValue::Time(length, rest) => {
                let time: Timestamp = member?.text()?.parse().ok()?;
                let begin = time.to_string().get(..*length)?.to_owned();
                Some(Cow::Owned(begin + rest))
            }
            FieldValue::Caller => {
                let member = member?;
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
    use crate::commands::events::sink::{KeptRecord, RecordOrigin};
    use crate::validate::records::LogStanding;

    const RECORD: &str = r#"{"eventTime":"2023-07-10T12:34:56Z","eventName":"A","userIdentity":{"invokedBy":"s3.amazonaws.com"},"requestParameters":{"list":[{"a":1},{"b":"c"}],"n":null},"eventName":"B"}"#;

    fn values(fields: &str, record: &str) -> Vec<Option<String>> {
        let fields: CountFields = fields.parse().expect("fields");
        let mut group = vec![1, 2, 3];
        let origin = RecordOrigin {
            log: "s3://b/log".to_owned(),
            digest: Some("s3://b/digest".to_owned()),
            standing: LogStanding::Proven,
        };
        let record = KeptRecord {
            bytes: record.as_bytes(),
            origin: &origin,
            marks: &["a", "b"],
        };
        fields.values(&record, &mut group);
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
    fn events_are_counted_by_where_they_come_from() {
        let found = values("log,digest,state,watchlist", RECORD);
        let expected = ["s3://b/log", "s3://b/digest", "proven", "a b"];
        assert_eq!(found, expected.map(|text| Some(text.to_owned())));
    }

    #[test]
    fn a_field_that_no_event_has_is_said_with_the_likely_one() {
        let said = |fields: &str| {
            let fields: CountFields = fields.parse().expect("fields");
            let said = fields.without_values(&[false, true]);
            said.join("|")
        };
        assert_eq!(
            said("eventname,a"),
            "no event here has eventname: did you mean eventName?"
        );
        assert!(said("accessKeyId").ends_with("did you mean userIdentity.accessKeyId?"));
        assert_eq!(said("errorCode,a"), "no event here has errorCode");
        assert_eq!(
            said("userIdentity.foo,a"),
            "no event here has userIdentity.foo"
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let record = format!(r#"{{"a":"{}"}}"#, "ü".repeat(600));
        let value = values("a", &record).remove(0).expect("a value");
        assert_eq!(value.chars().count(), 513);
    }

    #[test]
    fn names_are_checked() {
        for bad in [
            "events",
            "a,others",
            "a,b,a",
            "",
            "a,",
            "a..b",
            ".",
            "a, ,b",
            "a,b,c,d,e,f,g,h,i",
        ] {
            assert!(bad.parse::<CountFields>().is_err(), "{bad}");
        }
    }
}
