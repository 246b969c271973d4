//! Lists one folder.

use crate::base::limits::Limits;
use crate::base::sample::Sample;
use crate::cloudtrail::ids::{AccountId, OrganizationId, Region};
use crate::cloudtrail::object_key::{AWS_LOGS, DIGEST_FOLDER, KeyRoot};
use crate::source::{Folders, GetError, Listed, RootId, Source};

/// A folder to list.
pub(super) struct FolderToList {
    /// Empty, or closed by a slash.
    pub prefix: String,
    pub kind: FolderKind,
}

/// What a folder is, by its path.
pub(super) enum FolderKind {
    /// A folder that may lead to `AWSLogs`, at this depth.
    Outside(usize),
    /// `AWSLogs`, or the folder of an organization in it, at this depth.
    AwsLogs(KeyRoot, usize),
    /// The folder of an account.
    Account(KeyRoot, AccountId),
    /// The digests of an account, by region.
    Digests(KeyRoot, AccountId),
    /// The logs of an account, by region.
    Logs(KeyRoot, AccountId),
}

impl FolderKind {
    /// Whether an entry of this name leads to digests, so that refusing it may hide some.
    fn leads_to_digests(&self, name: &str) -> bool {
        match self {
            FolderKind::Outside(_) => name == AWS_LOGS,
            FolderKind::AwsLogs(root, _) => {
                let is_organization =
                    root.organization.is_none() && name.parse::<OrganizationId>().is_ok();
                name == AWS_LOGS || is_organization || name.parse::<AccountId>().is_ok()
            }
            FolderKind::Account(..) => name == DIGEST_FOLDER,
            FolderKind::Digests(..) => name.parse::<Region>().is_ok(),
            FolderKind::Logs(..) => false,
        }
    }
}

/// What a folder holds.
#[derive(Default)]
pub(super) struct FolderContents {
    pub folders: Folders,
    /// Refused entries that cannot hide digests, each with the reason.
    pub refused: Sample,
    /// Objects directly in the folder of an account, or of its logs.
    pub objects: Vec<DirectObject>,
    /// How many more of these there are.
    pub more_objects: u64,
    /// The folder, or entries of it, that could not be listed and may hide digests.
    pub trouble: Vec<(String, GetError)>,
}

/// An object of a folder that was listed.
pub(super) struct DirectObject {
    pub key: String,
    /// Its size, if the listing shows it.
    pub size: Option<u64>,
}

impl FolderContents {
    fn add(&mut self, limits: &Limits, key: &str, size: Option<u64>) {
        if self.objects.len() < limits.findings_per_code {
            let key = key.to_owned();
            self.objects.push(DirectObject { key, size });
        } else {
            self.more_objects += 1;
        }
    }
}

impl FolderToList {
    /// Lists the folder.
    pub fn list(&self, source: &dyn Source, root: RootId, limits: &Limits) -> FolderContents {
        let FolderToList { prefix, kind } = self;
        let mut contents = FolderContents::default();
        let keeps_objects = matches!(kind, FolderKind::Account(..) | FolderKind::Logs(..));
        let mut other = |listed: Listed<'_>| {
            let (key, why) = match listed {
                Listed::Object(key, facts) if keeps_objects => {
                    return contents.add(limits, key, facts.size);
                }
                Listed::Object(..) => return,
                Listed::Unlisted(key, error) => {
                    return contents.trouble.push((key.to_owned(), error.clone()));
                }
                Listed::Refused(key, why) => (key, why),
            };
            let name = key.strip_prefix(prefix.as_str()).unwrap_or(key);
            if kind.leads_to_digests(name) {
                let error = GetError::Refused(format!("it is {why}"));
                contents.trouble.push((key.to_owned(), error));
            } else {
                contents.refused.add(limits, format!("{key} ({why})"));
            }
        };
        let folders = source.folders(root, prefix, &mut other);
        contents.folders = folders.unwrap_or_else(|error| {
            // A prefix that was given, or configured for a trail, need not exist.
            if error != GetError::NotFound {
                contents.trouble.push((prefix.clone(), error));
            }
            Folders {
                complete: true,
                ..Folders::default()
            }
        });
        contents
    }
}
