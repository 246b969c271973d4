//! Key files as people have them: the saved answer of `aws cloudtrail list-public-keys`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::json::{Fields, Json};
use super::keys::{KeySchedule, PublishedKey};
use super::text::after;

/// How the times in a key file are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFileStyle {
    /// AWS CLI v1: epoch numbers, `1436317441.0`.
    V1Epoch,
    /// AWS CLI v2: ISO 8601 with the local offset, `2026-09-05T18:06:29+01:00`.
    V2Iso,
    /// As in the user guide: epochs in quotes, `"1436317441.0"`.
    QuotedEpoch,
}

impl KeyFileStyle {
    /// An instant in this style.
    pub fn time(self, at: Timestamp) -> Json {
        let epoch = at.as_second();
        match self {
            KeyFileStyle::V1Epoch => {
                let seconds = i32::try_from(epoch).expect("an instant before 2038");
                Json::from(f64::from(seconds))
            }
            KeyFileStyle::V2Iso => {
                let local = after(at, 3_600).strftime("%Y-%m-%dT%H:%M:%S+01:00");
                Json::from(local.to_string())
            }
            KeyFileStyle::QuotedEpoch => Json::from(format!("{epoch}.0")),
        }
    }
}

/// The answer of ListPublicKeys for `region` and a range of signing times.
pub fn key_file(
    keys: &KeySchedule,
    style: KeyFileStyle,
    region: &str,
    from: Timestamp,
    to: Timestamp,
) -> String {
    render(keys, style, region, &keys.published(region, from, to))
}

/// A key file with exactly these keys, for answers that lack one or hold another.
pub fn render(
    keys: &KeySchedule,
    style: KeyFileStyle,
    region: &str,
    published: &[PublishedKey],
) -> String {
    let list = published
        .iter()
        .map(|key| {
            let value = STANDARD.encode(keys.value_der(region, key.index));
            Json::Object(
                Fields::new()
                    .with("Value", value)
                    .with("ValidityStartTime", style.time(key.valid_from))
                    .with("ValidityEndTime", style.time(key.valid_to))
                    .with("Fingerprint", keys.fingerprint(region, key.index)),
            )
        })
        .collect();
    Fields::new()
        .with("PublicKeyList", Json::Array(list))
        .pretty()
}
