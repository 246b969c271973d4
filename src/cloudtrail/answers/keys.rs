//! The answer of ListPublicKeys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{AnswerPage, EpochSeconds, MalformedAnswer, read};

/// A key as it is listed. Whether it is one remains to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedKey {
    /// `Value`: its DER.
    pub der: Option<Vec<u8>>,
    /// `ValidityStartTime` and `ValidityEndTime`; `None` if either is absent or they are in the wrong order.
    pub valid: Option<(Timestamp, Timestamp)>,
    /// `Fingerprint`.
    pub fingerprint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListPublicKeysAnswer {
    public_key_list: Option<Vec<ListedMembers>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedMembers {
    value: Option<Base64>,
    validity_start_time: Option<EpochSeconds>,
    validity_end_time: Option<EpochSeconds>,
    fingerprint: Option<String>,
}

/// Bytes in base64.
struct Base64(Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Base64).map_err(de::Error::custom)
    }
}

/// Reads one page of the answer of ListPublicKeys.
///
/// # Errors
/// If it cannot be read.
pub fn public_keys(page: &[u8]) -> Result<AnswerPage<ListedKey>, MalformedAnswer> {
    let answer: ListPublicKeysAnswer = read(page)?;
    // An answer without its list lists no key, and no key is needed to be unknown: it accuses nobody.
    let keys = answer.public_key_list.unwrap_or_default();
    let keys = keys.into_iter().map(listed).collect();
    Ok(AnswerPage::new(Some(keys), answer.next_token))
}

fn listed(key: ListedMembers) -> ListedKey {
    let time = |at: Option<EpochSeconds>| at?.time();
    let valid = time(key.validity_start_time).zip(time(key.validity_end_time));
    ListedKey {
        der: key.value.map(|Base64(der)| der),
        valid: valid.filter(|(from, to)| from <= to),
        fingerprint: key.fingerprint,
    }
}
