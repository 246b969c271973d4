//! A pattern for the names of chains, as `--exclude` and an `--accept` file give it (pure).

use std::fmt;
use std::str::FromStr;

use super::ids::{AccountId, ChainId, NotAn, Region, TrailName};

/// The sign for any value of a part.
const ANY: &str = "*";

/// A chain, or all chains with some of its parts. Printed and parsed like a [`ChainId`], with `*` for each
/// part that may be anything. Like a name, it says nothing of an organization.
///
/// ```
/// # use trailproof::cloudtrail::chain_pattern::ChainPattern;
/// let closed: ChainPattern = "111111111111/*/*/*".parse()?;
/// assert!(closed.is_pattern() && closed.matches(&"111111111111/eu-west-1/us-east-1/main".parse()?));
/// assert!(!closed.matches(&"222222222222/eu-west-1/us-east-1/main".parse()?));
/// assert!("1*/*/*/*".parse::<ChainPattern>().is_err());
/// # Ok::<(), trailproof::cloudtrail::ids::NotAn>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainPattern {
    account: Option<AccountId>,
    region: Option<Region>,
    home_region: Option<Region>,
    trail: Option<TrailName>,
}

impl ChainPattern {
    /// Whether a chain has all parts that are given.
    pub fn matches(&self, chain: &ChainId) -> bool {
        is_any_or(&self.account, &chain.account)
            && is_any_or(&self.region, &chain.region)
            && is_any_or(&self.home_region, &chain.home_region)
            && is_any_or(&self.trail, &chain.trail)
    }

    /// Whether every chain of an account in a region matches, whatever its trail.
    pub fn matches_folder(&self, account: &AccountId, region: &Region) -> bool {
        is_any_or(&self.region, region) && self.matches_trails_of(account)
    }

    /// Whether every chain of an account matches, whatever its region and trail.
    pub fn matches_account(&self, account: &AccountId) -> bool {
        self.region.is_none() && self.matches_trails_of(account)
    }

    /// Whether some part may be anything, so that this is not the name of one chain.
    pub fn is_pattern(&self) -> bool {
        let regions = self.region.is_none() || self.home_region.is_none();
        regions || self.account.is_none() || self.trail.is_none()
    }

    fn matches_trails_of(&self, account: &AccountId) -> bool {
        is_any_or(&self.account, account) && self.home_region.is_none() && self.trail.is_none()
    }
}

fn is_any_or<T: PartialEq>(part: &Option<T>, value: &T) -> bool {
    part.as_ref().is_none_or(|part| part == value)
}

impl From<ChainId> for ChainPattern {
    /// The pattern that only the chains of this name match.
    fn from(chain: ChainId) -> Self {
        ChainPattern {
            account: Some(chain.account),
            region: Some(chain.region),
            home_region: Some(chain.home_region),
            trail: Some(chain.trail),
        }
    }
}

impl fmt::Display for ChainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        part(&self.account, f)?;
        f.write_str("/")?;
        part(&self.region, f)?;
        f.write_str("/")?;
        part(&self.home_region, f)?;
        f.write_str("/")?;
        part(&self.trail, f)
    }
}

fn part<T: fmt::Display>(part: &Option<T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match part {
        Some(value) => value.fmt(f),
        None => f.write_str(ANY),
    }
}

impl FromStr for ChainPattern {
    type Err = NotAn;

    fn from_str(text: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn =
            NotAn("a chain as ACCOUNT/REGION/HOME_REGION/TRAIL, with * for any of its four parts");
        let parts: Vec<&str> = text.splitn(5, '/').collect();
        let [account, region, home_region, trail] = parts[..] else {
            return Err(WHAT);
        };
        Ok(ChainPattern {
            account: value(
                account,
                "an account id of twelve digits, or *, before the first slash",
            )?,
            region: value(
                region,
                "a region such as eu-central-1, or *, after the first slash",
            )?,
            home_region: value(
                home_region,
                "a home region such as eu-central-1, or *, after the second slash",
            )?,
            trail: value(trail, "the name of a trail, or *, after the third slash")?,
        })
    }
}

/// The value of a part; `None` if it may be anything. `what` says what is expected.
fn value<T: FromStr<Err = NotAn>>(text: &str, what: &'static str) -> Result<Option<T>, NotAn> {
    match text {
        ANY => Ok(None),
        _ => text.parse().map(Some).map_err(|NotAn(_)| NotAn(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::ChainPattern;

    #[test]
    fn each_part_may_be_anything_and_a_pattern_prints_as_it_was_given() {
        let chain = "111111111111/eu-west-1/us-east-1/main"
            .parse()
            .expect("a chain");
        let parts = ["111111111111", "eu-west-1", "us-east-1", "main"];
        let others = ["222222222222", "eu-west-2", "us-east-2", "other"];
        for open in 0..16_usize {
            let part = |at: usize, value| if open >> at & 1 == 1 { "*" } else { value };
            let text: Vec<&str> = (0..4).map(|at| part(at, parts[at])).collect();
            let pattern: ChainPattern = text.join("/").parse().expect("a pattern");
            assert_eq!(pattern.to_string(), text.join("/"));
            assert_eq!(pattern.is_pattern(), open != 0);
            assert!(pattern.matches(&chain), "{pattern}");
            for at in (0..4).filter(|at| open >> at & 1 == 0) {
                let mut text = text.clone();
                text[at] = others[at];
                let pattern: ChainPattern = text.join("/").parse().expect("a pattern");
                assert!(!pattern.matches(&chain), "{pattern}");
            }
        }
    }

    #[test]
    fn whole_accounts_and_folders_are_known_only_if_every_trail_matches() {
        let pattern = |text: &str| text.parse::<ChainPattern>().expect("a pattern");
        let account = "111111111111".parse().expect("an account");
        let region = "eu-west-1".parse().expect("a region");
        for (text, whole_account, whole_folder) in [
            ("111111111111/*/*/*", true, true),
            ("*/*/*/*", true, true),
            ("*/eu-west-1/*/*", false, true),
            ("*/eu-west-2/*/*", false, false),
            ("111111111111/*/*/main", false, false),
            ("111111111111/*/us-east-1/*", false, false),
            ("222222222222/*/*/*", false, false),
        ] {
            assert_eq!(
                pattern(text).matches_account(&account),
                whole_account,
                "{text}"
            );
            let is_folder = pattern(text).matches_folder(&account, &region);
            assert_eq!(is_folder, whole_folder, "{text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "",
            "*",
            "*/*/*",
            "*/*/*/*/*",
            "*/eu-*/*/*",
            "x/*/*/*",
            "*/*/*/",
        ] {
            let error = text.parse::<ChainPattern>().expect_err(text);
            assert!(error.to_string().contains('*'), "{text}: {error}");
        }
    }
}
