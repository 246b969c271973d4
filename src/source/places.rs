//! Relates the place where an object was found to the place where CloudTrail wrote it. They differ for copies:
//! digests record buckets and keys of the original, and `--map FOUND=RECORDED` says where a copy is.

use std::fmt;
use std::str::FromStr;

use elsa::sync::FrozenVec;

use crate::cloudtrail::ids::NotAn;
use crate::proof::placement::RecordedPlace;
use crate::source::{Root, RootId};

/// A bucket and a prefix, which has no closing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Area {
    bucket: String,
    prefix: String,
}

impl Area {
    fn parse(text: &str) -> Option<Self> {
        let (bucket, prefix) = text.split_once('/').unwrap_or((text, ""));
        let prefix = prefix.trim_end_matches('/');
        (!bucket.is_empty()).then(|| Area {
            bucket: bucket.into(),
            prefix: prefix.into(),
        })
    }

    /// The part of a key after this area's prefix; `None` if the key is not in the area.
    fn rest<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.prefix.is_empty() {
            return Some(key);
        }
        key.strip_prefix(self.prefix.as_str())?.strip_prefix('/')
    }

    /// The key of that part in this area.
    fn join(&self, rest: &str) -> String {
        if self.prefix.is_empty() {
            rest.into()
        } else {
            format!("{}/{rest}", self.prefix)
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bucket)?;
        if self.prefix.is_empty() {
            Ok(())
        } else {
            write!(f, "/{}", self.prefix)
        }
    }
}

/// One `--map BUCKET[/PREFIX]=BUCKET[/PREFIX]`: objects found at the left were recorded at the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapRule {
    found: Area,
    recorded: Area,
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

/// The roots of a source, and the rules for its copies.
pub struct Places {
    /// Roots may be added during a validation, and are never removed.
    roots: FrozenVec<Box<Root>>,
    rules: Vec<MapRule>,
}

impl Places {
    /// From the roots of a source and rules.
    pub fn new(roots: Vec<Root>, rules: Vec<MapRule>) -> Self {
        let places = Places {
            roots: FrozenVec::new(),
            rules,
        };
        roots.into_iter().for_each(|root| places.add(root));
        places
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

    /// Where an object that was written to a place may be found, the best first. Empty if its bucket is not
    /// part of the source.
    pub fn find(&self, bucket: &str, key: &str) -> Vec<(RootId, String)> {
        let mut places = Vec::new();
        for rule in self.rules.iter().filter(|r| r.recorded.bucket == bucket) {
            let Some(rest) = rule.recorded.rest(key) else {
                continue;
            };
            for root in self.roots.iter() {
                if root.buckets.is_empty() || root.buckets.contains(&rule.found.bucket) {
                    places.push((root.id, rule.found.join(rest)));
                }
            }
        }
        let holds = |r: &&Root| r.buckets.iter().any(|b| b == bucket);
        let named = self.roots.iter().filter(holds);
        let unnamed = self.roots.iter().filter(|r| r.buckets.is_empty());
        places.extend(named.chain(unnamed).map(|root| (root.id, key.to_owned())));
        places
    }
}
