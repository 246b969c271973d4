//! The keys and digests that AWS itself made (`tests/support/real`).

use std::fs;

use base64::Engine as _;
use serde_json::Value;

use crate::support::program::root;

pub fn real_json(name: &str) -> Value {
    serde_json::from_slice(&fs::read(root().join("tests/support/real").join(name)).expect("a file"))
        .expect("JSON")
}

pub fn der(key: &Value) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(key["Value"].as_str().expect("a value"))
        .expect("base64")
}
