//! Every bit, a part of it: `cargo bench --no-default-features --bench trials -- bits` tries all.

use crate::trials::bits;

#[test]
fn whatever_is_edited_is_reported_and_nothing_else() {
    bits::some(24, 25).assert_clean(1_100);
}
