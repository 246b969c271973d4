//! The usual members of one record. Their names are those of the user guide, "CloudTrail record contents for
//! management, data, and network activity events" and "CloudTrail userIdentity element".

use std::borrow::Cow;

use jiff::Timestamp;

use super::json::JsonText;

/// A text of a record.
type FieldText<'a> = Option<Cow<'a, str>>;

/// The usual members of one record. A member that is absent, `null` or of another type is `None`; of members with
/// the same name the last one counts.
#[derive(Debug, Clone, Default)]
pub struct RecordFields<'a> {
    /// All of the record, for members that are not listed here.
    pub record: JsonText<'a>,
    /// `eventTime` as it was written.
    pub event_time: FieldText<'a>,
    /// `eventName`.
    pub event_name: FieldText<'a>,
    /// `eventSource`.
    pub event_source: FieldText<'a>,
    /// `awsRegion`.
    pub aws_region: FieldText<'a>,
    /// `sourceIPAddress`: an address, or the name of a service.
    pub source_ip: FieldText<'a>,
    /// `userAgent`.
    pub user_agent: FieldText<'a>,
    /// `errorCode`.
    pub error_code: FieldText<'a>,
    /// `errorMessage`.
    pub error_message: FieldText<'a>,
    /// `readOnly`.
    pub read_only: Option<bool>,
    /// `eventID`.
    pub event_id: FieldText<'a>,
    /// `eventType`.
    pub event_type: FieldText<'a>,
    /// `eventCategory`.
    pub event_category: FieldText<'a>,
    /// `recipientAccountId`.
    pub recipient_account: FieldText<'a>,
    /// `userIdentity`.
    pub identity: RecordIdentity<'a>,
    /// The ARNs of `resources`, and the beginnings of ARNs where the record has only those (`ARNPrefix`).
    pub resources: Vec<Cow<'a, str>>,
    /// `requestParameters` as JSON.
    pub request_parameters: Option<JsonText<'a>>,
    /// `responseElements` as JSON.
    pub response_elements: Option<JsonText<'a>>,
    /// `additionalEventData` as JSON.
    pub additional_event_data: Option<JsonText<'a>>,
}

/// Who made a call: `userIdentity`.
#[derive(Debug, Clone, Default)]
pub struct RecordIdentity<'a> {
    /// `type`.
    pub kind: FieldText<'a>,
    /// `arn`.
    pub arn: FieldText<'a>,
    /// `principalId`.
    pub principal_id: FieldText<'a>,
    /// `accountId`.
    pub account: FieldText<'a>,
    /// `accessKeyId`.
    pub access_key_id: FieldText<'a>,
    /// `userName`.
    pub user_name: FieldText<'a>,
    /// `invokedBy`.
    pub invoked_by: FieldText<'a>,
    /// `sessionContext.sessionIssuer.arn`: the role or user that the session's credentials came from.
    pub issuer_arn: FieldText<'a>,
    /// `sessionContext.sessionIssuer.userName`: its name.
    pub issuer_name: FieldText<'a>,
    /// `sessionContext.attributes.mfaAuthenticated`.
    pub mfa: Option<bool>,
}

impl<'a> RecordFields<'a> {
    /// Reads one record. `None` if it is not an object.
    pub fn parse(record: &'a [u8]) -> Option<Self> {
        let record = JsonText::new(record)?;
        if !record.bytes().starts_with(b"{") {
            return None;
        }
        let mut fields = RecordFields {
            record,
            ..RecordFields::default()
        };
        for (name, value) in record.members() {
            fields.take(&name, value);
        }
        Some(fields)
    }

    fn take(&mut self, name: &[u8], value: JsonText<'a>) {
        match name {
            b"eventTime" => self.event_time = value.text(),
            b"eventName" => self.event_name = value.text(),
            b"eventSource" => self.event_source = value.text(),
            b"awsRegion" => self.aws_region = value.text(),
            b"sourceIPAddress" => self.source_ip = value.text(),
            b"userAgent" => self.user_agent = value.text(),
            b"errorCode" => self.error_code = value.text(),
            b"errorMessage" => self.error_message = value.text(),
            b"readOnly" => self.read_only = value.flag(),
            b"eventID" => self.event_id = value.text(),
            b"eventType" => self.event_type = value.text(),
            b"eventCategory" => self.event_category = value.text(),
            b"recipientAccountId" => self.recipient_account = value.text(),
            b"userIdentity" => self.identity = RecordIdentity::of(value),
            b"resources" => self.resources = resources(value),
            b"requestParameters" => self.request_parameters = present(value),
            b"responseElements" => self.response_elements = present(value),
            b"additionalEventData" => self.additional_event_data = present(value),
            _ => {}
        }
    }

    /// When the call was made, if `eventTime` is a time.
    pub fn time(&self) -> Option<Timestamp> {
        self.event_time.as_ref()?.parse().ok()
    }

    /// Each way in which the record says that the call failed, the most exact first: `errorCode`, `errorMessage`, and
    /// `Failure` of a sign-in to the console, which has no `errorCode` (user guide, "AWS Management Console sign-in
    /// events").
    pub fn errors(&self) -> impl Iterator<Item = &str> {
        let said = [&self.error_code, &self.error_message];
        let said = said.into_iter().filter_map(|text| text.as_deref());
        let failed = self.is_failed_sign_in().then_some("Failure");
        said.filter(|text| !text.is_empty()).chain(failed)
    }

    /// Whether `responseElements` has a member with the name of the event that is `Failure`, such as `ConsoleLogin`.
    fn is_failed_sign_in(&self) -> bool {
        let result = || {
            let name = self.event_name.as_deref()?;
            self.response_elements?.member(name)?.text()
        };
        result().is_some_and(|result| result == "Failure")
    }

    /// Whether the caller had signed in with a second factor. A console sign-in has no session yet and says it
    /// in `additionalEventData.MFAUsed` (user guide, "AWS Management Console sign-in events").
    pub fn mfa(&self) -> Option<bool> {
        let used = || self.additional_event_data?.member("MFAUsed")?.text();
        self.identity.mfa.or_else(|| match &*used()? {
            "Yes" => Some(true),
            "No" => Some(false),
            _ => None,
        })
    }
}

impl<'a> RecordIdentity<'a> {
    fn of(identity: JsonText<'a>) -> Self {
        let mut fields = RecordIdentity::default();
        for (name, value) in identity.members() {
            match &*name {
                b"type" => fields.kind = value.text(),
                b"arn" => fields.arn = value.text(),
                b"principalId" => fields.principal_id = value.text(),
                b"accountId" => fields.account = value.text(),
                b"accessKeyId" => fields.access_key_id = value.text(),
                b"userName" => fields.user_name = value.text(),
                b"invokedBy" => fields.invoked_by = value.text(),
                b"sessionContext" => {
                    let text = |path: &[&str]| value.at(path)?.text();
                    fields.issuer_arn = text(&["sessionIssuer", "arn"]);
                    fields.issuer_name = text(&["sessionIssuer", "userName"]);
                    fields.mfa = value
                        .at(&["attributes", "mfaAuthenticated"])
                        .and_then(JsonText::flag);
                }
                _ => {}
            }
        }
        fields
    }

    /// The name of the session: the end of the ARN of an assumed role or a federated user, else what follows the
    /// colon of a role's `principalId`.
    pub fn session(&self) -> Option<&str> {
        let arn = self.arn.as_deref().unwrap_or_default();
        if let Some((_, role)) = arn.split_once(":assumed-role/") {
            return role.split_once('/').map(|(_, session)| session);
        }
        if let Some((_, user)) = arn.split_once(":federated-user/") {
            return Some(user);
        }
        let (id, session) = self.principal_id.as_deref()?.split_once(':')?;
        id.starts_with("AROA").then_some(session)
    }
}

/// A value that is not `null`.
fn present(value: JsonText<'_>) -> Option<JsonText<'_>> {
    (value.bytes() != b"null").then_some(value)
}

/// The ARNs of a record's resources.
fn resources<'a>(list: JsonText<'a>) -> Vec<Cow<'a, str>> {
    let arn = |resource: JsonText<'a>| {
        let named = |name| resource.member(name).and_then(JsonText::text);
        named("ARN").or_else(|| named("ARNPrefix"))
    };
    list.elements().filter_map(arn).collect()
}

#[cfg(test)]
mod tests {
    use super::RecordFields;

    fn parse(record: &str) -> RecordFields<'_> {
        RecordFields::parse(record.as_bytes()).expect("a record")
    }

    #[test]
    fn the_members_of_a_session_are_read() {
        let record = parse(
            r#"{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAX:jo","arn":"arn:aws:sts::111111111111:assumed-role/Admin/jo","accountId":"111111111111","accessKeyId":"ASIAX","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111111111111:role/Admin","userName":"Admin"},"attributes":{"creationDate":"2023-07-10T11:00:00Z","mfaAuthenticated":"true"}}},"eventTime":"2023-07-10T12:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.1","userAgent":"[aws-cli]","errorCode":"AccessDenied","errorMessage":"no","requestParameters":{"bucketName":"b"},"responseElements":null,"readOnly":true,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{"ARNPrefix":"arn:aws:s3:::b/"},{"type":"x"}],"eventType":"AwsApiCall","eventID":"e","eventCategory":"Data","recipientAccountId":"222222222222"}"#,
        );
        assert_eq!(
            record.time().map(|t| t.to_string()).as_deref(),
            Some("2023-07-10T12:00:00Z")
        );
        assert_eq!(record.event_name.as_deref(), Some("GetObject"));
        assert_eq!(record.error_code.as_deref(), Some("AccessDenied"));
        assert_eq!(record.read_only, Some(true));
        assert_eq!(record.recipient_account.as_deref(), Some("222222222222"));
        assert_eq!(record.resources, ["arn:aws:s3:::b/k", "arn:aws:s3:::b/"]);
        let parameters = record.request_parameters.map(|json| json.bytes());
        assert_eq!(parameters, Some(&br#"{"bucketName":"b"}"#[..]));
        assert_eq!(record.response_elements, None);
        let who = &record.identity;
        assert_eq!(who.session(), Some("jo"));
        assert_eq!(who.issuer_name.as_deref(), Some("Admin"));
        assert_eq!((who.mfa, record.mfa()), (Some(true), Some(true)));
        let bucket = record.record.at(&["requestParameters", "bucketName"]);
        assert_eq!(bucket.and_then(|b| b.text()).as_deref(), Some("b"));
    }

    #[test]
    fn a_console_sign_in_has_its_second_factor_elsewhere() {
        let record = parse(
            r#"{"userIdentity":{"type":"IAMUser","userName":"jo"},"eventName":"ConsoleLogin","additionalEventData":{"MFAUsed":"No"}}"#,
        );
        assert_eq!(record.mfa(), Some(false));
        assert_eq!(record.identity.session(), None);
    }

    #[test]
    fn a_failed_sign_in_is_an_error_without_a_code() {
        let errors = |text: &str| parse(text).errors().collect::<Vec<_>>().join("|");
        for (record, expected) in [
            (
                r#"{"eventName":"ConsoleLogin","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}}"#,
                "Failed authentication|Failure",
            ),
            (
                r#"{"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Success"}}"#,
                "",
            ),
            (
                r#"{"eventName":"GetObject","responseElements":{"ConsoleLogin":"Failure"}}"#,
                "",
            ),
            (
                r#"{"errorCode":"AccessDenied","errorMessage":""}"#,
                "AccessDenied",
            ),
            (r#"{"errorCode":null,"errorMessage":""}"#, ""),
        ] {
            assert_eq!(errors(record), expected, "{record}");
        }
    }

    #[test]
    fn odd_members_never_fail_a_record() {
        let record = parse(
            r#" {"eventName":{"a":1},"eventName":"B","eventTime":5,"userIdentity":[1],"resources":{"a":2},"readOnly":"maybe","awsRegion":7,"x":[[[]]],"eventID":null,"userAgent":"a\ud800"} "#,
        );
        assert_eq!(record.event_name.as_deref(), Some("B"));
        assert_eq!(record.time(), None);
        assert_eq!(record.aws_region.as_deref(), Some("7"));
        assert_eq!((record.read_only, record.event_id), (None, None));
        for odd in ["", "[]", "1", "\"a\"", "{", r#"{"a":1}}"#] {
            assert!(RecordFields::parse(odd.as_bytes()).is_none(), "{odd}");
        }
    }

    #[test]
    fn each_member_is_read() {
        let record = parse(
            r#"{"userIdentity":{"type":"a","principalId":"b","arn":"c","accountId":"d","accessKeyId":"e","userName":"f","invokedBy":"g","sessionContext":{"sessionIssuer":{"arn":"h","userName":"i"}}},"eventTime":"j","eventSource":"k","eventName":"l","awsRegion":"m","sourceIPAddress":"n","userAgent":"o","errorCode":"p","errorMessage":"q","readOnly":"false","eventID":"r","eventType":"s","eventCategory":"t","recipientAccountId":"u","responseElements":{"v":1},"additionalEventData":{"MFAUsed":"Yes"}}"#,
        );
        let who = &record.identity;
        let texts = [
            &who.kind,
            &who.principal_id,
            &who.arn,
            &who.account,
            &who.access_key_id,
            &who.user_name,
            &who.invoked_by,
            &who.issuer_arn,
            &who.issuer_name,
            &record.event_time,
            &record.event_source,
            &record.event_name,
            &record.aws_region,
            &record.source_ip,
            &record.user_agent,
            &record.error_code,
            &record.error_message,
            &record.event_id,
            &record.event_type,
            &record.event_category,
            &record.recipient_account,
        ];
        let texts: String = texts
            .into_iter()
            .filter_map(|text| text.as_deref())
            .collect();
        assert_eq!(texts, "abcdefghijklmnopqrstu");
        assert_eq!(record.read_only, Some(false));
        let response = record.response_elements.map(|json| json.bytes());
        assert_eq!(response, Some(&br#"{"v":1}"#[..]));
        assert_eq!((who.mfa, record.mfa()), (None, Some(true)));
    }
}
