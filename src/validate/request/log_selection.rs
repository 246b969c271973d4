//! Which logs to read (pure).

use std::fmt;
use std::str::FromStr;

use crate::base::sha256::Sha256;
use crate::cloudtrail::ids::NotAn;

/// Which logs to read and compare with their digests. All others must still exist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LogSelection {
    /// Read every log.
    All,
    /// Read no log.
    None,
    /// Read one of several parts, counted from 1. All parts of one seed together are all logs.
    Part(u32, u32),
    /// Read a share of the logs, in percent.
    Percent(f64),
}

impl FromStr for LogSelection {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn = NotAn("all, none, a part such as 1/7, or a share such as 5%");
        let percent = |text: &str| text.parse().ok().filter(|p| *p > 0.0 && *p <= 100.0);
        match (s, s.split_once('/'), s.strip_suffix('%')) {
            ("all", ..) => Ok(LogSelection::All),
            ("none", ..) => Ok(LogSelection::None),
            (_, Some((part, of)), _) => match (part.parse(), of.parse()) {
                (Ok(part), Ok(of)) if (1..=of).contains(&part) => Ok(LogSelection::Part(part, of)),
                _ => Err(WHAT),
            },
            (_, _, Some(share)) => percent(share).map(LogSelection::Percent).ok_or(WHAT),
            _ => Err(WHAT),
        }
    }
}

impl fmt::Display for LogSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogSelection::All => f.write_str("all"),
            LogSelection::None => f.write_str("none"),
            LogSelection::Part(part, of) => write!(f, "{part}/{of}"),
            LogSelection::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl LogSelection {
    /// Whether this is a sample, which depends on a seed.
    pub fn is_sample(self) -> bool {
        matches!(self, LogSelection::Part(..) | LogSelection::Percent(_))
    }

    /// Which of `of` parts the log of a key is in, counted from 0.
    pub fn part_of(seed: &str, key: &str, of: u32) -> u32 {
        // A remainder by a number of 32 bits has 32 bits.
        (drawn(seed, key) % u64::from(of.max(1))) as u32
    }

    /// Whether to read the log of a key. SHA-256 over the seed, a zero byte and the key decides, so that
    /// nobody can predict the sample without the seed.
    pub fn reads(self, seed: &str, key: &str) -> bool {
        let drawn = || drawn(seed, key);
        match self {
            LogSelection::All => true,
            LogSelection::None => false,
            LogSelection::Part(part, of) => Self::part_of(seed, key, of) == part - 1,
            // The cast saturates at 2^64 - 1, so 100 % needs a case of its own.
            LogSelection::Percent(share) => {
                share >= 100.0 || drawn() < (share / 100.0 * 2_f64.powi(64)) as u64
            }
        }
    }
}

/// A number that depends on the seed and the key.
fn drawn(seed: &str, key: &str) -> u64 {
    let hash = Sha256::of(&[seed.as_bytes(), &[0], key.as_bytes()].concat());
    let (first, _) = hash.0.split_at(8);
    first
        .iter()
        .fold(0_u64, |n, byte| n << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::LogSelection;

    #[test]
    fn every_log_is_in_exactly_one_part() {
        for key in (0..1000).map(|n| format!("key-{n}")) {
            let parts = (1..=7).filter(|part| LogSelection::Part(*part, 7).reads("seed", &key));
            assert_eq!(parts.count(), 1, "{key}");
        }
    }

    #[test]
    fn a_larger_share_of_one_seed_includes_the_smaller() {
        let read = |share, seed: &str| -> Vec<String> {
            let keys = (0..10_000).map(|n| format!("key-{n}"));
            keys.filter(|key| LogSelection::Percent(share).reads(seed, key))
                .collect()
        };
        let five = read(5.0, "one");
        assert!((400..600).contains(&five.len()), "{}", five.len());
        assert!(five.iter().all(|key| read(50.0, "one").contains(key)));
        assert_ne!(five, read(5.0, "other"));
        assert_eq!(read(100.0, "one").len(), 10_000);
    }

    #[test]
    fn invalid_selections_are_refused() {
        for bad in [
            "", "some", "0/3", "4/3", "1/0", "0%", "101%", "-1%", "nan%", "%", "/",
        ] {
            assert!(bad.parse::<LogSelection>().is_err(), "{bad}");
        }
        for good in ["all", "none", "1/1", "3/7", "5%", "0.5%", "100%"] {
            assert_eq!(
                good.parse::<LogSelection>()
                    .map(|l| l.to_string())
                    .as_deref(),
                Ok(good)
            );
        }
    }
}
