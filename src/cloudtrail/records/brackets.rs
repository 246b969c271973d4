//! Finds the bracket that closes an object or an array, 64 bytes of text at a time, as simdjson does (Langdale and
//! Lemire, "Parsing Gigabytes of JSON per Second", 2019): a bit for each byte says whether it is a bracket, and
//! whether it is in a string.

use fearless_simd::{Simd, dispatch, prelude::*, u8x64};

use crate::base::vector;

/// Bytes that are looked at together: as many as a mask has bits.
const BLOCK: usize = 64;

/// Every second bit.
const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// What a block leaves for the next one.
#[derive(Default)]
struct Carry {
    /// All bits, if the next block begins in a string.
    inside: u64,
    /// The first bit, if the first byte of the next block follows a backslash that escapes it.
    escaped: u64,
}

/// The end of the object or array that begins at `at`; `None` if the text ends before.
pub(super) fn closed(text: &[u8], at: usize) -> Option<usize> {
    dispatch!(vector::level(), simd => closed_by(simd, text, at))
}

#[inline(always)]
fn closed_by<S: Simd>(simd: S, text: &[u8], mut at: usize) -> Option<usize> {
    let mut carry = Carry::default();
    let mut depth = 0_u32;
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let mut padded = [0; BLOCK];
        let block = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        // More than half of the blocks have none.
        if let Some((opened, mut closed)) = brackets(simd, block, &mut carry) {
            if depth <= closed.count_ones() {
                // It may end here.
                let mut so_far = 0;
                while closed != 0 {
                    let place = closed.trailing_zeros();
                    let before = (opened & ((1 << place) - 1)).count_ones();
                    so_far += 1;
                    if depth + before <= so_far {
                        return Some(at + place as usize + 1);
                    }
                    closed &= closed - 1;
                }
                depth = depth + opened.count_ones() - so_far;
            } else {
                depth = depth + opened.count_ones() - closed.count_ones();
            }
        }
        at += BLOCK;
    }
}

/// The opening and the closing brackets of a block that are not in strings; `None` if it has no brackets at all.
#[inline(always)]
fn brackets<S: Simd>(simd: S, block: &[u8; BLOCK], carry: &mut Carry) -> Option<(u64, u64)> {
    let bytes = u8x64::from_slice(simd, block);
    let backslashes = bytes.simd_eq(b'\\').to_bitmask();
    let mut quotes = bytes.simd_eq(b'"').to_bitmask();
    if carry.escaped != 0 || backslashes != 0 {
        quotes &= !escaped(backslashes, carry);
    }
    let inside = up_to(quotes) ^ carry.inside;
    carry.inside = 0_u64.wrapping_sub(inside >> 63);
    // One bit makes a brace of a bracket: `[` and `{`, `]` and `}`.
    let braces = bytes | 0x20;
    let (opening, closing) = (braces.simd_eq(b'{'), braces.simd_eq(b'}'));
    if !(opening | closing).any_true() {
        return None;
    }
    let (opening, closing) = (opening.to_bitmask(), closing.to_bitmask());
    Some((opening & !inside, closing & !inside))
}

/// The bytes that a backslash before them escapes: those behind an odd number of backslashes.
fn escaped(backslashes: u64, carry: &mut Carry) -> u64 {
    if backslashes == 0 {
        return std::mem::take(&mut carry.escaped);
    }
    let first = carry.escaped;
    let escaping = backslashes & !first;
    let runs = ((escaping << 1) | ODD).wrapping_sub(escaping) ^ ODD;
    carry.escaped = (runs & backslashes) >> 63;
    runs ^ (backslashes | first)
}

/// For each bit, whether the number of set bits up to it is odd.
fn up_to(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::{closed, closed_by};

    /// The same, one byte at a time.
    fn plainly(text: &[u8]) -> Option<usize> {
        let (mut depth, mut inside, mut escaped) = (0, false, false);
        for (at, byte) in text.iter().enumerate() {
            match byte {
                _ if escaped => {
                    escaped = false;
                    // A bracket is one whatever stands before it.
                    if inside || !b"{[}]".contains(byte) {
                        continue;
                    }
                }
                b'\\' => {
                    escaped = true;
                    continue;
                }
                _ => {}
            }
            match byte {
                b'"' => inside = !inside,
                b'{' | b'[' if !inside => depth += 1,
                b'}' | b']' if !inside => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    #[test]
    fn blocks_of_bytes_say_the_same_as_one_byte_at_a_time() {
        // Many signs in a block, and few: some blocks have no brackets, no quotes or no backslashes.
        let dense = b"{[}]\"\\\\\"  aaaaaaa".to_vec();
        let sparse = [&dense[..], &[b'a'; 700]].concat();
        let mut random = 1_u64;
        let mut ended = 0;
        for (round, length) in (0..400).cycle().take(20_000).enumerate() {
            let signs = [&dense, &sparse][round / 400 % 2];
            let mut text = b"{".to_vec();
            for _ in 0..length {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                text.push(signs[(random >> 33) as usize % signs.len()]);
            }
            let expected = plainly(&text);
            ended += usize::from(expected.is_some_and(|end| end > 64));
            let shown = String::from_utf8_lossy(&text);
            assert_eq!(closed(&text, 0), expected, "{shown}");
            // A processor with shorter vectors finds the same.
            let least = dispatch!(Level::baseline(), simd => closed_by(simd, &text, 0));
            assert_eq!(least, expected, "{shown}");
            let moved = [b"[\"\\", &text[..]].concat();
            assert_eq!(closed(&moved, 3), expected.map(|end| end + 3), "{shown}");
        }
        assert!(ended > 100, "{ended} texts end after their first block");
    }

    #[test]
    fn runs_of_backslashes_cross_blocks() {
        for length in 0..200 {
            let text = format!("{{\"{}\"}}\"}}", "\\".repeat(length));
            let expected = match length % 2 {
                0 => length + 4,
                _ => length + 6,
            };
            let end = closed(text.as_bytes(), 0);
            assert_eq!(
                end,
                Some(expected).filter(|end| *end <= text.len()),
                "{length}"
            );
        }
    }
}
