//! The command of the AWS CLI that a finding calls for. It follows from what to do and from the object that the
//! finding is about.

use crate::base::time::shift;
use crate::proof::finding::{Code, Finding, Hint};
use crate::report::validation::v1::{AwsAction, AwsCommand, CommandParts};

/// Seconds before the first digest, and after the last, in which the key that signed it may be valid. CloudTrail
/// signs a digest soon after its hour.
const KEYS_BEFORE: i64 = 3_600;
const KEYS_AFTER: i64 = 24 * 3_600;

/// The command. `None` if there is none that only reads.
pub(super) fn command(finding: &Finding) -> Option<AwsCommand> {
    let parts = match finding.hint.as_ref()? {
        Hint::KeepMetadata(object) => CommandParts {
            bucket: Some(object.bucket.clone()),
            key: Some(object.key.clone()),
            file: Some(format!("{}.head.json", object.copy)),
            ..AwsAction::HeadObject.into()
        },
        Hint::GetKeys(region) | Hint::GiveKeys(region) => {
            let time = finding.interval?;
            CommandParts {
                file: Some(format!("{region}.json")),
                region: Some(region.to_string()),
                from: Some(shift(time.from, -KEYS_BEFORE)),
                to: Some(shift(time.to, KEYS_AFTER)),
                ..AwsAction::ListPublicKeys.into()
            }
        }
        Hint::CopyLogs => about_object(AwsAction::CopyFolder, finding)?,
        // What was removed may have been removed with others around it.
        Hint::LookForMissing | Hint::ClosedAccount | Hint::AskAboutRemoval => {
            let mut parts = about_object(AwsAction::ListObjectVersions, finding)?;
            let key = parts.key.as_mut()?;
            key.truncate(key.rfind('/')? + 1);
            parts
        }
        Hint::OlderVersion | Hint::AskAboutWrite | Hint::WhoWroteIt => {
            about_object(AwsAction::ListObjectVersions, finding)?
        }
        Hint::FetchOriginal(_) => original(finding)?,
        // Another object belongs at its place.
        Hint::Text(_) if finding.code == Code::DigestIdentityMismatch => {
            about_object(AwsAction::ListObjectVersions, finding)?
        }
        // What restores an object changes its bucket.
        Hint::NoOriginal(_)
        | Hint::RestoreOriginal(_)
        // No command is needed for what lies in the bundle.
        | Hint::KeepOriginal(..)
        | Hint::Text(_)
        | Hint::CheckReading
        | Hint::LookForChain
        | Hint::Recopy
        | Hint::OtherBucket(_)
        | Hint::LogsAlone(_)
        | Hint::NothingHere
        | Hint::OtherOwner(_) => return None,
    };
    Some(parts.into())
}

/// The command that fetches the surviving original.
fn original(finding: &Finding) -> Option<CommandParts> {
    let version = finding.recovery.as_ref()?.version.as_ref()?;
    let name = version.key.rsplit('/').next();
    Some(CommandParts {
        bucket: Some(version.bucket.clone()),
        key: Some(version.key.clone()),
        version_id: version.version_id.clone(),
        file: name.map(Into::into),
        ..AwsAction::GetObjectVersion.into()
    })
}

/// A command about the object or folder that a finding is about.
fn about_object(action: AwsAction, finding: &Finding) -> Option<CommandParts> {
    Some(CommandParts {
        bucket: Some(finding.bucket.clone()?),
        key: Some(finding.key.clone()?),
        ..action.into()
    })
}
