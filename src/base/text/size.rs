//! Sizes for people.

use super::{grouped, plural};

/// A number of bytes in its unit: exact below 1 KiB, with two digits after the point above.
///
/// ```
/// # use trailproof::base::text::in_bytes;
/// assert_eq!(in_bytes(1), "1 byte");
/// assert_eq!(in_bytes(1000), "1,000 bytes");
/// assert_eq!(in_bytes(1536), "1.50 KiB");
/// assert_eq!(in_bytes(5 << 40), "5.00 TiB");
/// ```
pub fn in_bytes(bytes: u64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let fits = units.into_iter().find(|(_, shift)| bytes >> shift > 0);
    match fits {
        // A size so large is not exact to the byte anyway.
        Some((unit, shift)) => {
            let size = bytes as f64 / (1_u64 << shift) as f64;
            format!("{} {unit}", grouped(format!("{size:.2}")))
        }
        None => plural(bytes, "byte"),
    }
}
