//! Key files in each form in which people keep them.

use crate::support::case::{BUCKET, REGION, spec};
use crate::support::disk::{copied, running};
use crate::support::forge::{Encoding, Heads, KeyFileStyle, World};
use crate::support::program::report;

#[test]
fn both_key_encodings_and_all_three_key_files_prove_a_chain_over_a_rotation() {
    for (encoding, style) in [
        (Encoding::Pkcs1, KeyFileStyle::V1Epoch),
        (Encoding::Spki, KeyFileStyle::V2Iso),
        (Encoding::Pkcs1, KeyFileStyle::QuotedEpoch),
    ] {
        let mut world = World::new(11);
        world.keys.set_encoding(REGION, encoding);
        let chain = running(&mut world, spec().logs(0..=1).events(1..=1), 24 * 30);
        let keys: std::collections::BTreeSet<usize> = chain.digests.iter().map(|d| d.key).collect();
        assert!(keys.len() > 1, "the key was rotated");
        let dir = copied(&world, &[BUCKET], &[REGION], &Heads::All, style);
        let (code, report) = report(dir.path(), &["--path", BUCKET, "--keys", "keys"]);
        assert_eq!(
            (code, report["verdict"].as_str()),
            (0, Some("verified")),
            "{style:?}: {:#}",
            report["findings"]
        );
        assert_eq!(report["keys"].as_array().expect("keys").len(), keys.len());
    }
}
