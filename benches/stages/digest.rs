//! From the bytes of a digest to its claims.

use std::hint::black_box;

use trailproof::cloudtrail::digest::Unverified;

use super::case::{Amount, Case, Named, Size};
use super::data;

pub const CASES: &[Named] = &[("digest/parse", parse)];

fn parse(size: Size) -> Case {
    let (_, chain) = data::chain(1, size.logs);
    let json = chain.last().json.clone();
    Case::new(Amount::Bytes(json.len()), move || {
        assert!(black_box(Unverified::parse(black_box(&json))).is_ok());
    })
}
