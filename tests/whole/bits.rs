//! Every bit, a part of it: `cargo bench --no-default-features --bench trials -- bits` tries all.

use crate::support::thorough::times_more;
use crate::trials::bits;

#[test]
fn whatever_is_edited_is_reported_and_nothing_else() {
    bits::some(24, 25 * times_more()).assert_clean(1_100);
}

/// Nothing signs that time, so a digest that is right fails for none.
#[test]
fn no_time_of_generation_accuses_a_digest_that_is_right() {
    bits::of_generation_times().assert_clean(200);
}

#[test]
fn the_judge_notices_a_report_that_is_wrong() {
    bits::of_the_judge(24, 5).assert_clean(100);
}
