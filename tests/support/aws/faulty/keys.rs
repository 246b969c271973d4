//! Answers of ListPublicKeys with other keys than those of the region.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::message::Message;
use super::pages::{json, with_json};
use crate::support::forge::keys::{KEYS, signing_key};
use crate::support::forge::text::md5_hex;

/// No keys.
pub fn none(answer: Message) -> Message {
    edited(answer, Vec::clear)
}

/// Keys of another region, each with the fingerprint that is its own.
pub fn others(answer: Message) -> Message {
    edited(answer, |keys| {
        for key in keys {
            let known = (0..KEYS).find(|at| key["Fingerprint"] == fingerprint(*at).as_str());
            // Two of the four keys of the forge are valid at a time.
            let other = known.map_or(0, |at| (at + 2) % KEYS);
            key["Value"] = json!(STANDARD.encode(&signing_key(other).pkcs1_der));
            key["Fingerprint"] = json!(fingerprint(other));
        }
    })
}

/// The keys of the region, with the fingerprints of other ones.
pub fn with_other_fingerprints(answer: Message) -> Message {
    edited(answer, |keys| {
        for key in keys {
            let own = key["Fingerprint"].as_str().unwrap_or_default();
            key["Fingerprint"] = json!(md5_hex(own.as_bytes()));
        }
    })
}

fn fingerprint(index: usize) -> String {
    md5_hex(&signing_key(index).pkcs1_der)
}

fn edited(answer: Message, edit: impl FnOnce(&mut Vec<Value>)) -> Message {
    let Some(mut body) = json(&answer) else {
        return answer;
    };
    if let Some(keys) = body["PublicKeyList"].as_array_mut() {
        edit(keys);
    }
    with_json(answer, &body)
}
