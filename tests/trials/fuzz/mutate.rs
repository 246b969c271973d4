//! Changes an input at random: bits, bytes, numbers, blocks, words of its format, and halves of two inputs.

use rand::RngExt as _;

use crate::support::forge::Rng;

/// Most changes of one input, one upon another.
const MOST: u32 = 8;

/// Bytes that parsers treat in a way of their own.
const SPECIAL: &[u8] = b"\0\n\r\t \"'\\/{}[]():;,.=+-*?%&<>|_@#~`$0019azAZ\x1b\x7f\x80\xc3\xe2\xff";

/// A mutation of one input, with parts of another one. It is no longer than `longest`.
pub fn mutated(
    rng: &mut Rng,
    (input, other): (&[u8], &[u8]),
    words: &[&str],
    longest: usize,
) -> Vec<u8> {
    let mut bytes = input.to_vec();
    // Most inputs get few changes: one that differs in many places is rarely valid.
    let changes = 1 << rng.random_range(0..=MOST.ilog2());
    for _ in 0..rng.random_range(1..=changes) {
        change(rng, &mut bytes, other, words);
    }
    bytes.truncate(longest);
    bytes
}

fn change(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    let place = at(rng, bytes.len());
    match rng.random_range(0..15_u32) {
        0 | 1 => with_byte(bytes, place, |byte| byte ^ 1 << (place % 8)),
        2 => {
            let new = rng.random_range(0..=255);
            with_byte(bytes, place, |_| new);
        }
        3 => {
            let new = SPECIAL[at(rng, SPECIAL.len() - 1)];
            with_byte(bytes, place, |_| new);
        }
        4 => bytes.insert(place, SPECIAL[at(rng, SPECIAL.len() - 1)]),
        5 => {
            let by = rng.random_range(1..=16);
            with_byte(bytes, place, |byte| byte.wrapping_add(by));
        }
        // Takes a block out.
        6 | 7 => {
            let block = block(rng, bytes.len());
            bytes.drain(block);
        }
        // Writes a block of it elsewhere.
        8 => {
            let copy = bytes[block(rng, bytes.len())].to_vec();
            put(bytes, place, &copy, rng.random());
        }
        // Repeats a block.
        9 => {
            let block = block(rng, bytes.len());
            let copy = bytes[block.clone()].repeat(rng.random_range(1..=20));
            put(bytes, block.end, &copy, false);
        }
        // A block of another input.
        10 => {
            let copy = &other[block(rng, other.len())];
            put(bytes, place, copy, rng.random());
        }
        // The beginning of one input and the end of another one.
        11 => {
            bytes.truncate(place);
            bytes.extend_from_slice(&other[at(rng, other.len())..]);
        }
        12 | 13 if !words.is_empty() => {
            let word = words[at(rng, words.len() - 1)];
            put(bytes, place, word.as_bytes(), rng.random());
        }
        _ => number(rng, bytes, place),
    }
}

/// A place from 0 to `end`, `end` included.
fn at(rng: &mut Rng, end: usize) -> usize {
    rng.random_range(0..=end)
}

fn with_byte(bytes: &mut [u8], place: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(place) {
        *byte = change(*byte);
    }
}

/// A stretch, more often a short one.
fn block(rng: &mut Rng, length: usize) -> std::ops::Range<usize> {
    let from = at(rng, length);
    let most = (length - from).min(1 << rng.random_range(0..10_u32));
    from..from + at(rng, most)
}

/// Inserts a text, or writes it over what is there.
fn put(bytes: &mut Vec<u8>, place: usize, text: &[u8], is_over: bool) {
    let end = match is_over {
        true => (place + text.len()).min(bytes.len()),
        false => place,
    };
    bytes.splice(place..end, text.iter().copied());
}

/// Writes another number over one in digits, or over bytes.
fn number(rng: &mut Rng, bytes: &mut Vec<u8>, place: usize) {
    const EXTREMES: [i64; 12] = [
        0,
        1,
        -1,
        9,
        60,
        127,
        255,
        65_536,
        2_147_483_648,
        4_294_967_296,
        i64::MAX,
        i64::MIN,
    ];
    let new = EXTREMES[at(rng, EXTREMES.len() - 1)];
    let rest = &bytes[place..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match digits {
        0 => {
            let width = 1 << rng.random_range(0..4_u32);
            put(bytes, place, &new.to_le_bytes()[..width], true);
        }
        digits => drop(bytes.splice(place..place + digits, new.to_string().into_bytes())),
    }
}
