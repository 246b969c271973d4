//! A log's records, read through for those that bear on trails.

use trailproof::record::read;

use super::case::{Amount, Case, Named, Size};
use super::data;

pub const CASES: &[Named] = &[("record/read", reading)];

fn reading(size: Size) -> Case {
    let content = data::log(size);
    Case::new(Amount::Bytes(content.len()), move || {
        let records = read(&mut content.as_slice(), &mut |_| {});
        assert!(!records.broken && records.seen == u64::from(size.records));
    })
}
