//! From intervals to the state of every instant: hours newest first, as a walk paints them, with holes.

use std::hint::black_box;

use jiff::Timestamp;
use trailproof::base::time::{Window, shift};
use trailproof::proof::coverage::Paint;
use trailproof::proof::finding::Severity;

use super::case::{Amount, Case, Named, Size};
use super::data;
use crate::support::ts;

pub const CASES: &[Named] = &[("coverage/settle", settle)];

const HOUR: i64 = 3_600;

/// The hour with this number, from the first one.
pub fn hour(number: i64) -> Window {
    let from: Timestamp = ts(data::FIRST);
    Window::new(shift(from, number * HOUR), shift(from, (number + 1) * HOUR))
}

/// Whether no digest covers the hour with this number.
pub fn is_hole(number: i64) -> bool {
    number % 97 == 13
}

fn settle(size: Size) -> Case {
    let window = Window::new(hour(0).from, hour(size.intervals).from);
    let intervals = usize::try_from(size.intervals).expect("not negative");
    Case::new(Amount::Items(intervals), move || {
        let mut paint = Paint::default();
        for number in (0..size.intervals).rev() {
            if is_hole(number) {
                continue;
            }
            paint.verified.insert(hour(number));
            if number % 89 == 5 {
                paint.colour(Severity::Failed, hour(number));
            }
        }
        black_box(paint.settle(window));
    })
}
