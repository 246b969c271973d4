//! Answers as the bytes that a part holds.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::content::StoredContent;
use crate::proof::finding::ObjectFacts;
use crate::proof::reason::Reason;
use crate::source::bucket_record::SettingState;
use crate::source::disk::refused_word;
use crate::source::{GetError, Listed, ListedFacts, Metadata, Outage, Root, RootId};

/// The bytes of the answer of a source that does not answer such questions. All other answers have bytes.
pub(super) const NO_ANSWER: &[u8] = b"";

/// The bytes of a value; `None` if it cannot be stored.
pub(super) fn encode(value: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_stdvec(value).ok()
}

/// The bytes of an answer or of an error; `None` if that says nothing about what was asked.
pub(super) fn encode_answer<T: Serialize>(answer: &Result<T, GetError>) -> Option<Vec<u8>> {
    let stored: Result<&T, StoredError> = match answer {
        Ok(value) => Ok(value),
        Err(error) => Err(StoredError::of(error)?),
    };
    encode(&stored)
}

/// A stored value.
///
/// # Errors
/// If the bytes are not those of such a value: then no part holds it.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, GetError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(GetError::NotInParts(None)),
    }
}

/// A stored answer.
///
/// # Errors
/// The error that was stored, or as [`decode`].
pub(super) fn decode_answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, GetError> {
    decode::<Result<T, StoredError>>(bytes)?.map_err(StoredError::into_error)
}

/// An error, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredError(String);

impl StoredError {
    /// `None` for the end of a run, which is no answer.
    pub fn of(error: &GetError) -> Option<Self> {
        serde_json::to_string(error).ok().map(StoredError)
    }

    pub fn into_error(self) -> GetError {
        serde_json::from_str(&self.0).unwrap_or(GetError::NotInParts(None))
    }
}

/// The roots that were given.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRoots {
    roots: Vec<(u64, Vec<String>)>,
    pub is_copy: bool,
}

impl StoredRoots {
    pub fn of(roots: &[Root], is_copy: bool) -> Self {
        let root = |root: &Root| (root.id.0 as u64, root.buckets.clone());
        StoredRoots {
            roots: roots.iter().map(root).collect(),
            is_copy,
        }
    }

    pub fn roots(&self) -> Vec<Root> {
        let root = |(id, buckets): &(u64, Vec<String>)| Root {
            id: RootId(*id as usize),
            buckets: buckets.clone(),
        };
        self.roots.iter().map(root).collect()
    }
}

/// What opening a bucket led to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredOpening {
    NotOfSource,
    Opened,
    /// A root that was given.
    Given(u64),
}

/// An object that was opened.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredObject {
    pub metadata: Metadata,
    pub facts: ObjectFacts,
    /// As JSON.
    pub head: Option<String>,
    pub doubt: Option<StoredError>,
    pub body: StoredContent,
    /// The error with which the body ended.
    pub end: Option<StoredError>,
}

/// A listing of keys, or of the folders and keys directly below a prefix.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ListingAnswer {
    /// Each one behind its length in four bytes.
    pub entries: StoredContent,
    pub end: Result<StoredListingEnd, StoredError>,
}

/// How a listing ended that did not fail.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredListingEnd {
    Keys,
    Folders { names: Vec<String>, complete: bool },
}

/// One entry of a listing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredEntry {
    Object {
        key: String,
        /// In nanoseconds since 1970.
        modified: Option<i128>,
        size: Option<u64>,
    },
    Refused {
        key: String,
        what: String,
    },
    Unlisted {
        folder: String,
        error: StoredError,
    },
}

impl StoredEntry {
    /// `None` for a folder that was not listed because the run ended.
    pub fn of(listed: &Listed<'_>) -> Option<Self> {
        Some(match listed {
            Listed::Object(key, facts) => StoredEntry::Object {
                key: (*key).to_owned(),
                modified: facts.modified.map(Timestamp::as_nanosecond),
                size: facts.size,
            },
            Listed::Refused(key, what) => StoredEntry::Refused {
                key: (*key).to_owned(),
                what: (*what).to_owned(),
            },
            Listed::Unlisted(folder, error) => StoredEntry::Unlisted {
                folder: (*folder).to_owned(),
                error: StoredError::of(error)?,
            },
        })
    }

    /// Its key.
    pub fn key(&self) -> &str {
        match self {
            StoredEntry::Object { key, .. } | StoredEntry::Refused { key, .. } => key,
            StoredEntry::Unlisted { folder, .. } => folder,
        }
    }

    pub fn visit(self, visit: &mut dyn FnMut(Listed<'_>)) {
        match self {
            StoredEntry::Object {
                key,
                modified,
                size,
            } => {
                let modified = modified.and_then(|at| Timestamp::from_nanosecond(at).ok());
                visit(Listed::Object(&key, ListedFacts { modified, size }));
            }
            StoredEntry::Refused { key, what } => {
                visit(Listed::Refused(&key, refused_word(&what)));
            }
            StoredEntry::Unlisted { folder, error } => {
                visit(Listed::Unlisted(&folder, &error.into_error()));
            }
        }
    }
}

/// A setting of a bucket.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum StoredSetting {
    /// As JSON; `None` if the bucket has no such setting.
    Answered(Option<String>),
    Unknown {
        reason: String,
        detail: String,
    },
}

impl StoredSetting {
    pub fn of(state: &SettingState) -> Self {
        match state {
            SettingState::Answered { answer } => {
                StoredSetting::Answered(answer.as_ref().map(ToString::to_string))
            }
            SettingState::Unknown { error, detail } => StoredSetting::Unknown {
                reason: (*error).to_owned(),
                detail: detail.clone(),
            },
        }
    }

    pub fn into_state(self) -> Result<SettingState, GetError> {
        let lost = GetError::NotInParts(None);
        Ok(match self {
            StoredSetting::Answered(None) => SettingState::Answered { answer: None },
            StoredSetting::Answered(Some(answer)) => SettingState::Answered {
                answer: Some(serde_json::from_str(&answer).map_err(|_| lost)?),
            },
            StoredSetting::Unknown { reason, detail } => SettingState::Unknown {
                error: Reason::parse(&reason).ok_or(lost)?.as_str(),
                detail,
            },
        })
    }
}

/// The numbers of an outage.
pub(super) fn numbers_of(outage: Outage) -> [u64; 3] {
    [outage.in_row, outage.seconds, outage.not_asked]
}

/// The outage of some numbers.
pub(super) fn outage_of([in_row, seconds, not_asked]: [u64; 3]) -> Outage {
    Outage {
        in_row,
        seconds,
        not_asked,
    }
}
