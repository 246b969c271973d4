//! One target of `tests/trials/fuzz` for libFuzzer: that of this program's name.
//!
//! ```sh
//! cargo bench --no-default-features --bench trials -- fuzz all --write-seeds .fuzz/corpus
//! cargo +nightly fuzz run --fuzz-dir .fuzz digests
//! ```
#![no_main]
#![allow(dead_code, reason = "each program is one target, and libFuzzer mutates its inputs")]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

#[path = "../tests/library.rs"]
mod library;

#[path = "../tests/support"]
mod support {
    pub mod forge;
}

#[path = "../tests/trials"]
mod trials {
    pub mod fuzz;
    pub mod tally;
}

static TARGET: LazyLock<trials::fuzz::FuzzTarget> = LazyLock::new(|| {
    let mut targets = trials::fuzz::all().into_iter();
    let own = targets.find(|target| target.name == env!("CARGO_BIN_NAME"));
    own.expect("a target of this name")
});

fuzz_target!(|input: &[u8]| {
    let _ = (TARGET.run)(&input[..input.len().min(TARGET.longest)]);
});
