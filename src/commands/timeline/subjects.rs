//! The subjects of a timeline, each once, with how they were found.

use std::collections::{HashMap, HashSet};

use super::target::Target;

/// Objects that are searched for. Of more, their bucket and their principals lead to the same calls.
const OBJECTS: usize = 1_000;
/// All other subjects. A principal that assumes roles in a thousand accounts is automation.
const OTHERS: usize = 500;
/// Subjects beyond these that are counted.
const COUNTED: usize = 100_000;

/// A subject and what is known of it.
pub struct TrackedSubject {
    pub target: Target,
    /// Why it is a subject, as a clause.
    pub why: String,
    /// The ids of the marks that it became a subject for.
    pub marks: Vec<String>,
    /// The subject whose calls led to it, or that its calls led to.
    pub found_by: Option<usize>,
    /// The search that it is part of, from 1 on.
    pub search: u64,
}

/// A subject that was found.
#[derive(Debug, Clone)]
pub struct FoundSubject {
    pub target: Target,
    pub why: String,
    pub mark: Option<String>,
    pub found_by: Option<usize>,
}

/// All subjects.
#[derive(Default)]
pub struct SubjectSet {
    all: Vec<TrackedSubject>,
    places: HashMap<Target, usize>,
    /// The user or role by account and name, however it is referred to.
    named: HashMap<(String, String), usize>,
    objects: usize,
    left_out: HashSet<Target>,
}

impl SubjectSet {
    /// Adds a subject for a search. One that is known gets the mark too.
    pub fn add(&mut self, found: FoundSubject, search: u64) {
        if let Some(known) = self.place(&found.target) {
            let marks = &mut self.all[known].marks;
            marks.extend(found.mark.filter(|mark| !marks.contains(mark)));
            return;
        }
        let is_object = matches!(found.target, Target::Object(..));
        let is_full = match is_object {
            true => self.objects >= OBJECTS,
            false => self.all.len() - self.objects >= OTHERS,
        };
        if is_full {
            if self.left_out.len() < COUNTED {
                self.left_out.insert(found.target);
            }
            return;
        }
        self.objects += usize::from(is_object);
        let place = self.all.len();
        if let Some((account, name)) = found.target.user_name() {
            self.named.insert((account.into(), name.into()), place);
        }
        self.places.insert(found.target.clone(), place);
        self.all.push(TrackedSubject {
            target: found.target,
            why: found.why,
            marks: found.mark.into_iter().collect(),
            found_by: found.found_by,
            search,
        });
    }

    /// The place of a subject, if it is one.
    pub fn place(&self, target: &Target) -> Option<usize> {
        let known = self.places.get(target).copied();
        known.or_else(|| {
            let (account, name) = target.user_name()?;
            let name = (account.to_owned(), name.to_owned());
            self.named.get(&name).copied()
        })
    }

    /// The subjects of a search, each with its place.
    pub fn of_search(&self, search: u64) -> impl Iterator<Item = (usize, &TrackedSubject)> {
        let all = self.all.iter().enumerate();
        all.filter(move |(_, subject)| subject.search == search)
    }

    /// The id of a subject in reports.
    pub fn id(place: usize) -> String {
        format!("S{}", place + 1)
    }

    /// All of them, and how many were left out.
    pub fn into_parts(self) -> (Vec<TrackedSubject>, u64) {
        (self.all, self.left_out.len() as u64)
    }
}
