//! The public keys that ListPublicKeys returned, from a bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::answers::answer;
use super::files::BundleFiles;
use super::layout::CLOUDTRAIL;
use super::question::{ApiOperation, ApiQuestion};
use super::replay::BundleSource;
use crate::base::time::Window;
use crate::cloudtrail::answers::{self, CompleteAnswer, ListedKey};
use crate::cloudtrail::ids::Region;
use crate::proof::keys::KeyOrigin;
use crate::source::GetError;
use crate::source::keys::{PublicKeyApi, TimeRange};

/// ListPublicKeys as it answered when a bundle was collected.
pub struct BundleKeys {
    files: Arc<BundleFiles>,
    /// The ranges that were asked for, by region and whether it was asked once more.
    asked: OnceLock<AskedRanges>,
}

type AskedRanges = BTreeMap<(String, bool), BTreeSet<TimeRange>>;

impl BundleKeys {
    /// The keys of a bundle.
    pub fn of(source: &BundleSource) -> Self {
        BundleKeys {
            files: Arc::clone(source.files()),
            asked: OnceLock::new(),
        }
    }

    /// The ranges that were asked for, by the names of the files.
    fn asked(&self) -> &AskedRanges {
        self.asked.get_or_init(|| {
            let mut asked = AskedRanges::new();
            let mut left = self.files.limits().bundle_key_ranges;
            // Where the folder cannot be listed, only what is asked in the same words is answered.
            let _ = self.files.names(CLOUDTRAIL, &mut |name| {
                if let Some((region, range, again)) = range_of(name) {
                    asked.entry((region, again)).or_default().insert(range);
                    left -= 1;
                }
                left > 0
            });
            asked
        })
    }
}

fn question(region: &Region, (from, to): TimeRange, again: bool) -> ApiQuestion {
    ApiQuestion::keys(region, Window { from, to }, again)
}

/// What a file answers, by its name: `ListPublicKeys.REGION.FROM_TO[.again][.error].json`.
fn range_of(name: &str) -> Option<(String, TimeRange, bool)> {
    let name = name.strip_suffix(".json")?;
    let name = name.strip_suffix(".error").unwrap_or(name);
    let mut parts = name.split('.');
    if parts.next()? != ApiOperation::ListPublicKeys.as_str() {
        return None;
    }
    let region = parts.next()?.to_owned();
    let (from, to) = parts.next()?.split_once('_')?;
    let time = |text: &str| Timestamp::from_second(text.parse().ok()?).ok();
    let again = match (parts.next(), parts.next()) {
        (None, _) => false,
        (Some("again"), None) => true,
        _ => return None,
    };
    Some((region, (time(from)?, time(to)?), again))
}

impl PublicKeyApi for BundleKeys {
    fn list(
        &self,
        region: &Region,
        range: TimeRange,
        again: bool,
    ) -> Result<CompleteAnswer<ListedKey>, GetError> {
        answer(&self.files, &question(region, range, again), |pages| {
            answers::join(pages.iter().copied(), answers::public_keys)
        })
    }

    /// Which ranges were asked for depends on the order in which digests were read. So where this one was not,
    /// one that covers what is needed was.
    fn range(
        &self,
        region: &Region,
        needed: TimeRange,
        wished: TimeRange,
        again: bool,
    ) -> TimeRange {
        let asked = self.asked().get(&(region.to_string(), again));
        let Some(asked) = asked.filter(|asked| !asked.contains(&wished)) else {
            return wished;
        };
        let covers = |(from, to): &&TimeRange| *from <= needed.0 && needed.1 <= *to;
        asked.iter().find(covers).copied().unwrap_or(wished)
    }

    fn origin(&self) -> KeyOrigin {
        KeyOrigin::Bundle
    }

    fn requests(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::{question, range_of};
    use jiff::Timestamp;

    #[test]
    fn the_name_of_a_file_says_what_was_asked() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let region = "eu-west-1".parse().expect("a region");
        for again in [false, true] {
            let asked = question(&region, (at(-5), at(1_772_323_200)), again);
            for path in [asked.path(), asked.error_path()] {
                let name = path.strip_prefix("cloudtrail/").expect("a folder");
                let range = (at(-5), at(1_772_323_200));
                assert_eq!(range_of(name), Some(("eu-west-1".to_owned(), range, again)));
            }
        }
        for name in [
            "DescribeTrails.eu-west-1.json",
            "ListPublicKeys.eu-west-1.json",
            "ListPublicKeys.eu-west-1.1_x.json",
            "ListPublicKeys.eu-west-1.1_2.other.json",
        ] {
            assert_eq!(range_of(name), None, "{name}");
        }
    }
}
