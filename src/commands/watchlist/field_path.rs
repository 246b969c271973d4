//! The members that lead to values of a record, as rules write them.

use serde_json::Value;

use crate::base::text::cited;

/// Every member that an event has at its top, in "CloudTrail record contents" of the AWS CloudTrail User Guide, with
/// those of Insights events
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>).
const MEMBERS: [&str; 32] = [
    "additionalEventData",
    "addendum",
    "apiVersion",
    "awsRegion",
    "edgeDeviceDetails",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventContext",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "insightDetails",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "sessionCredentialFromConsole",
    "sharedEventID",
    "sourceIPAddress",
    "tlsDetails",
    "userAgent",
    "userIdentity",
    "vpcEndpointAccountId",
    "vpcEndpointId",
];

/// The members that lead to values of a record, such as `userIdentity.type`. It leads through every element of a
/// list.
#[derive(Debug, Clone)]
pub(super) struct FieldPath(Vec<Box<str>>);

impl FieldPath {
    /// The path that a text with dots is.
    ///
    /// # Errors
    /// It leads to nothing in any event, as the predicate of a sentence. A test of it could never hold.
    pub fn of(text: &str) -> Result<FieldPath, String> {
        let path: Vec<Box<str>> = text.split('.').map(Into::into).collect();
        let first = path.first().map_or("", |name| &**name);
        if path.iter().any(|name| name.is_empty()) {
            return Err(format!(
                "has the member {}, which has an empty part",
                cited(text)
            ));
        }
        if MEMBERS.contains(&first) {
            return Ok(FieldPath(path));
        }
        let near = nearest(first).map_or(String::new(), |near| format!(": did you mean `{near}`?"));
        Err(format!(
            "has the member {}, which no event has{near}",
            cited(text)
        ))
    }

    /// The last member.
    pub fn last(&self) -> Option<&str> {
        self.0.last().map(|name| &**name)
    }

    /// Whether a value that the path leads to passes a test.
    pub fn any(&self, record: &Value, test: &mut dyn FnMut(&Value) -> bool) -> bool {
        any_below(record, &self.0, test)
    }
}

/// The member that begins most as a name does, if that is at least half of the name.
fn nearest(name: &str) -> Option<&'static str> {
    let same = |member: &&str| {
        let pairs = member.bytes().zip(name.bytes());
        let same = pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other));
        same.count()
    };
    let nearest = MEMBERS.into_iter().max_by_key(same)?;
    (2 * same(&nearest) >= name.len()).then_some(nearest)
}

/// Whether a value below this one, along the rest of a path, passes a test.
fn any_below(value: &Value, path: &[Box<str>], test: &mut dyn FnMut(&Value) -> bool) -> bool {
    match (value, path) {
        (Value::Array(values), path) => values.iter().any(|value| any_below(value, path, test)),
        (value, []) => test(value),
        (Value::Object(members), [name, rest @ ..]) => members
            .get(&**name)
            .is_some_and(|value| any_below(value, rest, test)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::FieldPath;

    #[test]
    fn a_member_that_no_event_has_is_an_error() {
        for path in ["eventName", "requestParameters.a.b", "vpcEndpointAccountId"] {
            assert!(FieldPath::of(path).is_ok(), "{path}");
        }
        for (path, expected) in [
            ("requestParameter.key", "did you mean `requestParameters`?"),
            ("eventname", "did you mean `eventName`?"),
            ("sourceIpAdress", "did you mean `sourceIPAddress`?"),
            (
                "detail.eventName",
                "\"detail.eventName\", which no event has",
            ),
            ("userIdentity..arn", "has an empty part"),
            ("", "has an empty part"),
        ] {
            let error = FieldPath::of(path).expect_err(path);
            assert!(error.ends_with(expected), "{error}");
        }
    }
}
