//! What the processor can do with many bytes at once.
//!
//! Code with vectors is `#[inline(always)]`, and no closure stands around it. Otherwise the compiler does not use them.

use std::sync::OnceLock;

use fearless_simd::Level;

/// The vectors that this processor has. It is asked once.
pub fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(Level::new)
}
