//! What a validation does not prove, in sentences, so that nobody takes a verdict for more than it is
//! (pure). Each sentence is built in one place, in the file of its subject; this file puts them in order.

mod around_gaps;
mod changes;
mod inventory;
mod log_folders;
pub(super) mod places;
mod scope;

pub use self::around_gaps::around_gaps;
pub use self::changes::changes;
pub(crate) use self::scope::clock_in_words;
use std::collections::BTreeSet;

use crate::base::cancel::CancelReason;
use crate::base::sample::Sample;
use crate::base::time::Window;
use crate::cloudtrail::ids::ChainId;
use crate::proof::keys::KeyOrigin;
use crate::source::places::Places;
use crate::validate::lookup::comparison::HistoryComparison;
use crate::validate::lookup::sentences as history;
use crate::validate::outcome::ChainOutcome;
use crate::validate::request::Request;
use crate::validate::survey::Survey;
use crate::validate::unreferenced::tally::OtherObjects;

/// What the sentences of one report depend on.
pub struct NotProvenInput<'a> {
    /// The request.
    pub request: &'a Request,
    /// The places that were searched.
    pub places: &'a Places,
    /// The folders that were found.
    pub survey: &'a Survey,
    /// Objects among the digests whose names are not those of digests.
    pub unrecognised: &'a Sample,
    /// The chains that were validated.
    pub chains: &'a [Box<ChainOutcome>],
    /// Time whose digests may not have been delivered yet.
    pub pending: &'a [(ChainId, Window)],
    /// Chains whose trail could not be looked up, each with the reason.
    pub trail_errors: &'a [(ChainId, String)],
    /// What the trails cannot have logged, by their current event selectors.
    pub not_selected: &'a [String],
    /// Objects in the log folders that are not findings.
    pub others: &'a OtherObjects,
    /// The folders beside the logs whose files digests list.
    pub beside: &'a BTreeSet<String>,
    /// Where the keys came from; `None` if no key proved anything.
    pub keys: Option<KeyOrigin>,
    /// What is not known about the calls around gaps.
    pub around_gaps: &'a [String],
    /// What changes to the trails leave open.
    pub changed_trails: &'a [String],
    /// Chains that other chains show to be missing, outside the request.
    pub not_compared: &'a [String],
    /// What is not known about the originals of missing and altered objects.
    pub not_recovered: &'a [String],
    /// The comparison with the events that LookupEvents lists, if it was requested.
    pub lookup: Option<&'a HistoryComparison>,
    /// Why the run ended early, if it did.
    pub ended_by: Option<CancelReason>,
    /// The key of something that changed while the source was read.
    pub changed: Option<String>,
}

/// The sentences of one report, in a fixed order.
pub fn sentences(input: &NotProvenInput<'_>) -> Vec<String> {
    let NotProvenInput {
        request,
        places,
        survey,
        unrecognised,
        chains,
        pending,
        trail_errors,
        not_selected,
        others,
        beside,
        keys,
        around_gaps,
        changed_trails,
        not_compared,
        not_recovered,
        lookup,
        ended_by,
        changed,
    } = input;
    let mut sentences = Vec::from_iter(ended_by.map(scope::not_reached));
    sentences.extend(scope::own_words(request));
    sentences.push(scope::not_logged());
    sentences.extend(not_selected.iter().cloned());
    sentences.extend(keys.map(scope::keys));
    sentences.extend(log_folders::sentences(request, chains, others));
    sentences.extend(inventory::sentences(request));
    sentences.extend(scope::backfill_digests(chains));
    sentences.extend(scope::missing_chains(request));
    sentences.extend(not_compared.iter().cloned());
    sentences.extend(scope::excluded_chains(request));
    sentences.extend(scope::organization_owners(request, chains));
    sentences.extend(places::unnamed_buckets(request, places, chains));
    sentences.extend(places::overlapping_folders(places));
    sentences.extend(places::left_out(request));
    sentences.extend(places::copies_alone(places));
    sentences.extend(places::access_points(places));
    sentences.extend(places::not_named_sentence(request, places, chains));
    sentences.extend(scope::unread_logs(request, chains));
    sentences.extend(scope::outside_the_data(request, chains));
    sentences.extend(scope::before_starting_digests(chains));
    sentences.extend(around_gaps.iter().cloned());
    sentences.extend(changed_trails.iter().cloned());
    sentences.extend(not_recovered.iter().cloned());
    sentences.extend(
        lookup
            .iter()
            .flat_map(|compared| history::sentences(compared)),
    );
    sentences.extend(scope::clock(request));
    sentences.extend(scope::pending(request, pending));
    sentences.extend(scope::trail_status(trail_errors));
    sentences.extend(scope::trails_without_digests(request));
    sentences.extend(changed.as_deref().map(places::changed));
    sentences.extend(places::other_files(request, survey, beside, unrecognised));
    sentences
}
