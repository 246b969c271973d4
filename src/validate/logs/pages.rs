//! The pages of all chains in the order in which their logs are read: each list of pages is sorted when its chain is
//! walked and moves to the temporary file, and the lists are merged while logs are read. Memory holds some pages of
//! each list.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::manifest::{Manifest, ManifestPage};
use crate::base::error::words;
use crate::proof::finding::{Code, Finding};
use crate::proof::reason::Reason;
use crate::validate::request::LogSelection;

/// Pages of one list that are in memory at the same time.
const IN_MEMORY: usize = 32;

/// Whose logs these are, by number, and what they are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LogOwner {
    /// A chain, within the window: they are checked.
    Chain(u32),
    /// A chain, outside the window: they are reported and count in nothing.
    Reported(u32),
    /// A chain, outside the window: they are reported, and nobody else wants them. What is found in them may
    /// not show in any other format.
    Shown(u32),
    /// A chain, beyond the window: they are read for events alone.
    Beyond(u32),
    /// A witness: they are read for events alone.
    Witness(u32),
    /// A chain, listed by digests that are not proven: they are read for whoever takes the records of such logs.
    Unproven(u32),
    /// A chain, listed by digests that are not proven: they are read for leads alone.
    ChainLead(u32),
    /// A witness, listed by digests that are not proven: they are read for leads alone.
    WitnessLead(u32),
}

impl LogOwner {
    /// Whether what its logs record is no more than a lead.
    pub fn is_lead(self) -> bool {
        matches!(self, LogOwner::ChainLead(_) | LogOwner::WitnessLead(_))
    }
}

/// The pages of one list, sorted by their time.
#[derive(Debug)]
pub(crate) enum KeptPages {
    /// A short list, or one for which there was no room in the temporary file.
    Here(Vec<ManifestPage>),
    /// A block of the manifest's file, and how many pages it has.
    Spooled { at: u64, count: usize },
}

impl Default for KeptPages {
    fn default() -> Self {
        KeptPages::Here(Vec::new())
    }
}

impl KeptPages {
    /// Keeps a list. Pages of equal time stay in their order.
    pub fn of(mut pages: Vec<ManifestPage>, logs: LogSelection, manifest: &Manifest) -> Self {
        pages.sort_by_key(|page| time(page, logs));
        if pages.len() <= IN_MEMORY {
            pages.shrink_to_fit();
            return KeptPages::Here(pages);
        }
        match manifest.add_pages(&pages) {
            Ok(at) => KeptPages::Spooled {
                at,
                count: pages.len(),
            },
            // Nothing is lost: they only take more memory.
            Err(_) => KeptPages::Here(pages),
        }
    }
}

/// The time by which pages are ordered. Where logs are not all read, the order is by day: one listing shows which
/// logs of a day exist.
fn time(page: &ManifestPage, logs: LogSelection) -> i64 {
    match logs {
        LogSelection::All => page.end(),
        _ => page.end().div_euclid(86_400),
    }
}

/// Lists of logs that could not be kept, and why: one of a page, or those of the rest of its list.
pub(super) struct LostPages {
    pub owner: LogOwner,
    pub page: Option<ManifestPage>,
    count: usize,
    error: io::Error,
}

impl LostPages {
    /// The list of a page.
    pub fn one(owner: LogOwner, page: ManifestPage, error: io::Error) -> Self {
        LostPages {
            owner,
            page: Some(page),
            count: 1,
            error,
        }
    }

    /// How many logs they list; one per digest where that is not known.
    pub fn logs(&self) -> u64 {
        let known = self.page.and_then(|page| page.lost());
        known.unwrap_or(self.count as u64)
    }

    /// What is lost, in words.
    pub fn words(&self) -> String {
        let why = words(&self.error);
        match self.page {
            Some(page) => format!("those that a digest of {} lists ({why})", page.hour().to),
            None => format!("those that {} more digests list ({why})", self.count),
        }
    }

    /// The finding on logs that were not checked.
    pub fn finding(&self) -> Finding {
        let lists = match self.page {
            Some(_) => "the list of logs in a digest".to_owned(),
            None => format!("the lists of logs in {} digests", self.count),
        };
        let why = words(&self.error);
        let message = format!("{lists} could not be kept, so they were not checked: {why}");
        Finding::new(Code::LogUnreadable, message)
            .reason(Reason::Io)
            .hint("make room for temporary files (TMPDIR), then run again")
            .count(self.logs())
    }
}

/// One list, read from its beginning.
struct PageList {
    owner: LogOwner,
    here: std::vec::IntoIter<ManifestPage>,
    /// The block of the others, the number of the next one, and the number of all.
    spooled: Option<(u64, usize, usize)>,
}

impl PageList {
    fn next(&mut self, manifest: &Manifest) -> Result<Option<ManifestPage>, LostPages> {
        if let Some(page) = self.here.next() {
            return Ok(Some(page));
        }
        let Some((at, next, count)) = self.spooled.take_if(|(_, next, count)| next < count) else {
            return Ok(None);
        };
        let some = IN_MEMORY.min(count - next);
        let pages = manifest.pages(at, next, some);
        let pages = pages.map_err(|error| LostPages {
            owner: self.owner,
            page: None,
            count: count - next,
            error,
        })?;
        self.spooled = Some((at, next + some, count));
        self.here = pages.into_iter();
        Ok(self.here.next())
    }
}

/// Lists that are merged: by time, then by whose they are.
pub(super) struct PageOrder {
    logs: LogSelection,
    lists: Vec<PageList>,
    /// The next page of each list.
    next: BinaryHeap<Reverse<(i64, LogOwner, usize)>>,
    heads: Vec<Option<ManifestPage>>,
    lost: Vec<LostPages>,
}

impl PageOrder {
    /// No list yet.
    pub fn new(logs: LogSelection) -> Self {
        PageOrder {
            logs,
            lists: Vec::new(),
            next: BinaryHeap::new(),
            heads: Vec::new(),
            lost: Vec::new(),
        }
    }

    /// Adds a list of an owner that has no other.
    pub fn add(
        &mut self,
        owner: LogOwner,
        pages: &KeptPages,
        manifest: &Manifest,
        is_wanted: &dyn Fn(LogOwner, &ManifestPage) -> bool,
    ) {
        let (here, spooled) = match pages {
            KeptPages::Here(pages) if pages.is_empty() => return,
            KeptPages::Here(pages) => (pages.clone(), None),
            KeptPages::Spooled { at, count } => (Vec::new(), Some((*at, 0, *count))),
        };
        self.lists.push(PageList {
            owner,
            here: here.into_iter(),
            spooled,
        });
        self.heads.push(None);
        self.advance(self.lists.len() - 1, manifest, is_wanted);
    }

    /// The next page that is wanted.
    ///
    /// # Errors
    /// If some pages of a list could not be read back. The others go on.
    pub fn next(
        &mut self,
        manifest: &Manifest,
        is_wanted: &dyn Fn(LogOwner, &ManifestPage) -> bool,
    ) -> Result<Option<(LogOwner, ManifestPage)>, LostPages> {
        if let Some(lost) = self.lost.pop() {
            return Err(lost);
        }
        let Some(Reverse((_, owner, at))) = self.next.pop() else {
            return Ok(None);
        };
        let page = self.heads[at].take();
        self.advance(at, manifest, is_wanted);
        Ok(page.map(|page| (owner, page)))
    }

    fn advance(
        &mut self,
        at: usize,
        manifest: &Manifest,
        is_wanted: &dyn Fn(LogOwner, &ManifestPage) -> bool,
    ) {
        let list = &mut self.lists[at];
        loop {
            match list.next(manifest) {
                Ok(Some(page)) if !is_wanted(list.owner, &page) => {}
                Ok(Some(page)) => {
                    let key = (time(&page, self.logs), list.owner, at);
                    self.next.push(Reverse(key));
                    self.heads[at] = Some(page);
                    break;
                }
                Ok(None) => break,
                Err(lost) => {
                    self.lost.push(lost);
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{IN_MEMORY, KeptPages, LogOwner, LogSelection, PageOrder};
    use crate::validate::logs::manifest::{Manifest, ManifestPage};

    fn pages(ends: impl Iterator<Item = i64>) -> Vec<ManifestPage> {
        ends.zip(0..)
            .map(|(end, at)| ManifestPage::at(end, at))
            .collect()
    }

    /// The lists merged, as owner, end and place, and how they come when all are sorted at once.
    fn merged(lists: &[(LogOwner, Vec<ManifestPage>)], logs: LogSelection) -> [Vec<String>; 2] {
        let manifest = Manifest::default();
        let is_wanted =
            |owner, page: &ManifestPage| owner != LogOwner::Beyond(1) || page.end() % 7 == 0;
        let mut order = PageOrder::new(logs);
        let mut sorted = Vec::new();
        for (owner, pages) in lists {
            let kept = KeptPages::of(pages.clone(), logs, &manifest);
            order.add(*owner, &kept, &manifest, &is_wanted);
            let wanted = pages.iter().filter(|page| is_wanted(*owner, page));
            sorted.extend(wanted.map(|page| (super::time(page, logs), *owner, page)));
        }
        sorted.sort_by_key(|(time, owner, _)| (*time, *owner));
        let expected = sorted
            .iter()
            .map(|(_, owner, page)| format!("{owner:?} {page:?}"));
        let mut found = Vec::new();
        while let Some((owner, page)) = order.next(&manifest, &is_wanted).ok().expect("room") {
            found.push(format!("{owner:?} {page:?}"));
        }
        [found, expected.collect()]
    }

    #[test]
    fn lists_are_merged_as_if_they_were_sorted_together() {
        let many = IN_MEMORY as i64 * 5 + 3;
        let lists = [
            // Newest first, as digests are walked.
            (
                LogOwner::Chain(0),
                pages((0..many).rev().map(|n| n * 3_600)),
            ),
            (LogOwner::Chain(1), pages((0..many).map(|n| n * 1_800 + 5))),
            (LogOwner::Beyond(1), pages((0..many).rev())),
            (
                LogOwner::Witness(0),
                pages([7_200, 3_600, 7_200].into_iter()),
            ),
            (LogOwner::Witness(1), Vec::new()),
        ];
        for logs in [LogSelection::All, LogSelection::None] {
            let [found, expected] = merged(&lists, logs);
            assert!(found.len() as i64 > 2 * many);
            assert_eq!(found, expected);
        }
    }
}
