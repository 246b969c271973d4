//! From a gzip member to its content and hash, reusing the buffers.

use std::cell::RefCell;

use trailproof::base::gzip::inflate::{Container, Inflater};

use super::case::{Amount, Case, Named, Size};
use super::data;
use crate::support::gzip;

pub const CASES: &[Named] = &[("inflate/log", usual), ("inflate/small-log", small)];

fn usual(size: Size) -> Case {
    inflated(data::log(size))
}

fn small(size: Size) -> Case {
    inflated(data::log(Size { records: 2, ..size }))
}

fn inflated(content: Vec<u8>) -> Case {
    let body = gzip(&content);
    let inflater = RefCell::new(Inflater::default());
    Case::new(Amount::Bytes(content.len()), move || {
        let mut inflater = inflater.borrow_mut();
        let inflated = inflater.run(&mut body.as_slice(), u64::MAX, &mut |_| {});
        assert!(inflated.is_ok_and(|i| i.container == Container::Complete));
    })
}
