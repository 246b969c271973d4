//! What a subject is, by which bytes a record that may concern it is found, and whether a record does concern it.

use crate::cloudtrail::ids::AccountId;
use crate::cloudtrail::records::fields::RecordFields;
use crate::report::timeline::v1::investigation::SubjectKind;

/// Something that records are searched for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A trail: its name, and the account that owns it if that is known.
    Trail {
        name: String,
        owner: Option<String>,
        arn: Option<String>,
    },
    /// A bucket.
    Bucket(String),
    /// An object: its bucket and its key.
    Object(String, String),
    /// A KMS key: its id, or its ARN.
    KmsKey(String),
    /// A user, or the root user of an account: its ARN.
    User(String),
    /// A user that a call refers to by its name: the account and the name.
    NamedUser(String, String),
    /// A role: its ARN.
    Role(String),
    /// The session of a role or of a federated user: its ARN.
    Session(String),
    /// An access key: its id.
    AccessKey(String),
}

/// The fewest characters of the last part of a key by which records are searched for it. Names of logs and digests
/// are longer.
const PLAIN_NAME: usize = 16;

impl Target {
    /// What it is.
    pub fn kind(&self) -> SubjectKind {
        match self {
            Target::Trail { .. } => SubjectKind::Trail,
            Target::Bucket(_) => SubjectKind::Bucket,
            Target::Object(..) => SubjectKind::Object,
            Target::KmsKey(_) => SubjectKind::KmsKey,
            Target::User(_) | Target::NamedUser(..) => SubjectKind::User,
            Target::Role(_) => SubjectKind::Role,
            Target::Session(_) => SubjectKind::Session,
            Target::AccessKey(_) => SubjectKind::AccessKey,
        }
    }

    /// Its name for people.
    pub fn name(&self) -> String {
        match self {
            Target::Trail { arn: Some(arn), .. } => arn.clone(),
            Target::Trail {
                name,
                owner: Some(owner),
                ..
            } => format!("{name} of {owner}"),
            Target::Trail { name, .. } => name.clone(),
            Target::Object(bucket, key) => format!("s3://{bucket}/{key}"),
            Target::NamedUser(account, name) => format!("{name} of {account}"),
            Target::Bucket(name)
            | Target::KmsKey(name)
            | Target::User(name)
            | Target::Role(name)
            | Target::Session(name)
            | Target::AccessKey(name) => name.clone(),
        }
    }

    /// The account and the name of a user, however it is referred to.
    pub fn user_name(&self) -> Option<(&str, &str)> {
        match self {
            Target::User(_) | Target::NamedUser(..) => self.in_account(),
            _ => None,
        }
    }

    /// The account that a user or a role is in, and its name there.
    fn in_account(&self) -> Option<(&str, &str)> {
        match self {
            Target::NamedUser(account, name) => Some((account, name)),
            Target::User(arn) => named_in(arn, ":user/"),
            Target::Role(arn) => named_in(arn, ":role/"),
            _ => None,
        }
    }

    /// The texts of which each record that concerns it holds one, as its JSON has them.
    pub fn needles(&self) -> Vec<String> {
        let quoted = |text: &str| format!("\"{text}\"");
        match self {
            Target::Trail { name, .. } => vec![quoted(name), format!(":trail/{name}\"")],
            Target::Bucket(name) => vec![quoted(name), format!(":s3:::{name}")],
            Target::Object(bucket, key) => match plain_name(key) {
                Some(name) => vec![name.to_owned()],
                None => vec![quoted(bucket), format!(":s3:::{bucket}/")],
            },
            Target::KmsKey(key) => vec![key_id(key).to_owned()],
            Target::NamedUser(_, name) => vec![quoted(name)],
            Target::User(arn) | Target::Role(arn) => {
                let name = self.in_account().map(|(_, name)| quoted(name));
                name.into_iter().chain([quoted(arn)]).collect()
            }
            Target::Session(name) | Target::AccessKey(name) => vec![quoted(name)],
        }
    }

    /// The texts one of which is a string of each record that concerns it, see [`words`].
    pub fn words(&self) -> Vec<String> {
        match self {
            Target::Trail { name, .. } => vec![name.clone()],
            Target::Bucket(name) => vec![name.clone()],
            Target::Object(_, key) => vec![key.clone()],
            Target::KmsKey(key) => vec![key_id(key).to_owned()],
            Target::NamedUser(_, name) => vec![name.clone()],
            Target::User(arn) | Target::Role(arn) => {
                let name = self.in_account().map(|(_, name)| name.to_owned());
                name.into_iter().chain([arn.clone()]).collect()
            }
            Target::Session(name) | Target::AccessKey(name) => vec![name.clone()],
        }
    }

    /// Whether a record concerns it that holds one of its [`words`](Self::words): `strings` are all of the record's.
    pub fn concerns(&self, record: &RecordFields<'_>, strings: &[String]) -> bool {
        let holds = |text: &str| strings.iter().any(|string| string == text);
        let source = record.event_source.as_deref().unwrap_or_default();
        let is_data = record.event_category.as_deref() == Some("Data");
        match self {
            Target::Trail { owner, arn, .. } => {
                let recipient = record.recipient_account.as_deref();
                let of_owner = owner
                    .as_deref()
                    .is_none_or(|owner| recipient == Some(owner));
                let is_named = arn.as_deref().is_some_and(holds);
                source == "cloudtrail.amazonaws.com" && (of_owner || is_named)
            }
            // CloudTrail checks its bucket all the time.
            Target::Bucket(_) => {
                let only_reads = is_data && record.read_only != Some(false);
                !(only_reads || is_by_cloudtrail(record))
            }
            Target::Object(bucket, key) => {
                let arn = format!(":s3:::{bucket}/{key}");
                holds(bucket) || strings.iter().any(|string| string.ends_with(&arn))
            }
            // CloudTrail and readers of the logs use it for each object.
            Target::KmsKey(_) => {
                let uses_it = source == "kms.amazonaws.com" && record.read_only != Some(false);
                !is_data && !uses_it
            }
            Target::User(arn) | Target::Role(arn) if holds(arn) => true,
            Target::User(_) | Target::NamedUser(..) => {
                let of = self.in_account();
                of.is_some_and(|of| is_by_user(of, record) || is_on("userName", of, record))
            }
            Target::Role(_) => {
                let of = self.in_account();
                of.is_some_and(|of| is_on("roleName", of, record))
            }
            Target::Session(_) | Target::AccessKey(_) => true,
        }
    }

    /// The principals that made a call: the user or the session, and the access key. Empty for AWS services, which
    /// act for many, and for who is known by no ARN.
    pub fn callers(record: &RecordFields<'_>) -> Vec<Target> {
        let who = &record.identity;
        let (kind, arn) = (who.kind.as_deref(), who.arn.as_deref());
        principals(
            kind,
            arn,
            who.invoked_by.as_deref(),
            who.access_key_id.as_deref(),
        )
    }
}

/// The principals behind an identity.
pub fn principals(
    kind: Option<&str>,
    arn: Option<&str>,
    invoked_by: Option<&str>,
    access_key: Option<&str>,
) -> Vec<Target> {
    let by_service = invoked_by.is_some_and(is_service) || kind == Some("AWSService");
    let arn = arn.filter(|arn| !arn.is_empty() && !is_of_service_role(arn));
    let Some(arn) = arn.filter(|_| !by_service) else {
        return Vec::new();
    };
    let principal = match arn {
        arn if arn.contains(":assumed-role/") || arn.contains(":federated-user/") => {
            Target::Session(arn.to_owned())
        }
        arn if arn.contains(":role/") => Target::Role(arn.to_owned()),
        arn => Target::User(arn.to_owned()),
    };
    let key = access_key.filter(|key| !key.is_empty());
    let key = key.map(|key| Target::AccessKey(key.to_owned()));
    [principal].into_iter().chain(key).collect()
}

/// Whether a principal is an AWS service or was used by one.
fn is_service(name: &str) -> bool {
    name.ends_with(".amazonaws.com") || name == "AWS Internal"
}

/// Whether it is a role that only an AWS service can assume, or a session of one (IAM user guide, "Create a
/// service-linked role").
fn is_of_service_role(arn: &str) -> bool {
    arn.contains(":role/aws-service-role/") || arn.contains(":assumed-role/AWSServiceRoleFor")
}

/// Whether CloudTrail itself made the call.
fn is_by_cloudtrail(record: &RecordFields<'_>) -> bool {
    let who = &record.identity;
    let names = [&who.invoked_by, &record.source_ip];
    let mut names = names.into_iter().flatten();
    names.any(|name| name == "cloudtrail.amazonaws.com")
}

/// Whether a user made a call.
fn is_by_user((account, name): (&str, &str), record: &RecordFields<'_>) -> bool {
    let who = &record.identity;
    who.kind.as_deref() == Some("IAMUser")
        && who.account.as_deref() == Some(account)
        && who.user_name.as_deref() == Some(name)
}

/// Whether a call of IAM refers to a user or a role by its name. A user and a role may have the same one, so what the
/// parameter is called decides.
fn is_on(parameter: &str, (account, name): (&str, &str), record: &RecordFields<'_>) -> bool {
    let value = || record.request_parameters?.member(parameter)?.text();
    record.recipient_account.as_deref() == Some(account)
        && record.event_source.as_deref() == Some("iam.amazonaws.com")
        && value().is_some_and(|value| *value == *name)
}

/// The account in an ARN of IAM, and the name behind its path.
fn named_in<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let (_, path) = arn.split_once(kind)?;
    let account = arn.split(':').nth(4)?;
    account.parse::<AccountId>().ok()?;
    Some((account, path.rsplit('/').next()?))
}

/// The id of a KMS key in its ARN.
fn key_id(key: &str) -> &str {
    key.rsplit_once(":key/").map_or(key, |(_, id)| id)
}

/// The last part of a key, if JSON writes it as it is and it is long enough to find few records.
fn plain_name(key: &str) -> Option<&str> {
    let name = key.rsplit('/').next()?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (name.len() >= PLAIN_NAME && name.bytes().all(is_plain)).then_some(name)
}

/// The strings of a record, and of those that are ARNs the parts by which a subject is known: the name of a trail,
/// the bucket and the key of an object, the id of a KMS key.
pub fn words(string: &str) -> impl Iterator<Item = &str> {
    let trail = string.split_once(":trail/").map(|(_, name)| name);
    let key = string.split_once(":key/").map(|(_, id)| id);
    let object = string.split_once(":s3:::").map(|(_, path)| path);
    let (bucket, object) = match object.map(|path| path.split_once('/')) {
        Some(Some((bucket, key))) => (Some(bucket), Some(key)),
        _ => (object, None),
    };
    let parts = [Some(string), trail, key, bucket, object];
    parts.into_iter().flatten()
}
