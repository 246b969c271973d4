//! SHA-256 values, computed and written as others do (FIPS 180-2, appendix B.1).

use std::io::Write as _;

use trailproof::base::sha256::{Sha256, Sha256Writer};

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn a_hash_is_that_of_the_bytes_however_they_come() {
    assert_eq!(Sha256::of(b"abc").to_string(), ABC);
    assert_eq!(Sha256::of_parts(&["a", "", "bc"]).to_string(), ABC);
    let mut writer = Sha256Writer::default();
    writer.write_all(b"ab").expect("written");
    assert_eq!(writer.write(b"c").expect("written"), 1);
    writer.flush().expect("flushed");
    assert_eq!(writer.finish().to_string(), ABC);
}

#[test]
fn a_hash_is_read_from_digits_of_either_case_and_from_nothing_else() {
    let hash = Sha256::of(b"abc");
    assert_eq!(Sha256::from_hex(ABC), Some(hash));
    assert_eq!(Sha256::from_hex(&ABC.to_uppercase()), Some(hash));
    for text in ["", &ABC[1..], &format!("{ABC}0"), &ABC.replace('b', "g")] {
        assert_eq!(Sha256::from_hex(text), None, "{text}");
    }
    assert_eq!(format!("{hash:?}"), ABC);
    assert_eq!(hash.hex(&mut [0; 64]), ABC);
}
