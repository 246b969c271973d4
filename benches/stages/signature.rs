//! Checks the signature of one digest.

use trailproof::base::time::shift;
use trailproof::cloudtrail::digest::Unverified;
use trailproof::cloudtrail::ids::Region;
use trailproof::proof::signature::{SignatureCheck, WrittenSignature, check};

use super::case::{Amount, Case, Named, Size};
use super::data;

pub const CASES: &[Named] = &[("signature/check", checked)];

fn checked(_: Size) -> Case {
    let (world, chain) = data::chain(1, 3);
    let ring = data::ring(&world, &[data::REGION]);
    let record = chain.last().clone();
    let digest = Unverified::parse(&record.json).expect("a digest");
    let region: Region = data::REGION.parse().expect("a region");
    Case::new(Amount::Items(1), move || {
        let written = WrittenSignature {
            hex: &record.signature,
            algorithm: None,
        };
        let signed = (record.end, shift(record.end, 7_200));
        let checked = check(&digest, written, &region, &ring, signed);
        assert!(matches!(checked, SignatureCheck::Valid(_)));
    })
}
