//! The digest that an earlier run of a scheduled check proved last. It must still be there, unchanged, and the chain
//! must still link to it. It is read by its key, listed or not, and placed in the chain like any other.
//!
//! - A digest that could not be read is no evidence that it was removed.
//! - Nothing counts as proven because it was remembered.

use std::collections::BTreeMap;

use super::batch::{content_of, is_missing};
use super::begins::{self, Begins};
use super::names::{DigestNames, Slot};
use super::state_mismatch::{Changed, altered, around, gone, moved, not_linked, unread};
use crate::base::sha256::Sha256;
use crate::base::text::s3_uri;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::cloudtrail::object_key::{DIGEST_FOLDER, DigestName, DigestObjectKey, KeyRoot};
use crate::proof::chain::Walked;
use crate::proof::digest_object::{Content, NotDigest, Reading};
use crate::proof::finding::{Finding, Severity};
use crate::proof::judge::Verified;
use crate::proof::reason::Reason;
use crate::source::RootId;
use crate::validate::context::Context;
use crate::validate::fetch::Fetcher;
use crate::validate::request::continuation::RememberedDigest;
use crate::validate::request::{ChainFilter, Request};
use crate::validate::survey::Survey;

/// What became of a remembered digest, the worst last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is there, unchanged.
    Stands,
    /// It is missing, but its bytes lie elsewhere in the source.
    Moved,
    /// It could not be read, and why.
    Unread(Reason, String),
    /// Its content is unchanged, but something around it is not.
    Around(Changed),
    /// Its bytes are others.
    Altered(Sha256),
    /// It is missing.
    Gone,
}

impl Fate {
    /// Whether it is evidence that somebody altered or removed the digest.
    fn is_damage(&self) -> bool {
        matches!(self, Fate::Around(_) | Fate::Altered(_) | Fate::Gone)
    }
}

/// A remembered digest while its chain is walked.
pub(super) struct Remembered<'a> {
    head: &'a RememberedDigest,
    name: Option<DigestName>,
    /// Where it is read.
    places: Vec<(RootId, String)>,
    /// Its slots among the names of the chain.
    slots: Vec<Slot>,
    /// Whether a listing shows it.
    is_listed: bool,
    fate: Option<Fate>,
    has_copy: bool,
    /// A proven digest that begins where it ended and links to another one.
    other_link: Option<OtherLink>,
}

/// The link of a proven digest that should lead to the remembered one.
struct OtherLink {
    /// The key of that digest.
    by: String,
    to: LinkedTo,
}

/// What is another than it was.
enum LinkedTo {
    /// The place, as an address.
    Place(String),
    /// The bytes at the same place.
    Bytes(Sha256),
}

/// Adds the remembered digests of the chains of an account and region to the names that were listed in `places`.
pub(super) fn add_all<'a>(
    context: &Context<'_>,
    begins: &Begins<'a>,
    places: &[(RootId, KeyRoot)],
    listed: &mut BTreeMap<ChainId, DigestNames>,
) -> BTreeMap<ChainId, Remembered<'a>> {
    let mut all = BTreeMap::new();
    for (id, continuation) in begins.continued() {
        if let Some(head) = &continuation.head {
            let new = || DigestNames::new(places, id.organization.as_ref());
            let names = listed.entry(id.clone()).or_insert_with(new);
            all.insert(id.clone(), Remembered::add(context, id, head, names));
        }
    }
    all
}

impl<'a> Remembered<'a> {
    /// Adds the digest to the names of its chain, so that the walk reads it.
    fn add(
        context: &Context<'_>,
        id: &ChainId,
        head: &'a RememberedDigest,
        names: &mut DigestNames,
    ) -> Self {
        let mut remembered = Remembered {
            head,
            name: name_of(id, head),
            places: Vec::new(),
            slots: Vec::new(),
            is_listed: false,
            fate: None,
            has_copy: false,
            other_link: None,
        };
        if remembered.name.is_none() {
            return remembered;
        }
        let places = context.fetcher.places(&head.bucket, &head.key);
        let recorded = places.recorded();
        let is_named = |(root, _): &(RootId, String)| !context.fetcher.places.unnamed(*root);
        // Where its bucket is part of the source, no copy stands for it.
        let places = match recorded.iter().any(is_named) {
            true => recorded,
            false => places.all(),
        };
        for (root, key) in places {
            let Some(DigestObjectKey { root: folder, .. }) = DigestObjectKey::parse(key) else {
                continue;
            };
            let (slot, is_listed) = names.add_known((*root, folder), head.time.to);
            remembered.is_listed |= is_listed;
            remembered.slots.push(slot);
            remembered.places.push((*root, key.clone()));
        }
        remembered
    }

    /// Whether a chain has no other digest in its names.
    pub fn is_alone_in(&self, names: &DigestNames) -> bool {
        names.backfill.is_empty() && names.main.iter().all(|slot| self.slots.contains(slot))
    }

    /// The slots that a walk over some others leaves out, because they are older.
    pub fn older_than(&self, walked: &[Slot]) -> Vec<Slot> {
        let first = walked.first().map(|slot| slot.end());
        let is_older = |slot: &&Slot| first.is_none_or(|first| slot.end() < first);
        self.slots.iter().filter(is_older).copied().collect()
    }

    /// Sees the objects that were read under the names of digests with the same end. One that is missing and that
    /// no listing shows is no object: it is taken out.
    pub fn meet(&mut self, fetcher: &Fetcher<'_>, group: &mut Vec<Reading>) {
        if group.first().map(|reading| reading.name.end) != Some(self.head.time.to) {
            return;
        }
        let readings = std::mem::take(group);
        for reading in readings {
            let place = self.places.iter().find(|(root, key)| {
                *key == reading.key && fetcher.places.bucket(*root) == reading.bucket.as_deref()
            });
            let Some((root, _)) = place else {
                self.has_copy |= content_of(&reading) == Ok(self.head.sha256);
                group.push(reading);
                continue;
            };
            let reading = match is_altered(&reading, self.head.sha256) {
                true => fetcher.digest_again(*root, reading),
                false => reading,
            };
            if self.see(&reading) {
                group.push(reading);
            }
        }
    }

    /// Takes in what was read at its place. Returns whether an object is there, or may be.
    fn see(&mut self, reading: &Reading) -> bool {
        let fate = match content_of(reading) {
            Ok(hash) if hash == self.head.sha256 => {
                Changed::of(reading).map_or(Fate::Stands, Fate::Around)
            }
            Ok(hash) => Fate::Altered(hash),
            Err(_) if is_missing(reading) && !self.is_listed => Fate::Gone,
            Err(reason) => Fate::Unread(reason, answer(reading)),
        };
        let is_there = fate != Fate::Gone;
        let is_better = |known: &Fate| rank(&fate) < rank(known);
        if self.fate.as_ref().is_none_or(is_better) {
            self.fate = Some(fate);
        }
        is_there
    }

    /// Sees a proven digest of the chain.
    pub fn follow(&mut self, digest: &Verified) {
        let Some(link) = digest.previous() else {
            return;
        };
        let RememberedDigest {
            bucket,
            key,
            sha256,
            time,
        } = self.head;
        let is_other_time = digest.interval().from != time.to;
        if is_other_time || self.name.is_none() || self.other_link.is_some() {
            return;
        }
        let is_other_place = link.bucket != *bucket || link.key != *key;
        let to = match link.sha256.filter(|hash| hash != sha256) {
            _ if is_other_place => LinkedTo::Place(s3_uri(Some(&link.bucket), &link.key)),
            Some(hash) => LinkedTo::Bytes(hash),
            None => return,
        };
        let (_, by) = digest.place();
        let by = by.to_owned();
        self.other_link = Some(OtherLink { by, to });
    }

    /// Reads the digest if the walk did not. Returns what became of it.
    pub fn settle(mut self, fetcher: &Fetcher<'_>) -> SettledDigest<'a> {
        if self.fate.is_none()
            && let Some(name) = self.name.clone()
        {
            for (root, key) in self.places.clone() {
                let mut group = vec![fetcher.digest(root, &key, name.clone())];
                self.meet(fetcher, &mut group);
            }
        }
        let fate = match self.fate {
            Some(Fate::Gone) if self.has_copy => Fate::Moved,
            Some(fate) => fate,
            None if self.name.is_none() => {
                let why = "its key is not that of a digest of this chain and time";
                Fate::Unread(Reason::Format, why.to_owned())
            }
            None => Fate::Unread(
                Reason::Elsewhere,
                "its bucket is not part of the source".into(),
            ),
        };
        SettledDigest {
            head: self.head,
            fate,
            other_link: self.other_link,
        }
    }
}

/// A remembered digest, and what became of it.
pub(super) struct SettledDigest<'a> {
    head: &'a RememberedDigest,
    pub fate: Fate,
    other_link: Option<OtherLink>,
}

impl SettledDigest<'_> {
    /// Whether it is there, unchanged, and the chain links to it.
    pub fn stands(&self) -> bool {
        self.fate == Fate::Stands && self.other_link.is_none()
    }

    /// Gives its time the state that follows from what became of it.
    pub fn colour(&self, main: &mut Walked) {
        let time = self.head.time;
        let is_failed = self.fate.is_damage();
        if is_failed {
            // It existed, so this is no gap.
            main.accounted.insert(time);
        }
        if is_failed || self.other_link.is_some() {
            main.paint.colour(Severity::Failed, time);
        }
    }

    /// The findings on it. Within the window of its chain, the walk reports what could not be read or is elsewhere.
    pub fn findings(&self, context: &Context<'_>, window: Window) -> Vec<Finding> {
        let head = self.head;
        let is_in_window = head.time.to > window.from && head.time.from < window.to;
        let about = |finding: Finding| finding.at(Some(&head.bucket), &head.key).over(head.time);
        let of_fate = match &self.fate {
            Fate::Stands => None,
            Fate::Moved | Fate::Unread(..) | Fate::Around(_) if is_in_window => None,
            Fate::Moved => Some(about(moved())),
            Fate::Unread(reason, answer) => Some(about(unread(*reason, answer))),
            Fate::Around(changed) => Some(about(around(*changed))),
            Fate::Altered(actual) => Some(about(altered().compared(head.sha256, *actual))),
            Fate::Gone => Some(Finding {
                expected: Some(head.sha256.to_string()),
                ..about(gone(context, head))
            }),
        };
        // Bytes that are others, or none, say more than a link to others.
        let of_link = self.other_link.as_ref();
        let of_link = of_link.filter(|_| !self.fate.is_damage());
        let of_link = of_link.map(|OtherLink { by, to }| {
            let finding = match to {
                LinkedTo::Place(place) => {
                    not_linked().compared(s3_uri(Some(&head.bucket), &head.key), place)
                }
                LinkedTo::Bytes(hash) => not_linked().compared(head.sha256, hash),
            };
            Finding {
                digest: Some(by.clone()),
                ..about(finding)
            }
        });
        of_fate.into_iter().chain(of_link).collect()
    }
}

fn rank(fate: &Fate) -> u8 {
    match fate {
        Fate::Stands => 0,
        Fate::Moved => 1,
        Fate::Unread(..) => 2,
        Fate::Around(_) => 3,
        Fate::Altered(_) => 4,
        Fate::Gone => 5,
    }
}

/// Whether what was read at its place is other than it was.
fn is_altered(reading: &Reading, sha256: Sha256) -> bool {
    content_of(reading).is_ok_and(|hash| hash != sha256 || Changed::of(reading).is_some())
}

/// The name of a remembered digest, if it is one of this chain and time.
fn name_of(id: &ChainId, head: &RememberedDigest) -> Option<DigestName> {
    let name = DigestObjectKey::parse(&head.key)?.name;
    let fits = name.chain == *id && !name.backfill && name.end == head.time.to;
    fits.then_some(name)
}

/// The answer of the source that has no content.
fn answer(reading: &Reading) -> String {
    match &reading.content {
        Content::Other(NotDigest::Unread { answer, .. }) => answer.clone(),
        _ => "it is too large".to_owned(),
    }
}

/// Adds the folders of remembered digests that no listing of folders shows, so that their chains are walked.
pub(in crate::validate) fn add_folders(
    fetcher: &Fetcher<'_>,
    request: &Request,
    filter: &ChainFilter,
    survey: &mut Survey,
) {
    for (id, continuation) in begins::continued(request, filter) {
        let head = continuation.head.as_ref();
        let Some(head) = head.filter(|head| name_of(id, head).is_some()) else {
            continue;
        };
        for (root, key) in fetcher.places(&head.bucket, &head.key).all() {
            let Some(DigestObjectKey { root: folder, .. }) = DigestObjectKey::parse(key) else {
                continue;
            };
            if survey.is_hidden(&folder.folder(&id.account, DIGEST_FOLDER, &id.region)) {
                continue;
            }
            let group = (id.account.clone(), id.region.clone());
            let places = survey.groups.entry(group).or_default();
            let place = (*root, folder);
            if !places.contains(&place) {
                places.push(place);
                places.sort();
            }
        }
    }
}
