//! Relates the place where an object was found to the place where CloudTrail wrote it. They differ for copies:
//! digests record buckets and keys of the original, and `--map FOUND=RECORDED` says where a copy is.

use std::fmt;
use std::str::FromStr;

use elsa::sync::FrozenVec;

use crate::cloudtrail::ids::NotAn;
use crate::proof::placement::RecordedPlace;
use crate::source::access_point::{is_access_point, region_of_arn};
use crate::source::{Root, RootId};

/// A bucket and what the keys in it begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Area {
    bucket: String,
    /// With the slash that closes it; empty for all of the bucket.
    prefix: String,
}

impl Area {
    fn parse(text: &str) -> Option<Self> {
        let is_arn = |text: &&str| region_of_arn(text).is_some();
        // The ARN of an access point has a slash of its own.
        let arn = text
            .match_indices('/')
            .nth(1)
            .map_or(text, |(at, _)| &text[..at]);
        let (bucket, prefix) = match Some(arn).filter(is_arn) {
            Some(arn) => {
                let rest = &text[arn.len()..];
                (arn, rest.strip_prefix('/').unwrap_or(rest))
            }
            None => text.split_once('/').unwrap_or((text, "")),
        };
        // One slash only closes the prefix, and may be left out. A trail's prefix may itself begin or end with
        // one: its keys are `/a/AWSLogs/…` or `a//AWSLogs/…`.
        let mut prefix = prefix.to_owned();
        if !prefix.is_empty() && !prefix.ends_with('/') {
            prefix.push('/');
        }
        (!bucket.is_empty()).then(|| Area {
            bucket: bucket.into(),
            prefix,
        })
    }

    /// The part of a key after this area's prefix; `None` if the key is not in the area.
    fn rest<'k>(&self, key: &'k str) -> Option<&'k str> {
        key.strip_prefix(self.prefix.as_str())
    }

    /// The key of that part in this area.
    fn join(&self, rest: &str) -> String {
        format!("{}{rest}", self.prefix)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Area { bucket, prefix } = self;
        let open = prefix.strip_suffix('/').unwrap_or(prefix);
        match (prefix.as_str(), open) {
            ("", _) => f.write_str(bucket),
            (_, "") => write!(f, "{bucket}//"),
            (closed, open) if open.ends_with('/') => write!(f, "{bucket}/{closed}"),
            (_, open) => write!(f, "{bucket}/{open}"),
        }
    }
}

/// One `--map BUCKET[/PREFIX]=BUCKET[/PREFIX]`: objects found at the left were recorded at the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRule {
    found: Area,
    recorded: Area,
}

impl MapRule {
    /// The two buckets, found and recorded, of a rule without prefixes.
    fn buckets(&self) -> Option<(&str, &str)> {
        let whole = self.found.prefix.is_empty() && self.recorded.prefix.is_empty();
        whole.then_some((&self.found.bucket, &self.recorded.bucket))
    }
}

impl FromStr for MapRule {
    type Err = NotAn;

    fn from_str(s: &str) -> Result<Self, NotAn> {
        const WHAT: NotAn = NotAn("BUCKET[/PREFIX]=BUCKET[/PREFIX], found=recorded");
        let (found, recorded) = s.split_once('=').ok_or(WHAT)?;
        Ok(MapRule {
            found: Area::parse(found).ok_or(WHAT)?,
            recorded: Area::parse(recorded).ok_or(WHAT)?,
        })
    }
}

impl fmt::Display for MapRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.found, self.recorded)
    }
}

/// The bucket that a name stands for, if it is an access point and a rule maps all of it to a bucket.
pub fn bucket_behind<'m>(name: &str, rules: &'m [MapRule]) -> Option<&'m str> {
    let of_name = |rule: &&MapRule| rule.buckets().is_some_and(|(found, _)| found == name);
    let rule = rules
        .iter()
        .find(of_name)
        .filter(|_| is_access_point(name))?;
    rule.buckets().map(|(_, recorded)| recorded)
}

/// The roots of a source, and the rules for its copies.
pub struct Places {
    /// Roots may be added during a validation, and are never removed.
    roots: FrozenVec<Box<Root>>,
    /// How many of them were given. The others were opened because a digest refers to them.
    given: usize,
    rules: Vec<MapRule>,
    /// Rules that give the buckets of access points.
    access_points: Vec<MapRule>,
}

/// Where an object that was written to a place may be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PossiblePlaces {
    /// The recorded place itself first, once per root that stands for its bucket; then the copies.
    all: Vec<(RootId, String)>,
    /// Where the copies begin.
    copies: usize,
}

impl PossiblePlaces {
    /// Whether it has no place: the bucket is not part of the source.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The recorded place, in each root that stands for its bucket.
    pub fn recorded(&self) -> &[(RootId, String)] {
        &self.all[..self.copies]
    }

    /// Where `--map` says that copies are.
    pub fn copies(&self) -> &[(RootId, String)] {
        &self.all[self.copies..]
    }

    /// All of them, the recorded place first.
    pub fn all(&self) -> &[(RootId, String)] {
        &self.all
    }
}

impl Places {
    /// From the roots of a source and rules.
    pub fn new(roots: Vec<Root>, rules: Vec<MapRule>) -> Self {
        let places = Places {
            roots: FrozenVec::new(),
            given: roots.len(),
            rules,
            access_points: Vec::new(),
        };
        roots.into_iter().for_each(|root| places.add(root));
        places
    }

    /// Gives each access point among the roots the name of its bucket, if a rule says it. Such a rule is not one
    /// for a copy.
    pub fn behind_access_points(mut roots: Vec<Root>, mut rules: Vec<MapRule>) -> Self {
        let mut access_points = Vec::new();
        for root in &mut roots {
            let [name] = root.buckets.as_mut_slice() else {
                continue;
            };
            let Some(bucket) = bucket_behind(name, &rules).map(str::to_owned) else {
                continue;
            };
            let of_name =
                |rule: &mut MapRule| rule.buckets().is_some_and(|(found, _)| found == *name);
            access_points.extend(rules.extract_if(.., of_name));
            *name = bucket;
        }
        Places {
            access_points,
            ..Places::new(roots, rules)
        }
    }

    /// The rules that give the buckets of access points.
    pub fn access_points(&self) -> &[MapRule] {
        &self.access_points
    }

    /// Whether a bucket was given, or a rule says that what was given was recorded in it.
    pub fn is_given(&self, bucket: &str) -> bool {
        let is_recorded = |rule: &MapRule| rule.recorded.bucket == bucket;
        self.is_root(bucket) || self.rules.iter().any(is_recorded)
    }

    /// Whether a bucket was given, so that it is read whatever digests refer to.
    pub fn is_root(&self, bucket: &str) -> bool {
        let mut given = self.roots.iter().take(self.given);
        given.any(|root| root.buckets.iter().any(|b| b == bucket))
    }

    /// Adds a root that was opened during a validation, unless it is known.
    pub fn add(&self, root: Root) {
        if !self.roots.iter().any(|known| known.id == root.id) {
            self.roots.push(Box::new(root));
        }
    }

    /// The roots.
    pub fn roots(&self) -> Vec<&Root> {
        self.roots.iter().collect()
    }

    /// Whether the bucket of a root is not known.
    pub fn unnamed(&self, root: RootId) -> bool {
        self.roots
            .iter()
            .any(|r| r.id == root && r.buckets.is_empty())
    }

    /// Whether the bucket of any root is not known.
    pub fn has_unnamed(&self) -> bool {
        self.roots.iter().any(|r| r.buckets.is_empty())
    }

    /// The bucket of a root, if it has exactly one.
    pub fn bucket(&self, root: RootId) -> Option<&str> {
        match self.roots.iter().find(|r| r.id == root)?.buckets.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The places that an object found under `key` may have been written to: by the rules, and the place
    /// itself.
    pub fn recorded(&self, root: RootId, key: &str) -> Vec<RecordedPlace> {
        let Some(root) = self.roots.iter().find(|r| r.id == root) else {
            return Vec::new();
        };
        let mut places = Vec::new();
        for rule in &self.rules {
            let here = root.buckets.is_empty() || root.buckets.contains(&rule.found.bucket);
            if here && let Some(rest) = rule.found.rest(key) {
                places.push(RecordedPlace {
                    bucket: Some(rule.recorded.bucket.clone()),
                    key: rule.recorded.join(rest),
                });
            }
        }
        if root.buckets.is_empty() {
            places.push(RecordedPlace {
                bucket: None,
                key: key.into(),
            });
        }
        for bucket in &root.buckets {
            places.push(RecordedPlace {
                bucket: Some(bucket.clone()),
                key: key.into(),
            });
        }
        places
    }

    /// Whether `--map` gives copies.
    pub fn has_copies(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The rules whose recorded places are in no bucket that was given: only the copies are read.
    pub fn copies_alone(&self) -> impl Iterator<Item = &MapRule> {
        let is_given = |bucket: &String| self.given().any(|r| r.buckets.contains(bucket));
        self.rules
            .iter()
            .filter(move |r| !is_given(&r.recorded.bucket))
    }

    fn given(&self) -> impl Iterator<Item = &Root> {
        self.roots.iter().take(self.given)
    }

    /// Where an object that was written to a place may be found. Empty if its bucket is not part of the
    /// source. Where a copy is given, a bucket that was opened during the run does not count: whether it
    /// was opened depends on the order of answers.
    pub fn find(&self, bucket: &str, key: &str) -> PossiblePlaces {
        let copies = self.copies(bucket, key);
        let mut all = Vec::new();
        let is_named = |r: &&Root| r.buckets.iter().any(|b| b == bucket);
        let is_unnamed = |r: &&Root| {
            let is_copy =
                |(root, _, elsewhere): &(RootId, String, bool)| *root == r.id && *elsewhere;
            r.buckets.is_empty() && !copies.iter().any(is_copy)
        };
        let known = match copies.is_empty() {
            true => usize::MAX,
            false => self.given,
        };
        let roots = || self.roots.iter().take(known);
        let recorded = roots().filter(is_named).chain(roots().filter(is_unnamed));
        all.extend(recorded.map(|root| (root.id, key.to_owned())));
        let recorded = all.len();
        for (root, key, _) in copies {
            let place = (root, key);
            if !all.contains(&place) {
                all.push(place);
            }
        }
        PossiblePlaces {
            all,
            copies: recorded,
        }
    }

    /// The copies of a place by the rules, each with whether it is in another bucket. A folder without a
    /// bucket name that holds a copy from another bucket does not stand for the recorded place too.
    fn copies(&self, bucket: &str, key: &str) -> Vec<(RootId, String, bool)> {
        let mut copies = Vec::new();
        for rule in self.rules.iter().filter(|r| r.recorded.bucket == bucket) {
            let Some(rest) = rule.recorded.rest(key) else {
                continue;
            };
            for root in self.roots.iter() {
                if root.buckets.is_empty() || root.buckets.contains(&rule.found.bucket) {
                    copies.push((root.id, rule.found.join(rest), rule.found.bucket != bucket));
                }
            }
        }
        copies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:s3:eu-west-1:111111111111:accesspoint/reader";

    #[test]
    fn a_rule_for_all_of_an_access_point_names_its_bucket() {
        let rules = [
            format!("{ARN}=my-logs"),
            "copy=my-logs".to_owned(),
            "b/a=b/a//".to_owned(),
            "b//=b//a".to_owned(),
            "x-s3alias=my-logs/a".to_owned(),
        ]
        .map(|rule| rule.parse::<MapRule>().unwrap());
        assert_eq!(rules[2].to_string(), "b/a=b/a//");
        assert_eq!(rules[3].to_string(), "b//=b//a");
        assert_eq!(rules[3].found.rest("/AWSLogs/x"), Some("AWSLogs/x"));
        assert_eq!(rules[3].recorded.join("AWSLogs/x"), "/a/AWSLogs/x");
        assert_eq!(rules[0].to_string(), format!("{ARN}=my-logs"));
        assert_eq!(bucket_behind(ARN, &rules), Some("my-logs"));
        assert_eq!(bucket_behind("copy", &rules), None);
        assert_eq!(bucket_behind("x-s3alias", &rules), None);
    }
}
