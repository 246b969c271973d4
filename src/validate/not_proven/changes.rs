//! What changes to the trails leave open.

use crate::base::text::plural;
use crate::proof::changes::{Change, LeftOpen};
use crate::proof::gap::events::KnownEvents;

/// Changes after which no further one is listed.
const MOST_SENTENCES: usize = 20;

/// One sentence for each of the changes that `reduced` what is logged, for what is `left_open`, and what is not known about
/// others: `found` are the events that were searched for them.
pub fn changes(reduced: &[Change], left_open: &[LeftOpen], found: &KnownEvents) -> Vec<String> {
    let sentence = |change: &Change| {
        let event = &change.evidence.event;
        format!(
            "that everything was logged and can be proven after {}: {} ({})",
            event.time,
            change.sentence,
            event.name_and_id()
        )
    };
    let mut sentences: Vec<String> = reduced.iter().take(MOST_SENTENCES).map(sentence).collect();
    let more = reduced.len().saturating_sub(MOST_SENTENCES);
    if more > 0 {
        let calls = plural(more, "call");
        sentences.push(format!(
            "the same after {calls} more that reduced what the trails log"
        ));
    }
    sentences.extend(left_open.iter().take(MOST_SENTENCES).map(not_searched));
    let more = left_open.len().saturating_sub(MOST_SENTENCES);
    if more > 0 {
        let calls = "calls on buckets and KMS keys of the trails";
        sentences.push(format!(
            "further {calls}, in {}",
            plural(more, "other case")
        ));
    }
    if found.unread.count > 0 {
        sentences.push(format!(
            "changes of the trails in {} whose records could not all be read: {}",
            plural(found.unread.count, "log"),
            found.unread.list()
        ));
    }
    if found.more {
        sentences
            .push("further changes of the trails: there were too many such calls to keep".into());
    }
    sentences
}

/// Which calls on the bucket or key of a trail were not searched for.
fn not_searched(left_open: &LeftOpen) -> String {
    match left_open {
        LeftOpen::Key {
            trail: (name, home),
            calls,
            first,
        } => format!(
            "calls on the KMS key of trail {name} of {home}: it is not known whether it encrypts with one, and which. {} on \
             keys in proven logs may concern it, the first of them {} of {}",
            plural(*calls, "call"),
            first.name_and_id(),
            first.time
        ),
        LeftOpen::Bucket {
            trail: (name, home),
            bucket,
            set_by,
        } => format!(
            "calls on bucket {bucket}: trail {name} of {home} was to write to it from {} on ({}), and it holds no digest of \
             this validation",
            set_by.time,
            set_by.name_and_id()
        ),
    }
}
