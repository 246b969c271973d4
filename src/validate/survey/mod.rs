//! First phase: find out what can be validated, from folder names alone.
//!
//! ```text
//!  source ──> survey ──> Survey ──> digests (one group per account and region)
//!  filter ──┘               └─────> absences (at the end: what should have been found)
//! ```
//!
//! Where trails are requested, `reaches` adds to the filter whose folders they write to, before and after the
//! survey. `moved` repeats it for the complete bucket if their digests begin after the window does.
//!
//! In: the places to search, and the filter of the request. Out: the folders of digests that match, the
//! folders that hold logs, and everything that could not be listed. No object is read, and nothing is
//! judged here: a folder name proves nothing.
//!
//! - The result depends neither on the number of workers nor on the order of their answers.
//! - A folder that cannot be listed is recorded, never taken for an empty one.
//! - The number and the depth of folders are bounded; reaching a bound is recorded.

pub(crate) mod absences;
mod discover;
mod folders;
mod found_instead;
mod home_digests;
mod listing;
pub(crate) mod moved;
pub(crate) mod reaches;
pub mod trails;

use rayon::ThreadPool;

use self::discover::Discovery;
pub use self::folders::{AccountEntry, Beyond, Groups, LogFolder, Survey, SurveyBound};
pub use self::found_instead::{FoundInstead, found_instead};
use crate::base::limits::Limits;
use crate::source::Source;
use crate::source::places::Places;
use crate::validate::request::ChainFilter;

/// Searches a source for folders of digests, listing as many folders at the same time as `pool` has
/// workers. Searches below the prefixes that the filter knows, and everywhere if there are none or
/// nothing is found there.
pub fn survey(
    source: &dyn Source,
    places: &Places,
    filter: &ChainFilter,
    limits: &Limits,
    pool: &ThreadPool,
) -> Survey {
    let mut listings = 0;
    if let Some(prefixes) = filter.known_prefixes() {
        let prefixes = Some(&prefixes[..]);
        let below = search((source, places), prefixes, filter, limits, pool);
        if !below.groups.is_empty() || !below.trouble.is_empty() {
            return below;
        }
        listings = below.listings;
    }
    let mut found = survey_everywhere(source, places, filter, limits, pool);
    found.listings += listings;
    found
}

/// The same in all of the source, whatever prefixes the filter knows.
pub(crate) fn survey_everywhere(
    source: &dyn Source,
    places: &Places,
    filter: &ChainFilter,
    limits: &Limits,
    pool: &ThreadPool,
) -> Survey {
    search((source, places), None, filter, limits, pool)
}

/// Searches below some prefixes, or everywhere.
fn search(
    (source, places): (&dyn Source, &Places),
    prefixes: Option<&[&str]>,
    filter: &ChainFilter,
    limits: &Limits,
    pool: &ThreadPool,
) -> Survey {
    let mut survey = Survey::default();
    for root in places.roots() {
        let mut discovery = Discovery::new(source, filter, limits, root.id, &mut survey);
        match prefixes {
            Some(prefixes) => prefixes
                .iter()
                .for_each(|prefix| discovery.add_below(prefix)),
            None => discovery.add_everything(),
        }
        discovery.run(pool);
    }
    for places in survey.groups.values_mut() {
        places.sort();
        places.shrink_to_fit();
    }
    survey
}
