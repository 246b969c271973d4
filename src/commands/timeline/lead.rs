//! Which principals the calls of a principal lead to: the keys, users and roles that it created, the sessions that it
//! opened, and who opened a session.

use super::subjects::{FoundSubject, SubjectSet};
use super::target::Target;
use crate::cloudtrail::records::fields::RecordFields;
use crate::cloudtrail::records::json::JsonText;

/// How a call leads from its caller to other principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeadKind {
    /// The caller acts as the principal from then on, so whoever is one is the other.
    Opened,
    /// The caller made a principal that may act for it.
    Created,
    /// The caller can act as the user from then on.
    TookOver,
}

impl LeadKind {
    /// What was done to the principal.
    fn words(self) -> &'static str {
        match self {
            LeadKind::Opened => "opened",
            LeadKind::Created => "created",
            LeadKind::TookOver => "given a new password",
        }
    }

    /// What the caller did to the principal.
    fn verb(self) -> &'static str {
        match self {
            LeadKind::Opened => "opened",
            LeadKind::Created => "created",
            LeadKind::TookOver => "gave a new password to",
        }
    }
}

/// The principals that the answer to a call is about.
struct MadePrincipals {
    kind: LeadKind,
    principals: Vec<Target>,
}

/// The subjects that a record leads to, if its caller or what it made is a subject. A refused call leads nowhere.
/// Who opened a session is always followed back, who created a principal only if `follows_back`.
pub fn leads(
    record: &RecordFields<'_>,
    subjects: &SubjectSet,
    follows_back: bool,
) -> Vec<FoundSubject> {
    if record.error_code.is_some() {
        return Vec::new();
    }
    let Some(made) = made(record) else {
        return Vec::new();
    };
    let callers = Target::callers(record);
    let known = |of: &[Target]| of.iter().find_map(|target| subjects.place(target));
    let call = record.event_name.as_deref().unwrap_or_default();
    let at = record.event_time.as_deref().unwrap_or_default();
    let how = format!("with {call} at {at}");
    let found = |targets: Vec<Target>, by: usize, why: String| {
        let found = targets.into_iter().map(move |target| FoundSubject {
            target,
            why: why.clone(),
            mark: None,
            found_by: Some(by),
        });
        found.collect()
    };
    let backward = follows_back || made.kind == LeadKind::Opened;
    match (known(&callers), known(&made.principals)) {
        (Some(by), _) => {
            let (words, id) = (made.kind.words(), SubjectSet::id(by));
            found(made.principals, by, format!("{words} by {id} {how}"))
        }
        (None, Some(of)) if backward => {
            let id = SubjectSet::id(of);
            found(callers, of, format!("{} {id} {how}", made.kind.verb()))
        }
        (None, _) => Vec::new(),
    }
}

/// What a call made, by the service and the name of the call (IAM and STS API references).
fn made(record: &RecordFields<'_>) -> Option<MadePrincipals> {
    let answer = record.response_elements.unwrap_or_default();
    let text = |path: &[&str]| answer.at(path).and_then(JsonText::text).map(String::from);
    let text = |path: &[&str]| text(path).filter(|text| !text.is_empty());
    let source = record.event_source.as_deref()?;
    let (kind, principals) = match (source, record.event_name.as_deref()?) {
        ("iam.amazonaws.com", "CreateAccessKey") => {
            let key = text(&["accessKey", "accessKeyId"]).map(Target::AccessKey);
            (LeadKind::Created, [key, None])
        }
        ("iam.amazonaws.com", "CreateUser") => {
            let user = text(&["user", "arn"]).map(Target::User);
            (LeadKind::Created, [user, None])
        }
        ("iam.amazonaws.com", "CreateRole") => {
            let role = text(&["role", "arn"]).map(Target::Role);
            (LeadKind::Created, [role, None])
        }
        ("iam.amazonaws.com", "CreateLoginProfile" | "UpdateLoginProfile") => {
            let user = record.request_parameters?.member("userName")?.text()?;
            let account = record.recipient_account.as_deref()?;
            let user = Target::NamedUser(account.to_owned(), user.into_owned());
            (LeadKind::TookOver, [Some(user), None])
        }
        (
            "sts.amazonaws.com",
            "AssumeRole"
            | "AssumeRoleWithSAML"
            | "AssumeRoleWithWebIdentity"
            | "AssumeRoot"
            | "GetSessionToken"
            | "GetFederationToken",
        ) => {
            let key = text(&["credentials", "accessKeyId"]).map(Target::AccessKey);
            let role = text(&["assumedRoleUser", "arn"]);
            let session = role.or_else(|| text(&["federatedUser", "arn"]));
            (LeadKind::Opened, [key, session.map(Target::Session)])
        }
        _ => return None,
    };
    let principals = principals.into_iter().flatten().collect();
    Some(MadePrincipals { kind, principals })
}
