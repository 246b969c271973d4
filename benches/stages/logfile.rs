//! Compares the bytes of a log with the hash in its digest; and hashing alone.

use std::cell::RefCell;
use std::hint::black_box;

use trailproof::base::gzip::inflate::Inflater;
use trailproof::base::sha256::Sha256;
use trailproof::cloudtrail::log_list::LogEntry;
use trailproof::proof::log;

use super::case::{Amount, Case, Named, Size};
use super::data;
use crate::support::gzip;

pub const CASES: &[Named] = &[("logfile/check", check), ("hash/sha256", hash)];

fn check(size: Size) -> Case {
    let content = data::log(size);
    let body = gzip(&content);
    let entry = LogEntry {
        bucket: data::BUCKET.into(),
        key: "a log".into(),
        hash: Ok(Sha256::of(&content)),
    };
    let inflater = RefCell::new(Inflater::default());
    Case::new(Amount::Bytes(content.len()), move || {
        let mut inflater = inflater.borrow_mut();
        let inflated = inflater.run(&mut body.as_slice(), u64::MAX, &mut |_| {});
        let expected = log::expected(&entry).expect("a known algorithm");
        let log = inflated.expect("memory can be read");
        assert!(log::compare(expected, &log).is_ok());
    })
}

fn hash(size: Size) -> Case {
    let content = data::log(size);
    Case::new(Amount::Bytes(content.len()), move || {
        black_box(Sha256::of(black_box(&content)));
    })
}
