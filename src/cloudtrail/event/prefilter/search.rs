//! Searches a text for a call, 128 bytes at a time. A library for such searches takes as long for the names of the
//! other calls as for all the text between them.

use fearless_simd::{Simd, dispatch, mask8x64, prelude::*, u8x64};

use super::{MEMBER, MEMBERS, NAMES, is_call};
use crate::base::vector;

/// Bytes that are looked at together.
const BLOCK: usize = 128;

/// Two places in the name of the member. The letters there, so far apart, are seldom anything else.
const PLACES: (usize, usize) = (2, 6);

/// How far apart they are.
const APART: usize = PLACES.1 - PLACES.0;

/// The first letters of each call, as one number.
const FIRST_LETTERS: [u32; NAMES.len()] = {
    let mut all = [0; NAMES.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = as_number(NAMES[at].0);
        at += 1;
    }
    all
};

const fn as_number([a, b, c]: [u8; 3]) -> u32 {
    u32::from_le_bytes([a, b, c, 0])
}

/// Whether a text holds the name of one of the calls.
pub(super) fn has_call(text: &[u8]) -> bool {
    dispatch!(vector::level(), simd => search(simd, text))
}

// A closure around vectors would keep the compiler from using those of this processor.
#[inline(always)]
fn search<S: Simd>(simd: S, text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(block) = text[at..].first_chunk::<{ BLOCK + APART }>() {
        let (low, high) = (letters(simd, block, 0), letters(simd, block, BLOCK / 2));
        // Most blocks hold no member.
        if (low | high).any_true() {
            let (low, high) = (u128::from(low.to_bitmask()), u128::from(high.to_bitmask()));
            let mut found = low | high << (BLOCK / 2);
            while found != 0 {
                let place = at + found.trailing_zeros() as usize;
                let begin = place.checked_sub(PLACES.0);
                if begin.is_some_and(|begin| begins_with_call(&text[begin..])) {
                    return true;
                }
                found &= found - 1;
            }
        }
        at += BLOCK;
    }
    let rest = &text[at.saturating_sub(PLACES.0)..];
    let mut members = MEMBERS.find_iter(rest);
    members.any(|at| is_call(&rest[at + MEMBER.len()..]))
}

/// Where both letters stand, in one half of a block.
#[inline(always)]
fn letters<S: Simd>(simd: S, block: &[u8; BLOCK + APART], at: usize) -> mask8x64<S> {
    let first = u8x64::from_slice(simd, &block[at..at + BLOCK / 2]);
    let second = u8x64::from_slice(simd, &block[at + APART..at + APART + BLOCK / 2]);
    first.simd_eq(MEMBER[PLACES.0]) & second.simd_eq(MEMBER[PLACES.1])
}

/// Whether a text begins with the member, and its value is one of the calls.
#[inline(always)]
fn begins_with_call(text: &[u8]) -> bool {
    may_begin_with_call(text) && text.strip_prefix(MEMBER).is_some_and(is_call)
}

/// Whether a look at the first bytes leaves it open. It takes no branch for each of the letters: which calls a log
/// records cannot be foreseen, and a wrong guess costs a processor more than all of this.
#[inline(always)]
fn may_begin_with_call(text: &[u8]) -> bool {
    let Some([.., colon, quote, a, b, c]) = text.first_chunk::<{ MEMBER.len() + 5 }>() else {
        return true;
    };
    let letters = as_number([*a, *b, *c]);
    let is_known = FIRST_LETTERS
        .iter()
        .fold(false, |is_known, known| is_known | (*known == letters));
    // JSON allows blanks around the colon.
    let is_spaced = (*colon != b':') | (*quote != b'"');
    is_known | is_spaced
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::{has_call, search};

    #[test]
    fn a_processor_with_shorter_vectors_finds_the_same() {
        for before in 0..300 {
            for name in ["StopLogging", "PutObject"] {
                let text = format!("{}\"eventName\":\"{name}\"", "vxxxN".repeat(before));
                let text = &text.as_bytes()[before..];
                assert_eq!(has_call(text), name == "StopLogging");
                let least = dispatch!(Level::baseline(), simd => search(simd, text));
                assert_eq!(least, has_call(text), "{before}");
            }
        }
    }
}
