//! Numbers for people.

use std::fmt::Display;

/// A number with its thousands grouped by commas. A sign before the digits and decimals after them stay.
///
/// ```
/// # use trailproof::base::text::grouped;
/// assert_eq!(grouped(1_234_567), "1,234,567");
/// assert_eq!(grouped(-1000), "-1,000");
/// assert_eq!(grouped(999), "999");
/// assert_eq!(grouped(8760.2501), "8,760.2501");
/// ```
pub fn grouped(n: impl Display) -> String {
    let text = n.to_string();
    let first = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let (sign, number) = text.split_at(first);
    let end = number.find(|c: char| !c.is_ascii_digit());
    let (digits, rest) = number.split_at(end.unwrap_or(number.len()));
    let mut grouped = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}
