//! Reads the records of a log and keeps those that concern trails.

use trailproof::cloudtrail::event::record::{read, read_in_place};

use super::case::{Amount, Case, Named, Size};
use super::data;

pub const CASES: &[Named] = &[("record/read", reading), ("record/read-held", reading_held)];

fn reading(size: Size) -> Case {
    let content = data::log(size);
    Case::new(Amount::Bytes(content.len()), move || {
        let records = read(&mut content.as_slice(), &mut |_| {});
        assert!(!records.broken && records.seen == u64::from(size.records));
    })
}

fn reading_held(size: Size) -> Case {
    let content = data::log(size);
    Case::new(Amount::Bytes(content.len()), move || {
        let records = read_in_place(&mut content.clone(), &mut |_| {});
        assert!(!records.broken && records.seen == u64::from(size.records));
    })
}
